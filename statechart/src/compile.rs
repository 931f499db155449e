//! A draft to a machine: names resolved, tables made, problems gathered.
//!
//! Everything that a step would have to search for is found here once: domains, regions, candidates by event. A machine
//! comes out only when there is no error.

use std::collections::HashMap;

use serde_json::Value;

use crate::convert;
use crate::definition;
use crate::draft::{Draft, DraftTransition};
use crate::endless;
use crate::json;
use crate::limits;
use crate::lint;
use crate::lookup::{Descriptors, EventTable};
use crate::machine::{Domain, Machine, Memory, Node, Places};
use crate::model::{Depth, Guard, GuardRef, Kind, StateId, Transition, TransitionId, Trigger, UNKNOWN_GUARD};
use crate::problem::{Problem, Problems};
use crate::target::Directory;
use crate::validate;

/// The machine of a source text, or every problem of it.
pub(crate) fn machine(source: &str) -> Result<Machine, Vec<Problem>> {
    let (value, found) = json::read(source);
    let Some(value) = value else { return Err(found) };
    let Assembled { mut machine, problems, .. } = assemble(&value, found)?;
    if problems.errors() > 0 {
        return Err(convert::beside(&value, problems.into_list()));
    }
    machine.warnings = problems.into_list();
    Ok(machine)
}

/// The targets of transitions that there are not.
type Missing = HashMap<TransitionId, Vec<String>>;

/// What can be drawn of a source text, with its problems. It must not be run.
pub(crate) fn sketch(source: &str) -> Result<(Machine, Missing, Vec<Problem>), Vec<Problem>> {
    let (value, found) = json::read(source);
    let Some(value) = value else { return Err(found) };
    let Assembled { machine, problems, missing } = assemble(&value, found)?;
    let is_refused = problems.errors() > 0;
    let problems = problems.into_list();
    let problems = if is_refused { convert::beside(&value, problems) } else { problems };
    Ok((machine, missing, problems))
}

/// A machine, which may be broken.
struct Assembled {
    machine: Machine,
    problems: Problems,
    missing: Missing,
}

fn assemble(value: &Value, found: Vec<Problem>) -> Result<Assembled, Vec<Problem>> {
    let mut draft = definition::read(value, found);
    if draft.cut || draft.states.len() >= limits::STATES || draft.transitions.len() > limits::TRANSITIONS {
        return Err(draft.problems.into_list());
    }
    let directory = Directory::new(&mut draft);
    let (transitions, missing) = resolve(&mut draft, &directory);
    let fallbacks = fallbacks(&mut draft, &directory);
    let mut problems = std::mem::take(&mut draft.problems);
    let (sound, stringified) = (!draft.unsound, draft.stringified);
    let mut machine = build(draft, transitions, fallbacks);
    let errors = problems.errors();
    validate::check(&machine, &mut problems);
    // What is left of a broken definition is looked at too, as far as it says anything for certain. It is not run where
    // history leads nowhere or targets exclude each other.
    machine.tabulate();
    if problems.errors() == errors {
        endless::check(&machine, &mut problems);
    }
    if stringified {
        let message = "functions are lost here: `JSON.stringify` writes null for those in lists and drops the others, \
                       guards too, which then let everybody pass";
        let help = "look at every transition without a guard; docs/machines.md, \"From XState\", shows a safer export";
        problems.push(Problem::warning("", message, help));
    }
    lint::check(&machine, sound, &mut problems);
    Ok(Assembled { machine, problems, missing })
}

/// Stands in the place of the guard of a transition that is wrong: nobody can say whether it would be taken.
fn unknown_guard(written: Option<Guard>) -> Guard {
    let name = match written {
        Some(Guard::Named(guard)) => guard.name,
        Some(_) => "…".to_owned(),
        None => String::new(),
    };
    Guard::Named(GuardRef { index: UNKNOWN_GUARD, name, params: Value::Null })
}

/// Finds what targets and guards mean.
fn resolve(draft: &mut Draft<'_>, directory: &Directory) -> (Vec<Transition>, Missing) {
    let drafts = std::mem::take(&mut draft.transitions);
    let mut transitions = Vec::with_capacity(drafts.len());
    let mut missing = Missing::new();
    for arrow in drafts {
        if draft.problems.is_full() {
            break;
        }
        let DraftTransition { source, trigger, targets, guard, actions, reenter, meta, description, .. } = arrow;
        let (pointer, errors) = (arrow.pointer, draft.problems.errors());
        draft.unsound |= arrow.lost;
        let mut resolved = Vec::with_capacity(targets.len());
        for written in targets {
            match directory.target(&draft.states, source, &written.text) {
                Ok(state) => resolved.push(state),
                Err((message, help)) => {
                    draft.error(written.path, message, help);
                    draft.unsound = true;
                    missing.entry(TransitionId::from_index(transitions.len())).or_default().push(written.text);
                }
            }
        }
        let mut guard = guard.and_then(|(value, path)| draft.guard(directory, value, &path));
        if arrow.broken || draft.problems.errors() > errors {
            guard = Some(unknown_guard(guard));
        }
        draft.states[source.at()].transitions.push(TransitionId::from_index(transitions.len()));
        let targets = resolved;
        let arrow = Transition { source, trigger, guard, targets, actions, reenter, meta, description, pointer };
        transitions.push(arrow);
    }
    (transitions, missing)
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
        places: Places { guards: draft.guards.places, actions: draft.actions.places, delays: draft.delays.places },
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
