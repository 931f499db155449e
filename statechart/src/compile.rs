//! A draft to a machine: names resolved, tables made, problems gathered.
//!
//! Everything that a step would have to search for is found here once: domains, regions, candidates by event. A machine
//! comes out only when there is no error.

use std::collections::HashMap;

use serde_json::Value;

use crate::definition;
use crate::draft::{Draft, DraftTransition};
use crate::endless;
use crate::json;
use crate::limits;
use crate::lint;
use crate::lookup::{Descriptors, EventTable};
use crate::machine::{Domain, Machine, Memory, Node};
use crate::model::{Depth, Guard, GuardRef, Kind, StateId, Transition, TransitionId, Trigger, UNKNOWN_GUARD};
use crate::problem::Problem;
use crate::target::Directory;
use crate::validate;

/// The machine of a source text, or every problem of it.
pub(crate) fn machine(source: &str) -> Result<Machine, Vec<Problem>> {
    let (value, found) = json::read(source);
    let Some(value) = value else { return Err(found) };
    let mut draft = definition::read(&value, found);
    if draft.cut || draft.states.len() >= limits::STATES || draft.transitions.len() > limits::TRANSITIONS {
        return Err(draft.problems.into_list());
    }
    let directory = Directory::new(&mut draft);
    let transitions = resolve(&mut draft, &directory);
    let fallbacks = fallbacks(&mut draft, &directory);
    let mut problems = std::mem::take(&mut draft.problems);
    let sound = !draft.unsound;
    let mut machine = build(draft, transitions, fallbacks);
    let errors = problems.errors();
    validate::check(&machine, &mut problems);
    // What is left of a broken definition is looked at too, as far as it says anything for certain. It is not run where
    // history leads nowhere or targets exclude each other.
    machine.tabulate();
    if problems.errors() == errors {
        endless::check(&machine, &mut problems);
    }
    lint::check(&machine, sound, &mut problems);
    if problems.errors() > 0 {
        return Err(problems.into_list());
    }
    machine.warnings = problems.into_list();
    Ok(machine)
}

/// Stands in the place of the guard of a transition that is wrong: nobody can say whether it would be taken.
fn unknown_guard() -> Guard {
    Guard::Named(GuardRef { index: UNKNOWN_GUARD, name: String::new(), params: Value::Null })
}

/// Finds what targets and guards mean.
fn resolve(draft: &mut Draft<'_>, directory: &Directory) -> Vec<Transition> {
    let drafts = std::mem::take(&mut draft.transitions);
    let mut transitions = Vec::with_capacity(drafts.len());
    for arrow in drafts {
        if draft.problems.is_full() {
            break;
        }
        let DraftTransition { source, trigger, targets, guard, actions, reenter, meta, description, .. } = arrow;
        let (pointer, errors) = (arrow.pointer, draft.problems.errors());
        let mut resolved = Vec::with_capacity(targets.len());
        for written in targets {
            match directory.target(&draft.states, source, &written.text) {
                Ok(state) => resolved.push(state),
                Err((message, help)) => draft.error(written.path, message, help),
            }
        }
        let mut guard = guard.and_then(|(value, path)| draft.guard(directory, value, &path));
        if arrow.broken || draft.problems.errors() > errors {
            guard = Some(unknown_guard());
            draft.unsound = true;
        }
        draft.states[source.at()].transitions.push(TransitionId::from_index(transitions.len()));
        let targets = resolved;
        let arrow = Transition { source, trigger, guard, targets, actions, reenter, meta, description, pointer };
        transitions.push(arrow);
    }
    transitions
}

/// Where each history state leads when nothing is remembered, as far as it says so itself.
fn fallbacks(draft: &mut Draft<'_>, directory: &Directory) -> HashMap<StateId, Vec<StateId>> {
    let mut fallbacks: HashMap<StateId, Vec<StateId>> = HashMap::new();
    for (history, written) in std::mem::take(&mut draft.defaults) {
        if draft.problems.is_full() {
            break;
        }
        match directory.default(&draft.states, history, &written.text) {
            Ok(state) => fallbacks.entry(history).or_default().push(state),
            Err((message, help)) => {
                draft.error(written.path, message, help);
                draft.unsound = true;
                // Keeps the checks of what follows from saying that there is no target at all.
                fallbacks.entry(history).or_default();
            }
        }
    }
    fallbacks
}

fn build(draft: Draft<'_>, transitions: Vec<Transition>, mut fallbacks: HashMap<StateId, Vec<StateId>>) -> Machine {
    let states = draft.states;
    let mut nodes = Vec::with_capacity(states.len());
    for (index, state) in states.iter().enumerate() {
        let kind_of = |child: &StateId| states[child.at()].kind;
        let (histories, regions): (Vec<_>, Vec<_>) =
            state.children.iter().copied().partition(|child| kind_of(child).is_history());
        let deep = histories.iter().any(|child| kind_of(child) == Kind::History(Depth::Deep));
        let memory = match (histories.is_empty(), deep) {
            (true, _) => Memory::Nothing,
            (false, false) => Memory::Children,
            (false, true) => Memory::Leaves,
        };
        let mut node = Node {
            end: draft.ends[index],
            regions,
            memory,
            done_event: format!("xstate.done.state.{}", state.id),
            ..Node::default()
        };
        if let (true, Some(parent)) = (state.kind.is_history(), state.parent) {
            let written = fallbacks.remove(&StateId::from_index(index));
            let around = &states[parent.at()];
            node.fallback_is_initial = written.is_none() && around.kind == Kind::Compound;
            let implied = if around.kind == Kind::Parallel { Some(parent) } else { around.initial };
            node.fallback = written.unwrap_or_else(|| implied.into_iter().collect());
        }
        nodes.push(node);
    }
    Machine {
        id: states[0].id.clone(),
        guards: draft.guards.list,
        actions: draft.actions.list,
        delays: draft.delays.list,
        leaves: leaves(&states),
        pointers: draft.pointers,
        states,
        transitions,
        warnings: Vec::new(),
        nodes,
        domains: Vec::new(),
        events: EventTable::default(),
        has_always: false,
    }
}

fn leaves(states: &[crate::model::State]) -> HashMap<String, Option<StateId>> {
    let mut leaves = HashMap::new();
    for (index, state) in states.iter().enumerate().filter(|(_, state)| state.kind.is_leaf()) {
        let id = StateId::from_index(index);
        leaves.entry(state.key.clone()).and_modify(|other| *other = None).or_insert(Some(id));
    }
    leaves
}

impl Machine {
    /// Makes the tables that steps run on; the definition must be free of errors.
    fn tabulate(&mut self) {
        let domain = |transition: &Transition| {
            if transition.targets.iter().any(|target| self.state(*target).kind.is_history()) {
                return Domain::Remembered;
            }
            self.domain_of(transition.source, &transition.targets, transition.reenter)
        };
        self.domains = self.transitions.iter().map(domain).collect();
        let descriptors: Vec<_> =
            (0..self.states.len()).map(|index| self.descriptors(StateId::from_index(index))).collect();
        self.events = EventTable::new(&descriptors);
        for (index, transition) in self.transitions.iter().enumerate() {
            if transition.trigger == Trigger::Always {
                self.has_always = true;
                self.nodes[transition.source.at()].always.push(TransitionId::from_index(index));
            }
        }
    }

    fn descriptors(&self, id: StateId) -> Descriptors {
        let mut descriptors: Descriptors = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for transition in &self.state(id).transitions {
            let descriptor = match &self.transition(*transition).trigger {
                Trigger::Event(descriptor) => descriptor.clone(),
                Trigger::Done => self.node(id).done_event.clone(),
                Trigger::After(delay) => self.after_event(id, delay),
                Trigger::Always => continue,
            };
            let place = *places.entry(descriptor).or_insert_with_key(|descriptor| {
                descriptors.push((descriptor.clone(), Vec::new()));
                descriptors.len() - 1
            });
            descriptors[place].1.push(*transition);
        }
        descriptors
    }
}
