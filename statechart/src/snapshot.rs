//! Where a machine is: the active states, and what its history states remember.
//!
//! A snapshot belongs to the machine that made it and means nothing to another one.

use serde_json::{Map, Value};

use crate::machine::Machine;
use crate::model::{Kind, StateId};
use crate::set::StateSet;

/// Active states and history. Cheap to clone: no heap for machines of up to 64 states without history.
#[derive(Clone, PartialEq, Debug)]
pub struct Snapshot {
    pub(crate) active: StateSet,
    /// By history parent, sorted: what was active in it when it was last left.
    pub(crate) history: Vec<(StateId, StateSet)>,
}

impl Snapshot {
    /// What is remembered of `parent`.
    pub(crate) fn remembered(&self, parent: StateId) -> Option<&StateSet> {
        self.history.iter().find(|(of, _)| *of == parent).map(|(_, states)| states)
    }

    /// Keeps `states` as the memory of `parent`.
    pub(crate) fn remember(&mut self, parent: StateId, states: StateSet) {
        match self.history.binary_search_by_key(&parent, |(of, _)| *of) {
            Ok(place) => self.history[place].1 = states,
            Err(place) => self.history.insert(place, (parent, states)),
        }
    }
}

impl Machine {
    /// The active leaves in document order.
    pub fn leaves(&self, s: &Snapshot) -> impl Iterator<Item = StateId> {
        s.active.iter().filter(|id| self.state(*id).kind.is_leaf())
    }

    /// Leaf keys in document order joined by `+`.
    pub fn leaf_names(&self, s: &Snapshot) -> String {
        let mut names = String::new();
        for leaf in self.leaves(s) {
            if !names.is_empty() {
                names.push('+');
            }
            names.push_str(&self.state(leaf).key);
        }
        names
    }

    /// `{"<history parent's dotted path>": ["<dotted path>", …]}`, or `Null` when nothing is remembered.
    pub fn history_value(&self, s: &Snapshot) -> Value {
        if s.history.is_empty() {
            return Value::Null;
        }
        let entry = |(parent, states): &(StateId, StateSet)| {
            let paths = states.iter().map(|id| Value::from(self.state(id).path.as_str())).collect();
            (self.state(*parent).path.clone(), Value::Array(paths))
        };
        Value::Object(s.history.iter().map(entry).collect())
    }

    /// `XState`'s state value: a string for the leaf of a compound state, objects for the rest.
    pub fn value(&self, s: &Snapshot) -> Value {
        self.value_of(s, StateId::ROOT)
    }

    fn value_of(&self, s: &Snapshot, id: StateId) -> Value {
        let active = |child: &&StateId| s.active.contains(**child);
        let children = &self.node(id).regions;
        if self.state(id).kind == Kind::Compound
            && let Some(child) = children.iter().find(active)
            && self.state(*child).kind.is_leaf()
        {
            return Value::from(self.state(*child).key.as_str());
        }
        let entry = |child: &StateId| (self.state(*child).key.clone(), self.value_of(s, *child));
        Value::Object(children.iter().filter(active).map(entry).collect::<Map<_, _>>())
    }

    /// The distinct tags of all active states, ancestors included, in document order.
    pub fn tags<'a>(&'a self, s: &Snapshot) -> Vec<&'a str> {
        let mut tags: Vec<&str> = Vec::new();
        for tag in s.active.iter().flat_map(|id| &self.state(id).tags) {
            if !tags.contains(&tag.as_str()) {
                tags.push(tag);
            }
        }
        tags
    }

    /// The states that a history state leads to from here: what it remembers, else its default.
    pub fn recalled(&self, s: &Snapshot, history: StateId) -> Vec<StateId> {
        self.recall(history, s).unwrap_or_else(|| self.node(history).fallback.clone())
    }

    /// Whether `id` is active.
    pub fn is_active(&self, s: &Snapshot, id: StateId) -> bool {
        s.active.contains(id)
    }

    /// Whether the machine has ended: it takes no more events.
    pub fn is_done(&self, s: &Snapshot) -> bool {
        self.is_final(&s.active, StateId::ROOT)
    }

    /// SCXML's `isInFinalState`.
    pub(crate) fn is_final(&self, active: &StateSet, id: StateId) -> bool {
        let regions = &self.node(id).regions;
        match self.state(id).kind {
            Kind::Compound => regions.iter().any(|c| self.state(*c).kind == Kind::Final && active.contains(*c)),
            Kind::Parallel => regions.iter().all(|child| self.is_final(active, *child)),
            Kind::Final => true,
            Kind::Atomic | Kind::History(_) => false,
        }
    }
}
