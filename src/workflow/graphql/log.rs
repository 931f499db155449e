//! What happened, and what was refused, in the API.

use super::{WorkflowSubject, subject_id};
use crate::graphql::scalars::{DateTime, Json};
use crate::graphql::{Answer, actor, loaders};
use crate::id::{self, Prefix};
use crate::workflow::words;
use async_graphql::{Context, Description, ID, Object};
use entity::{ActorType, refused_attempt, transition_log};
use std::sync::Arc;

/// Something that happened, as the log has it.
#[derive(Clone, Debug, Description)]
pub struct Transition(Arc<transition_log::Model>);

impl From<Arc<transition_log::Model>> for Transition {
    fn from(row: Arc<transition_log::Model>) -> Self {
        Self(row)
    }
}

impl Transition {
    /// Whether who did it, and what they wrote, is for whoever reads it. A quotation may have been another buyer's.
    fn is_for(&self, ctx: &Context<'_>) -> bool {
        actor(ctx).is_ok_and(|actor| words::are_for(actor, &self.0))
    }
}

#[Object(use_type_description = true)]
impl Transition {
    /// `evt_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Event, self.0.id).into()
    }

    /// Gapless over everything of one order, its quotation and fulfilments included, from 1.
    async fn sequence(&self) -> i32 {
        i32::try_from(self.0.sequence).unwrap_or(i32::MAX)
    }

    /// What it happened to.
    async fn subject_id(&self) -> ID {
        subject_id(self.0.subject_kind, self.0.subject_id)
    }

    /// What it happened to.
    async fn subject(&self, ctx: &Context<'_>) -> Answer<WorkflowSubject> {
        WorkflowSubject::load(loaders(ctx), self.0.subject_kind, self.0.subject_id).await
    }

    /// The state before; null when the subject came to be.
    async fn from_state(&self) -> Option<&str> {
        self.0.from_state.as_deref()
    }

    /// The state after; the same as before when something was recorded without a step.
    async fn to_state(&self) -> &str {
        &self.0.to_state
    }

    /// What was sent.
    async fn event(&self) -> &str {
        &self.0.event
    }

    /// Who did it.
    async fn actor_type(&self) -> ActorType {
        self.0.actor_type
    }

    /// Their id; `system`, or `provider:<name>`. Null for buyers when it is of staff.
    async fn actor_id(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.actor_id.as_deref().filter(|_| self.is_for(ctx))
    }

    /// Their name at the time. Null for buyers when it is of staff.
    async fn actor_label(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.actor_label.as_deref().filter(|_| self.is_for(ctx))
    }

    /// Why, by code.
    async fn reason_code(&self) -> Option<&str> {
        self.0.reason_code.as_deref()
    }

    /// Why, in words. Null for buyers when it is by staff.
    async fn note(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.note.as_deref().filter(|_| self.is_for(ctx))
    }

    /// What belongs to it: the payload and the like; for buyers without notes and ids of staff.
    async fn metadata(&self, ctx: &Context<'_>) -> Option<Json> {
        words::metadata(self.is_for(ctx), &self.0).map(Json)
    }

    /// When.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}

/// A person's attempt that was refused. It changed nothing.
#[derive(Clone, Debug, Description)]
pub struct RefusedAttempt(Arc<refused_attempt::Model>);

impl From<refused_attempt::Model> for RefusedAttempt {
    fn from(row: refused_attempt::Model) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description = true)]
impl RefusedAttempt {
    /// What it was tried on.
    async fn subject_id(&self) -> ID {
        subject_id(self.0.subject_kind, self.0.subject_id)
    }

    /// What was tried.
    async fn event(&self) -> &str {
        &self.0.event
    }

    /// The state that it was tried in.
    async fn state(&self) -> Option<&str> {
        self.0.state.as_deref()
    }

    /// The error's code.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The error's message.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// The guard that said no.
    async fn guard(&self) -> Option<&str> {
        self.0.guard.as_deref()
    }

    /// Who tried.
    async fn actor_type(&self) -> ActorType {
        self.0.actor_type
    }

    /// Their id.
    async fn actor_id(&self) -> Option<&str> {
        self.0.actor_id.as_deref()
    }

    /// When.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}
