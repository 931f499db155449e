//! Transitions and the tables that they stand in.

use serde_json::{Map, Value, json};

use super::guards::escaped;
use super::tree::Way;
use super::{Writer, listed, one_or_list};
use crate::javascript;
use crate::keys::join;
use crate::limits;
use crate::refused::each;
use crate::target::segments;

/// Transitions by event or delay, in the order of the source.
pub(super) type Table = Map<String, Value>;

/// Adds transitions to those of a key.
pub(super) fn add(table: &mut Table, key: &str, more: Value) {
    match table.get_mut(key) {
        None => drop(table.insert(key.to_owned(), more)),
        Some(there) => {
            let mut list = listed(there.take());
            list.extend(listed(more));
            *there = Value::Array(list);
        }
    }
}

impl Writer<'_> {
    /// `on`: the table, and what needs no event.
    pub(super) fn on(&mut self, value: &Value, way: &[String], path: &str) -> (Table, Option<Value>) {
        let (mut table, mut always) = (Table::new(), Vec::new());
        match value {
            Value::Object(fields) => {
                for (event, value) in fields {
                    let here = join(path, event);
                    if event.is_empty() {
                        let moved = self.transitions(value, way, &here);
                        self.now(&here, Some("always"), &moved);
                        always.extend(listed(moved));
                        continue;
                    }
                    let moved = self.transitions(value, way, &here);
                    let name = self.event(event, &here);
                    add(&mut table, &name, moved);
                }
            }
            Value::Array(list) => {
                for (at, value) in list.iter().enumerate() {
                    let here = join(path, &at.to_string());
                    let Some(event) = value.get("event").and_then(Value::as_str) else {
                        self.left(here, "a transition in a list without an event: it is left out");
                        continue;
                    };
                    let moved = self.transition(value, way, &here, &["event"]);
                    if event.is_empty() {
                        always.push(moved);
                    } else {
                        let name = self.event(event, &here);
                        add(&mut table, &name, moved);
                    }
                }
                self.now(path, Some("on"), &Value::Object(table.clone()));
            }
            _ => {}
        }
        (table, (!always.is_empty()).then(|| one_or_list(always)))
    }

    /// The event's name here: those that `XState` sends when work ends are named after the work.
    fn event(&mut self, event: &str, path: &str) -> String {
        let ends = [
            ("xstate.done.actor.", "done"),
            ("done.invoke.", "done"),
            ("xstate.error.actor.", "failed"),
            ("error.platform.", "failed"),
            ("xstate.snapshot.", "snapshot"),
        ];
        let of_work = ends.iter().find_map(|(prefix, word)| {
            let name = self.invoked.get(event.strip_prefix(prefix)?)?;
            Some(format!("{name}.{word}"))
        });
        let of_state = || (self.four && event.starts_with("done.state.")).then(|| format!("xstate.{event}"));
        let Some(name) = of_work.or_else(of_state) else { return event.to_owned() };
        self.now(path, None, &Value::from(name.as_str()));
        name
    }

    /// `after` as a table.
    pub(super) fn after(&mut self, value: &Value, way: &[String], path: &str) -> Value {
        let mut table = Table::new();
        match value {
            Value::Object(fields) => {
                for (delay, value) in fields {
                    let here = join(path, delay);
                    let moved = self.delayed(value, way, &here);
                    let name = whole_millis(delay);
                    if let Some(name) = &name {
                        self.now(&here, None, &json!({name.as_str(): moved}));
                    }
                    add(&mut table, name.as_deref().unwrap_or(delay), moved);
                }
            }
            Value::Array(list) => {
                for (at, value) in list.iter().enumerate() {
                    let here = join(path, &at.to_string());
                    let delay = match value.get("delay") {
                        Some(Value::String(name)) => whole_millis(name).unwrap_or_else(|| name.clone()),
                        Some(Value::Number(number)) => {
                            whole_millis(&number.to_string()).unwrap_or_else(|| number.to_string())
                        }
                        _ => {
                            let name = self.made_up("delay");
                            self.left_to_write(
                                &here,
                                "delay",
                                &name,
                                "how long the function said to wait that stood here",
                            );
                            name
                        }
                    };
                    let moved = self.transition(value, way, &here, &["delay"]);
                    add(&mut table, &delay, moved);
                }
                self.now(path, Some("after"), &Value::Object(table.clone()));
            }
            other => return other.clone(),
        }
        Value::Object(table)
    }

    /// Delayed transitions: `XState` overlooks a bare target in their lists.
    fn delayed(&mut self, value: &Value, way: &[String], path: &str) -> Value {
        let mut moved = self.transitions(value, way, path);
        if let Value::Array(list) = &mut moved {
            for (at, item) in list.iter_mut().enumerate().filter(|(_, item)| item.is_string()) {
                *item = json!({"target": item.take()});
                self.now(join(path, &at.to_string()), None, item);
            }
        }
        moved
    }

    /// One transition or a list of them.
    pub(super) fn transitions(&mut self, value: &Value, way: &[String], path: &str) -> Value {
        match value {
            Value::Null => {
                self.now(path, None, &json!({}));
                self.left(
                    path,
                    "`{}` forbids what null only looks like: leave it out where nothing is to be forbidden",
                );
                json!({})
            }
            Value::Array(_) => {
                let mut list = Vec::new();
                for (here, item) in each(value, path) {
                    if item.is_null() {
                        self.dropped(&here, "null is no transition");
                        self.left(here, "write the transition anew that was lost here");
                    } else {
                        list.push(self.transition(item, way, &here, &[]));
                    }
                }
                Value::Array(list)
            }
            one => self.transition(one, way, path, &[]),
        }
    }

    /// A transition, without the keys `known` that its table says in their place.
    fn transition(&mut self, value: &Value, way: &[String], path: &str, known: &[&str]) -> Value {
        let fields = match value {
            Value::String(text) => {
                let target = Value::from(self.target(text, way));
                if target != *value {
                    self.now(path, None, &target);
                }
                if self.leaves_itself(value, way) {
                    let whole = json!({"target": target, "reenter": true});
                    self.now(path, None, &whole);
                    return whole;
                }
                return target;
            }
            Value::Object(fields) => fields,
            other => return other.clone(),
        };
        let mut out = Map::new();
        for (key, value) in fields.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            let here = join(path, key);
            match key.as_str() {
                "guard" | "cond" | "in" => self.asked(fields, key, way, path, &mut out),
                "actions" => drop(out.insert(key.clone(), self.actions(value, &here))),
                "target" => {
                    let target = self.targets(value, way, &here);
                    out.insert(key.clone(), target);
                }
                "internal" => {
                    self.dropped(&here, "a transition within its own state stays, unless `reenter` says otherwise");
                }
                "delay" | "event" => self.dropped(&here, "it does nothing here, the key of the table says it"),
                _ => drop(out.insert(key.clone(), value.clone())),
            }
        }
        let is_external = fields.get("internal") != Some(&Value::Bool(true))
            && fields.get("target").is_some_and(|target| {
                self.leaves_itself(target, way)
                    || (fields.get("internal") == Some(&Value::Bool(false)) && self.stays_within(target, way))
            });
        if is_external && !out.contains_key("reenter") {
            out.insert("reenter".to_owned(), Value::Bool(true));
            let place = if fields.contains_key("internal") { join(path, "internal") } else { path.to_owned() };
            self.now(place, Some("reenter"), &Value::Bool(true));
        }
        Value::Object(out)
    }

    /// Writes the guard at the first of the keys that say what is asked.
    fn asked(
        &mut self,
        fields: &Map<String, Value>,
        key: &str,
        way: &[String],
        path: &str,
        out: &mut Map<String, Value>,
    ) {
        if out.contains_key("guard") {
            return;
        }
        let present: Vec<(&str, &Value)> =
            ["guard", "cond", "in"].into_iter().filter_map(|key| Some((key, fields.get(key)?))).collect();
        let guards: Vec<Value> = present
            .iter()
            .map(|(key, value)| match *key {
                "in" => self.in_state(value, way),
                key => self.guard(value, &join(path, key)),
            })
            .collect();
        let whole = if guards.len() == 1 { one_or_list(guards) } else { json!({"type": "and", "guards": guards}) };
        for (key, _) in present.iter().filter(|(key, _)| *key != "guard") {
            self.now(join(path, key), Some("guard"), &whole);
        }
        if present.len() > 1 && key == "guard" {
            self.left(
                join(path, "guard"),
                "XState 5 asks `guard` alone and XState 4 `cond` and `in`: now all must hold",
            );
        }
        out.insert("guard".to_owned(), whole);
    }

    fn targets(&mut self, value: &Value, way: &[String], path: &str) -> Value {
        for (here, one) in each(value, path) {
            let Some(text) = one.as_str() else { continue };
            let target = self.target(text, way);
            if target != text {
                self.now(here, None, &Value::from(target));
            }
        }
        let text = |one: &Value| one.as_str().map_or_else(|| one.clone(), |text| Value::from(self.target(text, way)));
        match value {
            Value::Array(list) => list.iter().map(text).collect(),
            one => text(one),
        }
    }

    /// A target as it is written here. `XState` 4 let the root name its children without a dot.
    fn target(&self, text: &str, way: &[String]) -> String {
        let text = self.with_dots(text);
        let names_child = way.is_empty() && !text.is_empty() && !text.starts_with(['.', '#']);
        let child = segments(&text);
        if names_child && self.tree.state(&child).is_some() { format!(".{text}") } else { text }
    }

    /// The same with dots in the place of another delimiter.
    pub(super) fn with_dots(&self, text: &str) -> String {
        let Some(delimiter) = self.delimiter else { return text.to_owned() };
        let (mark, rest) = text.strip_prefix('#').map_or(("", text), |rest| ("#", rest));
        let parts: Vec<String> = rest.split(delimiter).map(escaped).collect();
        format!("{mark}{}", parts.join("."))
    }

    /// Whether this leaves and enters its own state in `XState` 4, as every transition without a dot did.
    fn leaves_itself(&self, target: &Value, way: &[String]) -> bool {
        let own = self.delimiter.unwrap_or(".");
        let dotted = each(target, "").iter().any(|(_, one)| one.as_str().is_some_and(|text| text.starts_with(own)));
        let leaves = (self.four || self.mixed) && !dotted && self.stays_within(target, way);
        self.unsure.set(self.unsure.get() || (leaves && self.mixed));
        leaves && self.four
    }

    /// Whether all targets are the state itself or within it.
    fn stays_within(&self, target: &Value, way: &[String]) -> bool {
        let targets = each(target, "");
        let within = |text: &str| {
            let found: Option<Way> = self.tree.target(way, &self.target(text, way));
            found.is_some_and(|found| found.starts_with(way))
        };
        !targets.is_empty() && targets.iter().all(|(_, one)| one.as_str().is_some_and(within))
    }
}

/// A delay that `XState` reads as a number, as whole milliseconds; none where it is one already, or a name.
fn whole_millis(text: &str) -> Option<String> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain || javascript::trim(text).is_empty() || !javascript::is_number(text) {
        return None;
    }
    let millis = javascript::number(text)?;
    #[expect(clippy::cast_precision_loss, reason = "a hundred years are exact")]
    let most = limits::DELAY as f64;
    let is_whole = millis.fract() == 0.0 && (0.0..=most).contains(&millis);
    is_whole.then(|| format!("{:.0}", millis.abs()))
}
