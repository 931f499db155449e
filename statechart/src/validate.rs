//! Errors that show only when all names are resolved: targets that exclude each other, history that leads nowhere.

use crate::keys::join;
use crate::machine::Machine;
use crate::model::{Kind, StateId};
use crate::problem::{Problem, Problems};

/// Checks what transitions and history states lead to. Works on definitions that have other errors.
pub(crate) fn check(machine: &Machine, problems: &mut Problems) {
    for transition in &machine.transitions {
        if problems.is_full() {
            return;
        }
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
            && leads_to_itself(machine, initial)
        {
            let help = "give that history state a `target`";
            problems.push(Problem::error(join(path, "initial"), "leads to a history that leads back here", help));
        }
    }
}

/// Whether a history state without `target` is what its own parent begins with.
fn leads_to_itself(machine: &Machine, history: StateId) -> bool {
    let node = machine.node(history);
    node.fallback_is_initial && node.fallback == [history]
}

fn check_history(machine: &Machine, id: StateId, path: &str, problems: &mut Problems) {
    let Some(parent) = machine.state(id).parent else { return };
    let node = machine.node(id);
    let here = join(path, "target");
    for target in &node.fallback {
        let implied = *target == parent && machine.state(parent).kind == Kind::Parallel;
        if machine.state(*target).kind.is_history() {
            // One without `target` that leads to itself is reported at its parent's `initial`.
            if !leads_to_itself(machine, id) {
                let help = "say which state is meant";
                problems.push(Problem::error(here.clone(), "a history must not lead to a history", help));
            }
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
    // In document order two that exclude each other have neighbours that do.
    let mut places: Vec<(StateId, usize)> = targets.iter().enumerate().map(|(at, id)| (place(id), at)).collect();
    places.sort_unstable();
    let pair = places.windows(2).find(|pair| !machine.are_parallel(pair[0].0, pair[1].0))?;
    let (first, second) = (pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1));
    let (a, b) = (&machine.state(targets[first]).path, &machine.state(targets[second]).path);
    Some(if a == b { format!("names `{a}` twice") } else { format!("`{a}` and `{b}` cannot be active at once") })
}
