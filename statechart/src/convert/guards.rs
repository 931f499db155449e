//! Guards: what is typed here, and names for all others.

use serde_json::{Map, Value, json};

use super::Writer;
use super::tree::Way;
use crate::guards::OF_XSTATE;
use crate::keys::{Place, join, misplaced};
use crate::lint::looks_like_code;

const LIST: [&str; 3] = ["and", "or", "not"];

impl Writer<'_> {
    pub(super) fn guard(&mut self, value: &Value, path: &str) -> Value {
        match value {
            Value::Null => self.lost_guard(path),
            Value::String(text) if looks_like_code(text) => self.named("guard", text, path),
            Value::Object(fields) => self.guard_object(fields, path),
            other => other.clone(),
        }
    }

    /// A name for a guard that was a function. Without one the transition would let everybody pass.
    fn lost_guard(&mut self, path: &str) -> Value {
        let name = Value::from(self.made_up("guard"));
        self.now(path, None, &name);
        self.left_to_write(path, "guard", name.as_str().unwrap_or_default(), "what the function asked that stood here");
        name
    }

    fn guard_object(&mut self, fields: &Map<String, Value>, path: &str) -> Value {
        let Some(written) = fields.get("type") else { return self.guard_without_type(fields, path) };
        let Some(written) = written.as_str() else { return Value::Object(fields.clone()) };
        let own = written.strip_prefix("xstate.").filter(|kind| OF_XSTATE.contains(kind));
        let kind = own.unwrap_or(written);
        let is_own = own.is_some();
        if kind == "guard" && is_own {
            return self.guard_of_xstate_4(fields, path);
        }
        let place = join(path, "type");
        if LIST.contains(&kind) {
            let inner = fields.get("guards").or_else(|| fields.get("params")?.get("guards"));
            let inner = inner.or_else(|| fields.get("children")).or_else(|| fields.get("guard"));
            let Some(inner) = inner else { return Value::Object(fields.clone()) };
            let here = join(path, "guards");
            let whole = if fields.get("guards").is_some_and(Value::is_array) {
                let mut fields = fields.clone();
                fields["type"] = Value::from(kind);
                fields["guards"] = self.typed(kind, inner, &here)["guards"].take();
                Value::Object(fields)
            } else {
                self.typed(kind, inner, &here)
            };
            if is_own {
                self.now(place, None, &whole);
            } else if !fields.get("guards").is_some_and(Value::is_array) {
                self.now(join(path, "guards"), None, &whole);
            }
            return whole;
        }
        if kind == "stateIn" {
            return self.state_in(fields, is_own.then_some(place), path);
        }
        if looks_like_code(written) {
            let mut fields = fields.clone();
            fields["type"] = self.named("guard", written, &place);
            return self.with_params(Place::Guard, &fields).map_or(Value::Object(fields), |(_, whole)| whole);
        }
        match self.with_params(Place::Guard, fields) {
            Some((told, whole)) => {
                self.now(join(path, &told), None, &whole);
                whole
            }
            None => Value::Object(fields.clone()),
        }
    }

    /// `and`, `or`, `not` with the guards that they are of.
    fn typed(&mut self, kind: &str, inner: &Value, path: &str) -> Value {
        let guards: Vec<Value> = match inner {
            Value::Array(list) => {
                list.iter().enumerate().map(|(at, guard)| self.guard(guard, &join(path, &at.to_string()))).collect()
            }
            alone => vec![self.guard(alone, path)],
        };
        json!({"type": kind, "guards": guards})
    }

    fn guard_without_type(&mut self, fields: &Map<String, Value>, path: &str) -> Value {
        if let Some((key, inner)) = fields.iter().find(|(key, _)| LIST.contains(&key.as_str())) {
            let here = join(path, key);
            let whole = self.typed(key, inner, &here);
            self.now(here, None, &whole);
            return whole;
        }
        if let Some(state) = fields.get("stateIn") {
            let whole = json!({"type": "stateIn", "params": {"state": state}});
            self.now(join(path, "stateIn"), None, &whole);
            return whole;
        }
        if fields.is_empty() {
            let name = self.lost_guard(&join(path, "type"));
            return name;
        }
        self.guard_of_xstate_4(fields, path)
    }

    /// `{"type": "xstate.guard", "name": …}`, as `XState` 4 has guards when it works with them.
    fn guard_of_xstate_4(&mut self, fields: &Map<String, Value>, path: &str) -> Value {
        let Some(name @ Value::String(_)) = fields.get("name") else { return Value::Object(fields.clone()) };
        self.now(join(path, "type"), None, name);
        name.clone()
    }

    fn state_in(&mut self, fields: &Map<String, Value>, own: Option<String>, path: &str) -> Value {
        let beside = ["state", "stateValue", "value", "in"].into_iter().find(|key| fields.contains_key(*key));
        let params = match (fields.get("params"), beside) {
            (Some(params), _) => params.clone(),
            (None, Some(key)) => json!({"state": fields[key]}),
            (None, None) => return Value::Object(fields.clone()),
        };
        let whole = json!({"type": "stateIn", "params": params});
        match (own, beside) {
            (Some(place), _) => self.now(place, None, &whole),
            (None, Some(key)) if !fields.contains_key("params") => self.now(join(path, key), None, &whole),
            _ => return Value::Object(fields.clone()),
        }
        whole
    }

    /// A guard or action whose params stand beside its type, with them where they belong, and the key that is told.
    pub(super) fn with_params(&self, place: Place, fields: &Map<String, Value>) -> Option<(String, Value)> {
        let _ = self;
        let told = misplaced(place, fields)?.to_owned();
        let mut params = Map::new();
        match fields.get("params") {
            Some(Value::Object(own)) => params.clone_from(own),
            Some(own) => drop(params.insert("params".to_owned(), own.clone())),
            None => {}
        }
        let code = ["exec", "predicate"];
        let beside = fields.iter().filter(|(key, _)| !matches!(key.as_str(), "type" | "params"));
        for (key, value) in beside.filter(|(key, _)| !code.contains(&key.as_str())) {
            params.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let whole = match (&fields["type"], params.is_empty()) {
            (name @ Value::String(_), true) => name.clone(),
            (name, true) => json!({"type": name}),
            (name, false) => json!({"type": name, "params": params}),
        };
        Some((told, whole))
    }

    /// The guard that `in` of `XState` 4 means: an id, or what is active within the state around the parent.
    pub(super) fn in_state(&self, value: &Value, source: &[String]) -> Value {
        let around: Way = source[..source.len().saturating_sub(2)].to_vec();
        let state = match value {
            Value::String(text) if !text.starts_with('#') => {
                let mut parts: Vec<String> = around.iter().map(|key| escaped(key)).collect();
                parts.push(self.with_dots(text));
                Value::from(parts.join("."))
            }
            Value::String(text) => Value::from(self.with_dots(text)),
            value => around.iter().rev().fold(value.clone(), |inner, key| json!({key.as_str(): inner})),
        };
        json!({"type": "stateIn", "params": {"state": state}})
    }
}

/// A key as a part of a path.
pub(super) fn escaped(key: &str) -> String {
    key.replace('\\', "\\\\").replace('.', "\\.")
}
