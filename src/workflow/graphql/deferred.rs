//! Events that wait for their windows, in the API.

use super::{Transition, WorkflowSubject, subject_id};
use crate::error::Error;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, loaders};
use crate::id::{self, Prefix};
use crate::workflow::deferred::commands::CancelDeferredEvent;
use crate::workflow::graphql::keys::{DeferredById, TransitionById};
use async_graphql::{Context, Description, ID, InputObject, Object, SimpleObject};
use entity::{DeferredStatus, deferred_event};
use std::sync::Arc;
use uuid::Uuid;

/// An event that was sent outside its window with `defer`. It is sent when the window opens, in the name of who asked for it, who is
/// asked for permission again then. What was sent along with it, and by whom, is in the log: `EVENT_DEFERRED`.
#[derive(Clone, Debug, Description)]
pub struct DeferredEvent(Arc<deferred_event::Model>);

impl From<Arc<deferred_event::Model>> for DeferredEvent {
    fn from(row: Arc<deferred_event::Model>) -> Self {
        Self(row)
    }
}

impl DeferredEvent {
    /// By its id, for whoever sees what it is about.
    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Answer<Self> {
        Ok(loaders(ctx).required(DeferredById(id)).await?.into())
    }
}

#[Object(use_type_description = true)]
impl DeferredEvent {
    /// `dfe_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Deferred, self.0.id).into()
    }

    /// What it is sent to.
    async fn subject_id(&self) -> ID {
        subject_id(self.0.subject_kind, self.0.subject_id)
    }

    /// What it is sent to.
    async fn subject(&self, ctx: &Context<'_>) -> Answer<WorkflowSubject> {
        WorkflowSubject::load(loaders(ctx), self.0.subject_kind, self.0.subject_id).await
    }

    /// What is sent.
    async fn event(&self) -> &str {
        &self.0.event
    }

    /// The state in which it was asked for.
    async fn state(&self) -> &str {
        &self.0.state
    }

    /// Why, by code.
    async fn reason_code(&self) -> Option<&str> {
        self.0.reason_code.as_deref()
    }

    /// What became of it.
    async fn status(&self) -> DeferredStatus {
        self.0.status
    }

    /// When its window opens, or opened.
    async fn due_at(&self) -> DateTime {
        DateTime(self.0.due_at)
    }

    /// How often it was put off, the first time counted: again, when the calendar had changed by the time; six times at most.
    async fn times(&self) -> i32 {
        self.0.times
    }

    /// Why it was refused: the error's code. Null when it was not.
    async fn outcome_code(&self) -> Option<&str> {
        self.0.outcome_code.as_deref()
    }

    /// Why it was refused, in words. Null when it was not.
    async fn outcome(&self) -> Option<&str> {
        self.0.outcome.as_deref()
    }

    /// What the log says of its end: the event itself, where it was taken. Null while it waits.
    async fn transition(&self, ctx: &Context<'_>) -> Answer<Option<Transition>> {
        match self.0.transition_id {
            Some(id) => Ok(Some(loaders(ctx).required(TransitionById(id)).await?.into())),
            None => Ok(None),
        }
    }

    /// When it was asked for.
    async fn asked_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was sent, refused or taken back. Null while it waits.
    async fn settled_at(&self) -> Option<DateTime> {
        self.0.settled_at.map(DateTime)
    }
}

/// Which event is to be taken back.
#[derive(InputObject)]
pub struct CancelDeferredEventInput {
    /// Which.
    deferred_event_id: ID,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

impl CancelDeferredEventInput {
    /// As a command, and its idempotency key.
    pub(super) fn parse(self) -> Result<(CancelDeferredEvent, Option<String>), Error> {
        let deferred_event_id = id::decode(Prefix::Deferred, &self.deferred_event_id)?;
        Ok((CancelDeferredEvent { deferred_event_id, note: self.note }, self.idempotency_key))
    }
}

/// The event that waits no more.
#[derive(SimpleObject)]
pub struct DeferredEventPayload {
    /// The event.
    deferred_event: DeferredEvent,
}

impl DeferredEventPayload {
    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Answer<Self> {
        Ok(Self { deferred_event: DeferredEvent::load(ctx, id).await? })
    }
}
