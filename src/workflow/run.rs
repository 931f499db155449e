//! Runs machines over the unit: one step, then its follow-ups in rounds, all in memory.
//!
//! The same code runs an event for good, explains it, and tries it out. Knows the algorithm's callbacks, the log and the
//! timers; the rules are the rooms' functions.

use super::{
    Event, FollowUp, Opened, Order, Shared, SubjectRef, Unit,
    definition::Definition,
    failed_guards::failed_guards,
    log,
    mark::Mark,
    subject, timers,
    turn::{Env, Turn},
    unit::What,
    vocabulary::Verdict,
};
use crate::{clock, error::Error};
use serde_json::{Map, Value};
use statechart::{ActionRef, Delay, GuardRef, Host, StateId, StepError, TransitionId, Trigger};
use std::sync::Arc;
use uuid::Uuid;

/// More rounds of follow-ups than this in one order mean that machines chase each other.
const MAX_ROUNDS: u32 = 100;

/// The machine's view of the unit.
pub(super) struct Runner<'a> {
    pub definition: &'a Definition,
    pub order: &'a mut Order,
    pub shared: &'a mut Shared,
    pub subject: SubjectRef,
    pub event: &'a Event,
    pub env: Env<'a>,
    pub metadata: Map<String, Value>,
    pub depth: u32,
}

impl Runner<'_> {
    pub(super) fn turn<'t>(&'t mut self, params: &'t Value) -> Turn<'t> {
        Turn {
            order: &mut *self.order,
            shared: &mut *self.shared,
            subject: self.subject,
            event: self.event,
            params,
            env: self.env,
            metadata: &mut self.metadata,
            depth: self.depth,
        }
    }

    /// What a guard answers.
    pub(super) fn ask(&mut self, guard: &GuardRef) -> Result<Verdict, Error> {
        let check = self.definition.guard(guard)?.check;
        check(&self.turn(&guard.params))
    }

    /// Brings what the subject's context says of other rows up to date.
    pub(super) fn facts(&mut self) -> Result<(), Error> {
        match self.definition.facts() {
            Some(facts) => (facts.refresh)(&mut self.turn(&Value::Null)),
            None => Ok(()),
        }
    }

    fn timer(&mut self, state: StateId, delay: &Delay, due: Option<crate::clock::Instant>) {
        let path = self.definition.machine.state(state).path.clone();
        let event = Definition::delay_name(delay);
        let key = (self.subject.id, path.clone(), event.clone(), Uuid::nil());
        let row = due.map(|due_at| timers::row(self.order.root.id, self.subject, path, &event, due_at));
        self.shared.timers.insert(key, row);
    }
}

impl Host for Runner<'_> {
    type Error = Error;

    fn guard(&mut self, guard: &GuardRef, _event: &str) -> Result<bool, Error> {
        Ok(self.ask(guard)? == Verdict::Pass)
    }

    fn action(&mut self, action: &ActionRef, _event: &str) -> Result<(), Error> {
        let run = self.definition.action(action)?.run;
        run(&mut self.turn(&action.params))
    }

    fn arm(&mut self, state: StateId, delay: &Delay) -> Result<(), Error> {
        let due = match delay {
            Delay::Named(name) => {
                let due = self.definition.delay(name)?.due;
                due(&self.turn(&Value::Null))?
            }
            Delay::Millis(millis) => i64::try_from(*millis)
                .ok()
                .and_then(chrono::TimeDelta::try_milliseconds)
                .ok_or_else(|| Error::internal(format!("a delay of {millis} ms is beyond all time")))
                .and_then(|delay| clock::after(self.env.now, delay, &format!("after.{millis}")))
                .map(Some)?,
        };
        if due.is_some() {
            self.timer(state, delay, due);
        }
        Ok(())
    }

    fn disarm(&mut self, state: StateId) -> Result<(), Error> {
        for delay in delays(self.definition, state) {
            self.timer(state, &delay, None);
        }
        Ok(())
    }
}

/// What came of one event on one subject, its follow-ups not counted.
pub(super) enum Stepped {
    /// Taken and logged.
    Taken,
    /// Nothing took it, and nothing has changed; `failed_guards` finds why.
    Refused,
}

/// Sends one event to one subject, without its follow-ups. When nothing takes it, the unit is as it was.
pub(super) fn step(opened: &mut Opened<'_>, event: &Event, depth: u32) -> Result<Stepped, Error> {
    let (env, subject) = (opened.env, opened.subject);
    let (order, shared) = opened.parts()?;
    let columns = subject::columns(order, subject)?;
    let definition = subject::definition(env.rules, &columns)?;
    let snapshot = subject::snapshot(&definition, &columns)?;
    let from = columns.state.to_owned();
    let mark = definition.facts().map(|facts| Mark::before_facts(order, shared, subject, facts.needs));
    let mark = mark.transpose()?;
    let mut runner = runner(&definition, order, shared, subject, event, env, depth);
    runner.facts()?;
    let Some(step) = definition.machine.step_if_taken(&snapshot, &event.name, &mut runner).map_err(from_step)? else {
        if let Some(mark) = mark {
            mark.put_back(order, shared);
        }
        return Ok(Stepped::Refused);
    };
    subject::set(runner.order, subject, &definition, &step.snapshot, env.now)?;
    runner.facts()?;
    let noop = step.taken.iter().all(|id| is_noop(&definition, *id));
    finish(runner, Some(from), label(&event.name), noop)?;
    if definition.machine.is_done(&step.snapshot) {
        opened.end_deferred()?;
    }
    Ok(Stepped::Taken)
}

/// Enters a new subject's initial state.
pub(super) fn start(opened: &mut Opened<'_>, event: &Event, depth: u32) -> Result<(), Error> {
    let (env, subject) = (opened.env, opened.subject);
    let (order, shared) = opened.parts()?;
    let name = subject::columns(order, subject)?.definition.to_owned();
    let definition: Arc<Definition> = env
        .rules
        .registry
        .newest_of(subject.kind, &name)
        .ok_or_else(|| Error::invalid("lifecycle", format!("there is no {:?} machine {name:?}", subject.kind)))?;
    let mut runner = runner(&definition, order, shared, subject, event, env, depth);
    runner.facts()?;
    let step = definition.machine.start(&mut runner).map_err(from_step)?;
    subject::set(runner.order, subject, &definition, &step.snapshot, env.now)?;
    runner.facts()?;
    finish(runner, None, event.name.clone(), false)
}

/// The distinct delays of a state.
pub(super) fn delays(definition: &Definition, state: StateId) -> Vec<Delay> {
    let machine = &definition.machine;
    let mut delays = Vec::new();
    for id in &machine.state(state).transitions {
        if let Trigger::After(delay) = &machine.transition(*id).trigger
            && !delays.contains(delay)
        {
            delays.push(delay.clone());
        }
    }
    delays
}

/// Runs a subject's facts and nothing else.
pub(super) fn refresh(opened: &mut Opened<'_>) -> Result<(), Error> {
    let (env, subject) = (opened.env, opened.subject);
    let (order, shared) = opened.parts()?;
    let definition = subject::definition(env.rules, &subject::columns(order, subject)?)?;
    let event = Event::default();
    runner(&definition, order, shared, subject, &event, env, 0).facts()
}

/// Books what happened to a subject without a step: facts, version and log, from = to.
pub(super) fn record(opened: &mut Opened<'_>, event: &Event, noop: bool) -> Result<(), Error> {
    let (env, subject) = (opened.env, opened.subject);
    env.rules.registry.check_sent(subject.kind, &event.name)?;
    let (order, shared) = opened.parts()?;
    let columns = subject::columns(order, subject)?;
    let definition = subject::definition(env.rules, &columns)?;
    let state = columns.state.to_owned();
    let mut runner = runner(&definition, order, shared, subject, event, env, 0);
    runner.facts()?;
    finish(runner, Some(state), event.name.clone(), noop)
}

/// Puts what Waybill did itself on record, under one of its own words: nothing of the subject changes.
pub(super) fn note(opened: &mut Opened<'_>, event: &Event, metadata: Map<String, Value>) -> Result<(), Error> {
    let (env, subject) = (opened.env, opened.subject);
    let (order, shared) = opened.parts()?;
    let columns = subject::columns(order, subject)?;
    let definition = subject::definition(env.rules, &columns)?;
    let state = columns.state.to_owned();
    let mut runner = runner(&definition, order, shared, subject, event, env, 0);
    runner.metadata = metadata;
    finish(runner, Some(state), event.name.clone(), true)
}

/// Runs the queue until it is empty.
pub(super) fn drain(unit: &mut Unit, env: Env<'_>) -> Result<(), Error> {
    while let Some(FollowUp { root, what, payload, optional, depth }) = unit.shared.queue.pop_front() {
        if depth > MAX_ROUNDS {
            return Err(Error::internal(format!("more than {MAX_ROUNDS} rounds of follow-ups in one order")));
        }
        match what {
            What::Build(kind) => {
                let mut opened = Opened::of(unit, env, root, SubjectRef { kind, id: Uuid::nil() });
                opened.subject.id = build(&mut opened, payload, depth)?;
                start(&mut opened, &Event::named(super::CREATED), depth)?;
            }
            What::Send(subject, name) => {
                env.rules.registry.check_sent(subject.kind, &name)?;
                let event = Event::named(name).with(payload);
                let mut opened = Opened::of(unit, env, root, subject);
                if let Stepped::Refused = step(&mut opened, &event, depth)?
                    && !optional
                {
                    let failed_guard = failed_guards(&opened, &event)?.into_iter().next();
                    let why = failed_guard
                        .map_or_else(String::new, |failed_guard| format!(": {} said no", failed_guard.guard));
                    let name = event.name;
                    return Err(Error::internal(format!("nothing takes the follow-up {name} of {subject:?}{why}")));
                }
            }
        }
    }
    Ok(())
}

/// Lets the room of the subject's kind build its row from the seed; answers its id.
fn build(opened: &mut Opened<'_>, seed: Value, depth: u32) -> Result<Uuid, Error> {
    let (env, subject) = (opened.env, opened.subject);
    let builder = env.rules.registry.builder(subject.kind)?;
    let event = Event::named(super::CREATED).with(seed);
    let (order, shared) = opened.parts()?;
    builder(&mut Turn {
        order,
        shared,
        subject,
        event: &event,
        params: &Value::Null,
        env,
        metadata: &mut Map::new(),
        depth,
    })
}

pub(super) fn runner<'a>(
    definition: &'a Definition,
    order: &'a mut Order,
    shared: &'a mut Shared,
    subject: SubjectRef,
    event: &'a Event,
    env: Env<'a>,
    depth: u32,
) -> Runner<'a> {
    Runner { definition, order, shared, subject, event, env, metadata: Map::new(), depth }
}

pub(super) fn finish(runner: Runner<'_>, from: Option<String>, event: String, noop: bool) -> Result<(), Error> {
    let to = subject::columns(runner.order, runner.subject)?.state.to_owned();
    let mut metadata = runner.metadata;
    if !runner.event.payload.is_null() {
        metadata.insert("payload".to_owned(), runner.event.payload.clone());
    }
    if let Some(given) = &runner.event.metadata {
        metadata.insert(log::GIVEN.to_owned(), given.clone());
    }
    let entry = log::Entry {
        subject: runner.subject,
        from,
        to,
        event,
        reason_code: runner.event.reason_code.clone(),
        note: runner.event.note.clone(),
        metadata,
    };
    log::append(runner.order, runner.shared, runner.env, entry)?;
    if !noop {
        runner.shared.touched.insert((runner.subject.kind, runner.subject.id));
    }
    Ok(())
}

/// A transition that its machine calls a no-op is on record and changes no version.
fn is_noop(definition: &Definition, id: TransitionId) -> bool {
    definition.machine.transition(id).meta.get("noop").and_then(Value::as_bool).unwrap_or(false)
}

/// Delayed transitions are logged by the name of their delay.
fn label(event: &str) -> String {
    event
        .strip_prefix("xstate.after.")
        .map_or_else(|| event.to_owned(), |rest| rest.split('.').next().unwrap_or(rest).to_owned())
}

fn from_step(error: StepError<Error>) -> Error {
    match error {
        StepError::Host(error) => error,
        StepError::TooManySteps { limit } => Error::internal(format!("more than {limit} microsteps in one step")),
    }
}
