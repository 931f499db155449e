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

/// What is said of one event that cannot be.
#[track_caller]
fn wrong(event: &Value) -> String {
    let Err(SimulateError::BadEvent { index: 0, reason }) =
        simulate::run(&machine(&waiting()), &Map::new(), std::slice::from_ref(event))
    else {
        panic!("{event} is an event");
    };
    reason
}

#[test]
fn a_delay_is_a_number_however_it_is_written() {
    for delay in [r"1000", r"1000.0", r"1e3", r#""1000""#] {
        let event: Value =
            serde_json::from_str(&format!(r#"{{"type": "@after", "delay": {delay}, "state": "a"}}"#)).expect("JSON");
        let lines = run(&waiting(), &json!({}), &[event]);
        assert_eq!(lines[1].actions, ["late"], "{delay}");
    }
    for delay in [json!(1000.5), json!(-1000), json!("1000.0"), json!("+1000"), json!(1e300)] {
        let reason = wrong(&json!({"type": "@after", "delay": delay, "state": "a"}));
        assert!(
            reason.contains("state `a` has no delay `") && reason.ends_with("its delays are 1000, soon"),
            "{reason}"
        );
    }
    for delay in [json!(true), json!(null), json!("")] {
        let reason = wrong(&json!({"type": "@after", "delay": delay, "state": "a"}));
        assert!(reason.contains("must have a `delay`"), "{reason}");
    }
}

#[test]
fn a_delay_or_a_state_that_there_is_not_is_an_error() {
    let reason = wrong(&json!({"type": "@after", "delay": "late", "state": "a"}));
    assert_eq!(reason, "state `a` has no delay `late`; its delays are 1000, soon");
    let reason = wrong(&json!({"type": "@after", "delay": 1000, "state": "b.y"}));
    assert_eq!(reason, "state `b.y` has no delay `1000`; it has no `after`");
    let reason = wrong(&json!({"type": "@after", "delay": 1000, "state": "aa"}));
    assert_eq!(reason, "there is no state `aa`; states that wait for a delay are a");
    // A state that is not active waits for nothing, which is no error.
    let over = json!({"type": "@after", "delay": 1000, "state": "a"});
    let lines = run(&waiting(), &json!({}), &[over.clone(), over]);
    assert!(!lines[2].changed);
}

#[test]
fn the_machines_own_events_cannot_be_sent() {
    let names =
        ["xstate.stop", "xstate.init", "xstate.done.state.(machine).a", "xstate.after.1000.(machine).a", "xstate."];
    for name in names {
        for event in [json!(name), json!({"type": name})] {
            let reason = wrong(&event);
            assert!(reason.starts_with(&format!("`{name}` cannot be sent")) && reason.contains("@after"), "{reason}");
        }
    }
    run(&waiting(), &json!({}), &[json!("xstate"), json!("xstates.stop"), json!("x.xstate.stop")]);
}

#[test]
fn events_and_guards_that_the_machine_does_not_know_are_named_once() {
    let definition = json!({"initial": "a", "states": {"a": {"on": {
        "SHIP": {"guard": "isPaid", "actions": "x"}, "PAYMENT.*": {"actions": "y"}
    }}}});
    let machine = machine(&definition);
    let guards = json!({"isPaid": true, "isPayed": false, "other": true});
    let events = [
        json!("SHPI"),
        json!({"type": "SHIP"}),
        json!("PAYMENT.a"),
        json!("SHPI"),
        json!("zzz"),
        json!(7),
        json!({"type": "@after"}),
    ];
    let unknown = simulate::unknown(&machine, guards.as_object().expect("an object"), &events);
    assert_eq!(
        unknown,
        [
            "the machine takes no event `SHPI`; did you mean `SHIP`?",
            "the machine takes no event `zzz`; there are SHIP, PAYMENT.*",
            "the machine asks no guard `isPayed`; did you mean `isPaid`?",
            "the machine asks no guard `other`; there are isPaid",
        ]
    );
}
