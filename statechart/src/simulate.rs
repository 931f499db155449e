//! Runs a machine over a list of events, guards answered from a table: how machines are checked from outside.
//!
//! Any action name is accepted and only recorded. Timers fire when an `@after` event says so, once for each time that
//! their state is entered, and not at all when it is not active. What names no state or delay of the machine is an
//! error: a simulation that was told something else than was meant shows nothing.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Number, Value};
use thiserror::Error;

use crate::host::{Host, Step, StepError};
use crate::keys::{is_near, listed};
use crate::limits::LISTED;
use crate::lookup::descriptor_matches;
use crate::machine::Machine;
use crate::model::{ActionRef, Delay, GuardRef, StateId, Trigger};
use crate::snapshot::Snapshot;

/// What the machine looks like after the start or after an event.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Line {
    /// The event's type, `@after` for a timer; `null` for the start.
    pub event: Option<String>,
    /// `XState`'s state value.
    pub state: Value,
    /// The dotted paths of the active leaves, sorted.
    pub configuration: Vec<String>,
    /// The names of the actions that ran, in order.
    pub actions: Vec<String>,
    /// The state value differs from the line before, or an action ran; true for the start.
    pub changed: bool,
    /// The machine has ended.
    pub done: bool,
}

/// Why a simulation came to nothing.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum SimulateError {
    /// The machine asked for a guard that the table does not answer.
    #[error("guard `{name}` has no answer: add `\"{name}\": true` or `false` to the guards")]
    UnknownGuard {
        /// The guard's name.
        name: String,
    },
    /// The table's answer is not a boolean.
    #[error("guard `{name}` must be true or false")]
    BadGuard {
        /// The guard's name.
        name: String,
    },
    /// An entry of the list is no event.
    #[error("event {index}: {reason}")]
    BadEvent {
        /// Its place in the list, from 0.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A macrostep did not end.
    #[error("the machine did not come to rest within {limit} microsteps: `always` or `onDone` lead on and on")]
    TooManySteps {
        /// The number of microsteps that were allowed.
        limit: u32,
    },
}

/// A host that answers from a table and records.
struct Recorder<'a> {
    guards: &'a Map<String, Value>,
    actions: Vec<String>,
    armed: Vec<(StateId, Delay)>,
}

impl Host for Recorder<'_> {
    type Error = SimulateError;

    fn guard(&mut self, guard: &GuardRef, _event: &str) -> Result<bool, SimulateError> {
        match self.guards.get(&guard.name) {
            Some(Value::Bool(answer)) => Ok(*answer),
            Some(_) => Err(SimulateError::BadGuard { name: guard.name.clone() }),
            None => Err(SimulateError::UnknownGuard { name: guard.name.clone() }),
        }
    }

    fn action(&mut self, action: &ActionRef, _event: &str) -> Result<(), SimulateError> {
        self.actions.push(action.name.clone());
        Ok(())
    }

    fn arm(&mut self, state: StateId, delay: &Delay) -> Result<(), SimulateError> {
        let timer = (state, delay.clone());
        if !self.armed.contains(&timer) {
            self.armed.push(timer);
        }
        Ok(())
    }

    fn disarm(&mut self, state: StateId) -> Result<(), SimulateError> {
        self.armed.retain(|(of, _)| *of != state);
        Ok(())
    }
}

impl From<StepError<Self>> for SimulateError {
    fn from(error: StepError<Self>) -> Self {
        match error {
            StepError::Host(error) => error,
            StepError::TooManySteps { limit } => Self::TooManySteps { limit },
        }
    }
}

/// One entry of the list of events.
enum Happening<'a> {
    Event(&'a str),
    Timer(StateId, Delay),
}

/// Starts the machine and gives it the events: a line for the start and one for each event.
///
/// An event is an object with a `type`, or `{"type": "@after", "delay": …, "state": …}` to let a delayed transition
/// fire; `delay` is a number or name that the state's `after` has, `state` a dotted path or an id. Where that state is not
/// active, nothing happens. The machine's own events, `xstate.…`, cannot be sent.
pub fn run(machine: &Machine, guards: &Map<String, Value>, events: &[Value]) -> Result<Vec<Line>, SimulateError> {
    let mut host = Recorder { guards, actions: Vec::new(), armed: Vec::new() };
    let step = machine.start(&mut host)?;
    let mut lines = Vec::with_capacity(events.len() + 1);
    let mut now = step.snapshot.clone();
    lines.push(line(machine, None, &step, &mut host));
    for (index, event) in events.iter().enumerate() {
        let bad = |reason: String| SimulateError::BadEvent { index, reason };
        let (name, step) = match happening(machine, event).map_err(bad)? {
            Happening::Event(name) => (name, machine.step(&now, name, &mut host)?),
            Happening::Timer(state, delay) => ("@after", fire(machine, &now, state, &delay, &mut host)?),
        };
        now = step.snapshot.clone();
        lines.push(line(machine, Some(name.to_owned()), &step, &mut host));
    }
    Ok(lines)
}

/// What of the events and the guards' answers the machine does not know, a sentence for each, once: a name that no state
/// of it takes, an answer that no transition asks for. A run passes over both.
pub fn unknown(machine: &Machine, guards: &Map<String, Value>, events: &[Value]) -> Vec<String> {
    let mut told = Vec::new();
    let descriptors: Vec<&str> = machine
        .transitions()
        .iter()
        .filter_map(|of| match &of.trigger {
            Trigger::Event(name) => Some(name.as_str()),
            Trigger::Always | Trigger::After(_) | Trigger::Done => None,
        })
        .collect();
    let mut seen = HashSet::new();
    let names = events.iter().filter_map(|event| event.as_str().or_else(|| event.get("type")?.as_str()));
    for name in names.filter(|name| !name.starts_with('@') && !name.starts_with("xstate.") && seen.insert(*name)) {
        if !descriptors.iter().any(|descriptor| descriptor_matches(descriptor, name)) {
            told.push(sentence("takes no event", name, &descriptors));
        }
    }
    let asked: Vec<&str> = machine.guards().iter().map(String::as_str).collect();
    for name in guards.keys().filter(|name| !asked.contains(&name.as_str())) {
        told.push(sentence("asks no guard", name, &asked));
    }
    told
}

fn sentence(what: &str, name: &str, known: &[&str]) -> String {
    let near = known.iter().find(|known| is_near(known, name));
    let mut listing: Vec<&str> = Vec::new();
    for name in known {
        if listing.len() <= LISTED && !listing.contains(name) {
            listing.push(name);
        }
    }
    let rest = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "there is none".to_owned(),
        None => format!("there are {}", listed(listing.into_iter())),
    };
    format!("the machine {what} `{name}`; {rest}")
}

fn line(machine: &Machine, event: Option<String>, step: &Step, host: &mut Recorder<'_>) -> Line {
    let mut configuration: Vec<_> =
        machine.leaves(&step.snapshot).map(|leaf| machine.state(leaf).path.clone()).collect();
    configuration.sort();
    Line {
        event,
        state: machine.value(&step.snapshot),
        configuration,
        actions: std::mem::take(&mut host.actions),
        changed: step.changed,
        done: step.done,
    }
}

/// Fires a timer that is running; does nothing otherwise.
fn fire(
    machine: &Machine,
    now: &Snapshot,
    state: StateId,
    delay: &Delay,
    host: &mut Recorder<'_>,
) -> Result<Step, SimulateError> {
    let Some(place) = host.armed.iter().position(|(of, armed)| *of == state && armed == delay) else {
        let done = machine.is_done(now);
        return Ok(Step { snapshot: now.clone(), taken: Vec::new(), changed: false, done });
    };
    host.armed.swap_remove(place);
    Ok(machine.step(now, &machine.after_event(state, delay), host)?)
}

fn happening<'a>(machine: &Machine, event: &'a Value) -> Result<Happening<'a>, String> {
    let name = match event {
        Value::String(name) => name.as_str(),
        Value::Object(fields) => match fields.get("type") {
            Some(Value::String(name)) => name.as_str(),
            _ => return Err("must have a `type` that is text".to_owned()),
        },
        _ => return Err("must be an object with a `type`".to_owned()),
    };
    match name {
        "" => Err("`type` must not be empty".to_owned()),
        "*" => Err("an event cannot be called `*`: that is the wildcard".to_owned()),
        "@after" => {
            let state = timer_state(machine, event)?;
            Ok(Happening::Timer(state, timer_delay(machine, state, event)?))
        }
        _ if name.starts_with("xstate.") => Err(format!(
            "`{name}` cannot be sent: events that begin with `xstate.` are the machine's own; for a delay say \
             `{{\"type\": \"@after\", \"delay\": …, \"state\": …}}`"
        )),
        _ => Ok(Happening::Event(name)),
    }
}

fn timer_state(machine: &Machine, event: &Value) -> Result<StateId, String> {
    let Some(name) = event.get("state").and_then(Value::as_str) else {
        return Err("`@after` must have a `state`: its dotted path".to_owned());
    };
    let id = name.strip_prefix('#').unwrap_or(name);
    let by_id = || machine.states().iter().position(|state| state.id == id).map(StateId::from_index);
    let state = machine.by_path(name).or_else(by_id).or_else(|| machine.leaf(name));
    state.ok_or_else(|| {
        let waiting = machine.states().iter().filter(|state| !state.delays.is_empty());
        let waiting: Vec<_> = waiting.map(|state| shown(&state.path)).collect();
        let known = if waiting.is_empty() {
            "no state of this machine waits for a delay".to_owned()
        } else {
            format!("states that wait for a delay are {}", listed(waiting.into_iter()))
        };
        format!("there is no state `{name}`; {known}")
    })
}

fn timer_delay(machine: &Machine, state: StateId, event: &Value) -> Result<Delay, String> {
    let delay = match event.get("delay") {
        Some(Value::String(name)) if !name.is_empty() => name.clone(),
        Some(Value::Number(number)) => whole(number),
        _ => return Err("`@after` must have a `delay`: a number of milliseconds or a name".to_owned()),
    };
    let millis = Some(&delay).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let wanted = millis.and_then(|text| text.parse().ok()).map_or_else(|| Delay::Named(delay.clone()), Delay::Millis);
    let state = machine.state(state);
    if state.delays.contains(&wanted) {
        return Ok(wanted);
    }
    let known: Vec<_> = state.delays.iter().map(ToString::to_string).collect();
    let known = if known.is_empty() {
        "it has no `after`".to_owned()
    } else {
        format!("its delays are {}", listed(known.iter().map(String::as_str)))
    };
    Err(format!("state `{}` has no delay `{delay}`; {known}", shown(&state.path)))
}

/// A number as a definition would have it for a key: `5.0` and `5e0` are 5.
fn whole(number: &Number) -> String {
    let is_whole = |float: &f64| float.fract() == 0.0 && (0.0..=9e15).contains(float);
    match number.as_f64().filter(is_whole) {
        Some(float) if number.is_f64() => format!("{:.0}", float.abs()),
        _ => number.to_string(),
    }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "(the root)" } else { path }
}
