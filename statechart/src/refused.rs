//! What stands within parts that are refused: `invoke`, lists in the place of tables, keys of `XState` 4. It is read all
//! the same, so that what is wrong there is said at once, and so that what it leads to counts as led to.

use serde_json::{Map, Value};

use crate::draft::Draft;
use crate::keys::{Place, join};
use crate::lint::looks_like_code;
use crate::model::{Delay, StateId, Trigger};

/// What an `invoke` reports, and what the event is called that stands for it here.
pub(crate) const REPORTS: [(&str, &str); 3] = [("onDone", "done"), ("onError", "failed"), ("onSnapshot", "snapshot")];

/// What an `invoke` names: its source, else its id. Code is no name.
pub(crate) fn invoked(invoke: &Map<String, Value>) -> Option<&str> {
    let source = invoke.get("src");
    let typed = source.and_then(|source| source.get("type").or_else(|| source.get("id")));
    let names = [source, typed, invoke.get("id")];
    names.into_iter().flatten().filter_map(Value::as_str).find(|name| !name.trim().is_empty() && !looks_like_code(name))
}

/// One thing or a list of them, each with its place.
pub(crate) fn each<'v>(value: &'v Value, path: &str) -> Vec<(String, &'v Value)> {
    match value {
        Value::Array(list) => {
            list.iter().enumerate().map(|(index, value)| (join(path, &index.to_string()), value)).collect()
        }
        value => vec![(path.to_owned(), value)],
    }
}

impl<'v> Draft<'v> {
    /// Reads transitions that are refused, which is reported already.
    pub(crate) fn refused(&mut self, id: StateId, trigger: &Trigger, value: &'v Value, path: &str, place: Place) {
        for (here, value) in each(value, path) {
            if let Some(mut arrow) = self.read_arrow(id, trigger, value, &here, place) {
                arrow.broken = true;
                self.transitions.push(arrow);
            }
        }
    }

    /// Reads what stands within the refused parts of a state.
    pub(crate) fn refused_parts(&mut self, id: StateId, fields: &'v Map<String, Value>, path: &str) {
        for key in ["onEntry", "onExit"] {
            self.actions(fields.get(key), &join(path, key));
        }
        for key in ["on", "after"] {
            let Some(Value::Array(list)) = fields.get(key) else { continue };
            for (index, value) in list.iter().enumerate() {
                let here = join(&join(path, key), &index.to_string());
                let trigger = if key == "on" { listed_event(value) } else { self.listed_delay(id, value, &here) };
                self.refused(id, &trigger, value, &here, Place::Listed);
            }
        }
        if let Some(value) = fields.get("invoke") {
            for (here, value) in each(value, &join(path, "invoke")) {
                let Value::Object(invoke) = value else { continue };
                self.reports(id, invoke, invoked(invoke).unwrap_or("invoke"), &here);
            }
        }
        self.reports_beside(id, fields, path);
    }

    fn reports(&mut self, id: StateId, invoke: &'v Map<String, Value>, name: &str, path: &str) {
        for (key, word) in REPORTS {
            if let Some(value) = invoke.get(key) {
                let trigger = Trigger::Event(format!("{name}.{word}"));
                self.refused(id, &trigger, value, &join(path, key), Place::Transition);
            }
        }
    }

    /// `onError` and `onSnapshot` that stand beside an `invoke` instead of in it.
    fn reports_beside(&mut self, id: StateId, fields: &'v Map<String, Value>, path: &str) {
        for (key, word) in &REPORTS[1..] {
            if let Some(value @ (Value::Object(_) | Value::Array(_))) = fields.get(*key) {
                self.refused(id, &Trigger::Event((*word).to_owned()), value, &join(path, key), Place::Transition);
            }
        }
    }

    fn listed_delay(&mut self, id: StateId, value: &Value, path: &str) -> Trigger {
        let written = match value.get("delay") {
            Some(Value::String(name)) => self.delay(name, &join(path, "delay")),
            Some(Value::Number(number)) => number.as_u64().map(Delay::Millis),
            _ => None,
        };
        let delay = written.unwrap_or_else(|| Delay::Named("…".to_owned()));
        if !self.states[id.at()].delays.contains(&delay) {
            self.states[id.at()].delays.push(delay.clone());
        }
        Trigger::After(delay)
    }
}

fn listed_event(value: &Value) -> Trigger {
    match value.get("event").and_then(Value::as_str) {
        Some("") => Trigger::Always,
        Some(event) => Trigger::Event(event.to_owned()),
        None => Trigger::Event("…".to_owned()),
    }
}
