//! States that are final for everybody but administrators: whoever leaves one by hand needs the permission and says why.

use crate::workflow::Tag;
use crate::workflow::gate::{by_command, requires};
use serde_json::Value;
use statechart::{Machine, Problem, StateId, Transition, Trigger};
use std::collections::{BTreeMap, HashSet};

/// What it takes.
const PERMISSION: &str = "order.override";

/// A warning for each event that leads out of a state tagged `terminal` for less, wherever it is declared.
pub fn check(machine: &Machine) -> Vec<Problem> {
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    for leaf in machine.state_ids().filter(|id| machine.state(*id).kind.is_leaf()) {
        let Some(terminal) = around(machine, leaf).find(|id| is_tagged(machine, *id)) else { continue };
        for transition in sent(machine, leaf) {
            let stays = |target: &StateId| around(machine, *target).any(|id| id == terminal);
            if !transition.targets.is_empty() && !transition.targets.iter().all(stays) && is_cheap(&transition.meta) {
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

/// What people may send in a state: its own transitions and those around it, up to one that always takes the event.
fn sent(machine: &Machine, leaf: StateId) -> Vec<&Transition> {
    let (mut taken, mut sent) = (HashSet::new(), Vec::new());
    for state in around(machine, leaf) {
        let own: Vec<_> = machine.state(state).transitions.iter().map(|id| machine.transition(*id)).collect();
        for transition in own {
            let Trigger::Event(name) = &transition.trigger else { continue };
            if taken.contains(name.as_str()) {
                continue;
            }
            if !by_command(&transition.meta) {
                sent.push(transition);
            }
            if transition.guard.is_none() {
                taken.insert(name.as_str());
            }
        }
    }
    sent
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
