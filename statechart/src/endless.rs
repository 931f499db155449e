//! Machines that certainly never come to rest: `always`, or `onDone`, in a circle.
//!
//! From every leaf the machine is let run without an event, once with every guard true and once with every guard false.
//! It only reports what no answer of the world could stop: a run that depends on more than one guard, or on a guard after
//! an action, says nothing.

use serde_json::Value;

use crate::host::Host;
use crate::limits;
use crate::machine::Machine;
use crate::model::{ActionRef, Delay, Guard, GuardRef, Kind, StateId, TransitionId, Trigger, UNKNOWN_GUARD};
use crate::problem::{Problem, Problems};
use crate::snapshot::Snapshot;
use crate::step::rest_from;

/// Finds them.
pub(crate) fn check(machine: &Machine, problems: &mut Problems) {
    let happens_at_once =
        |of: &crate::model::Transition| matches!(of.trigger, Trigger::Always | Trigger::Done) && !of.targets.is_empty();
    if !machine.transitions.iter().any(happens_at_once) {
        return;
    }
    let mut known: Vec<Vec<TransitionId>> = Vec::new();
    let mut trials = 0;
    let ids = (0..machine.states.len()).map(StateId::from_index);
    for id in ids.filter(|id| machine.state(*id).kind.is_leaf()) {
        let at = Snapshot { active: machine.configuration_with(id), history: Vec::new() };
        let beside = machine.ancestors(id).any(|around| machine.state(around).kind == Kind::Parallel);
        for answer in [true, false] {
            if trials > limits::TRIALS || problems.is_full() {
                return;
            }
            let mut host = Assumption { answer, seen: None, acted: false };
            let (steps, circle) = rest_from(machine, &at, id, &mut host);
            trials += steps;
            let Some(mut circle) = circle else { continue };
            circle.sort_unstable();
            circle.dedup();
            // Which states of other regions go with this leaf is a guess, and must not matter.
            let guessed = beside && circle.iter().any(|id| asks_for_states(machine.transition(*id).guard.as_ref()));
            if !guessed && !known.contains(&circle) {
                problems.push(endless(machine, &circle));
                known.push(circle);
            }
        }
    }
}

fn asks_for_states(guard: Option<&Guard>) -> bool {
    guard.is_some_and(|guard| match guard {
        Guard::StateIn(_) => true,
        Guard::And(of) | Guard::Or(of) => of.iter().any(|guard| asks_for_states(Some(guard))),
        Guard::Not(of) => asks_for_states(Some(of)),
        Guard::Named(_) => false,
    })
}

fn endless(machine: &Machine, circle: &[TransitionId]) -> Problem {
    let path = circle.first().map(|first| machine.transition(*first).pointer.clone()).unwrap_or_default();
    let arrows = circle.iter().map(|id| machine.transition(*id).pointer.as_str());
    let arrows = crate::keys::listed(arrows);
    let message = format!("the machine would never come to rest: {arrows} lead in a circle");
    Problem::error(path, message, "guard one of them with something that the circle itself makes false")
}

/// Answers like the world would in which one guard always has the same answer. Other guards, and actions that could
/// change that answer, make the run uncertain.
struct Assumption {
    answer: bool,
    seen: Option<(usize, Value)>,
    acted: bool,
}

/// The run depends on something that is not known here.
struct Uncertain;

impl Host for Assumption {
    type Error = Uncertain;

    fn guard(&mut self, guard: &GuardRef, _event: &str) -> Result<bool, Uncertain> {
        if guard.index == UNKNOWN_GUARD {
            return Err(Uncertain);
        }
        let (index, params) = self.seen.get_or_insert_with(|| (guard.index, guard.params.clone()));
        if self.acted || *index != guard.index || *params != guard.params {
            return Err(Uncertain);
        }
        Ok(self.answer)
    }

    fn action(&mut self, _action: &ActionRef, _event: &str) -> Result<(), Uncertain> {
        self.acted = true;
        if self.seen.is_some() { Err(Uncertain) } else { Ok(()) }
    }

    fn arm(&mut self, _state: StateId, _delay: &Delay) -> Result<(), Uncertain> {
        Ok(())
    }

    fn disarm(&mut self, _state: StateId) -> Result<(), Uncertain> {
        Ok(())
    }
}
