//! Which states a microstep enters: SCXML's `computeEntrySet` with the deviations of `XState` 5.
//!
//! Besides the states it finds those that are entered *by default*, whose `initial` actions run: targets themselves and
//! what follows from them, but not the ancestors of a target nor their other regions.

use crate::machine::{Domain, Machine};
use crate::model::{Kind, StateId, TransitionId};
use crate::set::StateSet;
use crate::snapshot::Snapshot;

/// States to enter, and those of them that are entered by default.
struct Entry<'a> {
    machine: &'a Machine,
    /// After the exit.
    now: &'a Snapshot,
    enter: StateSet,
    by_default: StateSet,
    /// Parallel states all of whose regions are seen to.
    whole: StateSet,
    /// History states whose meaning is being entered: none of them may lead back to itself.
    recalling: StateSet,
}

impl Machine {
    /// What the transitions enter at `now`, when all that they leave is left: all of it, and what of it is entered by
    /// default.
    pub(crate) fn entry_set(&self, transitions: &[TransitionId], now: &Snapshot) -> (StateSet, StateSet) {
        let mut entry = Entry::new(self, now);
        let mut recalls = false;
        for id in transitions {
            let transition = self.transition(*id);
            if transition.targets.is_empty() {
                continue;
            }
            let domain = self.domain(*id, now);
            entry.targets(transition.source, &transition.targets, transition.reenter, domain);
            if self.domains[id.at()] == Domain::Remembered {
                recalls = true;
                let effective = self.effective_targets(&transition.targets, Some(now));
                entry.around(transition.source, &effective, transition.reenter, domain);
            } else {
                entry.around(transition.source, &transition.targets, transition.reenter, domain);
            }
        }
        if recalls {
            entry.decide();
            entry.complete();
        }
        (entry.enter, entry.by_default)
    }

    /// Everything that is active where `leaf` is and other regions are as they are entered by default.
    pub(crate) fn configuration_with(&self, leaf: StateId) -> StateSet {
        let nowhere = Snapshot { active: StateSet::for_states(self.states.len()), history: Vec::new() };
        let mut entry = Entry::new(self, &nowhere);
        entry.enter(leaf);
        entry.ancestors(self.ancestors(leaf), None);
        entry.enter
    }

    /// What is entered when the machine starts.
    pub(crate) fn initial_entry_set(&self) -> (StateSet, StateSet) {
        let nowhere = Snapshot { active: StateSet::for_states(self.states.len()), history: Vec::new() };
        let mut entry = Entry::new(self, &nowhere);
        let mut targets = Vec::new();
        self.initial_states(StateId::ROOT, &mut targets);
        entry.targets(StateId::ROOT, &targets, true, Domain::Everything);
        let effective = self.effective_targets(&targets, None);
        entry.around(StateId::ROOT, &effective, true, Domain::Everything);
        (entry.enter, entry.by_default)
    }

    fn initial_states(&self, id: StateId, into: &mut Vec<StateId>) {
        into.push(id);
        match self.state(id).kind {
            Kind::Compound => {
                if let Some(child) = self.state(id).initial {
                    self.initial_states(child, into);
                }
            }
            Kind::Parallel => {
                for region in &self.node(id).regions {
                    self.initial_states(*region, into);
                }
            }
            Kind::Atomic | Kind::Final | Kind::History(_) => {}
        }
    }
}

impl<'a> Entry<'a> {
    fn new(machine: &'a Machine, now: &'a Snapshot) -> Self {
        let empty = StateSet::for_states(machine.states.len());
        Self { machine, now, enter: empty.clone(), by_default: empty.clone(), whole: empty.clone(), recalling: empty }
    }

    /// Adds the targets and what is entered within them.
    fn targets(&mut self, source: StateId, targets: &[StateId], reenter: bool, domain: Domain) {
        for target in targets {
            let stays = *target == source && domain == Domain::Below(source) && !reenter;
            if !self.machine.state(*target).kind.is_history() && !stays {
                self.enter(*target);
            }
            self.descend(*target);
        }
    }

    /// Adds the ancestors of the targets up to the domain, with the other regions of parallel ones.
    fn around(&mut self, source: StateId, targets: &[StateId], reenter: bool, domain: Domain) {
        let machine = self.machine;
        let Domain::Below(limit) = domain else {
            for target in targets {
                self.ancestors(machine.ancestors(*target), None);
            }
            return;
        };
        let within = if source == StateId::ROOT && reenter { None } else { Some(limit) };
        let parallel = (machine.state(limit).kind == Kind::Parallel).then_some(limit);
        for target in targets {
            let proper = machine.ancestors(*target).take_while(|id| *id != limit);
            let proper = proper.filter(|_| *target != limit);
            self.ancestors(proper.chain(parallel), within);
        }
    }

    fn enter(&mut self, id: StateId) {
        self.enter.insert(id);
        self.by_default.insert(id);
    }

    /// Makes sure that of a compound state's children one is active afterwards: the one that was and stays.
    ///
    /// A history's default is entered with all regions around it. Where it stands for the source itself nothing is left
    /// before that, and `XState` then has two children of a compound region active at once.
    fn decide(&mut self) {
        let machine = self.machine;
        let compound = self.now.active.iter().filter(|id| machine.state(*id).kind == Kind::Compound);
        for parent in compound {
            let children = || machine.state(parent).children.iter().copied();
            let Some(stays) = children().find(|child| self.now.active.contains(*child)) else { continue };
            for other in children().filter(|child| *child != stays) {
                let entered = self.enter.within(other.0, machine.node(other).end);
                self.enter.subtract(&entered);
            }
        }
    }

    /// Makes sure that what is active afterwards is whole: parents of entered states, and all regions of parallel ones.
    ///
    /// When a microstep leads to a history that it has just recorded, `XState` finds what to enter in the new history,
    /// which may be less than was left by the old one; it then goes on without the rest.
    fn complete(&mut self) {
        let machine = self.machine;
        loop {
            let mut after = self.now.active.clone();
            after.extend(&self.enter);
            let parents = after.iter().filter_map(|id| machine.state(id).parent);
            let parallel = after.iter().filter(|id| machine.state(*id).kind == Kind::Parallel);
            let regions = parallel.flat_map(|id| machine.node(id).regions.iter().copied());
            let Some(missing) = parents.chain(regions).find(|id| !after.contains(*id)) else { return };
            self.enter.insert(missing);
            if !self.has_below(missing) {
                self.descend(missing);
            }
        }
    }

    fn has_below(&self, id: StateId) -> bool {
        self.enter.any_in(id.0 + 1, self.machine.node(id).end)
    }

    fn ancestors(&mut self, ancestors: impl Iterator<Item = StateId>, within: Option<StateId>) {
        let machine = self.machine;
        for ancestor in ancestors {
            if within.is_none_or(|limit| machine.is_below(ancestor, limit)) {
                self.enter.insert(ancestor);
            }
            if machine.state(ancestor).kind == Kind::Parallel && !self.whole.contains(ancestor) {
                self.whole.insert(ancestor);
                for region in &machine.node(ancestor).regions {
                    if !self.has_below(*region) {
                        self.enter.insert(*region);
                        self.descend(*region);
                    }
                }
            }
        }
    }

    /// Adds what is entered within `id` when it is entered.
    fn descend(&mut self, id: StateId) {
        let machine = self.machine;
        match machine.state(id).kind {
            Kind::History(_) => self.descend_history(id),
            Kind::Compound => {
                let Some(initial) = machine.state(id).initial else { return };
                if !machine.state(initial).kind.is_history() {
                    self.enter(initial);
                }
                self.descend(initial);
            }
            Kind::Parallel => {
                for region in &machine.node(id).regions {
                    if !self.has_below(*region) {
                        self.enter(*region);
                        self.descend(*region);
                    }
                }
            }
            Kind::Atomic | Kind::Final => {}
        }
    }

    fn descend_history(&mut self, id: StateId) {
        let machine = self.machine;
        let Some(parent) = machine.state(id).parent.filter(|_| !self.recalling.contains(id)) else { return };
        self.recalling.insert(id);
        let recalled = machine.recall(id, self.now);
        if recalled.is_none() && machine.node(id).fallback_is_initial {
            self.by_default.insert(parent);
        }
        let states = recalled.as_deref().unwrap_or(&machine.node(id).fallback);
        for state in states {
            self.enter.insert(*state);
            self.descend(*state);
        }
        for state in states.iter().filter(|state| **state != parent) {
            self.ancestors(machine.ancestors(*state).take_while(|around| *around != parent), None);
        }
        self.recalling.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks refuse such machines; a step ends all the same.
    #[test]
    fn history_that_leads_back_to_itself_ends() {
        let source = r#"{"initial": "a", "on": {"E": ".h"}, "states": {
            "a": {}, "h": {"type": "history"}, "g": {"type": "history"}
        }}"#;
        let mut machine = Machine::parse(source).expect("a machine");
        let (h, g) = (StateId(2), StateId(3));
        let nowhere = Snapshot { active: StateSet::for_states(4), history: Vec::new() };
        for (of_h, of_g) in [(h, g), (g, h)] {
            machine.nodes[h.at()].fallback = vec![of_h];
            machine.nodes[g.at()].fallback = vec![of_g];
            machine.entry_set(&[TransitionId(0)], &nowhere);
        }
    }
}
