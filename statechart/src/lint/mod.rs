//! Warnings: what is legal but rarely meant.
//!
//! Guards are taken to hold or not as they please: a state counts as reachable when some path leads to it.

use std::collections::HashMap;

use crate::keys::join;
use crate::machine::{Domain, Machine};
use crate::model::{Kind, State, StateId, Trigger};
use crate::problem::{Problem, Problems};
use crate::set::StateSet;

mod ends;
mod traces;

pub use traces::looks_like_code;

/// Adds the warnings. Where a definition is not `sound`, what leads where is not known, and only the rest is judged.
pub(crate) fn check(machine: &Machine, sound: bool, problems: &mut Problems) {
    let completable = completable(machine);
    for (index, state) in machine.states.iter().enumerate() {
        let id = StateId::from_index(index);
        if state.kind.is_leaf() && machine.leaf(&state.key).is_none() {
            let message = format!("`{}` is not the only leaf of that name", state.key);
            let help = "a stored state is found by its name: rename one";
            problems.push(Problem::warning(machine.pointers[index].clone(), message, help));
        }
        check_transitions(machine, id, completable[index], problems);
        traces::transitions(machine, id, problems);
    }
    traces::code(machine, problems);
    if sound {
        check_paths(machine, problems);
    }
}

/// States that nothing leads to or out of.
fn check_paths(machine: &Machine, problems: &mut Problems) {
    let reachable = reachable(machine);
    let left = left_by_others(machine);
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
        if state.kind == Kind::Atomic && id != StateId::ROOT && !left[index] && !leaves_itself(machine, id) {
            let help = "say `\"type\": \"final\"`, or let a transition leave it";
            problems.push(Problem::warning(path, "nothing leads out of this state", help));
        }
    }
    ends::check(machine, &reachable, &left, problems);
}

fn check_transitions(machine: &Machine, id: StateId, completes: bool, problems: &mut Problems) {
    let transitions: Vec<_> = machine.state(id).transitions.iter().map(|of| machine.transition(*of)).collect();
    let mut settled: HashMap<&Trigger, bool> = HashMap::new();
    for transition in transitions {
        let path = transition.pointer.clone();
        if settled.get(&transition.trigger) == Some(&false) {
            let help = "put the one without guard last; `JSON.stringify` loses a guard that is a function";
            problems.push(Problem::warning(path.clone(), "never taken: one before it has no guard", help));
        }
        if transition.guard.is_none() {
            // An empty one is warned of itself.
            settled.entry(&transition.trigger).or_insert(transition.is_forbidding());
        }
        if transition.trigger == Trigger::Done && (id == StateId::ROOT || !completes) {
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

/// By state: whether it can be complete as long as the machine runs. Children come after their parents, hence from the
/// last state to the first.
fn completable(machine: &Machine) -> Vec<bool> {
    let mut completable = vec![false; machine.states.len()];
    for index in (0..machine.states.len()).rev() {
        let is_final = |child: &StateId| machine.state(*child).kind == Kind::Final;
        let regions = &machine.nodes[index].regions;
        completable[index] = match machine.states[index].kind {
            Kind::Compound => regions.iter().any(is_final),
            Kind::Parallel => regions.iter().all(|region| is_final(region) || completable[region.at()]),
            Kind::Atomic | Kind::Final | Kind::History(_) => false,
        };
    }
    completable
}

/// Whether a transition of the state itself leaves it for something else.
fn leaves_itself(machine: &Machine, id: StateId) -> bool {
    machine.state(id).transitions.iter().any(|of| {
        let stays = machine.transition(*of).targets == [id];
        let domain = machine.domains[of.at()];
        !stays && domain != Domain::Nothing && domain != Domain::Below(id)
    })
}

/// By state: whether a transition leaves it that is an ancestor's or another region's. Where history leads is not known
/// here, but it leads somewhere.
fn left_by_others(machine: &Machine) -> Vec<bool> {
    let escapes = escapes(machine);
    let moves = |state: &State| state.transitions.iter().any(|of| machine.domains[of.at()] != Domain::Nothing);
    let moves: Vec<bool> = machine.states.iter().map(moves).collect();
    let mut left = vec![false; machine.states.len()];
    for (index, state) in machine.states.iter().enumerate() {
        let Some(parent) = state.parent else { continue };
        let beside = match escapes[parent.at()] {
            Escape::None => false,
            Escape::From(region) => region.at() != index,
            Escape::FromSeveral => true,
        };
        // Whatever leaves the parent by its own or by others' doing leaves what is in it.
        left[index] = left[parent.at()] || beside || moves[parent.at()];
    }
    left
}

/// From which regions of a parallel state some transition leaves all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    From(StateId),
    FromSeveral,
}

/// By state; only parallel ones have any.
fn escapes(machine: &Machine) -> Vec<Escape> {
    let mut escapes = vec![Escape::None; machine.states.len()];
    for (transition, domain) in machine.transitions.iter().zip(&machine.domains) {
        let mut region = transition.source;
        for around in machine.ancestors(transition.source) {
            let remains = match domain {
                Domain::Nothing => true,
                Domain::Below(state) => machine.is_below(*state, around),
                Domain::Everything | Domain::Remembered => false,
            };
            if remains {
                break;
            }
            if machine.state(around).kind == Kind::Parallel {
                let escape = &mut escapes[around.at()];
                *escape = match *escape {
                    Escape::None => Escape::From(region),
                    Escape::From(other) if other == region => Escape::From(region),
                    Escape::From(_) | Escape::FromSeveral => Escape::FromSeveral,
                };
            }
            region = around;
        }
    }
    escapes
}

/// Every state that some path leads to.
fn reachable(machine: &Machine) -> StateSet {
    let empty = StateSet::for_states(machine.states.len());
    let (reached, by_default, targeted) = (empty.clone(), empty.clone(), empty);
    let mut search = Search { machine, reached, by_default, targeted, waiting: Vec::new() };
    search.enter(StateId::ROOT);
    while let Some(id) = search.waiting.pop() {
        for transition in &machine.state(id).transitions {
            search.follow(&machine.transition(*transition).targets);
        }
    }
    search.reached
}

struct Search<'a> {
    machine: &'a Machine,
    reached: StateSet,
    /// States that were entered for their own sake, hence with what is entered within them.
    by_default: StateSet,
    /// States that were the only target of something.
    targeted: StateSet,
    /// Reached, and their transitions not yet followed.
    waiting: Vec<StateId>,
}

impl Search<'_> {
    fn reach(&mut self, id: StateId) {
        if !self.reached.contains(id) {
            self.reached.insert(id);
            self.waiting.push(id);
        }
    }

    /// Enters the targets of one transition: with what is around them, and with those regions of parallel states around
    /// them that none of them lies in.
    fn follow(&mut self, targets: &[StateId]) {
        if let [only] = targets {
            if self.targeted.contains(*only) {
                return;
            }
            self.targeted.insert(*only);
        }
        let machine = self.machine;
        let mut named = StateSet::for_states(machine.states.len());
        for target in targets {
            named.insert(*target);
            // What is around a state that was met before was met with it.
            for around in machine.ancestors(*target) {
                if named.contains(around) {
                    break;
                }
                named.insert(around);
            }
        }
        for id in named.iter() {
            self.reach(id);
        }
        for target in targets {
            self.enter(*target);
        }
        let beside = named.iter().filter(|id| machine.state(*id).kind == Kind::Parallel && !targets.contains(id));
        for region in beside.flat_map(|id| &machine.node(id).regions) {
            if !named.contains(*region) {
                self.enter(*region);
            }
        }
    }

    /// Adds a state and what is entered within it.
    fn enter(&mut self, id: StateId) {
        if self.by_default.contains(id) {
            return;
        }
        let machine = self.machine;
        self.reach(id);
        self.by_default.insert(id);
        match machine.state(id).kind {
            Kind::Compound => machine.state(id).initial.into_iter().for_each(|initial| self.enter(initial)),
            Kind::Parallel => machine.node(id).regions.iter().for_each(|region| self.enter(*region)),
            Kind::History(_) => self.follow(&machine.node(id).fallback),
            Kind::Atomic | Kind::Final => {}
        }
    }
}
