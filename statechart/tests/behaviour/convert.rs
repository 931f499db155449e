//! `convert`: what it makes of what people have, that it says so, and that `check` shows the same at the place.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use statechart::convert::{Conversion, convert};
use statechart::{Machine, Severity, simulate};

use crate::foreign::export;

#[track_caller]
fn converted(definition: &Value) -> Conversion {
    let first = convert(&definition.to_string()).expect("a definition");
    let again = convert(&first.text()).expect("a definition");
    assert_eq!(again.text(), first.text(), "{definition}");
    assert_eq!(again.changes, [], "{definition}");
    first
}

/// What it writes of a definition, which must be in order.
#[track_caller]
fn becomes(definition: &Value, other: &Value) {
    let found = converted(definition);
    assert_eq!(found.definition.to_string(), other.to_string());
    Machine::parse(&found.text()).unwrap_or_else(|problems| panic!("{problems:#?}"));
}

/// The same for the state `a` beside `b` and `c`.
#[track_caller]
fn state_becomes(state: &Value, other: &Value) {
    let around = |a: &Value| json!({"initial": "a", "states": {"a": a, "b": {}, "c": {}}});
    becomes(&around(state), &around(other));
}

/// The same for an event of that state.
#[track_caller]
fn event_becomes(transition: &Value, other: &Value) {
    state_becomes(&json!({"on": {"E": transition}}), &json!({"on": {"E": other}}));
}

#[test]
fn keys_of_xstate_4_become_those_of_5() {
    event_becomes(&json!({"cond": "g", "target": "b"}), &json!({"guard": "g", "target": "b"}));
    event_becomes(
        &json!({"target": "b", "in": "c", "cond": {"type": "g", "n": 1}}),
        &json!({"target": "b", "guard": {"type": "and", "guards": [
            {"type": "g", "params": {"n": 1}}, {"type": "stateIn", "params": {"state": "c"}}
        ]}}),
    );
    state_becomes(&json!({"onEntry": ["x"], "onExit": "y"}), &json!({"entry": ["x"], "exit": "y"}));
    state_becomes(
        &json!({"on": {"": [{"target": "b", "cond": "g"}], "E": "c"}, "tags": ["t"]}),
        &json!({"on": {"E": "c"}, "always": {"target": "b", "guard": "g"}, "tags": ["t"]}),
    );
    state_becomes(
        &json!({"on": {"": "b"}, "always": {"target": "c", "guard": "g"}}),
        &json!({"always": ["b", {"target": "c", "guard": "g"}]}),
    );
    state_becomes(
        &json!({"after": [{"delay": 5, "target": "b", "cond": "g"}, {"delay": "D", "target": "c"}, {"delay": 5, "target": "c"}]}),
        &json!({"after": {"5": [{"target": "b", "guard": "g"}, {"target": "c"}], "D": {"target": "c"}}}),
    );
    state_becomes(
        &json!({"on": [{"event": "E", "target": "b"}, {"event": "", "target": "c", "cond": "g"}]}),
        &json!({"on": {"E": {"target": "b"}}, "always": {"target": "c", "guard": "g"}}),
    );
    state_becomes(
        &json!({"after": {"1e3": "b", "10": ["c"]}}),
        &json!({"after": {"1000": "b", "10": [{"target": "c"}]}}),
    );
    becomes(
        &json!({"key": "m", "strict": true, "schema": {}, "tsTypes": {}, "predictableActionArguments": true, "initial": "a",
                "context": {"n": 1}, "states": {"a": {"parallel": true, "states": {"x": {}}}, "b": {"final": true, "data": {"n": 1}}}}),
        &json!({"id": "m", "initial": "a", "context": {"n": 1},
                "states": {"a": {"type": "parallel", "states": {"x": {}}}, "b": {"type": "final", "output": {"n": 1}}}}),
    );
}

#[test]
fn work_becomes_an_entry_action_and_events() {
    let found = converted(&json!({"initial": "a", "states": {
        "a": {"invoke": {"src": "load", "id": "l", "input": {"n": 1}, "onDone": {"target": "b", "actions": "keep"}, "onError": "c"},
              "entry": "in", "on": {"E": "c", "done.invoke.l": "c"}},
        "b": {"invoke": [{"src": "x", "onDone": "c"}, {"src": "x", "id": "second"}, {"onSnapshot": {"actions": "s"}}]},
        "c": {"activities": ["beep"], "exit": "out"}
    }}));
    assert_eq!(
        found.definition.to_string(),
        json!({"initial": "a", "states": {
            "a": {"entry": ["in", {"type": "load", "params": {"n": 1}}],
                  "on": {"E": "c", "load.done": ["c", {"target": "b", "actions": "keep"}], "load.failed": "c"}},
            "b": {"entry": ["x", "second", "work_of_b"], "on": {"x.done": "c", "work_of_b.snapshot": {"actions": "s"}}},
            "c": {"entry": "beep", "exit": ["out", "beep.stop"]}
        }})
        .to_string()
    );
    let left: Vec<String> = found.left.iter().map(ToString::to_string).collect();
    for name in ["load", "x", "second", "work_of_b", "beep", "beep.stop"] {
        assert!(left.iter().any(|line| line.contains(&format!("write action `{name}`"))), "{name} {left:#?}");
    }
    assert!(left[0].starts_with("states.a.invoke: write action `load`"), "{left:#?}");
    assert!(left[0].contains("`load.done` or `load.failed`"), "{left:#?}");
}

#[test]
fn names_that_are_made_up_are_names_when_they_are_read_again() {
    for (definition, entry) in [
        (json!({"initial": "a", "states": {"a": {}}, "invoke": {}}), "work_of_machine"),
        (
            json!({"id": "pay(now)", "initial": "a", "states": {"a": {}}, "invoke": {"src": "xstate.promise"}}),
            "work_of_pay_now",
        ),
        (json!({"initial": "a", "states": {"a": {}}, "invoke": {"src": "ask"}}), "ask"),
    ] {
        let once = converted(&definition);
        assert_eq!(once.definition["entry"], entry);
        let again = converted(&once.definition);
        assert_eq!((again.definition, again.changes), (once.definition, Vec::new()));
    }
    let raised =
        json!({"initial": "a", "states": {"a": {"entry": {"type": "xstate.raise", "params": {"event": "go()"}}}}});
    let once = converted(&raised);
    assert_eq!(once.definition["states"]["a"]["entry"]["type"], "lost_action_1");
    assert_eq!(converted(&once.definition).changes, Vec::new());
}

#[test]
fn inline_actions_and_guards_become_names() {
    event_becomes(
        &json!({"actions": ["a", {"type": "xstate.assign", "assignment": {"n": 1}}, {"type": "xstate.raise", "params": {"event": {"type": "F"}}}]}),
        &json!({"actions": ["a", {"type": "assign_n", "params": {"assignment": {"n": 1}}}, {"type": "raise_F", "params": {"event": {"type": "F"}}}]}),
    );
    event_becomes(
        &json!({"actions": {"type": "send", "event": "F", "to": "x"}}),
        &json!({"actions": {"type": "send", "params": {"event": "F", "to": "x"}}}),
    );
    event_becomes(
        &json!({"actions": [null, {"type": "x", "exec": "x()"}]}),
        &json!({"actions": ["lost_action_1", "x"]}),
    );
    let typed = |guard: Value| json!({"guard": guard, "target": "b"});
    event_becomes(
        &typed(json!({"and": ["g", {"not": "h"}, {"or": []}, {"stateIn": "a"}]})),
        &typed(json!({"type": "and", "guards": [
            "g", {"type": "not", "guards": ["h"]}, {"type": "or", "guards": []}, {"type": "stateIn", "params": {"state": "a"}}
        ]})),
    );
    event_becomes(
        &typed(
            json!({"type": "xstate.and", "guards": [{"type": "xstate.not", "guards": ["g"]}, {"type": "xstate.stateIn", "params": "a"}]}),
        ),
        &typed(
            json!({"type": "and", "guards": [{"type": "not", "guards": ["g"]}, {"type": "stateIn", "params": "a"}]}),
        ),
    );
    event_becomes(&json!({"cond": {"type": "xstate.guard", "name": "g"}}), &json!({"guard": "g"}));
    // A guard is never dropped: what it was is for a person to say.
    for lost in [json!(null), json!({})] {
        event_becomes(&typed(lost), &typed(json!("lost_guard_1")));
    }
    // Code is no name.
    event_becomes(
        &json!({"guard": "isPaid()", "actions": ["() => x", {"type": "a => b", "params": {"n": 1}}], "target": "b"}),
        &json!({"guard": "isPaid", "actions": ["lost_action_1", {"type": "lost_action_2", "params": {"n": 1}}], "target": "b"}),
    );
    let work =
        converted(&json!({"initial": "a", "states": {"a": {"invoke": {"src": "() => load()", "id": "loading"}}}}));
    assert_eq!(work.definition["states"]["a"], json!({"entry": "loading"}));
    let two = converted(&json!({"initial": "a", "states": {"a": {"entry": ["lost_action_1", null, null]}}}));
    assert_eq!(two.definition["states"]["a"]["entry"], json!(["lost_action_1", "lost_action_2", "lost_action_3"]));
    assert_eq!(two.left.len(), 2, "{:?}", two.left);
}

#[test]
fn what_stringify_leaves_of_machines_of_both_versions_is_converted() {
    for name in ["machine.config of 5", "machine.config of 4"] {
        let source: Value = serde_json::from_str(&export(name)).expect("JSON");
        let found = converted(&source);
        Machine::parse(&found.text()).unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert!(!found.left.is_empty());
        // The order of states and of their keys stays.
        let keys = |of: &Value| -> Vec<String> { of["states"].as_object().expect("states").keys().cloned().collect() };
        assert_eq!(keys(&found.definition), keys(&source));
    }
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    machine: Value,
    guards: Map<String, Value>,
    events: Vec<Value>,
    lines: Vec<Value>,
}

fn vectors(file: &str) -> Vec<Vector> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let all: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).expect("a file")).expect("JSON");
    all.into_iter().filter_map(|vector| serde_json::from_value(vector).ok()).collect()
}

/// Recorded from `XState` 4 itself by `conformance/four.mjs`.
#[test]
fn machines_of_xstate_4_run_as_they_did_there() {
    let vectors = vectors("four.json");
    assert!(vectors.len() >= 20);
    for vector in vectors {
        let found = converted(&vector.machine);
        let machine = Machine::parse(&found.text()).unwrap_or_else(|problems| panic!("{}: {problems:#?}", vector.name));
        let lines = simulate::run(&machine, &vector.guards, &vector.events).expect("a run");
        let lines: Vec<Value> = lines
            .into_iter()
            .map(|line| json!({"event": line.event, "state": line.state, "actions": line.actions, "done": line.done}))
            .collect();
        assert_eq!(lines, vector.lines, "{}\n{}", vector.name, found.text());
    }
}

#[test]
fn machines_that_run_in_xstate_5_stay_as_they_are_and_run_the_same() {
    for vector in vectors("written.json").into_iter().chain(vectors("drawn.json")) {
        let Ok(machine) = Machine::parse(&vector.machine.to_string()) else { continue };
        let found = converted(&vector.machine);
        assert_eq!(found.definition.to_string(), vector.machine.to_string(), "{}", vector.name);
        let again = Machine::parse(&found.text()).expect("a machine");
        let run = |machine: &Machine| simulate::run(machine, &vector.guards, &vector.events).expect("a run");
        assert_eq!(run(&again), run(&machine), "{}", vector.name);
    }
}

#[test]
fn check_shows_the_same_rewrite_at_the_place() {
    let definition = json!({"initial": "a", "states": {
        "a": {"invoke": {"src": "load", "onDone": "b"}, "onEntry": "x", "after": [{"delay": 5, "target": "b"}],
              "on": {"E": {"target": "b", "cond": "g"}, "": {"target": "b", "cond": "h"}, "F": {"guard": {"and": ["g"]}, "target": "b"},
                     "G": {"target": ".x", "internal": false}, "H": {"actions": [{"type": "xstate.raise", "event": "E"}]}},
              "initial": "x", "states": {"x": {}}},
        "b": {"type": "final", "data": {}}
    }});
    let problems = Machine::parse(&definition.to_string()).expect_err("a refusal");
    let changes = converted(&definition).changes;
    for (path, rewrite) in [
        ("states.a.invoke", r#"`"entry":["load"],"on":{"load.done":"b"}`"#),
        ("states.a.onEntry", r#"`"entry": "x"`"#),
        ("states.a.after", r#"`"after": {"5":{"target":"b"}}`"#),
        ("states.a.on.E.cond", r#"`"guard": "g"`"#),
        ("states.a.on.", r#"`"always": {"target":"b","guard":"h"}`"#),
        ("states.a.on..cond", r#"`"guard": "h"`"#),
        ("states.a.on.F.guard.and", r#"`{"type":"and","guards":["g"]}`"#),
        ("states.a.on.G.internal", r#"`"reenter": true`"#),
        ("states.a.on.H.actions.0.type", r#"`{"type":"raise_E","params":{"event":"E"}}`"#),
        ("states.b.data", r#"`"output": {}`"#),
    ] {
        let at: Vec<_> = problems.iter().filter(|of| of.severity == Severity::Error && of.path == path).collect();
        assert_eq!(at.len(), 1, "{path} {problems:#?}");
        assert!(at[0].help.ends_with(&format!("`convert` writes {rewrite}")), "{}", at[0]);
        assert!(
            changes.iter().any(|change| change.path == path && change.message == format!("now {rewrite}")),
            "{path}"
        );
    }
    let errors = problems.iter().filter(|of| of.severity == Severity::Error).count();
    assert_eq!(errors, 10, "{problems:#?}");
}

#[test]
fn what_cannot_be_converted_is_left_and_said() {
    let found = converted(
        &json!({"initial": "a", "states": {"a": {"on": {"E": "nowhere", "F": null}, "spawn": "x"}, "c": {"on": {"E": [null, "a"]}}}}),
    );
    let problems = Machine::parse(&found.text()).expect_err("a refusal");
    let paths: Vec<&str> =
        problems.iter().filter(|of| of.severity == Severity::Error).map(|of| of.path.as_str()).collect();
    assert_eq!(paths, ["states.a.spawn", "states.a.on.E"]);
    assert_eq!(found.left.len(), 2, "{:?}", found.left);
    let twice = convert(r#"{"initial": "a", "initial": "b", "states": {"a": {}, "b": {}}}"#).expect("a definition");
    assert!(twice.left[0].to_string().contains("written twice"), "{:?}", twice.left);
    let mixed = converted(
        &json!({"initial": "a", "states": {"a": {"on": {"E": {"target": "a", "cond": "g"}, "F": {"guard": "g", "target": "a"}}}}}),
    );
    assert!(mixed.left[0].message.contains("XState 4 and of XState 5"), "{:?}", mixed.left);
    assert_eq!(mixed.definition["states"]["a"]["on"]["E"], json!({"target": "a", "guard": "g"}));
    convert("7").expect_err("no machine");
}
