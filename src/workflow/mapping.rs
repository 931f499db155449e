//! What the leaf states of one version are called in another.

use super::Definition;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use statechart::{Machine, Snapshot};
use std::collections::BTreeMap;

/// New leaf names by old ones, several joined by `+`; a name that is not in it stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(pub BTreeMap<String, String>);

impl Mapping {
    /// A stored state in the other version's words; regions joined by `+` are mapped one by one.
    pub fn apply(&self, state: &str) -> String {
        let mut names: Vec<&str> = Vec::new();
        for name in state.split('+') {
            let name = self.0.get(name).map_or(name, String::as_str);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join("+")
    }

    /// Refuses names that the machines do not have: what is mapped must be a leaf of one of `from`, its place one of `to`.
    pub fn check(&self, from: &[&Definition], to: &Machine) -> Result<(), Error> {
        let is_leaf = |machine: &Machine, name: &str| {
            machine.states().iter().any(|state| state.kind.is_leaf() && state.key == name)
        };
        for (old, new) in &self.0 {
            if !from.iter().any(|definition| is_leaf(&definition.machine, old)) {
                return Err(Error::invalid("mapping", format!("{old:?} is no leaf state that subjects could be in")));
            }
            // A state may become several, one in each region.
            if !new.split('+').all(|leaf| is_leaf(to, leaf)) {
                return Err(Error::invalid("mapping", format!("{new:?} is no leaf state of the new version")));
            }
        }
        Ok(())
    }

    /// A stored place in the other version; what history remembers goes along as far as its states are there.
    pub(super) fn restore(
        &self,
        to: &Machine,
        state: &str,
        history: &Value,
    ) -> Result<Snapshot, statechart::RestoreError> {
        let state = self.apply(state);
        let mut snapshot = to.restore(&state, &Value::Null)?;
        for (parent, remembered) in history.as_object().into_iter().flatten() {
            let one = Value::Object([(parent.clone(), self.remembered(remembered))].into_iter().collect());
            let mut kept = to.history_value(&snapshot);
            match kept.as_object_mut() {
                Some(kept) => kept.extend(one.as_object().cloned().unwrap_or_default()),
                None => kept = one,
            }
            // What the new version has no place for is forgotten: its history states lead where they lead at first.
            if let Ok(with) = to.restore(&state, &kept) {
                snapshot = with;
            }
        }
        Ok(snapshot)
    }

    /// Paths with their last part renamed.
    fn remembered(&self, paths: &Value) -> Value {
        let rename = |path: &str| match path.rsplit_once('.') {
            Some((parents, leaf)) => format!("{parents}.{}", self.apply(leaf)),
            None => self.apply(path),
        };
        paths.as_array().into_iter().flatten().filter_map(Value::as_str).map(rename).collect()
    }
}
