//! What a real order would do: events and the timers between them, tried on what was read of it, and not a row written.
//!
//! The order is read whole and without locks; the same code that runs events for good runs them on that copy, which is
//! thrown away. Orders that share stock or credit stand still meanwhile. Knows when things are due, not what they mean.

pub mod graphql;

use crate::{
    actor::Actor,
    app::App,
    approval::lapse::lapse,
    clock::Instant,
    db::connect::at_one_moment,
    error::Error,
    workflow::{self, Env, Event, Opened, Outcome, Roots, SubjectRef, TimerKey, Unit, Via, timers},
};
use entity::{TimerKind, timer, transition_log};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Most events in one rehearsal.
pub const MAX_EVENTS: usize = 100;
/// Most timers that fire in one; more than that is a machine that only waits for itself.
const MAX_TIMERS: usize = 1_000;

/// An event to be tried.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The event.
    pub event: Event,
    /// When it is sent; none at the rehearsal's own time.
    pub at: Option<Instant>,
}

/// What happened at one point of a rehearsal.
#[derive(Debug)]
pub struct Step {
    /// When.
    pub at: Instant,
    /// The subject that it happened to first.
    pub subject: SubjectRef,
    /// The event, or the name of the delay that was over.
    pub event: String,
    /// Whether a timer fired; else it was sent.
    pub by_timer: bool,
    /// Why nothing came of it.
    pub refusal: Option<Error>,
    /// What the log would say of it and of what followed, in order.
    pub transitions: Vec<transition_log::Model>,
    /// What would be left for the world outside, by kind.
    pub outbox: Vec<String>,
}

/// A subject of the order at the end.
#[derive(Debug)]
pub struct Ended {
    /// Which; its id means nothing when it began within the rehearsal.
    pub subject: SubjectRef,
    /// The state it would be in.
    pub state: String,
    /// What its machine would remember.
    pub context: Value,
}

/// What would have come of it all.
#[derive(Debug)]
pub struct Rehearsal {
    /// What happened, in order of time.
    pub steps: Vec<Step>,
    /// The order's subjects at the end: quotation, sale order, fulfilments.
    pub subjects: Vec<Ended>,
    /// What would be due then, soonest first.
    pub timers: Vec<timer::Model>,
}

/// Tries events on a subject as this actor, in the order given. Those without a time of their own are sent at `at`, which
/// is now unless it is given; what is due before an event fires before it, and what is due until `at` in the end.
pub async fn rehearse(
    app: &App,
    actor: &Actor,
    subject: SubjectRef,
    plan: &[Planned],
    at: Option<Instant>,
) -> Result<Rehearsal, Error> {
    let now = app.now();
    let (unit, pending) = at_one_moment(&app.reader, async |moment| {
        let unit = Unit::look(&app.rules, moment, Roots::of_subjects(&[subject]), now).await?;
        let orders: Vec<Uuid> = unit.orders.keys().copied().collect();
        let of_orders = timer::Entity::find().filter(timer::Column::RootId.is_in(orders));
        // What waits for its window is sent in the name of who asked; a rehearsal has one actor.
        let pending = of_orders.filter(timers::may_fire()).filter(timer::Column::Kind.ne(TimerKind::Deferred));
        let pending = pending.all(moment).await?;
        Ok((unit, pending))
    })
    .await?;
    let unknown = || Error::not_found(subject.type_id());
    let order = unit.orders.values().next().ok_or_else(unknown)?;
    if !workflow::visible(order, subject, actor)? {
        return Err(unknown());
    }
    let pending = pending.into_iter().map(|timer| (timers::key(&timer), timer)).collect();
    let mut stage = Stage { app, unit, clock: now, pending, steps: Vec::new() };
    for (place, planned) in plan.iter().enumerate() {
        let when = planned.at.or(at).unwrap_or(stage.clock);
        stage.fire_until(when, &format!("events.{place}.at"))?;
        stage.send(actor, subject, &planned.event)?;
    }
    if let Some(at) = at {
        let end = if plan.is_empty() { at } else { at.max(stage.clock) };
        stage.fire_until(end, "at")?;
    }
    stage.end()
}

/// The copy of the order, and the time that has come.
struct Stage<'a> {
    app: &'a App,
    unit: Unit,
    clock: Instant,
    pending: BTreeMap<TimerKey, timer::Model>,
    steps: Vec<Step>,
}

impl Stage<'_> {
    fn send(&mut self, actor: &Actor, subject: SubjectRef, event: &Event) -> Result<(), Error> {
        let env = Env { rules: &self.app.rules, actor, now: self.clock };
        let outcome = Opened::only(&mut self.unit, env, subject)?.try_send(event, None, Via::Client)?;
        self.note(subject, event.name.clone(), false, outcome);
        Ok(())
    }

    /// Fires what is due until `when`, each at its time, and lets that time come.
    fn fire_until(&mut self, when: Instant, field: &str) -> Result<(), Error> {
        if when < self.clock {
            let message = format!("{when} is over by then: times go forward, and begin now");
            return Err(Error::invalid(field, message));
        }
        let system = Actor::system();
        while let Some(timer) = self.next_due(when) {
            if self.steps.iter().filter(|step| step.by_timer).count() >= MAX_TIMERS {
                return Err(Error::Limit(format!("more than {MAX_TIMERS} timers fire until then; end it sooner")));
            }
            self.clock = self.clock.max(timer.due_at);
            self.unit.now = self.clock;
            let env = Env { rules: &self.app.rules, actor: &system, now: self.clock };
            self.pending.remove(&timers::key(&timer));
            let subject = SubjectRef { kind: timer.subject_kind, id: timer.subject_id };
            let mut opened = Opened::only(&mut self.unit, env, subject)?;
            let outcome = if timers::is_lapse(&timer) {
                lapse(&mut opened, timer.ref_id)?;
                Outcome::Taken
            } else {
                opened.fire_here(&timer)?
            };
            self.note(subject, timer.event, true, outcome);
        }
        self.clock = when;
        self.unit.now = when;
        Ok(())
    }

    fn next_due(&self, when: Instant) -> Option<timer::Model> {
        let due = self.pending.values().filter(|timer| timer.due_at <= when);
        due.min_by_key(|timer| (timer.due_at, timer.id)).cloned()
    }

    /// Takes what has gathered in the unit as the step's.
    fn note(&mut self, subject: SubjectRef, event: String, by_timer: bool, outcome: Outcome) {
        let refusal = match outcome {
            Outcome::Taken => None,
            Outcome::Refused(refusal) => Some(refusal),
        };
        for (key, armed) in std::mem::take(&mut self.unit.shared.timers) {
            match armed {
                Some(timer) => drop(self.pending.insert(key, timer)),
                None => drop(self.pending.remove(&key)),
            }
        }
        let outbox = std::mem::take(&mut self.unit.shared.outbox).into_iter().map(|row| row.kind.to_string()).collect();
        let transitions = std::mem::take(&mut self.unit.shared.log);
        self.steps.push(Step { at: self.clock, subject, event, by_timer, refusal, transitions, outbox });
    }

    fn end(self) -> Result<Rehearsal, Error> {
        let order = self.unit.only()?;
        let mut subjects = Vec::new();
        if let Some(row) = order.find_quotation()? {
            subjects.push(ended(SubjectRef::quotation(row.id), &row.workflow_state, &row.workflow_context)?);
        }
        if let Some(sale) = order.find_sale()? {
            subjects.push(ended(SubjectRef::sale(sale.id), &sale.workflow_state, &sale.workflow_context)?);
        }
        for row in order.fulfilments.all()? {
            subjects.push(ended(SubjectRef::fulfilment(row.id), &row.workflow_state, &row.workflow_context)?);
        }
        let mut timers: Vec<timer::Model> = self.pending.into_values().collect();
        timers.sort_by_key(|timer| (timer.due_at, timer.id));
        Ok(Rehearsal { steps: self.steps, subjects, timers })
    }
}

fn ended(subject: SubjectRef, state: &str, context: &impl Serialize) -> Result<Ended, Error> {
    let context = serde_json::to_value(context).map_err(Error::internal)?;
    Ok(Ended { subject, state: state.to_owned(), context })
}
