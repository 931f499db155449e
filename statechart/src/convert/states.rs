//! States: their keys in the order in which they stand, and what takes the place of those that are refused.

use serde_json::{Map, Value, json};

use super::arrows::add;
use super::invoke::Work;
use super::{Writer, listed, one_or_list};
use crate::keys::join;

/// Keys that say nothing here, and why.
const DROPPED: [(&[&str], &str); 4] = [
    (
        &["strict", "schema", "tsTypes", "predictableActionArguments", "preserveActionOrder", "delimiter", "options"],
        "it says nothing here",
    ),
    (&["services", "actors", "guards", "delays", "actions"], "the program has a function for each name"),
    (&["input", "systemId"], "there are no actors"),
    (&["order", "parent"], "where the state stands says it"),
];

impl Writer<'_> {
    /// A state with all that is in it.
    pub(super) fn state(&mut self, value: &Value, way: &[String], path: &str) -> Value {
        let fields = match value {
            Value::Object(fields) => fields,
            Value::Null if !way.is_empty() => {
                self.now(path, None, &json!({}));
                return json!({});
            }
            other => return other.clone(),
        };
        let mut out = Map::new();
        let mut work = Work::default();
        for key in fields.keys() {
            let here = join(path, key);
            match key.as_str() {
                "invoke" | "activities" => self.begin_work(fields, key, way, &here, &mut work, &mut out),
                _ => self.field(fields, key, way, &here, &mut out),
            }
        }
        finish(work, &mut out);
        Value::Object(out)
    }

    fn begin_work(
        &mut self,
        fields: &Map<String, Value>,
        key: &str,
        way: &[String],
        path: &str,
        work: &mut Work,
        out: &mut Map<String, Value>,
    ) {
        let value = &fields[key];
        let more = if key == "invoke" { self.invoke(value, way, path) } else { self.activities(value, path) };
        // Holds the place.
        for (name, used) in
            [("entry", !more.entry.is_empty()), ("exit", !more.exit.is_empty()), ("on", !more.on.is_empty())]
        {
            if used && !fields.contains_key(name) && !out.contains_key(name) {
                out.insert(name.to_owned(), Value::Null);
            }
        }
        work.entry.extend(more.entry);
        work.exit.extend(more.exit);
        for (event, moved) in more.on {
            add(&mut work.on, &event, moved);
        }
    }

    fn field(
        &mut self,
        fields: &Map<String, Value>,
        key: &str,
        way: &[String],
        path: &str,
        out: &mut Map<String, Value>,
    ) {
        let value = &fields[key];
        let moved = match key {
            "entry" | "exit" => self.actions(value, path),
            "onEntry" | "onExit" => return self.on_entry(fields, key, path, out),
            "on" => return self.table_of(fields, value, way, path, out),
            "always" | "onDone" if value.is_null() => return self.dropped(path, "null is no transition"),
            "always" => {
                let moved = self.transitions(value, way, path);
                match out.shift_remove(MOVED) {
                    None => moved,
                    Some(first) => listed(first).into_iter().chain(listed(moved)).collect(),
                }
            }
            "onDone" => self.transitions(value, way, path),
            "after" if value.is_null() => return self.dropped(path, "null waits for nothing"),
            "after" => self.after(value, way, path),
            "initial" => self.initial(value, path),
            "states" => self.children(value, way, path),
            "target" => self.fallback(value, path),
            _ => return self.other(fields, key, way, path, out),
        };
        out.insert(key.to_owned(), moved);
    }

    /// `XState` 4 reads `entry` where both are there.
    fn on_entry(&mut self, fields: &Map<String, Value>, key: &str, path: &str, out: &mut Map<String, Value>) {
        let name = if key == "onEntry" { "entry" } else { "exit" };
        if fields.contains_key(name) {
            return self.dropped(path, "the other key of the same meaning counts");
        }
        let moved = self.actions(&fields[key], path);
        self.now(path, Some(name), &moved);
        out.insert(name.to_owned(), moved);
    }

    fn table_of(
        &mut self,
        fields: &Map<String, Value>,
        value: &Value,
        way: &[String],
        path: &str,
        out: &mut Map<String, Value>,
    ) {
        if value.is_null() {
            return self.dropped(path, "null has no events");
        }
        if !(value.is_object() || value.is_array()) {
            out.insert("on".to_owned(), value.clone());
            return;
        }
        let (table, always) = self.on(value, way, path);
        if !table.is_empty() || always.is_none() {
            out.insert("on".to_owned(), Value::Object(table));
        }
        let Some(first) = always else { return };
        match (out.get_mut("always"), fields.contains_key("always")) {
            (Some(there), _) => {
                let mut list = listed(first);
                list.extend(listed(there.take()));
                *there = Value::Array(list);
            }
            (None, true) => drop(out.insert(MOVED.to_owned(), first)),
            (None, false) => drop(out.insert("always".to_owned(), first)),
        }
    }

    fn initial(&mut self, value: &Value, path: &str) -> Value {
        let Value::Object(fields) = value else { return value.clone() };
        let mut out = Map::new();
        for (key, value) in fields {
            let here = join(path, key);
            match key.as_str() {
                "actions" => drop(out.insert(key.clone(), self.actions(value, &here))),
                "guard" | "reenter" => {
                    self.dropped(&here, "it has no meaning here: the initial child is always entered");
                }
                _ => drop(out.insert(key.clone(), value.clone())),
            }
        }
        Value::Object(out)
    }

    fn children(&mut self, value: &Value, way: &[String], path: &str) -> Value {
        let Value::Object(states) = value else { return value.clone() };
        let mut out = Map::new();
        for (key, child) in states {
            let inner = [way, std::slice::from_ref(key)].concat();
            out.insert(key.clone(), self.state(child, &inner, &join(path, key)));
        }
        Value::Object(out)
    }

    /// Where a history leads: looked up from its parent.
    fn fallback(&mut self, value: &Value, path: &str) -> Value {
        let moved = match value {
            Value::String(text) => Value::from(self.with_dots(text)),
            other => other.clone(),
        };
        if moved != *value {
            self.now(path, Some("target"), &moved);
        }
        moved
    }

    fn other(
        &mut self,
        fields: &Map<String, Value>,
        key: &str,
        way: &[String],
        path: &str,
        out: &mut Map<String, Value>,
    ) {
        let value = &fields[key];
        match key {
            "parallel" | "final" if value.is_boolean() => {
                if *value == Value::Bool(true) && !fields.contains_key("type") {
                    self.now(path, Some("type"), &Value::from(key));
                    out.insert("type".to_owned(), Value::from(key));
                } else {
                    self.dropped(path, "`type` says it");
                }
            }
            "data" if fields.get("type").and_then(Value::as_str) == Some("final") || fields.contains_key("final") => {
                if fields.contains_key("output") {
                    return self.dropped(path, "`output` is there");
                }
                self.now(path, Some("output"), value);
                self.left(path, "`output` is not kept: let an action write what should remain");
                out.insert("output".to_owned(), value.clone());
            }
            "key" if way.is_empty() && !fields.contains_key("id") && value.is_string() => {
                self.now(path, Some("id"), value);
                out.insert("id".to_owned(), value.clone());
            }
            "key" => self.dropped(path, "the key under `states` is the name"),
            _ => match DROPPED.iter().find(|(keys, _)| keys.contains(&key)) {
                Some((_, why)) => self.dropped(path, why),
                None => drop(out.insert(key.to_owned(), value.clone())),
            },
        }
    }
}

/// Holds what `on` had without an event until `always` is met.
const MOVED: &str = "\u{0}always";

/// Adds what invocations and activities became to what the state has.
fn finish(work: Work, out: &mut Map<String, Value>) {
    if let Some(first) = out.shift_remove(MOVED) {
        out.insert("always".to_owned(), first);
    }
    for (key, more) in [("entry", work.entry), ("exit", work.exit)] {
        if more.is_empty() {
            continue;
        }
        let there = out.get_mut(key).map(Value::take).filter(|there| !there.is_null());
        let mut list = there.map(listed).unwrap_or_default();
        list.extend(more);
        out.insert(key.to_owned(), one_or_list(list));
    }
    if work.on.is_empty() {
        return;
    }
    let mut table = match out.get_mut("on").map(Value::take) {
        Some(Value::Object(table)) => table,
        _ => Map::new(),
    };
    for (event, moved) in work.on {
        add(&mut table, &event, moved);
    }
    out.insert("on".to_owned(), Value::Object(table));
}
