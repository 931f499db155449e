//! Which version of `XState` a definition was written for: what it says by words that only one of them has.

use serde_json::{Map, Value};

use crate::refused::each;

/// What was found.
#[derive(Default)]
pub(super) struct Versions {
    four: bool,
    five: bool,
}

impl Versions {
    pub(super) fn is_four(&self) -> bool {
        self.four && !self.five
    }

    pub(super) fn is_mixed(&self) -> bool {
        self.four && self.five
    }
}

const FOUR_OF_STATES: [&str; 12] = [
    "onEntry",
    "onExit",
    "activities",
    "parallel",
    "data",
    "schema",
    "tsTypes",
    "strict",
    "delimiter",
    "predictableActionArguments",
    "preserveActionOrder",
    "services",
];
const FIVE_OF_STATES: [&str; 4] = ["output", "input", "types", "onSnapshot"];

/// Looks at all states and transitions.
pub(super) fn look(root: &Value) -> Versions {
    let mut versions = Versions::default();
    versions.state(root);
    versions
}

impl Versions {
    fn state(&mut self, state: &Value) {
        let Value::Object(fields) = state else { return };
        self.four |= FOUR_OF_STATES.iter().any(|key| fields.contains_key(*key));
        self.five |= FIVE_OF_STATES.iter().any(|key| fields.contains_key(*key));
        for key in ["entry", "exit"] {
            self.actions(fields.get(key));
        }
        for key in ["on", "after"] {
            match fields.get(key) {
                Some(Value::Object(table)) => {
                    self.four |= key == "on" && table.contains_key("");
                    for value in table.values() {
                        self.transitions(value);
                    }
                }
                Some(list @ Value::Array(_)) => {
                    self.four = true;
                    self.transitions(list);
                }
                _ => {}
            }
        }
        for key in ["always", "onDone"] {
            if let Some(value) = fields.get(key) {
                self.transitions(value);
            }
        }
        for (_, invoke) in fields.get("invoke").map(|invoke| each(invoke, "")).unwrap_or_default() {
            self.five |= ["input", "systemId", "onSnapshot"].iter().any(|key| invoke.get(*key).is_some());
            self.four |= ["data", "autoForward"].iter().any(|key| invoke.get(*key).is_some());
            for key in ["onDone", "onError"] {
                if let Some(value) = invoke.get(key) {
                    self.transitions(value);
                }
            }
        }
        for child in fields.get("states").and_then(Value::as_object).into_iter().flat_map(Map::values) {
            self.state(child);
        }
    }

    fn transitions(&mut self, value: &Value) {
        for (_, transition) in each(value, "") {
            let has = |key: &str| transition.get(key).is_some();
            self.four |= has("cond") || has("internal") || has("in");
            self.five |= has("guard") || has("reenter");
            self.actions(transition.get("actions"));
        }
    }

    /// `XState` 4 wrote its own actions as objects; those of 5 are functions.
    fn actions(&mut self, value: Option<&Value>) {
        for (_, action) in value.map(|value| each(value, "")).unwrap_or_default() {
            let kind = action.get("type").and_then(Value::as_str).unwrap_or_default();
            self.four |= kind.starts_with("xstate.") && action.as_object().is_some_and(|fields| fields.len() > 1);
        }
    }
}
