//! Final states and what they complete.

use serde_json::{Value, json};

use crate::tools::{last, run};

#[test]
fn a_compound_state_is_done_when_its_own_final_child_is_entered() {
    let definition = json!({"initial": "a", "states": {
        "a": {"initial": "x", "onDone": {"target": "b", "actions": "done"}, "states": {
            "x": {"initial": "y", "states": {"y": {"on": {"INNER": "f"}}, "f": {"type": "final"}}, "on": {"OUTER": "g"}},
            "g": {"type": "final"}
        }},
        "b": {}
    }});
    assert_eq!(last(&definition, &[json!("INNER")]).0, json!({"a": {"x": "f"}}));
    assert_eq!(last(&definition, &[json!("INNER"), json!("OUTER")]), (json!("b"), vec!["done".to_owned()]));
}

fn parallel() -> Value {
    let region = |name: &str| {
        json!({"initial": "x", "onDone": {"actions": format!("{name} done")}, "states": {
            "x": {"on": {name: "f", "BOTH": "f"}}, "f": {"type": "final"}
        }})
    };
    json!({"initial": "p", "states": {
        "p": {"type": "parallel", "onDone": {"target": "end", "actions": "p done"}, "states": {"A": region("A"), "B": region("B")}},
        "end": {"type": "final", "exit": "-end"}
    }})
}

#[test]
fn a_parallel_state_is_done_after_all_of_its_regions() {
    assert_eq!(last(&parallel(), &[json!("A")]).1, ["A done"]);
    assert_eq!(last(&parallel(), &[json!("BOTH")]).1, ["A done", "B done", "p done", "-end"]);
}

#[test]
fn a_machine_that_is_done_keeps_its_state_and_takes_nothing() {
    let definition = json!({"initial": "a", "exit": "-root", "on": {"E": {"actions": "e"}}, "states": {
        "a": {"on": {"GO": "f"}}, "f": {"type": "final", "entry": "+f", "exit": "-f"}
    }});
    let lines = run(&definition, &json!({}), &[json!("GO"), json!("E")]);
    assert_eq!((lines[1].done, &lines[1].actions[..]), (true, &["+f".into(), "-f".into(), "-root".into()][..]));
    assert_eq!((lines[2].changed, lines[2].state.clone(), lines[2].done), (false, json!("f"), true));
}
