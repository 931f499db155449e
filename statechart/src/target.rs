//! Resolves the names of states: siblings, `.child`, `#id`, dotted paths with `\` before a dot that belongs to a name.

use std::cell::Cell;
use std::collections::HashMap;

use crate::draft::Draft;
use crate::keys;
use crate::limits;
use crate::model::{State, StateId};

/// What is wrong with a name, and what would be right.
pub(crate) type Unresolved = (String, String);

/// Every state by its id, and by its key among those of its parent.
pub(crate) struct Directory {
    ids: HashMap<String, StateId>,
    /// Beside the states.
    children: Vec<HashMap<String, StateId>>,
    /// Wrong names for which all others may still be searched.
    guesses: Cell<usize>,
}

impl Directory {
    /// Indexes the ids and reports those that are given twice.
    pub(crate) fn new(draft: &mut Draft<'_>) -> Self {
        let mut ids: HashMap<String, StateId> = HashMap::new();
        let mut twice = Vec::new();
        for (index, state) in draft.states.iter().enumerate() {
            let first = *ids.entry(state.id.clone()).or_insert(StateId::from_index(index));
            if first.at() != index {
                twice.push((index, first));
            }
        }
        for (index, first) in twice {
            let other = &draft.pointers[first.at()];
            let place = if other.is_empty() { "the root" } else { other };
            let message = format!("`{}` is also the id of {place}", draft.states[index].id);
            let path = keys::join(&draft.pointers[index], "id");
            draft.error(path, message, "give each state an id of its own");
        }
        let key = |child: &StateId| (draft.states[child.at()].key.clone(), *child);
        let children = draft.states.iter().map(|state| state.children.iter().map(key).collect()).collect();
        Self { ids, children, guesses: Cell::new(limits::GUESSES) }
    }

    /// The state that a transition of `source` means by `text`.
    pub(crate) fn target(&self, states: &[State], source: StateId, text: &str) -> Result<StateId, Unresolved> {
        let state = &states[source.at()];
        if text.starts_with('#') {
            return self.absolute(states, text);
        }
        if let Some(below) = text.strip_prefix('.') {
            let found = self.descend(source, &segments(below));
            let found = found.map_err(|missing| self.not_below(states, text, &missing))?;
            if state.parent.is_some() && state.key.contains(['.', '\\']) {
                let message = format!(
                    "XState would look for `{}{text}` beside this state: a `.` or `\\` in a state's name makes `.child` \
                     mean something else",
                    state.key
                );
                return Err((message, format!("say `{}`", absolute_name(states, found))));
            }
            return Ok(found);
        }
        let Some(parent) = state.parent else {
            let known = self.descend(source, &segments(text)).is_ok();
            let help = if known { format!("say `.{text}`") } else { children_of(states, source) };
            return Err((format!("the root has no siblings, hence no `{text}` beside it"), help));
        };
        self.descend(parent, &segments(text)).map_err(|missing| self.not_beside(states, source, text, &missing))
    }

    /// The state that a history state means by `text`: a path below its parent, or an id.
    pub(crate) fn default(&self, states: &[State], history: StateId, text: &str) -> Result<StateId, Unresolved> {
        if text.starts_with('#') {
            return self.absolute(states, text);
        }
        let parent = states[history.at()].parent.unwrap_or(StateId::ROOT);
        if let Some(name) = text.strip_prefix('.') {
            let message = "a history's target is looked up from its parent, the dot would mean the parent itself";
            return Err((message.to_owned(), format!("say `{name}`")));
        }
        self.descend(parent, &segments(text)).map_err(|missing| self.not_below(states, text, &missing))
    }

    /// The state that `stateIn` means by `text`: an id, or a path from the root.
    pub(crate) fn anywhere(&self, states: &[State], text: &str) -> Result<StateId, Unresolved> {
        if text.starts_with('#') {
            return self.absolute(states, text);
        }
        self.descend(StateId::ROOT, &segments(text)).map_err(|missing| self.not_below(states, text, &missing))
    }

    fn absolute(&self, states: &[State], text: &str) -> Result<StateId, Unresolved> {
        let segments = segments(text.strip_prefix('#').unwrap_or(text));
        let (id, path) = segments.split_first().map_or(("", &[][..]), |(id, path)| (id.as_str(), path));
        let Some(state) = self.ids.get(id) else {
            return Err((format!("no state has the id `{id}`"), self.help_for_id(states, text, id)));
        };
        self.descend(*state, path).map_err(|missing| self.not_below(states, text, &missing))
    }

    fn help_for_id(&self, states: &[State], text: &str, id: &str) -> String {
        let whole = text.strip_prefix('#').unwrap_or(text);
        if whole != id && self.ids.contains_key(whole) {
            return format!("a dot in an id must be escaped: `#{}`", whole.replace('.', "\\\\."));
        }
        if let Some(state) = states.iter().find(|state| state.key == id && state.parent.is_some()) {
            return format!("say `#{}`", state.id);
        }
        if !self.may_guess() {
            return "give the state that `id`".to_owned();
        }
        let near = states.iter().filter_map(|state| Some((keys::distance(&state.id, id)?, &state.id)));
        near.min_by_key(|(edits, _)| *edits)
            .map_or_else(|| "give the state that `id`".to_owned(), |(_, near)| format!("did you mean `#{near}`?"))
    }

    fn not_beside(&self, states: &[State], source: StateId, text: &str, missing: &str) -> Unresolved {
        let state = &states[source.at()];
        if missing.is_empty() {
            return self.not_below(states, text, missing);
        }
        let message = format!("no state `{missing}` beside `{}`", state.key);
        if self.descend(source, &segments(text)).is_ok() {
            return (message, format!("say `.{text}` for its own child"));
        }
        if self.ids.contains_key(text) {
            return (message, format!("say `#{text}` for the state of that id"));
        }
        let last = segments(text).pop().unwrap_or_default();
        if let Some(elsewhere) = states.iter().find(|state| state.key == last && state.parent.is_some()) {
            return (message, format!("say `#{}` for the one elsewhere", elsewhere.id));
        }
        (message, children_of(states, state.parent.unwrap_or(StateId::ROOT)))
    }

    fn not_below(&self, states: &[State], text: &str, missing: &str) -> Unresolved {
        if missing.is_empty() {
            return (format!("`{text}` leads nowhere: a name is empty"), "drop the dot that is too many".to_owned());
        }
        let may_guess = self.may_guess();
        let near = states.iter().skip(1).find(|state| may_guess && keys::is_near(missing, &state.key));
        let help = near.map_or_else(String::new, |near| format!("did you mean `{}`?", near.key));
        (format!("`{text}` leads nowhere: there is no state `{missing}`"), help)
    }

    /// Whether to search all names for what was meant: a file full of wrong names is answered without.
    fn may_guess(&self) -> bool {
        let left = self.guesses.get();
        self.guesses.set(left.saturating_sub(1));
        left > 0
    }

    /// Follows a path downwards; the error is the part that is missing.
    fn descend(&self, from: StateId, path: &[String]) -> Result<StateId, String> {
        path.iter().try_fold(from, |at, key| self.child(at, key).ok_or_else(|| key.clone()))
    }

    /// The child of that key.
    pub(crate) fn child(&self, parent: StateId, key: &str) -> Option<StateId> {
        self.children[parent.at()].get(key).copied()
    }
}

/// How a target in JSON names a state wherever it stands: the machine's id and the keys from there.
fn absolute_name(states: &[State], id: StateId) -> String {
    let around = std::iter::successors(Some(id), |id| states[id.at()].parent);
    let keys = around.map(|id| if id == StateId::ROOT { &states[0].id } else { &states[id.at()].key });
    let mut keys: Vec<_> = keys.map(|key| key.replace('\\', r"\\\\").replace('.', r"\\.")).collect();
    keys.reverse();
    format!("#{}", keys.join("."))
}

/// The parts of a dotted path.
pub(crate) fn segments(text: &str) -> Vec<String> {
    let mut segments = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '.' {
            segments.push(String::new());
        } else if let Some(segment) = segments.last_mut() {
            segment.extend(if character == '\\' { characters.next() } else { Some(character) });
        }
    }
    segments
}

fn children_of(states: &[State], id: StateId) -> String {
    let names = states[id.at()].children.iter().map(|child| states[child.at()].key.as_str());
    format!("there are {}", keys::listed(names))
}
