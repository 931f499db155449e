//! Warnings: what is legal but rarely meant.
//!
//! Guards are taken to hold or not as they please: a state counts as reachable when some path leads to it.

use std::collections::HashSet;

use crate::keys::join;
use crate::machine::{Domain, Machine};
use crate::model::{Kind, StateId, Trigger};
use crate::problem::{Problem, Problems};
use crate::set::StateSet;

/// Adds the warnings. Where a definition is not `sound`, what leads where is not known, and only the rest is judged.
pub(crate) fn check(machine: &Machine, sound: bool, problems: &mut Problems) {
    for (index, state) in machine.states.iter().enumerate() {
        let id = StateId::from_index(index);
        if state.kind.is_leaf() && machine.leaf(&state.key).is_none() {
            let message = format!("`{}` is not the only leaf of that name", state.key);
            let help = "a stored state is found by its name: rename one";
            problems.push(Problem::warning(machine.pointers[index].clone(), message, help));
        }
        check_transitions(machine, id, problems);
    }
    if sound {
        check_paths(machine, problems);
    }
}

/// States that nothing leads to or out of.
fn check_paths(machine: &Machine, problems: &mut Problems) {
    let reachable = reachable(machine);
    for (index, state) in machine.states.iter().enumerate() {
        let id = StateId::from_index(index);
        let path = machine.pointers[index].clone();
        if !reachable.contains(id) && !state.kind.is_history() {
            let parent_is_too = state.parent.is_some_and(|parent| !reachable.contains(parent));
            if !parent_is_too {
                problems.push(Problem::warning(path, "nothing leads to this state", "let a transition target it"));
            }
            continue;
        }
        if state.kind == Kind::Atomic && id != StateId::ROOT && is_dead_end(machine, id) {
            let help = "say `\"type\": \"final\"`, or let a transition leave it";
            problems.push(Problem::warning(path, "nothing leads out of this state", help));
        }
    }
}

fn check_transitions(machine: &Machine, id: StateId, problems: &mut Problems) {
    let transitions: Vec<_> = machine.state(id).transitions.iter().map(|of| machine.transition(*of)).collect();
    let mut settled: HashSet<&Trigger> = HashSet::new();
    for transition in transitions {
        let path = transition.pointer.clone();
        if settled.contains(&transition.trigger) {
            let help = "put the one without guard last";
            problems.push(Problem::warning(path.clone(), "never taken: one before it has no guard", help));
        }
        if transition.guard.is_none() {
            settled.insert(&transition.trigger);
        }
        if transition.trigger == Trigger::Done && (id == StateId::ROOT || !can_complete(machine, id)) {
            let message = "never taken: this state is never done while the machine runs";
            problems.push(Problem::warning(path.clone(), message, "give it a child of type final, or drop `onDone`"));
        }
        let own_history = |target: &StateId| {
            let parent = machine.state(*target).parent.filter(|_| machine.state(*target).kind.is_history());
            parent.is_some_and(|parent| machine.node(*target).fallback == [parent] && machine.is_below(id, parent))
        };
        if transition.targets.iter().any(own_history) {
            let message = "leads from within a parallel state to its own history, which has no `target`: \
                           XState 5 would leave more states than it enters; here all are entered again";
            let here = join(&path, "target");
            problems.push(Problem::warning(here, message, "give the history state a `target`"));
        }
    }
}

/// Whether the state can be complete as long as the machine runs.
fn can_complete(machine: &Machine, id: StateId) -> bool {
    let regions = &machine.node(id).regions;
    match machine.state(id).kind {
        Kind::Compound => regions.iter().any(|child| machine.state(*child).kind == Kind::Final),
        Kind::Parallel => {
            let can = |region: &StateId| machine.state(*region).kind == Kind::Final || can_complete(machine, *region);
            regions.iter().all(can)
        }
        Kind::Atomic | Kind::Final | Kind::History(_) => false,
    }
}

/// Whether no transition leaves the state while it is active, be it its own, an ancestor's or another region's.
fn is_dead_end(machine: &Machine, id: StateId) -> bool {
    !machine.transitions.iter().zip(&machine.domains).any(|(transition, domain)| {
        let source = transition.source;
        let leaves = match domain {
            Domain::Nothing => false,
            Domain::Below(state) => machine.is_below(id, *state),
            // Where history leads is not known here, but it leads somewhere.
            Domain::Everything | Domain::Remembered => true,
        };
        let together = || source == id || machine.is_below(id, source) || machine.are_parallel(source, id);
        leaves && !(transition.targets == [id] && source == id) && together()
    })
}

/// Every state that some path leads to.
fn reachable(machine: &Machine) -> StateSet {
    let empty = StateSet::for_states(machine.states.len());
    let mut search = Search { machine, reached: empty.clone(), by_default: empty };
    search.enter(StateId::ROOT);
    loop {
        let before = (search.reached.clone(), search.by_default.clone());
        for transition in &machine.transitions {
            if search.reached.contains(transition.source) {
                transition.targets.iter().for_each(|target| search.enter(*target));
            }
        }
        if (&search.reached, &search.by_default) == (&before.0, &before.1) {
            return search.reached;
        }
    }
}

struct Search<'a> {
    machine: &'a Machine,
    reached: StateSet,
    /// States that were entered for their own sake, hence with what is entered within them.
    by_default: StateSet,
}

impl Search<'_> {
    /// Adds a state with its ancestors, their other regions, and what is entered within it.
    fn enter(&mut self, id: StateId) {
        if self.by_default.contains(id) {
            return;
        }
        let machine = self.machine;
        self.reached.insert(id);
        self.by_default.insert(id);
        for around in machine.ancestors(id) {
            self.reached.insert(around);
            if machine.state(around).kind == Kind::Parallel {
                self.enter_regions(around);
            }
        }
        match machine.state(id).kind {
            Kind::Compound => machine.state(id).initial.into_iter().for_each(|initial| self.enter(initial)),
            Kind::Parallel => self.enter_regions(id),
            Kind::History(_) => machine.node(id).fallback.iter().for_each(|target| self.enter(*target)),
            Kind::Atomic | Kind::Final => {}
        }
    }

    /// A region that is targeted within is not entered by default, but some other transition may do that: what counts
    /// is whether it could be.
    fn enter_regions(&mut self, id: StateId) {
        for region in &self.machine.node(id).regions {
            if !self.reached.any_in(region.0, self.machine.node(*region).end) {
                self.enter(*region);
            }
        }
    }
}
