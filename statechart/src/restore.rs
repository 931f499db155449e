//! A snapshot from what was stored of it: leaf names and remembered history.
//!
//! Bad stored data is an error, never a default: every name must be known and the leaves must be a whole configuration.

use serde_json::Value;
use thiserror::Error;

use crate::machine::{Machine, Memory};
use crate::model::{Kind, StateId};
use crate::set::StateSet;
use crate::snapshot::Snapshot;

/// Why stored names are no snapshot of this machine.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum RestoreError {
    /// No leaf has this name.
    #[error("no leaf state is called `{name}`")]
    UnknownLeaf {
        /// The name as stored.
        name: String,
    },
    /// Several leaves have this name.
    #[error("several leaf states are called `{name}`")]
    AmbiguousLeaf {
        /// The name as stored.
        name: String,
    },
    /// The leaves cannot be active together, or others must be active with them.
    #[error("`{names}` is no configuration: `{state}` would have {active} active children")]
    NotAConfiguration {
        /// The names as stored.
        names: String,
        /// The dotted path of the state that is not as it must be.
        state: String,
        /// How many of its children would be active.
        active: usize,
    },
    /// The stored history is not of the form that [`Machine::history_value`] writes.
    #[error("stored history: {reason}")]
    History {
        /// What is wrong with it.
        reason: String,
    },
}

impl Machine {
    /// The inverse of [`Machine::leaf_names`] and [`Machine::history_value`].
    pub fn restore(&self, leaf_names: &str, history: &Value) -> Result<Snapshot, RestoreError> {
        let mut active = StateSet::for_states(self.states.len());
        for name in leaf_names.split('+') {
            let leaf = match self.leaves.get(name) {
                Some(Some(leaf)) => *leaf,
                Some(None) => return Err(RestoreError::AmbiguousLeaf { name: name.to_owned() }),
                None => return Err(RestoreError::UnknownLeaf { name: name.to_owned() }),
            };
            active.insert(leaf);
            for ancestor in self.ancestors(leaf) {
                active.insert(ancestor);
            }
        }
        for id in active.iter() {
            let regions = &self.node(id).regions;
            let count = regions.iter().filter(|child| active.contains(**child)).count();
            let whole = match self.state(id).kind {
                Kind::Compound => count == 1,
                Kind::Parallel => count == regions.len(),
                Kind::Atomic | Kind::Final | Kind::History(_) => true,
            };
            if !whole {
                let (names, state) = (leaf_names.to_owned(), self.state(id).path.clone());
                return Err(RestoreError::NotAConfiguration { names, state, active: count });
            }
        }
        let mut snapshot = Snapshot { active, history: Vec::new() };
        self.restore_history(&mut snapshot, history)?;
        Ok(snapshot)
    }

    fn restore_history(&self, snapshot: &mut Snapshot, history: &Value) -> Result<(), RestoreError> {
        let wrong = |reason: String| Err(RestoreError::History { reason });
        let entries = match history {
            Value::Null => return Ok(()),
            Value::Object(entries) => entries,
            _ => return wrong("must be an object or null".to_owned()),
        };
        for (path, remembered) in entries {
            let parent = self.by_path(path).filter(|id| self.node(*id).memory != Memory::Nothing);
            let Some(parent) = parent else {
                return wrong(format!("`{path}` is no state with a history"));
            };
            let Value::Array(paths) = remembered else {
                return wrong(format!("`{path}` must hold a list of states"));
            };
            let mut states = StateSet::for_states(self.states.len());
            for entry in paths {
                let state = entry.as_str().and_then(|path| self.by_path(path)).filter(|id| self.is_below(*id, parent));
                let Some(state) = state else {
                    return wrong(format!("{entry} is no state within `{path}`"));
                };
                states.insert(state);
            }
            if states.is_empty() || !self.is_memory_of(parent, &states) {
                return wrong(format!("what `{path}` remembers was never active at once"));
            }
            snapshot.remember(parent, states);
        }
        Ok(())
    }

    /// Whether `states` could have been kept when `parent` was left.
    fn is_memory_of(&self, parent: StateId, states: &StateSet) -> bool {
        let fits = |id: StateId| match self.node(parent).memory {
            Memory::Nothing => false,
            Memory::Children => self.state(id).parent == Some(parent) && !self.state(id).kind.is_history(),
            Memory::Leaves => self.state(id).kind.is_leaf(),
        };
        let together = |id: StateId| states.iter().all(|other| other == id || self.are_parallel(id, other));
        states.iter().all(|id| fits(id) && together(id))
    }

    /// Every state, in document order, the root first.
    pub fn state_ids(&self) -> impl Iterator<Item = StateId> + use<> {
        (0..self.states.len()).map(StateId::from_index)
    }

    /// The state with this dotted path.
    pub fn by_path(&self, path: &str) -> Option<StateId> {
        self.states.iter().position(|state| state.path == path).map(StateId::from_index)
    }
}
