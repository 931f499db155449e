//! What differs between two states or transitions that are taken for the same, a sentence for each field.

use std::collections::BTreeSet;

use serde_json::Value;

use super::kind_name;
use crate::label;
use crate::machine::Machine;
use crate::model::{ActionRef, State, StateId, Transition};

/// `name: old → new`, when they differ.
pub(super) fn differ(name: &str, old: &str, new: &str) -> Option<String> {
    let shown = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
    (old != new).then(|| format!("{name}: {} → {}", shown(old), shown(new)))
}

/// The fields of a state, its transitions and children aside.
pub(super) fn of_states(old: &Machine, was: &State, new: &Machine, is: &State) -> Vec<String> {
    let key = |machine: &Machine, id: Option<StateId>| id.map(|id| machine.state(id).key.clone()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let fallback = |machine: &Machine, state: &State| {
        let index = machine.states().iter().position(|other| std::ptr::eq(other, state));
        let targets = index.map(|index| machine.nodes[index].fallback.as_slice()).unwrap_or_default();
        targets.iter().map(|id| machine.state(*id).path.as_str()).collect::<Vec<_>>().join(", ")
    };
    let mut found: Vec<String> = [
        differ("type", kind_name(was.kind), kind_name(is.kind)),
        differ("id", &was.id, &is.id),
        differ("initial", &key(old, was.initial), &key(new, is.initial)),
        differ("initial actions", &actions(&was.initial_actions), &actions(&is.initial_actions)),
        differ("default target", &fallback(old, was), &fallback(new, is)),
        differ("entry", &actions(&was.entry), &actions(&is.entry)),
        differ("exit", &actions(&was.exit), &actions(&is.exit)),
        differ("tags", &was.tags.join(", "), &is.tags.join(", ")),
        differ("description", &text(&was.description), &text(&is.description)),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.extend(metas(&was.meta, &is.meta));
    found
}

/// The fields of a transition.
pub(super) fn of_transitions(old: &Machine, was: &Transition, new: &Machine, is: &Transition) -> Vec<String> {
    let yes = |flag: bool| if flag { "true" } else { "false" };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut found: Vec<String> = [
        differ("target", &targets(old, was), &targets(new, is)),
        differ("guard", &guard(old, was), &guard(new, is)),
        differ("actions", &actions(&was.actions), &actions(&is.actions)),
        differ("reenter", yes(was.reenter), yes(is.reenter)),
        differ("description", &text(&was.description), &text(&is.description)),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.extend(metas(&was.meta, &is.meta));
    found
}

/// Everything that a transition says, to find its like.
pub(super) fn whole_text(machine: &Machine, of: &Transition) -> String {
    let (targets, guard, actions) = (targets(machine, of), guard(machine, of), actions(&of.actions));
    format!("{targets:?} {guard:?} {actions:?} {} {} {:?}", of.reenter, of.meta, of.description)
}

pub(super) fn targets(machine: &Machine, of: &Transition) -> String {
    let path = |id: &StateId| {
        let path = &machine.state(*id).path;
        if path.is_empty() { "the root".to_owned() } else { path.clone() }
    };
    of.targets.iter().map(path).collect::<Vec<_>>().join(", ")
}

pub(super) fn guard(machine: &Machine, of: &Transition) -> String {
    of.guard.as_ref().map(|guard| label::whole_guard(machine, guard)).unwrap_or_default()
}

pub(super) fn actions(of: &[ActionRef]) -> String {
    of.iter().map(label::whole_action).collect::<Vec<_>>().join(", ")
}

/// Each key of `meta` by itself; `meta` that is no object as a whole.
fn metas(old: &Value, new: &Value) -> Vec<String> {
    let keys = |meta: &Value| meta.as_object().map(|map| map.keys().cloned().collect::<BTreeSet<_>>());
    let empty = BTreeSet::new();
    let (before, after) = match (keys(old), keys(new)) {
        (Some(before), Some(after)) => (before, after),
        (Some(before), None) if new.is_null() => (before, empty),
        (None, Some(after)) if old.is_null() => (empty, after),
        _ => return differ("meta", &text(Some(old)), &text(Some(new))).into_iter().collect(),
    };
    let each = before.union(&after);
    let found = each.filter_map(|key| differ(&format!("meta.{key}"), &text(old.get(key)), &text(new.get(key))));
    let mut found: Vec<String> = found.collect();
    // `meta: {}` makes a transition one that is taken, hence is not the same as none.
    if found.is_empty() && old.is_null() != new.is_null() {
        found.push(format!("meta: {} → {}", text(Some(old)), text(Some(new))));
    }
    found
}

fn text(value: Option<&Value>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| if value.is_null() { "none".to_owned() } else { value.to_string() })
}
