//! Transitions of one event that could be taken in place of each other must ask the same of whoever sends it.
//!
//! Permission, source, window, payload, reason and note are asked before the guards, of the first candidate. Another candidate
//! that asks for more would be taken by those who may not.

use serde_json::Value;
use statechart::{Kind, Machine, Problem, StateId, Transition, TransitionId, Trigger, descriptor_matches};
use std::collections::{HashMap, HashSet};

/// What is asked of the sender.
const ASKED: [&str; 8] = ["permission", "actor", "onBehalf", "source", "reason", "note", "window", "payload"];

/// A warning for each candidate that asks something else than one whose place it may take; at most `most` of them.
pub fn check(machine: &Machine, most: usize) -> Vec<Problem> {
    let mut search = Search {
        machine,
        most,
        classes: classes(machine),
        takers: takers(machine),
        told: HashSet::new(),
        problems: Vec::new(),
    };
    for id in machine.state_ids() {
        if search.problems.len() >= most {
            break;
        }
        search.state(id);
        if machine.state(id).kind == Kind::Parallel {
            search.regions(id);
        }
    }
    search.problems
}

/// By transition, what it asks of its sender: those of one class ask the same.
fn classes(machine: &Machine) -> Vec<usize> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let asked = |transition: &Transition| {
        let values: Vec<Option<&Value>> = ASKED.iter().map(|key| transition.meta.get(*key)).collect();
        serde_json::json!(values).to_string()
    };
    machine
        .transitions()
        .iter()
        .map(|transition| {
            let next = known.len();
            *known.entry(asked(transition)).or_insert(next)
        })
        .collect()
}

/// The transitions of a state by what they take.
struct Takers<'a> {
    exact: HashMap<&'a str, Vec<TransitionId>>,
    wildcards: Vec<(&'a str, TransitionId)>,
}

fn takers(machine: &Machine) -> Vec<Takers<'_>> {
    let of_state = |id: StateId| {
        let mut takers = Takers { exact: HashMap::new(), wildcards: Vec::new() };
        for transition in &machine.state(id).transitions {
            let Trigger::Event(name) = &machine.transition(*transition).trigger else { continue };
            takers.exact.entry(name.as_str()).or_default().push(*transition);
            if name.ends_with('*') {
                takers.wildcards.push((name, *transition));
            }
        }
        takers
    };
    machine.state_ids().map(of_state).collect()
}

struct Search<'a> {
    machine: &'a Machine,
    most: usize,
    classes: Vec<usize>,
    /// Beside the states.
    takers: Vec<Takers<'a>>,
    /// Each is told once.
    told: HashSet<TransitionId>,
    problems: Vec<Problem>,
}

impl<'a> Search<'a> {
    /// Every event of a state: what may take it in place of the first that does.
    fn state(&mut self, state: StateId) {
        let mut seen: HashSet<&str> = HashSet::new();
        for first in self.machine.state(state).transitions.iter().copied() {
            let Trigger::Event(name) = &self.machine.transition(first).trigger else { continue };
            if !self.machine.transition(first).is_forbidding() && seen.insert(name) {
                self.in_its_place(first, state, name);
            }
        }
    }

    /// Those after it, as long as they have guards, then those of the states around it.
    fn in_its_place(&mut self, first: TransitionId, state: StateId, event: &str) {
        for around in std::iter::successors(Some(state), |id| self.machine.state(*id).parent) {
            let place = usize::try_from(around.0).unwrap_or(usize::MAX);
            let exact = self.takers[place].exact.get(event).cloned().unwrap_or_default();
            for rival in exact {
                if self.rival(first, rival) {
                    return;
                }
            }
            for index in 0..self.takers[place].wildcards.len() {
                let (descriptor, rival) = self.takers[place].wildcards[index];
                if descriptor != event && descriptor_matches(descriptor, event) && self.rival(first, rival) {
                    return;
                }
            }
        }
    }

    /// Holds a candidate against the first. Answers whether nothing after it is reached.
    fn rival(&mut self, first: TransitionId, rival: TransitionId) -> bool {
        let transition = self.machine.transition(rival);
        if !transition.is_forbidding() {
            self.compare(first, rival);
        }
        transition.guard.is_none() || self.problems.len() >= self.most
    }

    fn compare(&mut self, first: TransitionId, other: TransitionId) {
        let class = |id: TransitionId| usize::try_from(id.0).ok().and_then(|place| self.classes.get(place));
        if class(first) == class(other) || self.problems.len() >= self.most || !self.told.insert(other) {
            return;
        }
        let (first, other) = (self.machine.transition(first), self.machine.transition(other));
        let differ: Vec<&str> = ASKED.into_iter().filter(|key| first.meta.get(*key) != other.meta.get(*key)).collect();
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
        let mut firsts: HashMap<&'a str, (StateId, TransitionId)> = HashMap::new();
        for (region, id) in within(self.machine, parallel) {
            for transition in self.machine.state(id).transitions.iter().copied() {
                let taken = self.machine.transition(transition);
                let Trigger::Event(name) = &taken.trigger else { continue };
                if taken.is_forbidding() {
                    continue;
                }
                match firsts.get(name.as_str()) {
                    Some((first, _)) if *first == region => {}
                    Some((_, first)) => self.compare(*first, transition),
                    None => drop(firsts.insert(name, (region, transition))),
                }
            }
        }
    }
}

/// What a parallel state holds, each with the region that it is in. Descendants follow their ancestor in the document.
fn within(machine: &Machine, parallel: StateId) -> Vec<(StateId, StateId)> {
    let mut found = Vec::new();
    let mut regions: HashMap<StateId, StateId> = HashMap::new();
    for id in machine.state_ids().skip_while(|id| *id != parallel).skip(1) {
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
