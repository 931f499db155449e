//! States that remember.

use serde_json::{Value, json};

use crate::tools::{Diary, last, machine};

fn remembering(depth: &str) -> Value {
    json!({"initial": "work", "states": {
        "work": {"initial": {"target": "one", "actions": "initial"}, "on": {"LEAVE": "away"}, "states": {
            "one": {"on": {"NEXT": "two"}},
            "two": {"initial": "x", "states": {"x": {"on": {"NEXT": "y"}}, "y": {}}},
            "was": {"type": "history", "history": depth}
        }},
        "away": {"on": {"BACK": "work.was"}}
    }})
}

fn events(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| json!(name)).collect()
}

#[test]
fn shallow_history_remembers_the_child() {
    let (state, actions) = last(&remembering("shallow"), &events(&["NEXT", "NEXT", "LEAVE", "BACK"]));
    assert_eq!(state, json!({"work": {"two": "x"}}));
    assert!(actions.is_empty());
}

#[test]
fn deep_history_remembers_the_leaf() {
    let (state, _) = last(&remembering("deep"), &events(&["NEXT", "NEXT", "LEAVE", "BACK"]));
    assert_eq!(state, json!({"work": {"two": "y"}}));
}

#[test]
fn without_memory_the_initial_state_is_entered_with_its_actions() {
    let mut definition = remembering("deep");
    definition["initial"] = json!("away");
    assert_eq!(last(&definition, &events(&["BACK"])), (json!({"work": "one"}), vec!["initial".to_owned()]));
}

#[test]
fn without_memory_its_own_target_comes_first() {
    let mut definition = remembering("deep");
    definition["initial"] = json!("away");
    definition["states"]["work"]["states"]["was"]["target"] = json!("two.y");
    assert_eq!(last(&definition, &events(&["BACK"])).0, json!({"work": {"two": "y"}}));
}

#[test]
fn memory_is_stored_and_restored() {
    let machine = machine(&remembering("deep"));
    let mut now = machine.start(&mut Diary::default()).expect("a start").snapshot;
    assert_eq!(machine.history_value(&now), Value::Null);
    for event in ["NEXT", "NEXT", "LEAVE"] {
        now = machine.step(&now, event, &mut Diary::default()).expect("a step").snapshot;
    }
    assert_eq!(machine.history_value(&now), json!({"work": ["work.two.y"]}));
    let stored = (machine.leaf_names(&now), machine.history_value(&now));
    assert_eq!(machine.restore(&stored.0, &stored.1), Ok(now));
}

#[test]
fn what_is_left_for_history_from_within_is_entered_again_whole() {
    let definition = json!({"initial": "p", "states": {"p": {
        "type": "parallel", "entry": "+p", "exit": "-p",
        "states": {
            "a": {"initial": "x", "states": {"x": {"on": {"GO": "y"}}, "y": {"on": {"WAS": "#(machine).p.was"}}}},
            "b": {"entry": "+b", "exit": "-b"},
            "was": {"type": "history"}
        }
    }}});
    let (state, actions) = last(&definition, &events(&["GO", "WAS"]));
    assert_eq!(state, json!({"p": {"a": "x", "b": {}}}));
    assert_eq!(actions, ["-b", "-p", "+p", "+b"]);
    assert!(machine(&definition).warnings().iter().any(|warning| warning.message.contains("its own history")));
}

#[test]
fn a_default_that_is_the_source_itself_leaves_other_regions_where_they_are() {
    let definition = json!({"initial": "p", "states": {
        "was": {"type": "history", "target": "p.b"},
        "p": {"type": "parallel", "states": {
            "a": {"initial": "x", "states": {"x": {"on": {"GO": "y"}}, "y": {}}},
            "b": {"on": {"WAS": "#(machine).was"}}
        }}
    }});
    let (state, _) = last(&definition, &events(&["GO", "WAS"]));
    assert_eq!(state, json!({"p": {"a": "y", "b": {}}}));
}
