//! What the leaf states of one version are called in another.

use super::Definition;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use statechart::{Machine, Snapshot, StateId};
use std::collections::{BTreeMap, BTreeSet};

/// New leaf names by old ones, several joined by `+`; a name that is not in it stays as it is. A whole stored state, its
/// regions joined by `+`, may stand for itself, and is looked up before its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(pub BTreeMap<String, String>);

/// Where a subject is in the other version.
pub(super) struct Restored {
    /// Its active states and what history remembers.
    pub place: Snapshot,
    /// States of the old version whose history has no place in the new one: history leads there where it leads at first.
    pub forgotten: Vec<String>,
}

impl Mapping {
    /// A stored state in the other version's words.
    pub fn apply(&self, state: &str) -> String {
        if let Some(whole) = self.whole(state) {
            return whole.clone();
        }
        let mut names: Vec<&str> = Vec::new();
        for name in state.split('+') {
            for name in self.0.get(name).map_or(name, String::as_str).split('+') {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names.join("+")
    }

    /// What a whole stored state is mapped to; the order of its regions is that of a version's document, and no matter.
    fn whole(&self, state: &str) -> Option<&String> {
        let regions = |state: &str| state.split('+').map(str::to_owned).collect::<BTreeSet<_>>();
        let wanted = regions(state);
        self.0.get(state).or_else(|| {
            let mut joined = self.0.iter().filter(|(old, _)| wanted.len() > 1 && old.contains('+'));
            joined.find(|(old, _)| regions(old) == wanted).map(|(_, new)| new)
        })
    }

    /// Refuses names that the machines do not have: what is mapped must be leaves of one of `from`, its place leaves of
    /// `to`, and where the old state is one that subjects are in, the new one must be too.
    pub fn check(&self, from: &[&Definition], to: &Machine) -> Result<(), Error> {
        let is_leaf = |machine: &Machine, name: &str| leaf(machine, name).is_some();
        for (old, new) in &self.0 {
            let known = |definition: &&&Definition| old.split('+').all(|name| is_leaf(&definition.machine, name));
            if !from.iter().any(|definition| known(&definition)) {
                return Err(Error::invalid("mapping", format!("{old:?} is no leaf state that subjects could be in")));
            }
            // A state may become several, one in each region.
            if !new.split('+').all(|leaf| is_leaf(to, leaf)) {
                return Err(Error::invalid("mapping", format!("{new:?} is no leaf state of the new version")));
            }
            let whole = from.iter().any(|definition| definition.machine.restore(old, &Value::Null).is_ok());
            if whole && let Err(why) = to.restore(&self.apply(old), &Value::Null) {
                return Err(Error::invalid(
                    "mapping",
                    format!("{new:?} is no place of its own in the new version: {why}"),
                ));
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
    ) -> Result<Restored, statechart::RestoreError> {
        let state = self.apply(state);
        let mut place = to.restore(&state, &Value::Null)?;
        let mut forgotten = Vec::new();
        for (parent, remembered) in history.as_object().into_iter().flatten() {
            let mut kept = match to.history_value(&place) {
                Value::Object(kept) => kept,
                _ => Map::new(),
            };
            kept.extend(self.remembered(to, parent, remembered));
            match to.restore(&state, &Value::Object(kept)) {
                Ok(with) if to.history_value(&with) != to.history_value(&place) => place = with,
                _ => forgotten.push(parent.clone()),
            }
        }
        Ok(Restored { place, forgotten })
    }

    /// What a state remembers, said in the other version's words: the states that are where they were, else the leaves
    /// of those names, wherever they are now; and the state around them that has a history there, preferably that of the
    /// old name.
    fn remembered(&self, to: &Machine, parent: &str, paths: &Value) -> Option<(String, Value)> {
        let last = |path: &str| path.rsplit_once('.').map_or(path, |(_, last)| last).to_owned();
        let old: Vec<&str> = paths.as_array()?.iter().filter_map(Value::as_str).collect();
        let renamed = |path: &str| match path.rsplit_once('.') {
            Some((parents, last)) => format!("{parents}.{}", self.apply(last)),
            None => self.apply(path),
        };
        let in_place: Option<Vec<StateId>> = old.iter().map(|path| to.by_path(&renamed(path))).collect();
        let by_name = || {
            let names = self.apply(&old.iter().map(|path| last(path)).collect::<Vec<_>>().join("+"));
            names.split('+').map(|name| leaf(to, name)).collect::<Option<_>>()
        };
        let states: Vec<StateId> = in_place.or_else(by_name)?;
        let around = |id: StateId| std::iter::successors(to.state(id).parent, |id| to.state(*id).parent);
        let has_history = |id: &StateId| to.state(*id).children.iter().any(|child| to.state(*child).kind.is_history());
        let common = |id: &StateId| states.iter().all(|state| around(*state).any(|known| known == *id));
        let fit: Vec<StateId> = around(*states.first()?).filter(|id| has_history(id) && common(id)).collect();
        let same = fit.iter().find(|id| to.state(**id).key == last(parent));
        let holder = *same.or(fit.first())?;
        let paths = states.iter().map(|id| Value::from(to.state(*id).path.as_str())).collect();
        Some((to.state(holder).path.clone(), paths))
    }
}

/// The leaf state of that name.
fn leaf(machine: &Machine, name: &str) -> Option<StateId> {
    machine.state_ids().find(|id| machine.state(*id).kind.is_leaf() && machine.state(*id).key == name)
}
