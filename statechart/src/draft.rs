//! A definition that is being read: what was found so far, what is wrong with it, and the smallest parts of reading.

use std::collections::HashMap;

use serde_json::Value;

use crate::limits;
use crate::model::{ActionRef, Delay, State, StateId, Trigger};
use crate::problem::{Problem, Problems};

/// Why there is a `null` in a list.
pub(crate) const STRINGIFIED: &str = "`JSON.stringify` leaves it of a function";

/// The states and transitions of a definition before names are resolved.
#[derive(Default)]
pub(crate) struct Draft<'v> {
    pub(crate) states: Vec<State>,
    /// Beside `states`: where each is in the file.
    pub(crate) pointers: Vec<String>,
    /// Beside `states`: the number after the last descendant.
    pub(crate) ends: Vec<u32>,
    pub(crate) transitions: Vec<DraftTransition<'v>>,
    /// Default targets of history states.
    pub(crate) defaults: Vec<(StateId, Written)>,
    pub(crate) guards: Names,
    pub(crate) actions: Names,
    pub(crate) delays: Names,
    pub(crate) problems: Problems,
    /// Something that decides where the machine can go is wrong: what is reachable cannot be told.
    pub(crate) unsound: bool,
    /// There are nulls in lists, as `JSON.stringify` leaves them.
    pub(crate) stringified: bool,
    /// Not all of it was read: what names mean cannot be told.
    pub(crate) cut: bool,
}

/// A transition as written.
pub(crate) struct DraftTransition<'v> {
    pub(crate) source: StateId,
    pub(crate) trigger: Trigger,
    pub(crate) targets: Vec<Written>,
    pub(crate) guard: Option<(&'v Value, String)>,
    pub(crate) actions: Vec<ActionRef>,
    pub(crate) reenter: bool,
    pub(crate) meta: Value,
    pub(crate) description: Option<String>,
    pub(crate) pointer: String,
    /// Something about it is wrong: whether it would be taken is not known.
    pub(crate) broken: bool,
    /// Where it leads is not known either.
    pub(crate) lost: bool,
}

impl DraftTransition<'_> {
    pub(crate) fn new(source: StateId, trigger: Trigger, pointer: &str) -> Self {
        Self {
            source,
            trigger,
            targets: Vec::new(),
            guard: None,
            actions: Vec::new(),
            reenter: false,
            meta: Value::Null,
            description: None,
            pointer: pointer.to_owned(),
            broken: false,
            lost: false,
        }
    }
}

/// A name and where it is written.
#[derive(Clone)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) path: String,
}

/// Distinct names, numbered in the order in which they were met.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) list: Vec<String>,
    /// Beside the list: where each was met first.
    pub(crate) places: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Names {
    pub(crate) fn number(&mut self, name: &str, path: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.list.push(name.to_owned());
        self.places.push(path.to_owned());
        self.numbers.insert(name.to_owned(), self.list.len() - 1);
        self.list.len() - 1
    }
}

impl Draft<'_> {
    pub(crate) fn error(&mut self, path: impl Into<String>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::error(path, message, help));
    }

    pub(crate) fn warning(&mut self, path: impl Into<String>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::warning(path, message, help));
    }

    /// A name that must be text, not empty, not too long and without control characters.
    pub(crate) fn name(&mut self, value: Option<&Value>, path: &str, what: &str) -> Option<String> {
        let name = self.path(value, path, what)?;
        if name.len() > limits::MAX_NAME {
            let message = format!("{what} has {} bytes, at most {} are read", name.len(), limits::MAX_NAME);
            self.error(path, message, "shorten it: names are stored and shown");
            return None;
        }
        Some(name)
    }

    /// The same for what may hold several names.
    pub(crate) fn path(&mut self, value: Option<&Value>, path: &str, what: &str) -> Option<String> {
        match value? {
            Value::String(name) if !name.trim().is_empty() => self.is_printable(name, path, what).then(|| name.clone()),
            Value::String(_) => {
                self.error(path, format!("{what} must not be empty"), "name it or leave it out");
                None
            }
            _ => {
                self.error(path, format!("{what} must be text"), "");
                None
            }
        }
    }

    /// Whether a name has no control characters; reports the first.
    pub(crate) fn is_printable(&mut self, name: &str, path: &str, what: &str) -> bool {
        let Some((at, found)) = name.char_indices().find(|(_, character)| character.is_control()) else { return true };
        let message = format!("{what} has a control character, U+{:04X}, at byte {at}", u32::from(found));
        self.error(path, message, "drop it: names are stored and shown");
        false
    }

    pub(crate) fn text(&mut self, value: Option<&Value>, path: &str) -> Option<String> {
        let value = value?;
        if !value.is_string() {
            self.error(path, "a description must be text", "");
        }
        value.as_str().map(str::to_owned)
    }

    /// Adds a delay that the state has not yet.
    pub(crate) fn add_delay(&mut self, id: StateId, delay: &Delay, path: &str) {
        if let Delay::Named(name) = delay {
            self.delays.number(name, path);
        }
        self.states[id.at()].delays.push(delay.clone());
    }
}
