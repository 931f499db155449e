//! Would a log have come out the same on another version of its machine?
//!
//! What guards answered is not in the log, so it is worked out: every combination of answers is tried on the old version,
//! and those that lead to where the log says are tried on the new one, whose other guards may answer anything. A row
//! differs when no combination leads to the same state. Knows machines and log rows; reads no database.

use super::{CREATED, MIGRATED, definition::Definition, mapping::Mapping};
use entity::transition_log;
use serde_json::Value;
use statechart::{GuardRef, Host, Machine, Snapshot};
use std::collections::BTreeSet;
use std::convert::Infallible;

/// More combinations of guards' answers than this are not tried for one row.
const MAX_WAYS: usize = 512;
/// How much is tried in all for one publishing: steps, those of large machines counting for more.
const EFFORT: usize = 400_000;
/// So many states make a step count once more.
const STATES_A_STEP: usize = 16;

/// A row of a log that would come out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its place in the order's log.
    pub sequence: i64,
    /// What happened.
    pub event: String,
    /// From where; none at the start.
    pub from: Option<String>,
    /// To where.
    pub to: String,
    /// Where the other version could lead; empty when nothing takes the event.
    pub now: Vec<String>,
}

/// What may still be tried.
pub(super) struct Effort(usize);

impl Effort {
    /// Of one publishing.
    pub fn whole() -> Self {
        Self(EFFORT)
    }

    /// Whether there is none left: what was found since is not all that there is.
    pub fn is_spent(&self) -> bool {
        self.0 == 0
    }

    /// Counts a step of a machine; false when it is one too many.
    fn step(&mut self, machine: &Machine) -> bool {
        self.0 = self.0.saturating_sub(1 + machine.states().len() / STATES_A_STEP);
        !self.is_spent()
    }
}

/// The first row of a subject's log, oldest row first, that would come out otherwise on `new`. A subject that was
/// migrated is followed from there. `mapping` says what the states of `old` are called in `new`.
pub(super) fn first_difference(
    old: &Machine,
    new: &Machine,
    mapping: &Mapping,
    log: &[transition_log::Model],
    effort: &mut Effort,
) -> Option<Difference> {
    let moved = log.iter().rposition(|row| row.event == MIGRATED);
    let mut guards = Guards::default();
    let mut at = moved.and_then(|place| log.get(place)).and_then(|row| Place::at(old, new, mapping, &row.to_state));
    for row in log.iter().skip(moved.map_or(0, |place| place + 1)) {
        at = match follow([old, new], mapping, at.as_ref(), row, &mut guards, effort) {
            Followed::Alike(place) => Some(place),
            // A row that no step wrote, or one that guards asked twice in one step explain.
            Followed::Unknown if row.from_state.as_ref() == Some(&row.to_state) => at,
            Followed::Unknown => Place::at(old, new, mapping, &row.to_state),
            Followed::Otherwise(now) => {
                return Some(Difference {
                    sequence: row.sequence,
                    event: row.event.clone(),
                    from: row.from_state.clone(),
                    to: row.to_state.clone(),
                    now: now.into_iter().collect(),
                });
            }
        };
    }
    None
}

/// Where both versions stand, history included.
struct Place {
    old: Snapshot,
    new: Snapshot,
}

impl Place {
    /// In this state of the old version, nothing remembered.
    fn at(old: &Machine, new: &Machine, mapping: &Mapping, state: &str) -> Option<Self> {
        let old = old.restore(state, &Value::Null).ok()?;
        let new = new.restore(&mapping.apply(state), &Value::Null).ok()?;
        Some(Self { old, new })
    }
}

/// The leaves of a stored state; their order is that of a version's document.
fn regions(state: &str) -> BTreeSet<&str> {
    state.split('+').collect()
}

enum Followed {
    Alike(Place),
    Otherwise(BTreeSet<String>),
    /// The old version itself does not lead there.
    Unknown,
}

fn follow(
    [old, new]: [&Machine; 2],
    mapping: &Mapping,
    at: Option<&Place>,
    row: &transition_log::Model,
    guards: &mut Guards,
    effort: &mut Effort,
) -> Followed {
    let starts = row.event == CREATED && row.from_state.is_none();
    if at.is_none() && !starts {
        return Followed::Unknown;
    }
    let (before, after) = (at.map(|place| &place.old), at.map(|place| &place.new));
    let expected = mapping.apply(&row.to_state);
    let expected = regions(&expected);
    let mut leads_to = BTreeSet::new();
    let mut explained = false;
    for way in ways(old, before, &row.event, &Answers::new(), guards, effort) {
        if old.leaf_names(&way.snapshot) != row.to_state {
            continue;
        }
        explained = true;
        for other in ways(new, after, &row.event, &way.answers, guards, effort) {
            let state = new.leaf_names(&other.snapshot);
            if regions(&state) == expected {
                return Followed::Alike(Place { old: way.snapshot, new: other.snapshot });
            }
            leads_to.insert(state);
        }
    }
    if explained && !effort.is_spent() { Followed::Otherwise(leads_to) } else { Followed::Unknown }
}

/// Guards by what they are called and with which parameters: the same in every machine has the same number.
#[derive(Default)]
struct Guards(Vec<(String, Value)>);

impl Guards {
    fn number(&mut self, guard: &GuardRef) -> usize {
        let known = self.0.iter().position(|(name, params)| *name == guard.name && *params == guard.params);
        known.unwrap_or_else(|| {
            self.0.push((guard.name.clone(), guard.params.clone()));
            self.0.len() - 1
        })
    }
}

/// What guards answered, by their numbers; none who were not asked.
type Answers = Vec<Option<bool>>;

/// One combination of answers, and where it leads.
struct Way {
    answers: Answers,
    snapshot: Snapshot,
}

/// Every way in which a machine takes an event, or starts when it is nowhere yet. Guards in `fixed` answer as there.
fn ways(
    machine: &Machine,
    from: Option<&Snapshot>,
    event: &str,
    fixed: &Answers,
    guards: &mut Guards,
    effort: &mut Effort,
) -> Vec<Way> {
    let event = from.map(|snapshot| internal_name(machine, snapshot, event));
    let mut ways = Vec::new();
    let mut script = Vec::new();
    for _ in 0..MAX_WAYS {
        if !effort.step(machine) {
            break;
        }
        let mut oracle = Oracle { guards: &mut *guards, answers: fixed.clone(), script, asked: Vec::new() };
        let stepped = match (from, &event) {
            (Some(snapshot), Some(event)) => machine.step_if_taken(snapshot, event, &mut oracle),
            _ => machine.start(&mut oracle).map(Some),
        };
        // One that does not come to rest leads nowhere.
        if let Ok(Some(step)) = stepped {
            ways.push(Way { answers: oracle.answers, snapshot: step.snapshot });
        }
        script = oracle.asked;
        while script.pop_if(|answer| *answer).is_some() {}
        match script.last_mut() {
            Some(last) => *last = true,
            None => break,
        }
    }
    ways
}

/// Delayed transitions are in the log by the name of their delay.
fn internal_name(machine: &Machine, snapshot: &Snapshot, event: &str) -> String {
    let delayed = Definition::delayed(machine, snapshot).find(|(name, _)| name == event);
    delayed.and_then(|(_, transition)| machine.after_event_of(transition)).unwrap_or_else(|| event.to_owned())
}

/// Answers guards by a script, then with no.
struct Oracle<'a> {
    guards: &'a mut Guards,
    answers: Answers,
    script: Vec<bool>,
    /// The answers to guards that were not fixed, in the order in which they were first asked.
    asked: Vec<bool>,
}

impl Host for Oracle<'_> {
    type Error = Infallible;

    fn guard(&mut self, guard: &GuardRef, _event: &str) -> Result<bool, Infallible> {
        let number = self.guards.number(guard);
        if self.answers.len() <= number {
            self.answers.resize(number + 1, None);
        }
        if let Some(answer) = self.answers[number] {
            return Ok(answer);
        }
        let answer = self.script.get(self.asked.len()).copied().unwrap_or(false);
        self.asked.push(answer);
        self.answers[number] = Some(answer);
        Ok(answer)
    }
}
