//! Transitions of one event that could be taken in place of each other must ask the same of whoever sends it.
//!
//! Permission, source, window, payload and reason are asked before the guards, of the first candidate. Another candidate
//! that asks for more would be taken by those who may not.

use statechart::{Kind, Machine, Problem, StateId, Transition, Trigger, descriptor_matches};
use std::collections::HashMap;

/// What is asked of the sender.
const ASKED: [&str; 7] = ["permission", "actor", "onBehalf", "source", "reason", "window", "payload"];

/// A warning for each candidate that asks something else than the one that is asked about.
pub fn check(machine: &Machine) -> Vec<Problem> {
    let mut found = Found { machine, problems: Vec::new() };
    for id in all(machine) {
        let mut seen: Vec<&str> = Vec::new();
        for first in own(machine, id).filter(|of| !of.is_forbidding()) {
            let Trigger::Event(name) = &first.trigger else { continue };
            if !seen.contains(&name.as_str()) {
                seen.push(name);
                for other in in_its_place(machine, id, name) {
                    found.compare(first, other);
                }
            }
        }
        if machine.state(id).kind == Kind::Parallel {
            found.regions(id);
        }
    }
    found.problems
}

struct Found<'a> {
    machine: &'a Machine,
    problems: Vec<Problem>,
}

impl<'a> Found<'a> {
    fn compare(&mut self, first: &Transition, other: &Transition) {
        let differ: Vec<&str> = ASKED.into_iter().filter(|key| first.meta.get(*key) != other.meta.get(*key)).collect();
        if differ.is_empty() {
            return;
        }
        let message = format!(
            "it may be taken in place of {}, or beside it, which asks its sender otherwise: {}",
            first.pointer,
            differ.join(", ")
        );
        let help = "ask the same of both, since only one is asked";
        self.problems.push(Problem::warning(format!("{}.meta", other.pointer), message, help));
    }

    /// Events that several regions take at once: each is held against the first region's.
    fn regions(&mut self, parallel: StateId) {
        let mut firsts: HashMap<&'a str, (StateId, &'a Transition)> = HashMap::new();
        for (region, id) in within(self.machine, parallel) {
            for transition in own(self.machine, id).filter(|of| !of.is_forbidding()) {
                let Trigger::Event(name) = &transition.trigger else { continue };
                match firsts.get(name.as_str()) {
                    Some((first, _)) if *first == region => {}
                    Some((_, first)) => self.compare(first, transition),
                    None => drop(firsts.insert(name, (region, transition))),
                }
            }
        }
    }
}

/// Transitions that may take an event in place of the first of this state that takes it: those after it, as long as they
/// have guards, then those of the states around it.
fn in_its_place<'a>(machine: &'a Machine, state: StateId, event: &str) -> Vec<&'a Transition> {
    let mut rivals = Vec::new();
    for around in std::iter::successors(Some(state), |id| machine.state(*id).parent) {
        for transition in takers(machine, around, event) {
            if !transition.is_forbidding() {
                rivals.push(transition);
            }
            if transition.guard.is_none() {
                return rivals;
            }
        }
    }
    rivals
}

fn all(machine: &Machine) -> impl Iterator<Item = StateId> {
    (0..machine.states().len()).map(|index| StateId(u32::try_from(index).unwrap_or(u32::MAX)))
}

/// What a parallel state holds, each with the region that it is in. Descendants follow their ancestor in the document.
fn within(machine: &Machine, parallel: StateId) -> Vec<(StateId, StateId)> {
    let mut found = Vec::new();
    let mut regions: HashMap<StateId, StateId> = HashMap::new();
    for id in all(machine).skip_while(|id| *id != parallel).skip(1) {
        let region = match machine.state(id).parent {
            Some(parent) if parent == parallel => id,
            Some(parent) => match regions.get(&parent) {
                Some(region) => *region,
                None => break,
            },
            None => break,
        };
        regions.insert(id, region);
        found.push((region, id));
    }
    found
}

fn own(machine: &Machine, state: StateId) -> impl Iterator<Item = &Transition> {
    machine.state(state).transitions.iter().map(|id| machine.transition(*id))
}

/// A state's own transitions for an event, exact names first.
fn takers<'a>(machine: &'a Machine, state: StateId, event: &str) -> Vec<&'a Transition> {
    let takes = |exact: bool| {
        own(machine, state).filter(move |of| match &of.trigger {
            Trigger::Event(name) => (name == event) == exact && descriptor_matches(name, event),
            _ => false,
        })
    };
    takes(true).chain(takes(false)).collect()
}
