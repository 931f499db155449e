//! Machines drawn from bytes: the same bytes draw the same machine, shorter bytes a smaller one, hence whatever finds a
//! failing machine can also shrink it. Hierarchy to depth four, parallel states, history, final states, guards,
//! `always`, `after`, wildcards, several targets, tags and `meta`.

use serde_json::{Map, Value, json};

/// Bytes that answer questions; zero when there are none left.
pub struct Dice<'a> {
    bytes: &'a [u8],
}

impl<'a> Dice<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % limit.max(1)
    }

    /// True for `share` of 256 throws; false when there are no bytes left.
    pub fn chance(&mut self, share: usize) -> bool {
        self.below(256) > 255 - share
    }

    pub fn pick<'b, T>(&mut self, list: &'b [T]) -> &'b T {
        &list[self.below(list.len())]
    }
}

/// Events to send; some of them no machine knows.
pub const EVENTS: [&str; 8] = ["A", "B", "C", "a.b", "a.b.c", "D", "a", "zzz"];
const WILDCARDS: [&str; 5] = ["*", "a.*", "a.b.*", "xstate.done.*", "*.b"];
const GUARDS: [&str; 4] = ["g0", "g1", "g2", "g3"];

/// A state that is being drawn.
struct Node {
    key: String,
    path: String,
    kind: &'static str,
    children: Vec<usize>,
    parent: Option<usize>,
}

struct Drawing<'d, 'a> {
    dice: &'d mut Dice<'a>,
    nodes: Vec<Node>,
}

/// Draws a definition. Most are in order; some have errors.
pub fn definition(dice: &mut Dice<'_>) -> Value {
    let mut drawing = Drawing { dice, nodes: Vec::new() };
    let kind = if drawing.dice.chance(64) { "parallel" } else { "compound" };
    drawing.shape(None, 0, kind);
    drawing.write(0)
}

impl Drawing<'_, '_> {
    fn shape(&mut self, parent: Option<usize>, depth: usize, kind: &'static str) -> usize {
        let (id, key) = (self.nodes.len(), format!("s{}", self.nodes.len()));
        let path = match parent.map(|parent| self.nodes[parent].path.as_str()) {
            None => String::new(),
            Some("") => key.clone(),
            Some(around) => format!("{around}.{key}"),
        };
        self.nodes.push(Node { key, path, kind, children: Vec::new(), parent });
        if matches!(kind, "compound" | "parallel") {
            for place in 0..2 + self.dice.below(2) {
                let inner = if depth >= 3 {
                    "atomic"
                } else {
                    self.dice.pick(&["atomic", "atomic", "compound", "parallel", "atomic", "compound"])
                };
                let inner = if place > 0 && self.dice.chance(50) { "final" } else { inner };
                let child = self.shape(Some(id), depth + 1, inner);
                self.nodes[id].children.push(child);
            }
            if self.dice.chance(80) {
                let child = self.shape(Some(id), depth + 1, "history");
                self.nodes[id].children.push(child);
            }
        }
        id
    }

    fn absolute(&self, id: usize) -> String {
        let path = &self.nodes[id].path;
        if path.is_empty() { "#m".to_owned() } else { format!("#m.{path}") }
    }

    fn target(&mut self, source: usize) -> String {
        let any = self.dice.below(self.nodes.len());
        let siblings = self.nodes[source].parent.map(|parent| self.nodes[parent].children.clone());
        match (self.dice.below(8), siblings) {
            (0..4, Some(siblings)) => self.nodes[*self.dice.pick(&siblings)].key.clone(),
            (4 | 5, _) if !self.nodes[source].children.is_empty() => {
                let children = self.nodes[source].children.clone();
                format!(".{}", self.nodes[*self.dice.pick(&children)].key)
            }
            (6, _) if self.dice.chance(8) => "nowhere".to_owned(),
            _ => self.absolute(any),
        }
    }

    fn guard(&mut self, depth: usize) -> Value {
        match self.dice.below(if depth > 2 { 4 } else { 10 }) {
            0..4 => json!(self.dice.pick(&GUARDS)),
            4 => json!({"type": self.dice.pick(&GUARDS), "params": {"n": self.dice.below(3)}}),
            5 => json!({"type": "and", "guards": [self.guard(depth + 1), self.guard(depth + 1)]}),
            6 => json!({"type": "or", "guards": [self.guard(depth + 1), self.guard(depth + 1)]}),
            7 => json!({"type": "not", "guards": [self.guard(depth + 1)]}),
            _ => {
                let state = self.dice.below(self.nodes.len());
                json!({"type": "stateIn", "params": {"state": self.absolute(state)}})
            }
        }
    }

    fn transition(&mut self, source: usize, guarded: usize) -> Value {
        let mut made = Map::new();
        if self.dice.chance(220) {
            made.insert("target".into(), json!(self.target(source)));
        } else if self.dice.chance(40) {
            let (a, b) = (self.target(source), self.target(source));
            made.insert("target".into(), json!([a, b]));
        }
        if self.dice.chance(guarded) {
            made.insert("guard".into(), self.guard(0));
        }
        if self.dice.chance(100) {
            made.insert("actions".into(), json!([format!("t{}", self.dice.below(9))]));
        }
        if self.dice.chance(40) {
            made.insert("reenter".into(), json!(true));
        }
        if self.dice.chance(30) {
            made.insert("meta".into(), json!({"label": "L"}));
        }
        Value::Object(made)
    }

    fn transitions(&mut self, source: usize, guarded: usize) -> Value {
        match self.dice.below(8) {
            1 => json!(self.target(source)),
            2 => json!({}),
            3 => json!([self.transition(source, 200), self.transition(source, guarded)]),
            _ => self.transition(source, guarded),
        }
    }

    fn write(&mut self, id: usize) -> Value {
        let (kind, children) = (self.nodes[id].kind, self.nodes[id].children.clone());
        let mut made = Map::new();
        if id == 0 {
            made.insert("id".into(), json!("m"));
        }
        if kind == "history" {
            made.insert("type".into(), json!("history"));
            made.insert("history".into(), json!(self.dice.pick(&["shallow", "deep"])));
            if self.dice.chance(70) {
                // Whatever is beside it, other history states and itself too.
                let parent = self.nodes[id].parent.unwrap_or_default();
                let beside = self.nodes[parent].children.clone();
                let target = *self.dice.pick(&beside);
                let (name, whole) = (self.nodes[target].key.clone(), self.absolute(target));
                made.insert("target".into(), if self.dice.chance(40) { json!([whole]) } else { json!(name) });
            }
            return Value::Object(made);
        }
        if matches!(kind, "final" | "parallel") {
            made.insert("type".into(), json!(kind));
        }
        if kind == "compound" {
            let first = self.dice.below(children.len());
            let key = &self.nodes[children[first]].key;
            made.insert("initial".into(), json!({"target": key, "actions": format!("i{id}")}));
        }
        for (field, sign) in [("entry", '+'), ("exit", '-')] {
            if self.dice.chance(150) {
                made.insert(field.into(), json!(format!("{sign}{id}")));
            }
        }
        if self.dice.chance(60) {
            made.insert("tags".into(), json!([format!("tag{}", self.dice.below(3))]));
        }
        let mut on = Map::new();
        for event in EVENTS.iter().take(6).chain(&WILDCARDS) {
            if self.dice.chance(if event.contains('*') { 12 } else { 60 }) {
                on.insert((*event).to_owned(), self.transitions(id, 90));
            }
        }
        made.insert("on".into(), Value::Object(on));
        if !children.is_empty() && self.dice.chance(90) {
            made.insert("onDone".into(), self.transitions(id, 60));
        }
        if self.dice.chance(40) {
            made.insert("always".into(), json!([self.transition(id, 245)]));
        }
        if self.dice.chance(40) {
            let delay = *self.dice.pick(&["1000", "50", "soon"]);
            made.insert("after".into(), json!({delay: self.transition(id, 80)}));
        }
        if !children.is_empty() {
            let inner: Map<String, Value> =
                children.into_iter().map(|child| (self.nodes[child].key.clone(), self.write(child))).collect();
            made.insert("states".into(), Value::Object(inner));
        }
        Value::Object(made)
    }
}

/// Puts something else in one place of a definition: an unknown key, a wrong type, another name.
pub fn spoil(value: &mut Value, dice: &mut Dice<'_>) {
    let wrong =
        [json!(null), json!(7), json!(""), json!("s1"), json!([]), json!({}), json!([[{}]]), json!({"cond": 1})];
    match value {
        Value::Object(map) if !map.is_empty() && !dice.chance(60) => {
            let place = dice.below(map.len());
            if dice.chance(30) {
                map.insert("invoke".to_owned(), json!({}));
            } else if let Some((_, inner)) = map.iter_mut().nth(place) {
                spoil(inner, dice);
            }
        }
        Value::Array(list) if !list.is_empty() && !dice.chance(60) => {
            let place = dice.below(list.len());
            spoil(&mut list[place], dice);
        }
        other => *other = dice.pick(&wrong).clone(),
    }
}

/// Writes something of a definition in the words of `XState` 4, or as `XState` writes it for itself.
pub fn age(value: &mut Value, dice: &mut Dice<'_>) {
    let Value::Object(state) = value else { return };
    if let Some(Value::Object(states)) = state.get_mut("states")
        && !states.is_empty()
        && dice.chance(170)
    {
        let place = dice.below(states.len());
        if let Some((_, inner)) = states.iter_mut().nth(place) {
            age(inner, dice);
        }
        return;
    }
    if state.get("type").and_then(Value::as_str) == Some("history") {
        return;
    }
    match dice.below(10) {
        0 => rename(state, "entry", "onEntry"),
        1 => rename(state, "exit", "onExit"),
        2 => each_transition(state, &mut |of| rename(of, "guard", "cond")),
        3 => {
            if let Some(Value::Object(table)) = state.shift_remove("after") {
                let listed = table.into_iter().map(|(delay, of)| {
                    let mut fields = of.as_object().cloned().unwrap_or_default();
                    fields.insert("delay".to_owned(), json!(delay));
                    Value::Object(fields)
                });
                state.insert("after".to_owned(), listed.collect());
            }
        }
        4 => {
            if let (Some(always), Some(Value::Object(on))) = (state.shift_remove("always"), state.get_mut("on")) {
                on.insert(String::new(), always);
            }
        }
        5 => drop(state.insert(
            "invoke".to_owned(),
            json!({"src": "work", "onDone": {"actions": "d"}, "onError": [{"actions": "e"}]}),
        )),
        6 => drop(state.insert("activities".to_owned(), json!(["beep", {"type": "hum"}]))),
        7 => drop(state.insert("strict".to_owned(), json!(true))),
        8 => each_transition(state, &mut |of| {
            of.insert(
                "actions".to_owned(),
                json!([null, {"type": "xstate.raise", "event": "F"}, {"type": "x", "n": 1}]),
            );
        }),
        _ => each_transition(state, &mut |of| {
            let guard = of.get("guard").cloned().unwrap_or_else(|| json!("g0"));
            of.insert("guard".to_owned(), json!({"and": [guard, {"type": "xstate.not", "guards": ["g1"]}]}));
        }),
    }
}

fn rename(fields: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = fields.shift_remove(from) {
        fields.insert(to.to_owned(), value);
    }
}

fn each_transition(state: &mut Map<String, Value>, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    for of in state.get_mut("on").and_then(Value::as_object_mut).into_iter().flatten().map(|(_, of)| of) {
        match of {
            Value::Object(fields) => change(fields),
            Value::Array(list) => list.iter_mut().filter_map(Value::as_object_mut).for_each(&mut *change),
            _ => {}
        }
    }
}
