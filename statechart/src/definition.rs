//! A JSON definition to a draft: states in document order, transitions with targets and guards still as written.
//!
//! Reports everything whose form is wrong and goes on, so that one reading finds all of it. It does not know whether
//! targets exist; [`crate::compile`] finds that out when all states are known.

use serde_json::{Map, Value};

use crate::draft::Draft;
use crate::json::ordered;
use crate::keys::{self, Place, join};
use crate::limits;
use crate::model::{Depth, Kind, State, StateId};
use crate::problem::Problem;

/// Reads a whole definition.
pub(crate) fn read(definition: &Value, found: Vec<Problem>) -> Draft<'_> {
    let mut draft = Draft::default();
    for problem in found {
        draft.problems.push(problem);
    }
    let id = definition.get("id").and_then(Value::as_str);
    // Every state's id begins with it: one that is too long is reported, not repeated.
    let id = id.filter(|id| !id.is_empty() && id.len() <= limits::MAX_NAME).unwrap_or("(machine)");
    draft.state(id, definition, None, String::new());
    draft
}

impl<'v> Draft<'v> {
    /// Reads a state and everything within it; its number is its place in document order.
    fn state(&mut self, key: &str, value: &'v Value, parent: Option<StateId>, path: String) -> StateId {
        let id = StateId::from_index(self.states.len());
        let empty = Map::new();
        let Value::Object(fields) = value else {
            self.error(path.clone(), "a state must be an object", "say `{}` for a state that has nothing");
            self.push(key, &empty, Kind::Atomic, parent, path);
            self.ends.push(id.0 + 1);
            return id;
        };
        let length = parent.map_or(0, |parent| self.states[parent.at()].path.len() + 1 + key.len());
        if length > limits::PATH {
            let message = format!("the path of this state has {length} bytes, at most {} are read", limits::PATH);
            self.error(path.clone(), message, "shorten the names around it, or flatten the states");
            self.cut = true;
            self.push(key, &empty, Kind::Atomic, parent, path);
            self.ends.push(id.0 + 1);
            return id;
        }
        let kind = self.kind(fields, parent, &path);
        let place = match kind {
            Kind::History(_) => Place::History,
            _ if parent.is_none() => Place::Root,
            _ => Place::State,
        };
        keys::check(place, fields, &path, &mut self.problems);
        self.push(key, fields, kind, parent, path.clone());
        self.ends.push(0);
        let tags = self.tags(fields, &path);
        let entry = self.actions(fields.get("entry"), &join(&path, "entry"));
        let exit = self.actions(fields.get("exit"), &join(&path, "exit"));
        self.transitions_of(id, fields, &path);
        let children = self.children(id, fields, &path);
        let state = &mut self.states[id.at()];
        (state.tags, state.entry, state.exit, state.children) = (tags, entry, exit, children);
        self.ends[id.at()] = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        self.initial(id, fields, &path);
        if matches!(kind, Kind::History(_)) {
            self.fallback(id, fields.get("target"), &join(&path, "target"));
        }
        id
    }

    /// Where a history state says that it leads when nothing is remembered.
    fn fallback(&mut self, id: StateId, target: Option<&Value>, path: &str) {
        if target.is_some_and(|target| *target == Value::Array(Vec::new())) {
            let message = "an empty list leads nowhere: XState would leave everything where it is";
            self.error(path, message, "name a state, or leave `target` out for what the parent begins with");
            self.unsound = true;
        }
        let written = self.targets(target, path);
        self.defaults.extend(written.into_iter().map(|written| (id, written)));
    }

    fn push(&mut self, key: &str, fields: &Map<String, Value>, kind: Kind, parent: Option<StateId>, pointer: String) {
        let path = match parent {
            None => String::new(),
            Some(parent) => join(&self.states[parent.at()].path, key),
        };
        let given = self.name(fields.get("id"), &join(&pointer, "id"), "an id");
        let id = given.unwrap_or_else(|| match self.states.first() {
            None => key.to_owned(),
            Some(root) => format!("{}.{path}", root.id),
        });
        let description = self.text(fields.get("description"), &join(&pointer, "description"));
        if fields.contains_key("output") {
            let path = join(&pointer, "output");
            self.warning(path, "`output` is not kept", "let an action write what should remain");
        }
        self.states.push(State {
            key: key.to_owned(),
            id,
            path,
            kind,
            parent,
            children: Vec::new(),
            tags: Vec::new(),
            meta: fields.get("meta").cloned().unwrap_or_default(),
            description,
            entry: Vec::new(),
            exit: Vec::new(),
            transitions: Vec::new(),
            initial: None,
            initial_actions: Vec::new(),
            delays: Vec::new(),
        });
        self.pointers.push(pointer);
    }

    fn kind(&mut self, fields: &Map<String, Value>, parent: Option<StateId>, path: &str) -> Kind {
        let errors = self.problems.errors();
        let depth = self.depth(fields, path);
        let has_children = fields.get("states").and_then(Value::as_object).is_some_and(|states| !states.is_empty());
        let written = match fields.get("type") {
            None if has_children => "compound",
            None if depth.is_some() => "history",
            None => "atomic",
            Some(written) => written.as_str().unwrap_or(""),
        };
        let here = join(path, "type");
        let kind = match written {
            "atomic" => Kind::Atomic,
            "compound" => Kind::Compound,
            "parallel" => Kind::Parallel,
            "final" => Kind::Final,
            "history" => Kind::History(depth.unwrap_or(Depth::Shallow)),
            _ => {
                let help = "say atomic, compound, parallel, final or history";
                self.error(here.clone(), "there is no such type of state", help);
                if has_children { Kind::Compound } else { Kind::Atomic }
            }
        };
        match kind {
            Kind::Final if has_children => {
                self.error(here, "a final state has no children", "drop `states` or the type");
            }
            Kind::Atomic if has_children => self.error(here, "an atomic state has no children", "leave `type` out"),
            Kind::Compound | Kind::Parallel if !has_children => {
                self.error(here, format!("a {written} state needs children"), "add `states` or drop the type");
            }
            Kind::History(_) if parent.is_none() => {
                self.error(here, "the root cannot be a history state", "put it into a state that has others");
            }
            Kind::Atomic | Kind::Compound | Kind::Parallel | Kind::Final if depth.is_some() => {
                let help = "add a child of type history";
                self.error(join(path, "history"), "only a history state has `history`", help);
            }
            _ => {}
        }
        self.unsound |= self.problems.errors() > errors;
        kind
    }

    fn depth(&mut self, fields: &Map<String, Value>, path: &str) -> Option<Depth> {
        match fields.get("history")? {
            Value::Bool(false) => None,
            Value::Bool(true) => Some(Depth::Shallow),
            Value::String(text) if text == "shallow" => Some(Depth::Shallow),
            Value::String(text) if text == "deep" => Some(Depth::Deep),
            _ => {
                self.error(join(path, "history"), "there is no such depth of history", "say shallow or deep");
                Some(Depth::Shallow)
            }
        }
    }

    fn children(&mut self, id: StateId, fields: &'v Map<String, Value>, path: &str) -> Vec<StateId> {
        let here = join(path, "states");
        let states = match fields.get("states") {
            None => return Vec::new(),
            Some(Value::Object(states)) => states,
            Some(_) => {
                self.error(here, "`states` must be an object", "say `{\"name\": {…}}`");
                return Vec::new();
            }
        };
        let mut children = Vec::with_capacity(states.len());
        for (key, value) in ordered(states) {
            let path = join(&here, key);
            if self.states.len() >= limits::STATES {
                self.error(path, format!("there are more than {} states", limits::STATES), "split the machine");
                break;
            }
            self.is_printable(key, &path, "a state's name");
            if key.trim().is_empty() {
                self.error(path.clone(), "a state has an empty name", "name it");
            } else if key == "__proto__" {
                let message = "`__proto__` is no name for a state: JavaScript, and with it XState, has no such key";
                self.error(path.clone(), message, "use another name");
            } else if key.starts_with('#') {
                self.error(path.clone(), "a name must not begin with `#`, which marks an id", "drop the `#`");
            } else if key.contains(['.', '+', '\\']) {
                let message = "`.`, `+` and `\\` in a name make paths and stored names ambiguous";
                self.warning(path.clone(), message, "use `_` or camelCase");
            }
            children.push(self.state(key, value, Some(id), path));
        }
        children
    }

    fn initial(&mut self, id: StateId, fields: &Map<String, Value>, path: &str) {
        let here = join(path, "initial");
        let kind = self.states[id.at()].kind;
        let keys = self.children_names(id);
        let Some(value) = fields.get("initial") else {
            // Where there are no others, nothing could be right: that is reported elsewhere.
            let children = self.states[id.at()].children.iter().map(|child| &self.states[child.at()]);
            let first = children.clone().find(|child| !child.kind.is_history()).map(|child| child.key.clone());
            if let Some(first) = first.filter(|_| kind == Kind::Compound) {
                let help = format!("say `\"initial\": \"{first}\"`");
                self.error(here, "nothing says which child is entered first", help);
                self.unsound = true;
            }
            return;
        };
        match kind {
            // Reported already.
            Kind::History(_) => return,
            Kind::Atomic | Kind::Final if !keys.is_empty() => return,
            Kind::Atomic | Kind::Final => {
                return self.error(here, "there are no children to enter", "add `states` or drop `initial`");
            }
            Kind::Parallel => {
                let message = "a parallel state enters all of its children, whatever `initial` says";
                self.warning(here.clone(), message, "drop it");
            }
            Kind::Compound => {}
        }
        let (target, target_path, actions) = match value {
            Value::Object(inner) => {
                keys::check(Place::Initial, inner, &here, &mut self.problems);
                (inner.get("target"), join(&here, "target"), inner.get("actions"))
            }
            other => (Some(other), here.clone(), None),
        };
        let actions = self.actions(actions, &join(&here, "actions"));
        self.states[id.at()].initial_actions = actions;
        let wanted = target.and_then(Value::as_str);
        let children = &self.states[id.at()].children;
        let found = children.iter().copied().find(|child| Some(self.states[child.at()].key.as_str()) == wanted);
        match found {
            Some(child) if kind == Kind::Compound => self.states[id.at()].initial = Some(child),
            Some(_) => {}
            None => {
                self.unsound = true;
                let name = target.map_or_else(String::new, ToString::to_string);
                let message = format!("{name} is not the name of a child").trim_start().to_owned();
                self.error(
                    target_path,
                    message,
                    format!("the children are {}", keys::listed(keys.iter().map(String::as_str))),
                );
            }
        }
    }

    fn children_names(&self, id: StateId) -> Vec<String> {
        self.states[id.at()].children.iter().map(|child| self.states[child.at()].key.clone()).collect()
    }

    fn tags(&mut self, fields: &Map<String, Value>, path: &str) -> Vec<String> {
        let here = join(path, "tags");
        match fields.get("tags") {
            None => Vec::new(),
            Some(Value::Array(tags)) => tags
                .iter()
                .enumerate()
                .filter_map(|(index, tag)| self.name(Some(tag), &join(&here, &index.to_string()), "a tag"))
                .collect(),
            Some(tag) => self.name(Some(tag), &here, "a tag").into_iter().collect(),
        }
    }
}
