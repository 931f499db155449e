//! Guards as written to guards as asked: names with params, `and`, `or`, `not`, `stateIn`.

use serde_json::{Map, Value};

use crate::draft::{Draft, STRINGIFIED};
use crate::keys::{self, Place, is_of_list, join};
use crate::model::{Guard, GuardRef, StateId};
use crate::target::Directory;

/// The guards that are functions in `XState`.
pub(crate) const OF_XSTATE: [&str; 5] = ["and", "or", "not", "stateIn", "guard"];

/// Names under which `stateIn` may be told its state.
const STATE_KEYS: [&str; 4] = ["state", "stateValue", "value", "in"];

impl Draft<'_> {
    /// Reads a guard; `None` when it is wrong, which is reported.
    pub(crate) fn guard(&mut self, directory: &Directory, value: &Value, path: &str) -> Option<Guard> {
        let fields = match value {
            Value::String(_) => {
                let name = self.name(Some(value), path, "a guard")?;
                return Some(self.named_guard(name, Value::Null, path));
            }
            Value::Object(fields) => fields,
            Value::Null => {
                self.stringified |= is_of_list(path);
                self.error(
                    path,
                    format!("null is no guard: {STRINGIFIED}"),
                    "name the guard, and the function in the program",
                );
                return None;
            }
            _ => {
                self.error(path, "this is no guard", "say a name, or `{\"type\": \"name\", \"params\": {…}}`");
                return None;
            }
        };
        if !fields.contains_key("type") {
            self.without_type(directory, fields, path);
            return None;
        }
        let written = self.name(fields.get("type"), &join(path, "type"), "a guard's type")?;
        let kind =
            written.strip_prefix("xstate.").filter(|kind| OF_XSTATE.contains(kind)).unwrap_or(&written).to_owned();
        if kind != written {
            let message = format!("`{written}` is what XState calls its own guard within itself");
            let help = if kind == "guard" { "say the name alone".to_owned() } else { format!("say `{kind}`") };
            self.error(join(path, "type"), message, help);
        }
        match kind.as_str() {
            "guard" if kind != written => None,
            "and" => self.guard_list(directory, fields, path).map(Guard::And),
            "or" => self.guard_list(directory, fields, path).map(Guard::Or),
            "not" => {
                let mut guards = self.guard_list(directory, fields, path)?;
                if guards.len() != 1 {
                    self.error(join(path, "guards"), "`not` takes one guard", "put several into an `and` or `or`");
                    return None;
                }
                guards.pop().map(|guard| Guard::Not(Box::new(guard)))
            }
            "stateIn" => {
                keys::check_params(Place::Guard, fields, path, &mut self.problems);
                self.state_in(directory, fields.get("params"), &join(path, "params"))
            }
            _ => {
                keys::check_params(Place::Guard, fields, path, &mut self.problems);
                Some(self.named_guard(kind, fields.get("params").cloned().unwrap_or_default(), path))
            }
        }
    }

    /// An object without `type`: `{"and": […]}` is how some write what is typed here.
    fn without_type(&mut self, directory: &Directory, fields: &Map<String, Value>, path: &str) {
        let Some((key, inner)) = fields.iter().find(|(key, _)| OF_XSTATE[..4].contains(&key.as_str())) else {
            self.error(join(path, "type"), "a guard needs a type", "say a name, `and`, `or`, `not` or `stateIn`");
            return;
        };
        let here = join(path, key);
        let help = if key == "stateIn" {
            "say `{\"type\": \"stateIn\", \"params\": {\"state\": …}}`".to_owned()
        } else {
            format!("say `{{\"type\": \"{key}\", \"guards\": […]}}`")
        };
        self.error(here.clone(), format!("`{key}` is a type of guard, not a key"), help);
        match inner {
            Value::Array(list) => {
                for (index, guard) in list.iter().enumerate() {
                    self.guard(directory, guard, &join(&here, &index.to_string()));
                }
            }
            guard if key == "not" => drop(self.guard(directory, guard, &here)),
            _ => {}
        }
    }

    fn named_guard(&mut self, name: String, params: Value, path: &str) -> Guard {
        Guard::Named(GuardRef { index: self.guards.number(&name, path), name, params })
    }

    fn guard_list(&mut self, directory: &Directory, fields: &Map<String, Value>, path: &str) -> Option<Vec<Guard>> {
        keys::check(Place::GuardList, fields, path, &mut self.problems);
        let here = join(path, "guards");
        let Some(Value::Array(list)) = fields.get("guards") else {
            self.error(here, "must be a list of guards", "say `\"guards\": [\"a\", \"b\"]`");
            return None;
        };
        let each = list.iter().enumerate();
        let guards: Vec<_> =
            each.map(|(index, value)| self.guard(directory, value, &join(&here, &index.to_string()))).collect();
        guards.into_iter().collect()
    }

    fn state_in(&mut self, directory: &Directory, params: Option<&Value>, path: &str) -> Option<Guard> {
        let help = "say `\"params\": {\"state\": \"a.b\"}` or `{\"state\": \"#id\"}`";
        let Some(params) = params else {
            self.error(path, "`stateIn` needs to know which state", help);
            return None;
        };
        let (value, path) = match params {
            Value::Object(fields) if fields.len() == 1 => {
                let wrapper = fields.iter().next().filter(|(key, _)| is_wrapper(directory, key));
                wrapper.map_or((params, path.to_owned()), |(key, value)| (value, join(path, key)))
            }
            _ => (params, path.to_owned()),
        };
        let guard = self.state_value(directory, value, "", &path);
        if matches!(&guard, Some(Guard::And(of)) if of.is_empty()) {
            self.error(path, "`stateIn` needs to know which state", help);
            return None;
        }
        guard
    }

    /// A path, an id, or a state value of which every branch must be active.
    fn state_value(&mut self, directory: &Directory, value: &Value, prefix: &str, path: &str) -> Option<Guard> {
        match value {
            Value::String(text) => {
                let text = if prefix.is_empty() { text.clone() } else { format!("{prefix}.{text}") };
                match directory.anywhere(&self.states, &text) {
                    Ok(state) => Some(Guard::StateIn(state)),
                    Err((message, help)) => {
                        self.error(path, message, help);
                        None
                    }
                }
            }
            Value::Object(branches) => {
                let mut of = Vec::with_capacity(branches.len());
                for (key, inner) in branches {
                    let key = key.replace('\\', "\\\\").replace('.', "\\.");
                    let whole = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    let here = join(path, &key);
                    let is_whole = matches!(inner, Value::Object(inner) if inner.is_empty());
                    let inner = if is_whole {
                        self.state_value(directory, &Value::from(whole), "", &here)
                    } else {
                        self.state_value(directory, inner, &whole, &here)
                    };
                    of.push(inner?);
                }
                if of.len() == 1 { of.pop() } else { Some(Guard::And(of)) }
            }
            _ => {
                self.error(path, "this is no state", "say a dotted path from the root, or `#id`");
                None
            }
        }
    }
}

/// A single key `state` is the name of the parameter, unless the root has a state of that name.
fn is_wrapper(directory: &Directory, key: &str) -> bool {
    STATE_KEYS.contains(&key) && directory.child(StateId::ROOT, key).is_none()
}
