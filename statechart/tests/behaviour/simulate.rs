//! The lines by which machines are checked from outside.

use serde_json::{Map, Value, json};
use statechart::simulate::{self, SimulateError};

use crate::tools::{machine, run};

fn waiting() -> Value {
    json!({"initial": "a", "states": {
        "a": {"entry": "+a", "after": {"1000": {"target": "b", "actions": "late"}, "soon": {"actions": "tick"}}},
        "b": {"type": "parallel", "states": {"z": {"initial": "z1", "states": {"z1": {}}}, "y": {}}}
    }})
}

#[test]
fn a_line_for_the_start_and_one_for_each_event() {
    let lines =
        run(&waiting(), &json!({}), &[json!({"type": "X"}), json!({"type": "@after", "delay": 1000, "state": "a"})]);
    assert_eq!(
        serde_json::to_string(&lines[0]).expect("JSON"),
        r#"{"event":null,"state":"a","configuration":["a"],"actions":["+a"],"changed":true,"done":false}"#
    );
    assert_eq!(
        serde_json::to_string(&lines[1]).expect("JSON"),
        r#"{"event":"X","state":"a","configuration":["a"],"actions":[],"changed":false,"done":false}"#
    );
    assert_eq!(
        serde_json::to_string(&lines[2]).expect("JSON"),
        r#"{"event":"@after","state":{"b":{"z":"z1","y":{}}},"configuration":["b.y","b.z.z1"],"actions":["late"],"changed":true,"done":false}"#
    );
}

#[test]
fn a_timer_fires_once_and_not_where_its_state_is_not_active() {
    let tick = json!({"type": "@after", "delay": "soon", "state": "#(machine).a"});
    let late = json!({"type": "@after", "delay": 1000, "state": "a"});
    let lines = run(&waiting(), &json!({}), &[tick.clone(), tick, late.clone(), late]);
    let changed: Vec<_> = lines.iter().map(|line| line.changed).collect();
    assert_eq!(changed, [true, true, false, true, false]);
}

#[test]
fn a_machine_without_states_is_legal() {
    let lines = run(&json!({"on": {"A": {"actions": "a"}}}), &json!({}), &[json!("A"), json!("B")]);
    assert_eq!((lines[0].state.clone(), lines[0].configuration.clone()), (json!({}), vec![String::new()]));
    assert_eq!((lines[1].changed, lines[2].changed), (true, false));
}

#[test]
fn what_is_no_event_or_has_no_answer_is_an_error() {
    let definition = json!({"initial": "a", "states": {"a": {"on": {"E": {"guard": "g", "actions": "x"}}}}});
    let machine = machine(&definition);
    let run = |guards: Value, event: Value| {
        let guards: Map<_, _> = guards.as_object().cloned().expect("an object");
        simulate::run(&machine, &guards, &[event]).expect_err("an error")
    };
    assert_eq!(run(json!({}), json!("E")), SimulateError::UnknownGuard { name: "g".into() });
    assert_eq!(run(json!({"g": 1}), json!("E")), SimulateError::BadGuard { name: "g".into() });
    for event in [
        json!(1),
        json!({}),
        json!(""),
        json!("*"),
        json!({"type": "@after", "state": "a"}),
        json!({"type": "@after", "delay": 1, "state": "z"}),
    ] {
        assert!(matches!(run(json!({}), event), SimulateError::BadEvent { index: 0, .. }));
    }
}
