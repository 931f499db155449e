//! Transitions without an event.

use serde_json::json;
use statechart::{Machine, Severity, StepError};

use crate::tools::{Diary, errors, last, run};

#[test]
fn they_run_until_none_is_enabled() {
    let definition = json!({"initial": "a", "states": {
        "a": {"on": {"GO": "b"}}, "b": {"entry": "+b", "always": "c"}, "c": {"always": {"target": "d", "guard": "yes"}}, "d": {}
    }});
    let line = run(&definition, &json!({"yes": true}), &[json!("GO")]).pop().expect("a line");
    assert_eq!((line.state, line.actions), (json!("d"), vec!["+b".to_owned()]));
}

#[test]
fn one_without_target_runs_once_in_a_macrostep() {
    let definition = json!({"initial": "a", "states": {"a": {"always": {"actions": "once"}}}});
    assert_eq!(last(&definition, &[json!("ANY")]).1, ["once"]);
}

#[test]
fn a_certain_circle_is_an_error() {
    for (a, b) in [
        (json!("b"), json!("a")),
        (json!({"target": "b", "actions": "x"}), json!([{"target": "a"}])),
        (json!({"target": "b", "guard": "g"}), json!({"target": "a", "guard": "g"})),
        (json!({"target": "b", "guard": {"type": "not", "guards": ["g"]}}), json!("a")),
        (json!({"target": "b", "guard": {"type": "and", "guards": []}}), json!("a")),
    ] {
        let definition = json!({"initial": "a", "states": {"a": {"always": a}, "b": {"always": b}}});
        let problems = errors(&definition);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].path.starts_with("states.a.always"), "{problems:?}");
        assert!(problems[0].message.contains("never come to rest"));
    }
}

#[test]
fn a_circle_that_guards_or_actions_may_end_is_allowed() {
    for definition in [
        json!({"initial": "a", "states": {"a": {"always": {"target": "b", "guard": "g"}}, "b": {"always": {"target": "a", "guard": "h"}}}}),
        json!({"initial": "a", "states": {"a": {"always": {"target": "b", "guard": "g", "actions": "count"}}, "b": {"always": "a"}}}),
        json!({"initial": "a", "states": {"a": {"always": [{"target": "c", "guard": "g"}, "b"]}, "b": {"always": [{"target": "c", "guard": "h"}, "a"]}, "c": {}}}),
    ] {
        assert!(Machine::parse(&definition.to_string()).is_ok(), "{definition}");
    }
}

#[test]
fn an_endless_run_ends_with_an_error() {
    let definition = json!({"initial": "a", "states": {
        "a": {"always": {"target": "b", "guard": "yes1"}}, "b": {"always": {"target": "a", "guard": "yes2"}}
    }});
    let machine = crate::tools::machine(&definition);
    let error = machine.start(&mut Diary::default()).expect_err("no rest");
    assert!(matches!(error, StepError::TooManySteps { limit: 1000 }));
}

#[test]
fn an_endless_circle_of_done_events_is_an_error() {
    let definition = json!({"initial": "a", "states": {"a": {"initial": "f", "onDone": {"target": "a", "reenter": true}, "states": {"f": {"type": "final"}}}}});
    let problems = errors(&definition);
    assert_eq!(problems[0].path, "states.a.onDone");
    assert!(problems[0].message.contains("never come to rest"));
}

/// `count` transitions without an event, one after the other.
fn chain(count: usize) -> serde_json::Value {
    let states: serde_json::Map<String, serde_json::Value> = (0..=count)
        .map(|n| (format!("s{n}"), if n == count { json!({}) } else { json!({"always": format!("s{}", n + 1)}) }))
        .collect();
    json!({"initial": "s0", "states": states})
}

#[test]
fn a_chain_may_be_a_thousand_microsteps_long() {
    assert_eq!(run(&chain(1_000), &json!({}), &[]).pop().expect("a line").state, json!("s1000"));
}

#[test]
fn a_longer_chain_is_refused_for_what_it_is() {
    for count in [1_001, 1_500] {
        let problems = errors(&chain(count));
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].path, "states.s0.always");
        assert!(errors[0].message.contains("more than 1000 microsteps"), "{}", errors[0]);
        assert!(!errors[0].message.contains("circle"), "{}", errors[0]);
    }
}

#[test]
fn a_circle_names_only_what_lies_on_it() {
    let definition = json!({"initial": "a", "states": {
        "a": {"always": "b"}, "b": {"always": "c"}, "c": {"always": "d"}, "d": {"always": "b"}
    }});
    let problems = errors(&definition);
    assert_eq!(problems.len(), 1, "{problems:?}");
    let arrows = "states.b.always, states.c.always, states.d.always lead in a circle";
    assert!(problems[0].message.contains(arrows), "{}", problems[0]);
}
