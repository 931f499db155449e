//! `sendWorkflowEvent` and `refusedAttempts`.

use super::deferred::{CancelDeferredEventInput, DeferredEventPayload};
use super::why::TransitionExplanation;
use super::{DeferredEvent, RefusedAttempt, Transition, WorkflowSubject};
use crate::edge;
use crate::error::Error;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::scalars::Json;
use crate::graphql::{Answer, actor, app, loaders, reader};
use crate::id::{self, Prefix};
use crate::workflow::commands::{EventTaken, Fresh, SendEvent, Subject};
use crate::workflow::graphql::keys::TransitionById;
use crate::workflow::queries;
use crate::workflow::why::explain_event;
use crate::{fulfilment, quotation, sale};
use async_graphql::{Context, Description, ID, InputObject, Object};
use entity::SubjectKind;
use std::sync::Arc;
use uuid::Uuid;

/// What the log keeps besides.
#[derive(Default)]
pub struct WorkflowQuery;

#[Object]
impl WorkflowQuery {
    /// Attempts on a quotation, sale order or fulfilment that were refused, newest first. Needs audit.read.
    async fn refused_attempts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The quotation, sale order or fulfilment.")] subject_id: ID,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<Connection<RefusedAttempt>> {
        let (app, actor) = (app(ctx), actor(ctx)?);
        let (kind, id) = subject(&subject_id)?;
        let seen = match kind {
            SubjectKind::Quotation => quotation::queries::find(&app.reader, actor, id).await?.is_some(),
            SubjectKind::Sale => sale::queries::find(&app.reader, actor, id).await?.is_some(),
            SubjectKind::Fulfilment => fulfilment::queries::find(&app.reader, actor, id).await?.is_some(),
        };
        if !seen {
            return Err(Error::not_found(subject_id.as_str()).into());
        }
        let asked = asked(ctx, first, after, last, before);
        let page = queries::refused_attempts(&app.reader, actor, (kind, id), &asked).await?;
        Ok(page.map(RefusedAttempt::from).into())
    }

    /// What would come of an event on a quotation, sale order or fulfilment if this viewer sent it now, and every guard
    /// that has a say in it. Changes nothing.
    async fn explain_transition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The quotation, sale order or fulfilment.")] subject_id: ID,
        #[graphql(desc = "What would be sent.")] event: String,
        #[graphql(desc = "Its data; left out: none.")] payload: Option<Json>,
        #[graphql(desc = "The reason that would be given.")] reason_code: Option<String>,
    ) -> Answer<TransitionExplanation> {
        let payload = payload.map(|payload| payload.0);
        let command = SendEvent::tried(subject(&subject_id)?, event, payload, reason_code)?;
        let explained = explain_event(
            reader(ctx),
            &app(ctx).rules,
            app(ctx).now(),
            actor(ctx)?,
            command.subject_ref(),
            &command.event(),
        )
        .await?;
        Ok(explained.into())
    }
}

/// Kind and id of a subject.
pub fn subject(id: &ID) -> Result<(SubjectKind, Uuid), Error> {
    match id::parse(id) {
        Some((Prefix::Quote, uuid)) => Ok((SubjectKind::Quotation, uuid)),
        Some((Prefix::Sale, uuid)) => Ok((SubjectKind::Sale, uuid)),
        Some((Prefix::Fulfilment, uuid)) => Ok((SubjectKind::Fulfilment, uuid)),
        _ => Err(Error::not_found(id.as_str())),
    }
}

/// An event for a subject.
#[derive(InputObject)]
pub struct SendWorkflowEventInput {
    /// A quotation, sale order or fulfilment.
    subject_id: ID,
    /// One of its availableEvents.
    event: String,
    /// What the event brings; its JSON Schema is the available event's payloadSchema.
    payload: Option<Json>,
    /// One of the available event's reasonCodes.
    reason_code: Option<String>,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// Refused with CONFLICT when the subject has moved on.
    expected_version: Option<i32>,
    /// Where nothing but the window is in the way, wait: it is sent when the window opens, and asked again then, its guards for the
    /// first time. Within the window it is sent at once.
    #[graphql(default)]
    defer: bool,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// followUps: what the event set off in the same commit, other subjects included, in order.
#[derive(Description)]
pub struct WorkflowEventPayload(EventTaken);

#[Object(use_type_description = true)]
impl WorkflowEventPayload {
    /// The subject, as it is now.
    async fn subject(&self, ctx: &Context<'_>) -> Answer<WorkflowSubject> {
        if let Some(subject) = self.fresh().map(|fresh| fresh.subject.clone()) {
            return Ok(match subject {
                Subject::Quotation(row) => WorkflowSubject::Quotation(row.into()),
                Subject::Sale(row) => WorkflowSubject::SaleOrder(row.into()),
                Subject::Fulfilment(row) => WorkflowSubject::Fulfilment(row.into()),
            });
        }
        let (kind, id) = self.0.subject;
        WorkflowSubject::load(loaders(ctx), kind, id).await
    }

    /// What the event did; null when it changed nothing. Of one that waits, that it does: `EVENT_DEFERRED`.
    async fn transition(&self, ctx: &Context<'_>) -> Answer<Option<Transition>> {
        match self.0.transition {
            Some(id) => Ok(Some(self.transition_by_id(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// The event, where it waits for its window. Null when it was sent.
    async fn deferred(&self, ctx: &Context<'_>) -> Answer<Option<DeferredEvent>> {
        match self.0.deferred {
            Some(id) => Ok(Some(DeferredEvent::load(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// What the event set off in the same commit, other subjects included, in order.
    async fn follow_ups(&self, ctx: &Context<'_>) -> Answer<Vec<Transition>> {
        let all = self.0.follow_ups.iter().map(|id| self.transition_by_id(ctx, *id));
        futures_util::future::try_join_all(all).await
    }
}

impl WorkflowEventPayload {
    fn fresh(&self) -> Option<&Fresh> {
        self.0.fresh.as_deref()
    }

    async fn transition_by_id(&self, ctx: &Context<'_>, id: Uuid) -> Answer<Transition> {
        let fresh = self.fresh().and_then(|fresh| fresh.transitions.iter().find(|row| row.id == id));
        Ok(match fresh {
            Some(row) => Arc::new(row.clone()).into(),
            None => loaders(ctx).required(TransitionById(id)).await?.into(),
        })
    }
}

/// The lever.
#[derive(Default)]
pub struct WorkflowMutation;

#[Object]
impl WorkflowMutation {
    /// The one lever for every machine, for the events that people send; those that report money, overrides or stock
    /// come from their own mutations, webhooks and timers.
    async fn send_workflow_event(
        &self,
        ctx: &Context<'_>,
        input: SendWorkflowEventInput,
    ) -> Answer<WorkflowEventPayload> {
        let actor = actor(ctx)?;
        let command = SendEvent {
            subject: subject(&input.subject_id)?,
            event: input.event,
            payload: input.payload.map(|payload| payload.0),
            reason_code: input.reason_code,
            note: input.note,
            expected_version: input.expected_version,
            defer: input.defer,
            metadata: None,
        };
        let done =
            edge::send(app(ctx), ctx.data_unchecked(), actor, input.idempotency_key.as_deref(), &command).await?;
        Ok(WorkflowEventPayload(done))
    }

    /// Takes an event back that waits for its window. For who asked for it, and for those who may send it; CONFLICT when it does not
    /// wait any more.
    async fn cancel_deferred_event(
        &self,
        ctx: &Context<'_>,
        input: CancelDeferredEventInput,
    ) -> Answer<DeferredEventPayload> {
        let (command, key) = input.parse()?;
        let done = edge::run(app(ctx), actor(ctx)?, key.as_deref(), &command).await?;
        DeferredEventPayload::load(ctx, done.deferred_event).await
    }
}
