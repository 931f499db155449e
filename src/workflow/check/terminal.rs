//! States that are final for everybody but administrators: whoever leaves one by hand needs the permission and says why.

use super::whole_states;
use crate::workflow::Tag;
use crate::workflow::gate::{by_command, requires};
use serde_json::Value;
use statechart::{Machine, Problem, StateId};
use std::collections::BTreeMap;

/// What it takes.
const PERMISSION: &str = "order.override";

/// A warning for each event that leads out of a state tagged `terminal` for less, wherever it is declared.
pub fn check(machine: &Machine) -> Vec<Problem> {
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    for (leaf, snapshot) in whole_states(machine) {
        let Some(terminal) = around(machine, leaf).find(|id| is_tagged(machine, *id)) else { continue };
        let events = machine.events(&snapshot).into_iter();
        for transition in events.flat_map(|event| machine.candidates(&snapshot, event)).map(|id| machine.transition(id))
        {
            let stays = |target: &StateId| around(machine, *target).any(|id| id == terminal);
            let leaves = !transition.targets.is_empty() && !transition.targets.iter().all(stays);
            if leaves && !by_command(&transition.meta) && is_cheap(&transition.meta) {
                found.entry(&transition.pointer).or_insert(&machine.state(terminal).key);
            }
        }
    }
    let warning = |(pointer, state): (&str, &str)| {
        let message = format!("this leads out of {state}, which is tagged `terminal`");
        let help = format!("say `\"permission\": \"{PERMISSION}\"` and `\"reason\": \"required\"` in its `meta`");
        Problem::warning(format!("{pointer}.meta"), message, help)
    };
    found.into_iter().map(warning).collect()
}

fn is_cheap(meta: &Value) -> bool {
    meta.get("permission").and_then(Value::as_str) != Some(PERMISSION) || !requires(meta, "reason")
}

fn is_tagged(machine: &Machine, state: StateId) -> bool {
    machine.state(state).tags.iter().any(|tag| tag == Tag::Terminal.as_str())
}

/// A state and those around it, innermost first.
fn around(machine: &Machine, state: StateId) -> impl Iterator<Item = StateId> + '_ {
    std::iter::successors(Some(state), |id| machine.state(*id).parent)
}
