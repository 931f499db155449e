//! The states of a definition as written, and what targets mean in it.

use std::collections::HashMap;

use serde_json::Value;

use crate::target::segments;

/// Keys from the root to a state.
pub(super) type Way = Vec<String>;

/// The states of a definition.
pub(super) struct Tree<'v> {
    pub(super) root: &'v Value,
    /// Where the states are that were given an id.
    ids: HashMap<&'v str, Way>,
}

impl<'v> Tree<'v> {
    pub(super) fn new(root: &'v Value) -> Self {
        let mut ids = HashMap::new();
        visit(root, &mut Vec::new(), &mut |way, state| {
            if let Some(id) = state.get("id").and_then(Value::as_str) {
                ids.entry(id).or_insert_with(|| way.to_vec());
            }
        });
        Self { root, ids }
    }

    /// The machine's id. Where it has none, `XState` 4 takes its `key`.
    pub(super) fn id(&self) -> &'v str {
        let text = |key: &str| self.root.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        text("id").or_else(|| text("key")).unwrap_or("(machine)")
    }

    /// The id of a state.
    pub(super) fn id_of(&self, way: &[String]) -> String {
        let given = self.state(way).and_then(|state| state.get("id")).and_then(Value::as_str);
        given.map_or_else(|| [&[self.id().to_owned()], way].concat().join("."), str::to_owned)
    }

    pub(super) fn state(&self, way: &[String]) -> Option<&'v Value> {
        way.iter().try_fold(self.root, |state, key| state.get("states")?.get(key))
    }

    /// Every state, parents before their children.
    pub(super) fn each(&self, visitor: &mut dyn FnMut(&[String], &'v Value)) {
        visit(self.root, &mut Vec::new(), visitor);
    }

    /// The state that a transition of `source` means.
    pub(super) fn target(&self, source: &[String], text: &str) -> Option<Way> {
        let mut way = if let Some(absolute) = text.strip_prefix('#') {
            let parts = segments(absolute);
            let (id, rest) = parts.split_first()?;
            let by_path = if id == self.id() { Some(Vec::new()) } else { self.ids.get(id.as_str()).cloned() };
            // A dot may also belong to the id.
            match self.ids.get(absolute) {
                Some(way) => way.clone(),
                None => [by_path?, rest.to_vec()].concat(),
            }
        } else if let Some(below) = text.strip_prefix('.') {
            [source, &segments(below)].concat()
        } else {
            let (_, around) = source.split_last().unzip();
            [around.unwrap_or_default(), &segments(text)].concat()
        };
        way.retain(|key| !key.is_empty());
        self.state(&way).map(|_| way)
    }
}

fn visit<'v>(state: &'v Value, way: &mut Way, visitor: &mut dyn FnMut(&[String], &'v Value)) {
    visitor(way, state);
    for (key, child) in state.get("states").and_then(Value::as_object).into_iter().flatten() {
        way.push(key.clone());
        visit(child, way, visitor);
        way.pop();
    }
}
