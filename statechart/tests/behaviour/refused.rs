//! What is wrong within refused parts is said in the same round, one error a mistake, and what they lead to is led to.

use serde_json::{Value, json};
use statechart::{Machine, Severity};

use crate::tools::{only, says};

#[track_caller]
fn paths(definition: &Value, severity: Severity) -> Vec<String> {
    let problems = Machine::parse(&definition.to_string()).expect_err("a refusal");
    problems.into_iter().filter(|problem| problem.severity == severity).map(|problem| problem.path).collect()
}

#[test]
fn what_stands_within_refused_parts_is_checked() {
    let definition = json!({"initial": "a", "states": {
        "a": {
            "invoke": [{"src": "x", "onDone": {"target": "nowhere", "gaurd": "g"}, "onError": [{"target": "a", "actions": [7]}]}],
            "onEntry": ["x", 7],
            "on": {"": {"target": "lost"}, "E": {"target": "gone", "cond": "g"}},
            "after": [{"delay": 5, "target": "far"}, {"delay": "1.5", "target": "a"}]
        },
        "b": {"on": [{"event": "E", "target": "away", "cond": "g"}]}
    }});
    let mut found = paths(&definition, Severity::Error);
    found.sort();
    assert_eq!(
        found,
        [
            "states.a.after",
            "states.a.after.0.target",
            "states.a.after.1.delay",
            "states.a.invoke",
            "states.a.invoke.0.onDone.gaurd",
            "states.a.invoke.0.onDone.target",
            "states.a.invoke.0.onError.0.actions.0",
            "states.a.on.",
            "states.a.on..target",
            "states.a.on.E.cond",
            "states.a.on.E.target",
            "states.a.onEntry",
            "states.a.onEntry.1",
            "states.b.on",
            "states.b.on.0.cond",
            "states.b.on.0.target",
        ]
    );
}

#[test]
fn refused_transitions_lead_where_they_lead() {
    let definition = json!({"initial": "a", "states": {
        "a": {"invoke": {"src": "load", "onDone": "b", "onError": {"target": "c"}}},
        "b": {"on": {"E": {"target": "d", "cond": "g"}}},
        "c": {"after": [{"delay": 5, "target": "e"}]},
        "d": {"on": {"": {"target": "f", "cond": "g"}}},
        "e": {"on": [{"event": "E", "target": "f"}]},
        "f": {"type": "final"},
        "lost": {"type": "final"}
    }});
    assert_eq!(paths(&definition, Severity::Warning), ["states.lost"]);
    // Where one of them leads is not known.
    let mut definition = definition;
    definition["states"]["a"]["invoke"]["onDone"] = json!("nowhere");
    assert_eq!(paths(&definition, Severity::Warning), Vec::<String>::new());
    let misspelt = json!({"initial": "a", "states": {"a": {"on": {"E": {"tagret": "b"}}}, "b": {"type": "final"}}});
    assert_eq!(paths(&misspelt, Severity::Warning), Vec::<String>::new());
}

#[test]
fn one_mistake_is_one_error() {
    let at =
        |transition: Value| json!({"initial": "a", "states": {"a": {"on": {"E": transition}}, "b": {"type": "final"}}});
    let action = |action: Value| at(json!({"actions": [action]}));
    let guard = |guard: Value| at(json!({"target": "b", "guard": guard}));
    let here = "states.a.on.E.actions.0";
    says(
        &only(&action(json!({"type": "xstate.send", "event": {"type": "F"}, "id": "F"})), &format!("{here}.type")),
        "functions",
        "",
    );
    says(
        &only(&action(json!({"type": "p", "foo": 1, "bar": 2})), &format!("{here}.foo")),
        "foo, bar are no keys of an action",
        "params",
    );
    says(&only(&action(json!({"type": "p", "foo": 1})), &format!("{here}.foo")), "not a key", "\"params\": {\"foo\"");
    only(&action(json!({})), &format!("{here}.type"));
    let here = "states.a.on.E.guard";
    says(&only(&guard(json!({"and": ["x", "y"]})), &format!("{here}.and")), "a type of guard", "\"type\": \"and\"");
    says(
        &only(&guard(json!({"type": "xstate.or", "guards": ["x"]})), &format!("{here}.type")),
        "within itself",
        "say `or`",
    );
    says(&only(&guard(json!({"type": "g", "n": 1, "m": 2})), &format!("{here}.n")), "no keys of a guard", "params");
    only(
        &json!({"initial": "a", "states": {"a": {"after": [{"delay": 5, "target": "b"}]}, "b": {"type": "final"}}}),
        "states.a.after",
    );
}

#[test]
fn what_stringify_leaves_is_pointed_at() {
    let definition = json!({"initial": "a", "states": {
        "a": {"entry": [null, "x"], "on": {
            "E": [{"target": "b"}, {}, "c"], "F": {}, "G": [{"target": "b", "guard": {"type": "and", "guards": [null]}}, null]
        }, "after": {"5": {}}},
        "b": {"always": [{"target": "c"}], "on": {"E": "c"}},
        "c": {"type": "final"}
    }});
    let problems = Machine::parse(&definition.to_string()).expect_err("a refusal");
    for (severity, path, message) in [
        (Severity::Error, "states.a.entry.0", "null is no action: `JSON.stringify` leaves it of a function"),
        (Severity::Error, "states.a.on.G.0.guard.guards.0", "null is no guard: `JSON.stringify`"),
        (Severity::Error, "states.a.on.G.1", "null is no transition: `JSON.stringify`"),
        (Severity::Warning, "", "functions are lost here"),
        (Severity::Warning, "states.a.on.E.1", "never taken"),
        (Severity::Warning, "states.a.on.F", "it forbids `F`, which nothing here or around takes"),
        (Severity::Warning, "states.a.after.5", "nothing happens after that time"),
        (Severity::Warning, "states.b.always.0", "leads on at once"),
    ] {
        let found =
            problems.iter().filter(|of| of.severity == severity && of.path == path && of.message.contains(message));
        assert_eq!(found.count(), 1, "{path}: {message}\n{problems:#?}");
    }
    let lost = problems.iter().filter(|of| of.message.contains("functions are lost")).count();
    assert_eq!(lost, 1);
}

#[track_caller]
fn warnings(definition: &Value) -> Vec<String> {
    let machine = Machine::parse(&definition.to_string()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    machine.warnings().iter().map(|warning| format!("{}: {}", warning.path, warning.message)).collect()
}

#[test]
fn an_empty_transition_that_forbids_something_is_in_order() {
    let inner = |on: Value, around: Value| {
        json!({"initial": "o", "on": around, "states": {
            "o": {"initial": "a", "states": {"a": {"on": on}, "b": {"type": "final"}}, "onDone": "z"}, "z": {"type": "final"}
        }})
    };
    for (on, around) in [
        (json!({"E": {}, "GO": "b"}), json!({"E": {"actions": "x"}})),
        (json!({"E": "", "GO": "b"}), json!({"*": {"actions": "x"}})),
        (json!({"a.b": {}, "a.*": "b"}), json!({})),
        (json!({"E": [{"guard": "g", "target": "b"}, {}]}), json!({"E": {"actions": "x"}})),
        (json!({"E": {"meta": {"label": "Note"}}, "GO": "b"}), json!({})),
        (json!({"*": {}, "GO": "b"}), json!({})),
    ] {
        assert_eq!(warnings(&inner(on, around)), Vec::<String>::new());
    }
    let first = warnings(&inner(json!({"E": [{}, "b"], "GO": "b"}), json!({})));
    assert_eq!(first, ["states.o.states.a.on.E.0: this is empty: it keeps those after it from being taken"]);
    let useless = warnings(&inner(json!({"E": [{"guard": "g", "target": "b"}, {}]}), json!({})));
    assert_eq!(useless.len(), 1, "{useless:?}");
    assert!(useless[0].starts_with("states.o.states.a.on.E.1: this is empty"), "{useless:?}");
}

#[test]
fn a_final_child_after_which_nothing_follows_is_warned_of() {
    let outer = |o: Value| {
        let mut state = json!({"initial": "a", "states": {"a": {"on": {"E": "f"}}, "f": {"type": "final"}}});
        for (key, value) in o.as_object().expect("an object") {
            state[key] = value.clone();
        }
        json!({"initial": "o", "states": {"o": state, "z": {"type": "final"}}})
    };
    let stuck = warnings(&outer(json!({})));
    assert!(
        stuck.contains(&"states.o.states: nothing follows `f`: this state is done then and stays so".to_owned()),
        "{stuck:?}"
    );
    let has = |definition: &Value| warnings(definition).iter().any(|line| line.contains("nothing follows"));
    for way in [
        json!({"onDone": "z"}),
        json!({"onDone": {"actions": "x"}}),
        json!({"on": {"OUT": "z"}}),
        json!({"after": {"5": "z"}}),
        json!({"on": {"xstate.done.state.(machine).o": "z"}}),
        json!({"states": {"a": {"on": {"E": "f"}}, "f": {"type": "final", "on": {"BACK": "#(machine).z"}}}}),
    ] {
        assert!(!has(&outer(way.clone())), "{way}");
    }
    // The machine ends; a region is done while others go on; all regions are done and nothing follows.
    assert!(!has(&json!({"initial": "a", "states": {"a": {"on": {"E": "f"}}, "f": {"type": "final"}}})));
    let regions = |s: Value, more: Value| {
        let r = json!({"initial": "a", "states": {"a": {"on": {"E": "f"}}, "f": {"type": "final"}}});
        let mut p = json!({"type": "parallel", "states": {"r": r, "s": s}});
        for (key, value) in more.as_object().expect("an object") {
            p[key] = value.clone();
        }
        json!({"initial": "p", "states": {"p": p, "z": {"type": "final"}}})
    };
    let ends = json!({"initial": "b", "states": {"b": {"on": {"E": "g"}}, "g": {"type": "final"}}});
    assert!(!has(&regions(json!({"on": {"E": {"actions": "x"}}}), json!({}))));
    assert!(has(&regions(ends.clone(), json!({}))));
    assert!(!has(&regions(ends.clone(), json!({"onDone": "z"}))));
    assert!(!has(&json!({"type": "parallel", "states": {"s": ends}})));
}

#[test]
fn code_in_the_place_of_a_name_is_called_code() {
    let found = warnings(&json!({"initial": "a", "states": {
        "a": {"entry": ["x", "() => x()"], "on": {"E": {"target": "b", "guard": "ctx.n > 3"}}, "after": {"n => n * 2": "b"}},
        "b": {"type": "final"}
    }}));
    assert_eq!(
        found,
        [
            "states.a.on.E.guard: this is code, and would be taken for the name of a guard",
            "states.a.entry.1: this is code, and would be taken for the name of an action",
            "states.a.after.n => n * 2: this is code, and would be taken for the name of a delay",
        ]
    );
}
