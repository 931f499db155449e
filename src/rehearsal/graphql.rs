//! `simulateWorkflowEvents`.

use super::{Ended, MAX_EVENTS, Planned, Rehearsal, Step, rehearse};
use crate::error::Error;
use crate::graphql::scalars::{DateTime, Json};
use crate::graphql::{Answer, actor, app};
use crate::workflow::commands::SendEvent;
use crate::workflow::graphql::{Refusal, parse_subject, subject_id};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{timer, transition_log};

/// An event to be tried.
#[derive(InputObject)]
pub struct SimulatedEventInput {
    /// One that `sendWorkflowEvent` would take.
    event: String,
    /// What it brings.
    payload: Option<Json>,
    /// Why, in a word.
    reason_code: Option<String>,
    /// When it is sent, not before the one before it; left out, at the query's `at`.
    at: Option<DateTime>,
}

/// What a real order would do.
#[derive(SimpleObject)]
pub struct WorkflowSimulation {
    /// What would happen, in order of time: the events that were given, and the timers that are due between them.
    steps: Vec<SimulatedStep>,
    /// The order's subjects at the end: the quotation, the sale order, its fulfilments.
    subjects: Vec<SimulatedSubject>,
    /// What would be due after that, soonest first.
    timers: Vec<SimulatedTimer>,
}

/// What would happen at one point in time.
#[derive(SimpleObject)]
pub struct SimulatedStep {
    /// When.
    at: DateTime,
    /// The subject that it happens to first.
    subject_id: ID,
    /// The event, or the delay that is over.
    event: String,
    /// Whether a timer fires; else it is one of the events that were given.
    by_timer: bool,
    /// Why nothing would come of it; null when something does.
    refusal: Option<Refusal>,
    /// What the log would say, of what followed too, in order.
    transitions: Vec<SimulatedTransition>,
    /// What would be left for the world outside (`sale_expired`, `refund_requested` …).
    outbox: Vec<String>,
}

/// What the log would say.
#[derive(SimpleObject)]
pub struct SimulatedTransition {
    /// Whose; an id that does not exist when it would begin here.
    subject_id: ID,
    /// What happens.
    event: String,
    /// From where; null at the start.
    from_state: Option<String>,
    /// To where.
    to_state: String,
}

/// A subject at the end.
#[derive(SimpleObject)]
pub struct SimulatedSubject {
    /// Which; an id that does not exist when it would have begun here.
    subject_id: ID,
    /// The state that it would be in.
    #[graphql(name = "workflowState")]
    state: String,
    /// What its machine would remember.
    #[graphql(name = "workflowContext")]
    context: Json,
}

/// What would be due.
#[derive(SimpleObject)]
pub struct SimulatedTimer {
    /// Whose.
    subject_id: ID,
    /// The delay's name.
    event: String,
    /// When.
    due_at: DateTime,
}

/// What would be.
#[derive(Default)]
pub struct RehearsalQuery;

#[Object]
impl RehearsalQuery {
    /// What a real order would do if this viewer sent these events to its quotation, sale order or fulfilment, one after
    /// the other, timers included. Those without a time of their own are sent at `at`, which is now unless it is given;
    /// what is due by then fires first. Without events: what time alone does until `at`. Events that
    /// wait for their windows are left out: each is sent in the name of who asked for it. Changes nothing.
    async fn simulate_workflow_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The quotation, sale order or fulfilment.")] subject_id: ID,
        #[graphql(desc = "What is tried, one after the other.")] events: Vec<SimulatedEventInput>,
        #[graphql(desc = "When it would happen; left out: now.")] at: Option<DateTime>,
    ) -> Answer<WorkflowSimulation> {
        let (kind, id) = parse_subject(&subject_id)?;
        if events.len() > MAX_EVENTS {
            return Err(Error::invalid("events", format!("at most {MAX_EVENTS} are tried at once")).into());
        }
        let mut plan = Vec::with_capacity(events.len());
        for SimulatedEventInput { event, payload, reason_code, at } in events {
            let command = SendEvent::tried((kind, id), event, payload.map(|payload| payload.0), reason_code)?;
            plan.push(Planned { event: command.event(), at: at.map(|at| at.0) });
        }
        let subject = crate::workflow::SubjectRef { kind, id };
        Ok(rehearse(app(ctx), actor(ctx)?, subject, &plan, at.map(|at| at.0)).await?.into())
    }
}

impl From<Rehearsal> for WorkflowSimulation {
    fn from(rehearsal: Rehearsal) -> Self {
        Self {
            steps: rehearsal.steps.into_iter().map(SimulatedStep::from).collect(),
            subjects: rehearsal.subjects.into_iter().map(SimulatedSubject::from).collect(),
            timers: rehearsal.timers.into_iter().map(SimulatedTimer::from).collect(),
        }
    }
}

impl From<Step> for SimulatedStep {
    fn from(step: Step) -> Self {
        Self {
            at: step.at.into(),
            subject_id: subject_id(step.subject.kind, step.subject.id),
            event: step.event,
            by_timer: step.by_timer,
            refusal: step.refusal.map(Refusal::from),
            transitions: step.transitions.into_iter().map(SimulatedTransition::from).collect(),
            outbox: step.outbox,
        }
    }
}

impl From<transition_log::Model> for SimulatedTransition {
    fn from(row: transition_log::Model) -> Self {
        Self {
            subject_id: subject_id(row.subject_kind, row.subject_id),
            event: row.event,
            from_state: row.from_state,
            to_state: row.to_state,
        }
    }
}

impl From<Ended> for SimulatedSubject {
    fn from(ended: Ended) -> Self {
        Self {
            subject_id: subject_id(ended.subject.kind, ended.subject.id),
            state: ended.state,
            context: Json(ended.context),
        }
    }
}

impl From<timer::Model> for SimulatedTimer {
    fn from(timer: timer::Model) -> Self {
        Self {
            subject_id: subject_id(timer.subject_kind, timer.subject_id),
            event: timer.event,
            due_at: timer.due_at.into(),
        }
    }
}
