//! Rewrites what other versions and tools of `XState` have to what runs here: keys of `XState` 4, `invoke`, inline
//! actions and guards. A definition that is in order stays as it is.
//!
//! It keeps the order of keys and everything that it does not know, never drops a guard, and says what it changed and
//! what a person must still write. It does not judge the result: [`Machine::parse`](crate::Machine::parse) does.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::foreign;
use crate::json;
use crate::problem::{Problem, Severity};
use tree::Tree;

mod actions;
mod arrows;
mod four;
mod guards;
mod invoke;
mod states;
mod tree;

/// The rewrite of a definition.
#[derive(Clone, PartialEq, Debug)]
pub struct Conversion {
    /// The definition as it runs here, as far as that can be written without knowing what functions did.
    pub definition: Value,
    /// What was changed, in the order of the source.
    pub changes: Vec<Remark>,
    /// What a person must still write, or look at.
    pub left: Vec<Remark>,
}

/// Something to know about a place of the source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remark {
    /// JSON path in dots from the root of the source; empty for the root itself.
    pub path: String,
    /// What it is.
    pub message: String,
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = if self.path.is_empty() { "the root" } else { &self.path };
        let plain = Problem::warning(place, self.message.clone(), "").to_string();
        f.write_str(plain.strip_prefix("warning at ").unwrap_or(&plain))
    }
}

impl Conversion {
    /// The definition as text, with two spaces for each level and a line end at its end.
    pub fn text(&self) -> String {
        format!("{:#}\n", self.definition)
    }
}

/// Rewrites a definition. Reads over a byte order mark, comments, and commas after the last entry.
///
/// Errors say why the text is no definition at all. Of keys that are written twice the last one counts, as for
/// JavaScript; they are among what is left to look at.
///
/// ```
/// let four = r#"{"initial": "a", "states": {"a": {"on": {"E": {"target": "b", "cond": "g"}}}, "b": {}}}"#;
/// let five = statechart::convert::convert(four).expect("a definition");
/// assert_eq!(five.definition["states"]["a"]["on"]["E"]["guard"], "g");
/// assert_eq!(five.changes[0].to_string(), "states.a.on.E.cond: now `\"guard\": \"g\"`");
/// ```
pub fn convert(source: &str) -> Result<Conversion, Vec<Problem>> {
    let bare = source.trim_start_matches('\u{feff}');
    let mut left = Vec::new();
    let plain = foreign::relaxed(bare);
    let (value, found) = json::read(plain.as_deref().unwrap_or(bare));
    let Some(value) = value else { return Err(found) };
    if !value.is_object() {
        return Err(vec![Problem::error("", "a machine must be an object", "say `{\"initial\": …, \"states\": {…}}`")]);
    }
    left.extend(found.into_iter().map(|twice| Remark { path: twice.path, message: twice.message }));
    let (definition, mut writer) = rewritten(&value);
    if plain.is_some() {
        let message = "comments, and commas after the last entry, are left out";
        writer.changes.insert(0, Change { path: String::new(), message: message.to_owned(), fragment: None });
    }
    left.append(&mut writer.left);
    let changes = writer.changes.into_iter().map(Change::remark).collect();
    Ok(Conversion { definition, changes, left })
}

/// Adds to each error the rewrite of its place, where there is one.
pub(crate) fn beside(value: &Value, mut problems: Vec<Problem>) -> Vec<Problem> {
    let (_, writer) = rewritten(value);
    let by_place: HashMap<&str, &str> =
        writer.changes.iter().filter_map(|change| Some((change.path.as_str(), change.fragment.as_deref()?))).collect();
    for problem in problems.iter_mut().filter(|problem| problem.severity == Severity::Error) {
        if let Some(fragment) = by_place.get(problem.path.as_str()) {
            let before = if problem.help.is_empty() { String::new() } else { format!("{}; ", problem.help) };
            problem.help = format!("{before}`convert` writes `{fragment}`");
        }
    }
    problems
}

fn rewritten(value: &Value) -> (Value, Writer<'_>) {
    let tree = Tree::new(value);
    let versions = four::look(value);
    let mut writer = Writer {
        four: versions.is_four(),
        mixed: versions.is_mixed(),
        unsure: Cell::new(false),
        delimiter: value.get("delimiter").and_then(Value::as_str).filter(|text| !matches!(*text, "" | ".")),
        invoked: invoke::by_id(&tree),
        tree,
        changes: Vec::new(),
        left: Vec::new(),
        told: HashSet::new(),
        numbers: HashMap::new(),
        taken: HashSet::new(),
    };
    let definition = writer.state(value, &[], "");
    if writer.unsure.get() {
        let message = "there are words of XState 4 and of XState 5 here: transitions to the own state are taken for \
                       those of XState 5, which stay; say `\"reenter\": true` where they should leave and enter";
        writer.left("", message);
    }
    (definition, writer)
}

/// A change, with what is written at its place now.
struct Change {
    path: String,
    message: String,
    fragment: Option<String>,
}

impl Change {
    fn remark(self) -> Remark {
        Remark { path: self.path, message: self.message }
    }
}

/// A definition that is being rewritten.
struct Writer<'v> {
    tree: Tree<'v>,
    /// It is one of `XState` 4, where transitions to the own state leave it.
    four: bool,
    /// It has words of both versions.
    mixed: bool,
    /// That made a difference.
    unsure: Cell<bool>,
    /// What stands between the parts of a path, where that is no dot.
    delimiter: Option<&'v str>,
    /// By the id of an invocation, the name that stands for it here.
    invoked: HashMap<String, String>,
    changes: Vec<Change>,
    left: Vec<Remark>,
    /// Names that a person has been told to write.
    told: HashSet<String>,
    /// How many names of a kind were made up.
    numbers: HashMap<&'static str, usize>,
    /// Names that the definition has, filled when the first is made up.
    taken: HashSet<String>,
}

/// The most that one line shows of a rewrite, in bytes.
const SHOWN: usize = 300;

impl Writer<'_> {
    /// Something is written otherwise: `key: value`, or the value alone.
    fn now(&mut self, path: impl Into<String>, key: Option<&str>, value: &Value) {
        let value = value.to_string();
        let mut fragment = key.map_or_else(|| value.clone(), |key| format!("{}: {value}", Value::from(key)));
        if fragment.len() > SHOWN {
            let end = (0..=SHOWN).rev().find(|at| fragment.is_char_boundary(*at)).unwrap_or(0);
            fragment.truncate(end);
            fragment.push('…');
        }
        let message = format!("now `{fragment}`");
        self.changes.push(Change { path: path.into(), message, fragment: Some(fragment) });
    }

    /// Several fields in the place of one.
    fn now_these(&mut self, path: impl Into<String>, fields: &Map<String, Value>) {
        let path = path.into();
        let whole = Value::Object(fields.clone());
        self.now(path, None, &whole);
        if let Some(change) = self.changes.last_mut() {
            let fragment = change.fragment.take().unwrap_or_default();
            let bare = fragment.strip_prefix('{').unwrap_or(&fragment);
            let bare = bare.strip_suffix('}').unwrap_or(bare).to_owned();
            change.message = format!("now `{bare}`");
            change.fragment = Some(bare);
        }
    }

    fn dropped(&mut self, path: impl Into<String>, why: &str) {
        let message = format!("left out: {why}");
        self.changes.push(Change { path: path.into(), message, fragment: None });
    }

    fn left(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.left.push(Remark { path: path.into(), message: message.into() });
    }

    /// Tells once of a name that a person must write.
    fn left_to_write(&mut self, path: &str, kind: &str, name: &str, what: &str) {
        if self.told.insert(format!("{kind} {name}")) {
            self.left(path, format!("write {kind} `{name}`: {what}"));
        }
    }

    /// A name in the place of code: `isPaid` for `isPaid()`, else a made-up one.
    fn named(&mut self, kind: &'static str, code: &str, path: &str) -> Value {
        let called = code.strip_suffix("()").filter(|name| {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            name.starts_with(|c: char| c.is_alphabetic()) && name.chars().all(is_word)
        });
        let name = called.map_or_else(|| self.made_up(kind), str::to_owned);
        let shown: String = code.chars().take(SHOWN).collect();
        let whole = Value::from(name.as_str());
        self.now(path, None, &whole);
        self.left_to_write(path, kind, &name, &format!("here stood the code `{shown}`"));
        whole
    }

    /// A name for something that has none: `lost_guard_1`.
    fn made_up(&mut self, kind: &'static str) -> String {
        if self.taken.is_empty() {
            names(self.tree.root, &mut self.taken);
            self.taken.insert(String::new());
        }
        let number = self.numbers.entry(kind).or_default();
        loop {
            *number += 1;
            let name = format!("lost_{kind}_{number}");
            if !self.taken.contains(&name) {
                return name;
            }
        }
    }
}

/// Every text of a definition that could be a made-up name.
fn names(value: &Value, into: &mut HashSet<String>) {
    match value {
        Value::String(text) if text.starts_with("lost_") => drop(into.insert(text.clone())),
        Value::Array(list) => {
            for inner in list {
                names(inner, into);
            }
        }
        Value::Object(fields) => {
            for inner in fields.values() {
                names(inner, into);
            }
        }
        _ => {}
    }
}

/// One or a list: what is empty is nothing, what is alone stands alone.
fn one_or_list(mut list: Vec<Value>) -> Value {
    if list.len() == 1 { list.remove(0) } else { Value::Array(list) }
}

/// A list of what stands there, alone or in a list.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        value => vec![value],
    }
}
