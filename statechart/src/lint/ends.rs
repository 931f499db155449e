//! States that are done and have nothing after that: their final child is reached, and no `onDone` and no way out is there.

use super::{completable, leaves_itself};
use crate::keys::join;
use crate::lookup::descriptor_matches;
use crate::machine::Machine;
use crate::model::{Kind, StateId, Trigger};
use crate::problem::{Problem, Problems};
use crate::set::StateSet;

/// Adds a warning for each, at the state that is done. `left` says by state whether others' transitions leave it.
pub(super) fn check(machine: &Machine, reachable: &StateSet, left: &[bool], problems: &mut Problems) {
    let completable = completable(machine);
    for id in machine.state_ids().filter(|id| *id != StateId::ROOT && reachable.contains(*id)) {
        let state = machine.state(id);
        let is_region = state.parent.is_some_and(|parent| machine.state(parent).kind == Kind::Parallel);
        if is_region || !completable[id.at()] || is_answered(machine, id) {
            continue;
        }
        let stays = |leaf: StateId| !left[leaf.at()] && !leaves_itself(machine, leaf);
        let (is_stuck, message) = match state.kind {
            Kind::Compound => {
                let finals = machine.node(id).regions.iter().copied();
                let mut stuck =
                    finals.filter(|child| machine.state(*child).kind == Kind::Final && reachable.contains(*child));
                let first = stuck.find(|child| stays(*child));
                let name = first.map(|child| machine.state(child).key.clone()).unwrap_or_default();
                (first.is_some(), format!("nothing follows `{name}`: this state is done then and stays so"))
            }
            Kind::Parallel => {
                let mut finals = (id.0 + 1..machine.node(id).end).map(StateId);
                let is_stuck = finals.all(|leaf| machine.state(leaf).kind != Kind::Final || stays(leaf));
                (is_stuck, "nothing follows when all regions are done: this state stays so".to_owned())
            }
            Kind::Atomic | Kind::Final | Kind::History(_) => continue,
        };
        if is_stuck {
            let help =
                "say `onDone`, or let a transition lead out; the machine itself ends in a final child of the root";
            problems.push(Problem::warning(join(&machine.pointers[id.at()], "states"), message, help));
        }
    }
}

/// Whether something takes the event that says that the state is done.
fn is_answered(machine: &Machine, id: StateId) -> bool {
    let done = &machine.node(id).done_event;
    let around = std::iter::once(id).chain(machine.ancestors(id));
    let mut transitions = around.flat_map(|at| machine.state(at).transitions.iter().map(move |of| (at, of)));
    transitions.any(|(at, of)| {
        let transition = machine.transition(*of);
        let takes = match &transition.trigger {
            Trigger::Done => at == id,
            Trigger::Event(descriptor) => descriptor_matches(descriptor, done),
            Trigger::Always | Trigger::After(_) => false,
        };
        takes && !transition.is_forbidding()
    })
}
