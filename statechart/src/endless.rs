//! Machines that certainly never come to rest: `always`, or `onDone`, in a circle or in too long a chain.
//!
//! From every leaf the machine is let run without an event, once with every guard true and once with every guard false.
//! It only reports what no answer of the world could stop: a run that depends on more than one guard, or on a guard after
//! an action, says nothing.

use std::collections::HashSet;

use serde_json::Value;

use crate::host::Host;
use crate::limits;
use crate::machine::Machine;
use crate::model::{ActionRef, Guard, GuardRef, Kind, StateId, TransitionId, Trigger, UNKNOWN_GUARD};
use crate::problem::{Problem, Problems};
use crate::set::StateSet;
use crate::snapshot::Snapshot;
use crate::step::{Rest, STEP_LIMIT, rest_from};

/// Finds them.
pub(crate) fn check(machine: &Machine, problems: &mut Problems) {
    let happens_at_once =
        |of: &crate::model::Transition| matches!(of.trigger, Trigger::Always | Trigger::Done) && !of.targets.is_empty();
    if !machine.transitions.iter().any(happens_at_once) {
        return;
    }
    let mut search = Search { machine, known: HashSet::new(), any_long: false };
    let mut effort = Effort { weights: weights(machine), steps: 0, work: 0 };
    for id in machine.state_ids().filter(|id| machine.state(*id).kind.is_leaf()) {
        let at = Snapshot { active: machine.configuration_with(id), history: Vec::new() };
        for answer in [true, false] {
            if !effort.spend(machine, &at.active) || problems.is_full() {
                return;
            }
            let mut host = Assumption { answer, seen: None, acted: false };
            match rest_from(machine, &at, id, &mut host, |active| effort.spend(machine, active)) {
                Rest::Unknown => {}
                Rest::Circle(circle) => search.circle(id, circle, problems),
                Rest::Long(taken) => search.long(id, &taken, problems),
            }
        }
    }
}

/// How much was tried so far. Beyond the limits a definition is accepted without a verdict.
struct Effort {
    /// By state: what the search for a transition touches from there up to the root.
    weights: Vec<usize>,
    steps: usize,
    work: usize,
}

impl Effort {
    /// Counts one more microstep where `active` states are active; false when it is one too many.
    fn spend(&mut self, machine: &Machine, active: &StateSet) -> bool {
        let leaves = active.iter().filter(|id| machine.state(*id).kind.is_leaf());
        self.work += leaves.map(|leaf| self.weights[leaf.at()]).sum::<usize>();
        self.steps += 1;
        self.steps <= limits::TRIALS && self.work <= limits::TRIAL_WORK
    }
}

/// By state: the states around it, itself included, and their transitions with all that their guards ask.
fn weights(machine: &Machine) -> Vec<usize> {
    let mut weights: Vec<usize> = Vec::with_capacity(machine.states.len());
    for state in &machine.states {
        let around = state.parent.map_or(0, |parent| weights[parent.at()]);
        let guards = state.transitions.iter().map(|id| size(machine.transition(*id).guard.as_ref()));
        weights.push(1 + around + guards.sum::<usize>());
    }
    weights
}

fn size(guard: Option<&Guard>) -> usize {
    1 + guard.map_or(0, |guard| match guard {
        Guard::And(of) | Guard::Or(of) => of.iter().map(|guard| size(Some(guard))).sum(),
        Guard::Not(of) => size(Some(of)),
        Guard::StateIn(_) | Guard::Named(_) => 0,
    })
}

/// What was found, each once.
struct Search<'a> {
    machine: &'a Machine,
    known: HashSet<Vec<TransitionId>>,
    any_long: bool,
}

impl Search<'_> {
    /// A circle that begins where `leaf` is.
    fn circle(&mut self, leaf: StateId, mut circle: Vec<TransitionId>, problems: &mut Problems) {
        circle.sort_unstable();
        circle.dedup();
        if !self.is_guess(leaf, &circle) && !self.known.contains(&circle) {
            problems.push(endless(self.machine, &circle));
            self.known.insert(circle);
        }
    }

    /// A run that is too long; such runs differ by where they begin, hence one of them says it for all.
    fn long(&mut self, leaf: StateId, taken: &[TransitionId], problems: &mut Problems) {
        if !self.any_long && !self.is_guess(leaf, taken) {
            problems.push(too_long(self.machine, taken));
            self.any_long = true;
        }
    }

    /// Which states of other regions go with this leaf is a guess, and must not matter.
    fn is_guess(&self, leaf: StateId, taken: &[TransitionId]) -> bool {
        let machine = self.machine;
        let beside = machine.ancestors(leaf).any(|around| machine.state(around).kind == Kind::Parallel);
        beside && taken.iter().any(|id| asks_for_states(machine.transition(*id).guard.as_ref()))
    }
}

fn too_long(machine: &Machine, taken: &[TransitionId]) -> Problem {
    let path = taken.first().map(|first| machine.transition(*first).pointer.clone()).unwrap_or_default();
    let message = format!(
        "the machine would not come to rest in time: from here on, `always` and `onDone` take it through more than \
         {STEP_LIMIT} microsteps without an event"
    );
    Problem::error(path, message, "shorten the chain, or let an event or a delay stand within it")
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
}
