//! Errors that show only when all names are resolved: targets that exclude each other, history that leads nowhere,
//! machines that never come to rest.

use serde_json::Value;

use crate::host::Host;
use crate::keys::join;
use crate::machine::Machine;
use crate::model::{ActionRef, Delay, GuardRef, Kind, StateId, TransitionId};
use crate::problem::Problem;
use crate::set::StateSet;
use crate::snapshot::Snapshot;
use crate::step::rest_from;

/// Checks what transitions and history states lead to. Works on definitions that have other errors.
pub(crate) fn check(machine: &Machine, problems: &mut Vec<Problem>) {
    for transition in &machine.transitions {
        let path = join(&transition.pointer, "target");
        if let Some(clash) = clash(machine, &transition.targets) {
            problems.push(Problem::error(path, clash, "name at most one state in each region of a parallel state"));
        }
    }
    for (index, state) in machine.states.iter().enumerate() {
        let id = StateId::from_index(index);
        let path = &machine.pointers[index];
        if state.kind.is_history() {
            check_history(machine, id, path, problems);
        } else if !state.children.is_empty() && machine.node(id).regions.is_empty() {
            let help = "a history state remembers its siblings: add some, or move it up";
            problems.push(Problem::error(join(path, "states"), "there is only history here, no state to enter", help));
        }
        if let Some(initial) = state.initial.filter(|initial| machine.state(*initial).kind.is_history())
            && machine.node(initial).fallback == [initial]
        {
            let help = "give that history state a `target`";
            problems.push(Problem::error(join(path, "initial"), "leads to a history that leads back here", help));
        }
    }
}

fn check_history(machine: &Machine, id: StateId, path: &str, problems: &mut Vec<Problem>) {
    let Some(parent) = machine.state(id).parent else { return };
    let node = machine.node(id);
    let here = join(path, "target");
    for target in &node.fallback {
        let implied = *target == parent && machine.state(parent).kind == Kind::Parallel;
        if machine.state(*target).kind.is_history() && *target != id {
            let help = "say which state is meant";
            problems.push(Problem::error(here.clone(), "a history must not lead to a history", help));
        } else if !implied && !machine.is_below(*target, parent) {
            let message = format!("`{}` is not within the state that the history is of", machine.state(*target).path);
            problems.push(Problem::error(here.clone(), message, "name a state beside the history or below"));
        }
    }
    if let Some(clash) = clash(machine, &node.fallback) {
        problems.push(Problem::error(here, clash, "name at most one state in each region of a parallel state"));
    }
}

/// Two targets that cannot be active at once.
fn clash(machine: &Machine, targets: &[StateId]) -> Option<String> {
    // A history state stands for any state of its parent.
    let place = |id: &StateId| match machine.state(*id) {
        state if state.kind.is_history() => state.parent.unwrap_or(*id),
        _ => *id,
    };
    for (index, a) in targets.iter().enumerate() {
        for b in &targets[..index] {
            if !machine.are_parallel(place(a), place(b)) {
                let (a, b) = (&machine.state(*a).path, &machine.state(*b).path);
                return Some(if a == b {
                    format!("names `{a}` twice")
                } else {
                    format!("`{b}` and `{a}` cannot be active at once")
                });
            }
        }
    }
    None
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

/// Finds states from which the machine certainly never comes to rest: `always`, or `onDone`, in a circle.
pub(crate) fn check_endless(machine: &Machine, problems: &mut Vec<Problem>) {
    let mut known: Vec<Vec<TransitionId>> = Vec::new();
    for (index, state) in machine.states.iter().enumerate() {
        let id = StateId::from_index(index);
        let beside = machine.ancestors(id).any(|around| machine.state(around).kind == Kind::Parallel);
        if !state.kind.is_leaf() || beside {
            continue;
        }
        let mut active = StateSet::for_states(machine.states.len());
        active.insert(id);
        machine.ancestors(id).for_each(|around| active.insert(around));
        let at = Snapshot { active, history: Vec::new() };
        for answer in [true, false] {
            let mut host = Assumption { answer, seen: None, acted: false };
            let Some(mut circle) = rest_from(machine, &at, &mut host) else { continue };
            circle.sort_unstable();
            circle.dedup();
            if !known.contains(&circle) {
                problems.push(endless(machine, &circle));
                known.push(circle);
            }
        }
    }
}

fn endless(machine: &Machine, circle: &[TransitionId]) -> Problem {
    let path = circle.first().map(|first| machine.transition(*first).pointer.clone()).unwrap_or_default();
    let arrows: Vec<_> = circle.iter().map(|id| machine.transition(*id).pointer.as_str()).collect();
    let message = format!("the machine would never come to rest: {} lead in a circle", arrows.join(", "));
    Problem::error(path, message, "guard one of them with something that the circle itself makes false")
}
