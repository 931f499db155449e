//! Subjects, their machines and their log in the API; the one lever.

use super::explain::{Available, Blocked};
use super::queries::{LogOf, LogPage, Standing, TRANSITIONS};
use super::timers;
use crate::clock::Instant;
use crate::fulfilment::graphql::Fulfilment;
use crate::graphql::batch::Loaders;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::scalars::{DateTime, Json};
use crate::graphql::{Answer, loaders};
use crate::id::{self, Prefix};
use crate::quotation::graphql::Quotation;
use crate::sale::graphql::SaleOrder;
use crate::{
    fulfilment::graphql::keys::FulfilmentById,
    quotation::graphql::keys::QuotationById,
    sale::graphql::keys::SaleById,
    workflow::graphql::keys::{EventsOf, TimersOf},
};
use async_graphql::{Context, Description, Enum, ID, Interface, Object, SimpleObject};
use entity::{SubjectKind, TimerKind, timer};
use std::sync::Arc;
use uuid::Uuid;

mod deferred;
mod definitions;
pub mod keys;
mod log;
mod publishing;
mod roots;
mod why;

pub use deferred::DeferredEvent;
pub use definitions::WorkflowDefinition;
pub use log::{RefusedAttempt, Transition};
pub use publishing::{DefinitionMutation, DefinitionQuery};
pub use roots::{WorkflowMutation, WorkflowQuery, subject as parse_subject};
pub use why::Refusal;

/// What kind of thing stands in an event's way.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::workflow::explain::BlockKind")]
pub enum BlockerKind {
    /// The viewer's role does not have the permission, or the event is not for people.
    Permission,
    /// It is for somebody else's events.
    Ownership,
    /// A rule says no.
    Guard,
    /// It is not the time.
    Window,
}

/// The tone of a state's chip on a screen.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Neutral,
    /// On its way.
    Info,
    /// As hoped.
    Success,
    /// Somebody should look.
    Warning,
    /// Something went wrong.
    Danger,
}

/// Whatever a statechart drives: Quotation, `SaleOrder`, Fulfilment.
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "The id."),
    field(
        name = "workflow_state",
        ty = "String",
        desc = "The active leaf state's name (`AWAITING_PAYMENT_METHOD`); several, in document order, joined by `+` when regions are parallel."
    ),
    field(
        name = "workflow_context",
        ty = "Json",
        desc = "What the machine remembers. Amounts in it are integer minor units; the fields beside it are Money."
    ),
    field(
        name = "version",
        ty = "i32",
        desc = "Grows by one with every committed change; pass it as expectedVersion."
    ),
    field(name = "workflow", ty = "Workflow", desc = "The machine that drives it, and where it stands.")
)]
pub enum WorkflowSubject {
    /// A quotation.
    Quotation(Quotation),
    /// A sale order.
    SaleOrder(SaleOrder),
    /// A fulfilment.
    Fulfilment(Fulfilment),
}

impl WorkflowSubject {
    /// A subject by kind and id, for whoever sees what refers to it.
    pub async fn load(loaders: &Loaders, kind: SubjectKind, id: Uuid) -> Answer<Self> {
        Ok(match kind {
            SubjectKind::Quotation => Self::Quotation(loaders.required(QuotationById(id)).await?.into()),
            SubjectKind::Sale => Self::SaleOrder(loaders.required(SaleById(id)).await?.into()),
            SubjectKind::Fulfilment => Self::Fulfilment(loaders.required(FulfilmentById(id)).await?.into()),
        })
    }
}

/// The id of a subject as the API writes it.
pub fn subject_id(kind: SubjectKind, id: Uuid) -> ID {
    let prefix = match kind {
        SubjectKind::Quotation => Prefix::Quote,
        SubjectKind::Sale => Prefix::Sale,
        SubjectKind::Fulfilment => Prefix::Fulfilment,
    };
    id::encode(prefix, id).into()
}

/// A subject's machine, and where the subject stands in it.
#[derive(Clone, Debug, Description)]
pub struct Workflow {
    /// What it drives.
    pub kind: SubjectKind,
    /// Which one.
    pub id: Uuid,
    /// The definition's name.
    pub definition: String,
    /// The definition's version.
    pub version: i32,
    /// Where it stands.
    pub standing: Standing,
    /// When it came to its state.
    pub since: Instant,
}

#[Object(use_type_description = true)]
impl Workflow {
    /// The definition's name: for sale orders the lifecycle.
    async fn definition(&self) -> &str {
        &self.definition
    }

    /// The definition's version. A subject keeps the one that it started with until it is migrated.
    async fn definition_version(&self) -> i32 {
        self.version
    }

    /// The XState state value.
    async fn state(&self) -> Json {
        Json(self.standing.value())
    }

    /// When it came to that state.
    async fn since(&self) -> DateTime {
        DateTime(self.since)
    }

    /// Words on the active states that other parts read: `open`, `paid`, `countable`, `reversal` and the like.
    async fn tags(&self) -> Vec<String> {
        self.standing.tags()
    }

    /// Whether the machine has ended: it takes no more events.
    async fn done(&self) -> bool {
        self.standing.is_done()
    }

    /// Every event that the current state knows, for this viewer, each enabled or with all that blocks it.
    async fn available_events(&self, ctx: &Context<'_>) -> Answer<Vec<AvailableEvent>> {
        let events = loaders(ctx).one(EventsOf(self.kind, self.id)).await?.unwrap_or_default();
        Ok(events.iter().cloned().map(AvailableEvent).collect())
    }

    /// The state as a person reads it, from the machine's meta.
    async fn label(&self) -> String {
        self.standing.label()
    }

    /// The tone of the state's chip, from the machine's meta.
    async fn tone(&self) -> Tone {
        match self.standing.tone().map(str::to_ascii_lowercase).as_deref() {
            Some("info") => Tone::Info,
            Some("success") => Tone::Success,
            Some("warning") => Tone::Warning,
            Some("danger") => Tone::Danger,
            _ => Tone::Neutral,
        }
    }

    /// What will happen by itself, soonest first.
    async fn timers(&self, ctx: &Context<'_>) -> Answer<Vec<WorkflowTimer>> {
        let timers = loaders(ctx).or_default(TimersOf(self.id)).await?;
        Ok(timers.into_iter().map(WorkflowTimer).collect())
    }

    /// This subject's own, newest first; SaleOrder.timeline has the whole order's.
    async fn transitions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<Connection<Transition>> {
        log_page(ctx, LogOf::Subject(self.id), first, after, last, before).await
    }
}

/// A page of the log.
pub async fn log_page(
    ctx: &Context<'_>,
    of: LogOf,
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> Answer<Connection<Transition>> {
    let asked = asked(ctx, first, after, last, before);
    let key = LogPage { of, range: asked.range(TRANSITIONS)?, total: asked.total };
    Ok(loaders(ctx).required(key).await?.map(Transition::from).into())
}

/// An event that the current state knows.
#[derive(Clone, Debug, Description)]
pub struct AvailableEvent(Available);

#[Object(use_type_description = true)]
impl AvailableEvent {
    /// What to send.
    async fn event(&self) -> &str {
        &self.0.event
    }

    /// What it says on the button.
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// Whether sending it now would succeed.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// The states the event would lead to, guards considered; null when blocked.
    async fn target(&self) -> Option<&str> {
        self.0.target.as_deref()
    }

    /// Whether it is refused without a reasonCode.
    async fn requires_reason(&self) -> bool {
        self.0.requires_reason
    }

    /// Whether it is refused without a note.
    async fn requires_note(&self) -> bool {
        self.0.requires_note
    }

    /// The codes that this store takes for this event.
    async fn reason_codes(&self) -> &[String] {
        &self.0.reason_codes
    }

    /// JSON Schema of the payload; null when it takes none.
    async fn payload_schema(&self) -> Option<Json> {
        self.0.payload_schema.clone().map(Json)
    }

    /// True when a guard reads the payload and so cannot be judged yet: enabled is then true when nothing else blocks,
    /// and target null.
    async fn depends_on_payload(&self) -> bool {
        self.0.depends_on_payload
    }

    /// All that stands in the way.
    async fn blocked_by(&self) -> Vec<Blocker> {
        self.0.blocked_by.iter().map(Blocker::from).collect()
    }
}

/// What stands in an event's way.
#[derive(Clone, Debug, SimpleObject)]
pub struct Blocker {
    /// What kind of thing it is.
    kind: BlockerKind,
    /// The permission's, guard's or window's name.
    name: String,
    /// What stands in the way, for a person.
    message: String,
    /// When a window opens.
    until: Option<DateTime>,
}

impl From<&Blocked> for Blocker {
    fn from(blocked: &Blocked) -> Self {
        Self {
            kind: blocked.kind.into(),
            name: blocked.name.clone(),
            message: blocked.message.clone(),
            until: blocked.until.map(DateTime),
        }
    }
}

/// Something that will happen by itself.
#[derive(Clone, Debug, Description)]
pub struct WorkflowTimer(Arc<timer::Model>);

#[Object(use_type_description = true)]
impl WorkflowTimer {
    /// The name of the delay; of an event that waits, its name.
    async fn event(&self) -> &str {
        &self.0.event
    }

    /// What it is of.
    async fn kind(&self) -> TimerKind {
        // Servers of the version before write no kind.
        if timers::is_lapse(&self.0) { TimerKind::Lapse } else { self.0.kind }
    }

    /// The event that waits for its window. Null for everything else.
    async fn deferred_event(&self, ctx: &Context<'_>) -> Answer<Option<DeferredEvent>> {
        match self.0.kind {
            TimerKind::Deferred => Ok(Some(DeferredEvent::load(ctx, self.0.ref_id).await?)),
            TimerKind::Delay | TimerKind::Lapse => Ok(None),
        }
    }

    /// The state that it counts from; of an event that waits, the one in which it was asked for.
    async fn state(&self) -> &str {
        &self.0.state
    }

    /// When it is due.
    async fn due_at(&self) -> DateTime {
        DateTime(self.0.due_at)
    }
}
