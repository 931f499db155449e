//! `invoke` and `activities`: an entry action that begins the work, and events in which what came of it comes back.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::Writer;
use super::actions::is_name;
use super::arrows::{Table, add};
use super::tree::Tree;
use crate::keys::join;
use crate::refused::{REPORTS, each, invoked};

/// What stands in the place of the invocations of one state.
#[derive(Default)]
pub(super) struct Work {
    pub(super) entry: Vec<Value>,
    pub(super) exit: Vec<Value>,
    pub(super) on: Table,
}

/// The names of a state's invocations, in their order.
fn names(invocations: &[(String, &Value)], key: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, invoke) in invocations {
        let fields = invoke.as_object();
        let id = fields.and_then(|fields| fields.get("id")).and_then(Value::as_str);
        let name = fields
            .and_then(invoked)
            .or_else(|| invoke.as_str())
            .filter(|name| is_name(name))
            .map_or_else(|| format!("work_of_{}", words_of(key)), str::to_owned);
        let name = if names.contains(&name) { id.map_or(name, str::to_owned) } else { name };
        let free = |name: &String| !names.contains(name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let name = std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name);
        names.push(name);
    }
    names
}

/// The words of a key that may have anything between them: `work_of_machine` for a root without an id.
fn words_of(key: &str) -> String {
    key.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

/// By the id that `XState` gives an invocation, its name here.
pub(super) fn by_id(tree: &Tree<'_>) -> HashMap<String, String> {
    let mut found = HashMap::new();
    tree.each(&mut |way, state| {
        let Some(value) = state.get("invoke") else { return };
        let invocations = each(value, "");
        let key = way.last().map_or_else(|| tree.id(), String::as_str);
        for (at, name) in names(&invocations, key).into_iter().enumerate() {
            let state = tree.id_of(way);
            let given = invocations[at].1.get("id").and_then(Value::as_str).map(str::to_owned);
            for id in
                [given, Some(format!("{at}.{state}")), Some(format!("{state}:invocation[{at}]"))].into_iter().flatten()
            {
                found.entry(id).or_insert_with(|| name.clone());
            }
        }
    });
    found
}

impl Writer<'_> {
    /// The work that a state begins.
    pub(super) fn invoke(&mut self, value: &Value, way: &[String], path: &str) -> Work {
        let mut work = Work::default();
        let invocations = each(value, path);
        let key = way.last().map_or_else(|| self.tree.id().to_owned(), Clone::clone);
        let names = names(&invocations, &key);
        for ((here, invoke), name) in invocations.into_iter().zip(names) {
            let Some(fields) = invoke.as_object() else {
                self.begin(&name, None, &here, &mut work);
                continue;
            };
            self.begin(&name, input(fields), &here, &mut work);
            for (key, word) in REPORTS {
                if let Some(value) = fields.get(key) {
                    let moved = self.transitions(value, way, &join(&here, key));
                    add(&mut work.on, &format!("{name}.{word}"), moved);
                }
            }
            if fields.get("src").and_then(|src| src.get("states")).is_some() {
                let message =
                    format!("`{name}` was a machine of its own: its states become states here, or work elsewhere");
                self.left(join(&here, "src"), message);
            }
        }
        let mut shown = Map::new();
        shown.insert("entry".to_owned(), Value::Array(work.entry.clone()));
        if !work.on.is_empty() {
            shown.insert("on".to_owned(), Value::Object(work.on.clone()));
        }
        self.now_these(path, &shown);
        work
    }

    fn begin(&mut self, name: &str, params: Option<Value>, path: &str, work: &mut Work) {
        work.entry.push(params.map_or_else(|| Value::from(name), |params| json!({"type": name, "params": params})));
        let what = format!(
            "it begins the work; what comes of it comes back as the event `{name}.done` or `{name}.failed`, which does \
             nothing when the state was left meanwhile"
        );
        self.left_to_write(path, "action", name, &what);
    }

    /// What ran as long as its state was active.
    pub(super) fn activities(&mut self, value: &Value, path: &str) -> Work {
        let mut work = Work::default();
        for (here, activity) in each(value, path) {
            let begin = self.actions(activity, &here);
            let name = begin.get("type").unwrap_or(&begin).as_str().unwrap_or_default().to_owned();
            let end = format!("{name}.stop");
            self.left_to_write(&here, "action", &name, "it begins what ran as long as the state was active");
            self.left_to_write(&here, "action", &end, "it ends that");
            work.entry.push(begin);
            work.exit.push(Value::from(end));
        }
        let shown = Map::from_iter([
            ("entry".to_owned(), Value::Array(work.entry.clone())),
            ("exit".to_owned(), Value::Array(work.exit.clone())),
        ]);
        self.now_these(path, &shown);
        work
    }
}

/// What the work is told, where that is no function.
fn input(invoke: &Map<String, Value>) -> Option<Value> {
    let mut params = Map::new();
    if let Some(Value::Object(source)) = invoke.get("src") {
        let beside = source.iter().filter(|(key, _)| !matches!(key.as_str(), "type" | "id" | "states"));
        let is_machine = source.contains_key("states");
        params.extend(beside.filter(|_| !is_machine).map(|(key, value)| (key.clone(), value.clone())));
    }
    for key in ["input", "data"] {
        match invoke.get(key) {
            Some(Value::Object(fields)) => params.extend(fields.clone()),
            Some(Value::Null) | None => {}
            Some(other) => drop(params.insert(key.to_owned(), other.clone())),
        }
    }
    (!params.is_empty()).then_some(Value::Object(params))
}
