//! When a state that is a target is left and entered again.

use serde_json::{Value, json};

use crate::tools::last;

fn nested() -> Value {
    json!({"initial": "a", "exit": "-root", "entry": "+root", "id": "m", "states": {"a": {
        "entry": "+a", "exit": "-a", "initial": "b",
        "on": {"SELF": "a", "AGAIN": {"target": "a", "reenter": true}, "CHILD": ".c", "ROOT": "#m"},
        "states": {"b": {"entry": "+b", "exit": "-b", "on": {"B": "b"}}, "c": {"entry": "+c", "exit": "-c"}}
    }}})
}

#[test]
fn an_atomic_state_stays_when_it_targets_itself() {
    assert_eq!(last(&nested(), &[json!("B")]).1, Vec::<String>::new());
}

#[test]
fn a_compound_state_restarts_its_children_only() {
    assert_eq!(last(&nested(), &[json!("CHILD"), json!("SELF")]).1, ["-c", "+b"]);
}

#[test]
fn reenter_leaves_and_enters_the_state_itself() {
    assert_eq!(last(&nested(), &[json!("AGAIN")]).1, ["-b", "-a", "+a", "+b"]);
}

#[test]
fn the_root_is_entered_but_not_left_when_it_is_the_target_of_a_child() {
    assert_eq!(last(&nested(), &[json!("ROOT")]).1, ["-b", "-a", "+root", "+a", "+b"]);
}
