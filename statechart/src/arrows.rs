//! The transitions of a state and their parts, as written: `on`, `onDone`, `always`, `after`, targets, actions.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::draft::{Draft, DraftTransition, STRINGIFIED, Written};
use crate::javascript;
use crate::json::ordered;
use crate::keys::{self, Place, is_of_list, join};
use crate::limits;
use crate::lookup::is_wildcard;
use crate::model::{ActionRef, Delay, StateId, Trigger};

impl<'v> Draft<'v> {
    /// Reads every transition whose source is `id`.
    pub(crate) fn transitions_of(&mut self, id: StateId, fields: &'v Map<String, Value>, path: &str) {
        let done = format!("xstate.done.state.{}", self.states[id.at()].id);
        let on_done = fields.get("onDone").filter(|value| value.as_str() != Some(""));
        for (event, value) in self.table(fields, "on", path) {
            let here = join(&join(path, "on"), event);
            if event.is_empty() {
                self.error(here.clone(), "an event has an empty name", "say `always` for what needs no event");
                self.refused(id, &Trigger::Always, value, &here, Place::Transition);
                continue;
            }
            if event == done && on_done.is_some() {
                self.warning(here, "`onDone` stands in its place", "drop it");
                continue;
            }
            self.is_printable(event, &here, "an event's name");
            self.of_xstate_4(event, &here);
            if event.contains('*') && !is_wildcard(event) {
                let message = "this star is text: a wildcard is `*` or ends in `.*`";
                self.warning(here.clone(), message, "say `a.b.*`");
            }
            self.arrows(id, &Trigger::Event(event.to_owned()), value, &here);
        }
        if let Some(value) = on_done {
            self.arrows(id, &Trigger::Done, value, &join(path, "onDone"));
        }
        if let Some(value) = fields.get("always").filter(|value| value.as_str() != Some("")) {
            self.arrows(id, &Trigger::Always, value, &join(path, "always"));
        }
        let mut met = HashSet::new();
        for (delay, value) in self.table(fields, "after", path) {
            let here = join(&join(path, "after"), delay);
            if let Some(delay) = self.delay(delay, &here) {
                if met.insert(delay.clone()) {
                    self.add_delay(id, &delay, &here);
                }
                self.arrows(id, &Trigger::After(delay), value, &here);
            }
        }
        self.refused_parts(id, fields, path);
    }

    /// Warns of an event that only `XState` 4 sent.
    fn of_xstate_4(&mut self, event: &str, path: &str) {
        let help = if event.starts_with("done.state.") {
            format!("say `onDone` in that state, or `xstate.{event}`")
        } else if event.starts_with("done.invoke.") || event.starts_with("error.platform.") {
            "let what comes of side work come back as an event of your own".to_owned()
        } else {
            return;
        };
        self.warning(path, "nothing sends this: it is one of XState 4's own events", help);
    }

    fn table(&mut self, fields: &'v Map<String, Value>, key: &str, path: &str) -> Vec<(&'v str, &'v Value)> {
        match fields.get(key) {
            None => Vec::new(),
            Some(Value::Object(table)) => ordered(table),
            Some(other) => {
                let why = if other.is_array() { ": a list is XState 4's way" } else { "" };
                let message = format!("`{key}` must be an object{why}");
                self.error(join(path, key), message, "its keys say what it waits for");
                Vec::new()
            }
        }
    }

    pub(crate) fn delay(&mut self, text: &str, path: &str) -> Option<Delay> {
        let help = "say whole milliseconds, or a name";
        if javascript::trim(text).trim().is_empty() {
            self.error(path, "a delay has an empty name", help);
            return None;
        }
        self.is_printable(text, path, "a delay's name");
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            let millis = text.parse().ok().filter(|millis| *millis <= limits::DELAY);
            if millis.is_none() {
                let message = format!("{text} milliseconds are more than a hundred years");
                self.error(path, message, format!("say at most {}, or a name", limits::DELAY));
            }
            return millis.map(Delay::Millis);
        }
        if javascript::is_number(text) {
            self.error(path, format!("`{text}` is no number of milliseconds"), help);
            return None;
        }
        Some(Delay::Named(text.to_owned()))
    }

    fn arrows(&mut self, id: StateId, trigger: &Trigger, value: &'v Value, path: &str) {
        let Value::Array(list) = value else { return self.arrow(id, trigger, value, path) };
        for (index, value) in list.iter().enumerate() {
            let here = join(path, &index.to_string());
            if matches!(trigger, Trigger::After(_)) && value.is_string() {
                let help = format!("say `{{\"target\": {value}}}`");
                self.error(here, "XState overlooks a bare target in a list of delayed transitions", help);
            } else if value.is_null() {
                let help = "write the transition anew, or take the null out";
                self.error(here, format!("null is no transition: {STRINGIFIED}"), help);
                (self.unsound, self.stringified) = (true, true);
            } else {
                self.arrow(id, trigger, value, &here);
            }
        }
    }

    fn arrow(&mut self, source: StateId, trigger: &Trigger, value: &'v Value, pointer: &str) {
        if let Some(arrow) = self.read_arrow(source, trigger, value, pointer, Place::Transition) {
            self.transitions.push(arrow);
        }
    }

    /// A transition as written; none where there are too many.
    pub(crate) fn read_arrow(
        &mut self,
        source: StateId,
        trigger: &Trigger,
        value: &'v Value,
        pointer: &str,
        place: Place,
    ) -> Option<DraftTransition<'v>> {
        if self.transitions.len() > limits::TRANSITIONS {
            return None;
        }
        if self.transitions.len() == limits::TRANSITIONS {
            let message = format!("there are more than {} transitions", limits::TRANSITIONS);
            self.error(pointer, message, "split the machine");
        }
        let errors = self.problems.errors();
        let mut arrow = DraftTransition::new(source, trigger.clone(), pointer);
        match value {
            Value::String(_) => arrow.targets = self.targets(Some(value), pointer),
            Value::Object(fields) => self.fields_of(&mut arrow, fields, place),
            Value::Null => {
                let help = "say `{}` or `\"\"` to forbid the event, or leave it out";
                self.error(pointer, "null is no transition", help);
            }
            _ => self.error(pointer, "this is no transition", "say a target, or `{\"target\": …}`"),
        }
        arrow.broken = self.problems.errors() > errors;
        arrow.lost |= !(value.is_string() || value.is_object());
        Some(arrow)
    }

    fn fields_of(&mut self, arrow: &mut DraftTransition<'v>, fields: &'v Map<String, Value>, place: Place) {
        let pointer = arrow.pointer.clone();
        let strange = keys::check(place, fields, &pointer, &mut self.problems);
        let errors = self.problems.errors();
        arrow.targets = self.targets(fields.get("target"), &join(&pointer, "target"));
        arrow.lost = self.problems.errors() > errors || (strange && !fields.contains_key("target"));
        let of_xstate_4 =
            || fields.get("cond").filter(|cond| cond.is_string()).map(|cond| (cond, join(&pointer, "cond")));
        arrow.guard = fields.get("guard").map(|guard| (guard, join(&pointer, "guard"))).or_else(of_xstate_4);
        arrow.actions = self.actions(fields.get("actions"), &join(&pointer, "actions"));
        arrow.meta = fields.get("meta").cloned().unwrap_or_default();
        arrow.description = self.text(fields.get("description"), &join(&pointer, "description"));
        arrow.reenter = self.flag(fields, "reenter", &pointer);
    }

    fn flag(&mut self, fields: &Map<String, Value>, key: &str, path: &str) -> bool {
        match fields.get(key) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.error(join(path, key), format!("`{key}` must be true or false"), "");
                false
            }
        }
    }

    /// Targets as written; the empty text stands for none.
    pub(crate) fn targets(&mut self, value: Option<&Value>, path: &str) -> Vec<Written> {
        match value {
            None => Vec::new(),
            Some(Value::String(text)) if text.is_empty() => Vec::new(),
            Some(Value::Array(list)) if list.len() > limits::TARGETS => {
                let message = format!("there are {} targets, at most {} are read", list.len(), limits::TARGETS);
                self.error(path, message, "target a state around them");
                Vec::new()
            }
            Some(Value::Array(list)) => list
                .iter()
                .enumerate()
                .filter_map(|(index, value)| {
                    let path = join(path, &index.to_string());
                    self.path(Some(value), &path, "a target").map(|text| Written { text, path })
                })
                .collect(),
            Some(value) => {
                let text = self.path(Some(value), path, "a target");
                text.map(|text| Written { text, path: path.to_owned() }).into_iter().collect()
            }
        }
    }

    /// One action or a list of them.
    pub(crate) fn actions(&mut self, value: Option<&Value>, path: &str) -> Vec<ActionRef> {
        match value {
            None => Vec::new(),
            Some(Value::Array(list)) => {
                let each = list.iter().enumerate();
                each.filter_map(|(index, value)| self.action(value, &join(path, &index.to_string()))).collect()
            }
            Some(value) => self.action(value, path).into_iter().collect(),
        }
    }

    fn action(&mut self, value: &Value, path: &str) -> Option<ActionRef> {
        let (name, params, here) = match value {
            Value::String(_) => (self.name(Some(value), path, "an action")?, Value::Null, path.to_owned()),
            Value::Object(fields) => {
                let here = join(path, "type");
                let is_own = fields.get("type").and_then(Value::as_str).is_some_and(|name| name.starts_with("xstate."));
                if fields.contains_key("type") && !is_own {
                    keys::check_params(Place::Action, fields, path, &mut self.problems);
                } else if !is_own {
                    self.error(here.clone(), "an action needs a type", "say `{\"type\": \"name\", \"params\": {…}}`");
                }
                let name = self.name(fields.get("type"), &here, "an action's type")?;
                (name, fields.get("params").cloned().unwrap_or_default(), here)
            }
            Value::Null => {
                self.stringified |= is_of_list(path);
                let help = "name the action, and the function in the program";
                self.error(path, format!("null is no action: {STRINGIFIED}"), help);
                return None;
            }
            _ => {
                self.error(path, "this is no action", "say a name, or `{\"type\": \"name\", \"params\": {…}}`");
                return None;
            }
        };
        if name.starts_with("xstate.") {
            let message = format!("`{name}` is one of XState's own actions, which are functions and no JSON");
            self.error(here, message, "name an action of the program");
            return None;
        }
        Some(ActionRef { index: self.actions.number(&name, path), name, params })
    }
}
