//! Regions that are active together.

use serde_json::{Value, json};

use crate::tools::{last, run};

fn region(name: &str) -> Value {
    json!({"entry": format!("+{name}"), "exit": format!("-{name}"), "initial": "x", "states": {
        "x": {"exit": format!("-{name}x"), "on": {"GO": {"target": "y", "actions": format!("go {name}")}}},
        "y": {"entry": format!("+{name}y")}
    }})
}

fn two() -> Value {
    json!({"type": "parallel", "on": {"GO": {"actions": "own"}, "OWN": {"actions": "own"}}, "states": {"a": region("a"), "b": region("b")}})
}

#[test]
fn exits_of_all_regions_then_actions_then_entries() {
    assert_eq!(last(&two(), &[json!("GO")]).1, ["-bx", "-ax", "go a", "go b", "+ay", "+by"]);
}

#[test]
fn the_parallel_state_is_asked_when_no_region_handles_the_event() {
    assert_eq!(last(&two(), &[json!("GO"), json!("GO")]).1, ["own"]);
    assert_eq!(last(&two(), &[json!("OWN")]).1, ["own"]);
}

#[test]
fn a_region_that_reenters_itself_restarts_its_siblings() {
    let mut definition = two();
    definition["states"]["a"]["on"] = json!({"AGAIN": {"target": "a", "reenter": true}});
    let (state, actions) = last(&definition, &[json!("GO"), json!("AGAIN")]);
    assert_eq!(state, json!({"a": "x", "b": "x"}));
    assert_eq!(actions, ["-b", "-a", "+a", "+b"]);
}

#[test]
fn of_two_conflicting_regions_the_earlier_wins() {
    let mut definition = two();
    definition["states"]["a"]["on"] = json!({"X": {"target": "b", "actions": "from a"}});
    definition["states"]["b"]["on"] = json!({"X": {"target": "a", "actions": "from b"}});
    let (_, actions) = last(&definition, &[json!("X")]);
    assert!(actions.contains(&"from a".to_owned()) && !actions.contains(&"from b".to_owned()));
}

#[test]
fn more_than_64_states_make_no_difference() {
    let names: Vec<_> = (0..150).map(|n| format!("r{n}")).collect();
    let states: serde_json::Map<_, _> = names.iter().map(|name| (name.clone(), region(name))).collect();
    let definition = json!({"type": "parallel", "states": states});
    let lines = run(&definition, &json!({}), &[json!("GO"), json!("GO")]);
    assert_eq!(lines[1].actions.len(), 450);
    assert_eq!(lines[1].actions[0], "-r149x");
    assert_eq!(lines[1].state["r149"], json!("y"));
    assert!(!lines[2].changed);
}
