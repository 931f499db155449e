//! What Waybill reads in `meta`: values that it would not understand, and hence would pass over without a word.

use crate::actor::Permissions;
use crate::workflow::definition::schema;
use crate::workflow::window::Window;
use serde_json::{Map, Value};
use statechart::{Machine, Problem, is_near};

/// How a state is shown.
const TONES: [&str; 5] = ["NEUTRAL", "INFO", "SUCCESS", "WARNING", "DANGER"];

/// What is read at the root, on states, and on transitions.
const OF_ROOT: [&str; 4] = ["subject", "from", "label", "tone"];
/// Where orders come from.
const ORIGINS: [&str; 2] = ["quotation", "checkout"];
const OF_STATES: [&str; 2] = ["label", "tone"];
const OF_TRANSITIONS: [&str; 10] =
    ["label", "permission", "actor", "onBehalf", "source", "reason", "note", "window", "payload", "noop"];

/// A warning for each value that means nothing.
pub fn check(machine: &Machine) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(meta) = machine.meta().as_object() {
        one_of(meta, "subject", &["quotation", "sale", "fulfilment"], "meta", &mut problems);
        if let Some(from) = meta.get("from") {
            let known = |word: &Value| word.as_str().is_some_and(|word| ORIGINS.contains(&word));
            if !from.as_array().is_some_and(|words| !words.is_empty() && words.iter().all(known)) {
                let help = "say a list of `quotation`, `checkout` or both";
                warn("meta", "from", &format!("{from} means nothing here"), help, &mut problems);
            }
        }
        near(meta, &OF_ROOT, "meta", &mut problems);
    }
    for id in machine.state_ids() {
        let (state, path) = (machine.state(id), machine.pointer(id));
        let path = if path.is_empty() { "meta".to_owned() } else { format!("{path}.meta") };
        let Some(meta) = object(&state.meta, &path, &mut problems) else { continue };
        one_of(meta, "tone", &TONES, &path, &mut problems);
        text(meta, "label", &path, &mut problems);
        if state.parent.is_some() {
            near(meta, &OF_STATES, &path, &mut problems);
        }
    }
    for transition in machine.transitions() {
        let path = format!("{}.meta", transition.pointer);
        let Some(meta) = object(&transition.meta, &path, &mut problems) else { continue };
        one_of(meta, "reason", &["required", "staff", "optional"], &path, &mut problems);
        one_of(meta, "note", &["required", "optional"], &path, &mut problems);
        one_of(meta, "source", &["command"], &path, &mut problems);
        one_of(meta, "actor", &["author", "buyer", "seller"], &path, &mut problems);
        text(meta, "label", &path, &mut problems);
        permissions(meta, "permission", &path, &mut problems);
        permissions(meta, "onBehalf", &path, &mut problems);
        window(meta, &path, &mut problems);
        near(meta, &OF_TRANSITIONS, &path, &mut problems);
        if meta.get("noop").is_some_and(|noop| !noop.is_boolean()) {
            warn(&path, "noop", "`noop` must be `true` or `false`", "", &mut problems);
        }
        if let Some(Err(why)) = meta.get("payload").map(schema) {
            let message = format!("this is no JSON Schema: {why}");
            warn(&path, "payload", &message, "say `{\"type\": \"object\", …}`", &mut problems);
        }
    }
    problems
}

fn warn(path: &str, key: &str, message: &str, help: &str, problems: &mut Vec<Problem>) {
    problems.push(Problem::warning(format!("{path}.{key}"), message, help));
}

/// Keys that nobody reads and that look like one that is read.
fn near(meta: &Map<String, Value>, known: &[&str], path: &str, problems: &mut Vec<Problem>) {
    for key in meta.keys().filter(|key| !known.contains(&key.as_str())) {
        if let Some(meant) = known.iter().find(|known| is_near(key, known)) {
            warn(path, key, &format!("nobody reads `{key}`"), &format!("say `{meant}`"), problems);
        }
    }
}

fn object<'a>(meta: &'a Value, path: &str, problems: &mut Vec<Problem>) -> Option<&'a Map<String, Value>> {
    if !meta.is_null() && !meta.is_object() {
        problems.push(Problem::warning(path, "`meta` is read when it is an object", "say `{…}`"));
    }
    meta.as_object()
}

fn one_of(meta: &Map<String, Value>, key: &str, words: &[&str], path: &str, problems: &mut Vec<Problem>) {
    let Some(value) = meta.get(key) else { return };
    if !value.as_str().is_some_and(|word| words.contains(&word)) {
        warn(path, key, &format!("{value} means nothing here"), &format!("say {}", words.join(" or ")), problems);
    }
}

fn text(meta: &Map<String, Value>, key: &str, path: &str, problems: &mut Vec<Problem>) {
    if meta.get(key).is_some_and(|value| !value.is_string()) {
        warn(path, key, &format!("`{key}` must be text"), "", problems);
    }
}

/// One name, or several of which one is enough.
fn permissions(meta: &Map<String, Value>, key: &str, path: &str, problems: &mut Vec<Problem>) {
    let names: Vec<&Value> = match meta.get(key) {
        None => return,
        Some(Value::Array(names)) if names.is_empty() => {
            warn(path, key, "one of no permissions is nobody's", "name one, or leave it out", problems);
            return;
        }
        Some(Value::Array(names)) => names.iter().collect(),
        Some(name) => vec![name],
    };
    for name in names {
        if !name.as_str().is_some_and(Permissions::exists) {
            let message = format!("there is no permission {name}");
            warn(path, key, &message, "nobody could ever send this", problems);
        }
    }
}

fn window(meta: &Map<String, Value>, path: &str, problems: &mut Vec<Problem>) {
    if let Some(Err(why)) = meta.get("window").map(Window::read) {
        let help = "say `{\"days\": [\"MON\", …], \"from\": \"09:00\", \"to\": \"17:30\"}`; without days, every day";
        warn(path, "window", &format!("this window never opens: {why}"), help, problems);
    }
}
