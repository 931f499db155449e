//! What a microstep will leave and enter, known before any action runs.
//!
//! Promises a whole configuration: one child of every active compound state, all regions of every active parallel one.
//! `XState` breaks it in one case: it takes two transitions for compatible because they leave nothing in common, when one
//! of them leads to a history that stands for its own source, which the other leaves. There, and only there, the two
//! count as conflicting here.

use crate::conflict::Conflict;
use crate::machine::{Domain, Machine, Memory};
use crate::model::{Kind, TransitionId};
use crate::set::StateSet;
use crate::snapshot::Snapshot;

/// The sets of a microstep.
pub(crate) struct Plan {
    /// Those of the selected transitions that do not give way to others.
    pub(crate) transitions: Vec<TransitionId>,
    pub(crate) exit: StateSet,
    /// Active states and history after the exit.
    pub(crate) left: Snapshot,
    pub(crate) enter: StateSet,
    /// Those of `enter` whose `initial` actions run.
    pub(crate) by_default: StateSet,
    /// History was recorded.
    pub(crate) remembers: bool,
}

impl Plan {
    pub(crate) fn new(machine: &Machine, selected: &[TransitionId], now: &Snapshot) -> Self {
        if selected.len() < 2 {
            return Self::of(machine, selected.to_vec(), now);
        }
        let plan = Self::of(machine, machine.remove_conflicting_transitions(selected, now, Conflict::ExitSets), now);
        let recalls = |id: &TransitionId| machine.domains[id.at()] == Domain::Remembered;
        if !plan.transitions.iter().any(recalls) || plan.is_whole(machine) {
            return plan;
        }
        Self::of(machine, machine.remove_conflicting_transitions(selected, now, Conflict::Sources), now)
    }

    fn of(machine: &Machine, transitions: Vec<TransitionId>, now: &Snapshot) -> Self {
        let mut exit = StateSet::for_states(machine.states.len());
        for id in &transitions {
            exit.extend(&machine.exit_set(machine.domain(*id, now), now));
        }
        let mut left = now.clone();
        let remembers = remember(machine, &exit, &mut left);
        left.active.subtract(&exit);
        let (enter, by_default) = machine.entry_set(&transitions, &left);
        Self { transitions, exit, left, enter, by_default, remembers }
    }

    /// Whether no compound state would have two active children. That none lacks one, entering sees to.
    fn is_whole(&self, machine: &Machine) -> bool {
        let mut after = self.left.active.clone();
        after.extend(&self.enter);
        after.iter().filter(|id| machine.state(*id).kind == Kind::Compound).all(|id| {
            let regions = &machine.node(id).regions;
            regions.iter().filter(|child| after.contains(**child)).count() == 1
        })
    }
}

/// Keeps what history states need of the states that are about to be left. Says whether there was any.
fn remember(machine: &Machine, exit: &StateSet, snapshot: &mut Snapshot) -> bool {
    let mut any = false;
    for id in exit.iter().filter(|id| machine.node(*id).memory != Memory::Nothing) {
        let node = machine.node(id);
        let below = snapshot.active.within(id.0 + 1, node.end);
        let mut states = below.clone();
        for state in below.iter() {
            let keep = match node.memory {
                Memory::Nothing => false,
                Memory::Children => machine.state(state).parent == Some(id),
                Memory::Leaves => machine.state(state).kind.is_leaf(),
            };
            if !keep {
                states.remove(state);
            }
        }
        snapshot.remember(id, states);
        any = true;
    }
    any
}
