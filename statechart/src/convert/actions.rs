//! Actions: names for what was a function, with what it was told as params.

use serde_json::{Map, Value, json};

use super::Writer;
use crate::keys::{Place, join};
use crate::limits::MAX_NAME;
use crate::lint::looks_like_code;

impl Writer<'_> {
    /// One action or a list of them.
    pub(super) fn actions(&mut self, value: &Value, path: &str) -> Value {
        match value {
            Value::Array(list) => {
                list.iter().enumerate().map(|(at, action)| self.action(action, &join(path, &at.to_string()))).collect()
            }
            alone => self.action(alone, path),
        }
    }

    fn action(&mut self, value: &Value, path: &str) -> Value {
        match value {
            Value::Null => self.lost_action(path),
            Value::String(text) => match text.strip_prefix("xstate.") {
                Some(kind) => {
                    let name = Value::from(self.name_of(kind, &Map::new()));
                    self.stands_for(path, &name, kind);
                    name
                }
                None if looks_like_code(text) => self.named("action", text, path),
                None => value.clone(),
            },
            Value::Object(fields) if !fields.contains_key("type") && is_without_words(fields) => {
                self.lost_action(&join(path, "type"))
            }
            Value::Object(fields) => self.action_object(fields, path),
            other => other.clone(),
        }
    }

    fn lost_action(&mut self, path: &str) -> Value {
        let name = Value::from(self.made_up("action"));
        self.now(path, None, &name);
        self.left_to_write(path, "action", name.as_str().unwrap_or_default(), "what the function did that stood here");
        name
    }

    fn action_object(&mut self, fields: &Map<String, Value>, path: &str) -> Value {
        let kind = fields.get("type").and_then(Value::as_str);
        if let Some(kind) = kind.and_then(|kind| kind.strip_prefix("xstate.")) {
            let name = self.name_of(kind, fields);
            let mut params = Map::new();
            match fields.get("params") {
                Some(Value::Object(own)) => params.clone_from(own),
                Some(own) => drop(params.insert("params".to_owned(), own.clone())),
                None => {}
            }
            for (key, value) in fields.iter().filter(|(key, _)| !matches!(key.as_str(), "type" | "params")) {
                params.entry(key.clone()).or_insert_with(|| value.clone());
            }
            let whole = if params.is_empty() { Value::from(name) } else { json!({"type": name, "params": params}) };
            let here = join(path, "type");
            self.stands_for(&here, &whole, kind);
            return whole;
        }
        if let Some(code) = kind.filter(|kind| looks_like_code(kind)) {
            let mut fields = fields.clone();
            fields["type"] = self.named("action", code, &join(path, "type"));
            return self.with_params(Place::Action, &fields).map_or(Value::Object(fields), |(_, whole)| whole);
        }
        match kind.and_then(|_| self.with_params(Place::Action, fields)) {
            Some((told, whole)) => {
                self.now(join(path, &told), None, &whole);
                whole
            }
            None => Value::Object(fields.clone()),
        }
    }

    fn stands_for(&mut self, path: &str, whole: &Value, kind: &str) {
        self.now(path, None, whole);
        let name = whole.get("type").unwrap_or(whole).as_str().unwrap_or_default().to_owned();
        let what = match kind {
            "assign" => "it writes to the order what XState's `assign` wrote to the context".to_owned(),
            "raise" | "send" | "sendTo" => format!("it sends the event as a follow-up, as XState's `{kind}` did"),
            "log" => "it writes to the log, or leave it out".to_owned(),
            "choose" | "pure" | "enqueueActions" => {
                "it decides what is done; or let transitions with guards decide".to_owned()
            }
            kind => format!("it does what XState's `{kind}` did"),
        };
        self.left_to_write(path, "action", &name, &what);
    }

    /// `raise_PAY`, `assign_count`; a number where nothing tells one from the other.
    fn name_of(&mut self, kind: &str, fields: &Map<String, Value>) -> String {
        let inner = fields.get("params").and_then(Value::as_object);
        let field = |key: &str| fields.get(key).or_else(|| inner?.get(key));
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let about = match kind {
            "assign" => field("assignment")
                .and_then(Value::as_object)
                .map(|assigned| assigned.keys().take(4).map(String::as_str).collect::<Vec<_>>().join("_")),
            _ => field("event")
                .and_then(|event| text(event).or_else(|| text(event.get("type")?)))
                .or_else(|| ["id", "sendId", "src", "to"].iter().find_map(|key| text(field(key)?)))
                .or_else(|| (kind == "log" || kind == "choose").then(String::new).filter(|_| fields.len() > 1)),
        };
        let name = match about {
            Some(about) if about.is_empty() && kind != "assign" => kind.to_owned(),
            Some(about) if !about.is_empty() => format!("{kind}_{about}"),
            _ => String::new(),
        };
        if !is_name(&name) {
            return self.made_up("action");
        }
        name
    }
}

/// Can name an action as it stands: converted once more it stays what it is.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_NAME && !text.starts_with("xstate.") && !looks_like_code(text)
}

/// Nothing in it says what it was.
fn is_without_words(fields: &Map<String, Value>) -> bool {
    fields.keys().all(|key| key == "exec" || key == "params")
}
