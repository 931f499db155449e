//! What is wrong with a definition, all of it at once, and where.

use serde_json::{Value, json};
use statechart::{Machine, Severity};

use crate::tools::{errors, machine, only, says};

#[test]
fn every_problem_is_reported_at_once() {
    let definition = json!({"initial": "z", "states": {
        "a": {"on": {"GO": ["b", {"target": "nowhere"}], "X": null}, "invoke": {}},
        "b": {"type": "fnal", "entry": [""]}
    }});
    let wrong = errors(&definition).into_iter().filter(|problem| problem.severity == Severity::Error);
    let mut paths: Vec<_> = wrong.map(|problem| problem.path).collect();
    paths.sort();
    assert_eq!(
        paths,
        ["initial", "states.a.invoke", "states.a.on.GO.1.target", "states.a.on.X", "states.b.entry.0", "states.b.type"]
    );
}

#[test]
fn keys_of_xstate_4_are_named_with_what_stands_for_them() {
    let on = |key: &str| json!({"initial": "a", "states": {"a": {"on": {"E": {"target": "a", key: "x"}}}}});
    says(&only(&on("cond"), "states.a.on.E.cond"), "ignores it", "say `guard`");
    says(&only(&on("internal"), "states.a.on.E.internal"), "XState 4", "reenter");
    says(&only(&on("in"), "states.a.on.E.in"), "XState 4", "stateIn");
    says(&only(&on("gaurd"), "states.a.on.E.gaurd"), "not a key", "did you mean `guard`?");
    let state = |key: &str| json!({"initial": "a", "states": {"a": {key: "x"}}});
    says(&only(&state("onEntry"), "states.a.onEntry"), "XState 4", "say `entry`");
    for key in ["invoke", "spawn", "services", "activities"] {
        says(&only(&state(key), &format!("states.a.{key}")), "refused", "come back as an event");
    }
}

#[test]
fn a_missing_target_says_what_would_be_right() {
    let to = |target: &str| {
        json!({"initial": "a", "states": {
            "a": {"initial": "x", "states": {"x": {}, "y": {}}, "on": {"E": target}}, "b": {"id": "bee", "initial": "c", "states": {"c": {}}}
        }})
    };
    says(&only(&to("nowhere"), "states.a.on.E"), "no state `nowhere` beside `a`", "a, b");
    says(&only(&to("y"), "states.a.on.E"), "beside", "say `.y`");
    says(&only(&to("c"), "states.a.on.E"), "beside", "say `#(machine).b.c`");
    says(&only(&to("#b"), "states.a.on.E"), "no state has the id", "say `#bee`");
    says(&only(&to("#bee.z"), "states.a.on.E"), "no state `z`", "");
    says(&only(&to(".z"), "states.a.on.E"), "no state `z`", "");
    says(&only(&to("b..c"), "states.a.on.E"), "leads nowhere", "");
    let root = json!({"initial": "a", "on": {"E": "a"}, "states": {"a": {}}});
    says(&only(&root, "on.E"), "no siblings", "say `.a`");
}

#[test]
fn initial_must_name_a_child() {
    says(&only(&json!({"states": {"a": {}}}), "initial"), "which child", "\"initial\": \"a\"");
    says(&only(&json!({"initial": "b", "states": {"a": {}}}), "initial"), "not the name", "the children are a");
    says(&only(&json!({"initial": {"target": ".a"}, "states": {"a": {}}}), "initial.target"), "not the name", "a");
    says(&only(&json!({"initial": {}, "states": {"a": {}}}), "initial.target"), "not the name", "a");
    says(&only(&json!({"initial": "a"}), "initial"), "no children", "states");
}

#[test]
fn types_must_fit_what_the_state_has() {
    let a = |a: Value| json!({"initial": "a", "states": {"a": a}});
    let parent = |kind: &str| a(json!({"type": kind, "states": {"b": {}}, "initial": "b"}));
    says(&only(&parent("final"), "states.a.type"), "a final state has no children", "drop");
    says(&only(&parent("atomic"), "states.a.type"), "an atomic state has no children", "leave");
    says(&only(&parent("final state"), "states.a.type"), "no such type", "parallel");
    says(&only(&a(json!({"type": "parallel"})), "states.a.type"), "needs children", "states");
    says(&only(&a(json!({"type": "compound", "states": {}})), "states.a.type"), "needs children", "states");
    says(&only(&a(json!({"history": "deep", "type": "atomic"})), "states.a.history"), "only a history", "child");
    says(&only(&json!({"type": "history"}), "type"), "root cannot", "");
}

#[test]
fn an_endless_always_is_found_wherever_it_is() {
    let circle =
        json!({"initial": "x", "states": {"x": {"always": "y"}, "y": {"always": {"target": "x", "actions": "t"}}}});
    let found = |definition: &Value, path: &str| {
        let problems = errors(definition);
        let problem = problems.iter().find(|problem| problem.message.contains("never come to rest"));
        let problem = problem.unwrap_or_else(|| panic!("{problems:#?}"));
        assert_eq!(problem.path, path);
    };
    found(&circle, "states.x.always");
    // Within a region of a parallel state.
    let regions = json!({"type": "parallel", "states": {"r": circle, "s": {}}});
    found(&regions, "states.r.states.x.always");
    // Beside other errors.
    let mut also = circle.clone();
    also["states"]["y"]["on"] = json!({"E": "nowhere"});
    found(&also, "states.x.always");
    also["states"]["x"]["always"] = json!([{"target": "nowhere"}, "y"]);
    assert!(errors(&also).iter().all(|problem| !problem.message.contains("never come to rest")));
    // By way of `onDone`.
    let done = json!({"initial": "a", "states": {
        "a": {"initial": "f", "onDone": {"target": "a", "reenter": true}, "states": {"f": {"type": "final"}}}
    }});
    found(&done, "states.a.onDone");
    // Of two regions that ask for each other's states nothing is certain.
    let asking = json!({"type": "parallel", "states": {
        "r": {"initial": "x", "states": {
            "x": {"on": {"GO": "y"}}, "y": {"always": {"target": "z", "guard": {"type": "stateIn", "params": "s.a"}}},
            "z": {"always": {"target": "y", "guard": {"type": "stateIn", "params": "s.a"}}}
        }},
        "s": {"initial": "a", "states": {"a": {"on": {"GO": "b"}}, "b": {}}}
    }});
    machine(&asking);
}

#[test]
fn warnings_are_given_beside_errors() {
    let problems = errors(&json!({"initial": "a", "states": {
        "a": {"invoke": {}, "on": {"E": ["b", "b"]}}, "b": {"type": "final"}, "lost": {"type": "final"}
    }}));
    let paths: Vec<_> = problems.iter().map(|problem| (problem.severity, problem.path.as_str())).collect();
    assert_eq!(
        paths,
        [
            (Severity::Error, "states.a.invoke"),
            (Severity::Warning, "states.a.on.E.1"),
            (Severity::Warning, "states.lost")
        ]
    );
    // Not where a broken transition may be the one that leads there.
    let problems = errors(&json!({"initial": "a", "states": {"a": {"on": {"E": "bee"}}, "b": {"type": "final"}}}));
    assert_eq!(problems.len(), 1, "{problems:#?}");
}

#[test]
fn two_targets_must_be_in_different_regions() {
    let to = |targets: Value| {
        json!({"initial": "a", "states": {"a": {"on": {"E": {"target": targets}}}, "p": {"type": "parallel", "states": {
            "r": {"initial": "x", "states": {"x": {}, "y": {}}}, "s": {"initial": "z", "states": {"z": {}}}
        }}}})
    };
    assert!(Machine::parse(&to(json!(["p.r.y", "p.s.z"])).to_string()).is_ok());
    says(&only(&to(json!(["p.r.x", "p.r.y"])), "states.a.on.E.target"), "at once", "region");
    says(&only(&to(json!(["p.r", "p.r.y"])), "states.a.on.E.target"), "at once", "region");
    says(&only(&to(json!(["p", "p"])), "states.a.on.E.target"), "twice", "");
}

#[test]
fn delays_are_milliseconds_or_names() {
    let after = |delay: &str, to: Value| json!({"initial": "a", "states": {"a": {"after": {delay: to}}, "b": {}}});
    for delay in ["1.5", "-5", "1e3", "Infinity", ""] {
        only(&after(delay, json!("b")), &format!("states.a.after.{delay}"));
    }
    says(&only(&after("10", json!(["b"])), "states.a.after.10.0"), "overlooks", "{\"target\": \"b\"}");
}

#[test]
fn guards_must_be_well_formed() {
    let guard =
        |guard: Value| json!({"initial": "a", "states": {"a": {"on": {"E": {"guard": guard, "actions": "x"}}}}});
    let at = |rest: &str| format!("states.a.on.E.guard{rest}");
    only(&guard(json!(null)), &at(""));
    only(&guard(json!({"params": {}})), &at(".type"));
    only(&guard(json!({"type": "and"})), &at(".guards"));
    only(&guard(json!({"type": "not", "guards": ["a", "b"]})), &at(".guards"));
    only(&guard(json!({"type": "or", "guards": ["a", 1]})), &at(".guards.1"));
    only(&guard(json!({"type": "stateIn"})), &at(".params"));
    only(&guard(json!({"type": "stateIn", "params": {"state": "z"}})), &at(".params.state"));
    for params in
        [json!("a"), json!("#(machine).a"), json!({"state": "a"}), json!({"stateValue": "a"}), json!({"a": {}})]
    {
        machine(&guard(json!({"type": "stateIn", "params": params})));
    }
}

#[test]
fn text_that_is_no_json_is_a_problem_with_a_place() {
    let problems = Machine::parse(r#"{"initial": "a", "states": {"a": {"on": {"E": }}}}"#).expect_err("a refusal");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].path, "states.a.on.E");
    assert!(Machine::parse("").is_err() && Machine::parse("[]").is_err() && Machine::parse("null").is_err());
    assert!(Machine::parse("{} x").is_err());
}

#[test]
fn ten_thousand_levels_are_a_problem_and_not_a_crash() {
    for (open, close) in [
        (r#"{"initial":"a","states":{"a":"#, "}}"),
        ("[", "]"),
        (r#"{"on":{"E":{"guard":{"type":"not","guards":["#, "]}}}}"),
    ] {
        let source = format!("{}{}{}", open.repeat(10_000), "{}", close.repeat(10_000));
        let problems = Machine::parse(&source).expect_err("a refusal");
        assert!(problems.iter().any(|problem| problem.message.contains("nested deeper")), "{problems:?}");
    }
}

/// Puts `with` in the place of what is at `path`.
fn spoil(value: &mut Value, path: &[String], with: &Value) {
    match path.split_first() {
        None => *value = with.clone(),
        Some((key, rest)) => match value {
            Value::Object(map) => spoil(map.get_mut(key).expect("a key"), rest, with),
            Value::Array(list) => spoil(&mut list[key.parse::<usize>().expect("a number")], rest, with),
            _ => {}
        },
    }
}

/// The paths of all values.
fn places(value: &Value, at: &[String], into: &mut Vec<Vec<String>>) {
    into.push(at.to_vec());
    let entries: Vec<_> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in entries {
        let mut path = at.to_vec();
        path.push(key);
        places(value, &path, into);
    }
}

#[test]
fn wrong_types_anywhere_are_problems_and_not_crashes() {
    let whole = json!({"id": "m", "type": "compound", "initial": {"target": "a", "actions": ["x"]}, "states": {
        "a": {"id": "a", "on": {"E": [{"target": ["a"], "guard": {"type": "and", "guards": ["g"]}, "actions": [{"type": "x", "params": {}}], "reenter": true, "meta": {}, "description": "d"}]},
              "always": [{"guard": "g", "actions": "x"}], "after": {"10": "h"}, "onDone": "b", "entry": "x", "exit": ["x"], "tags": ["t"], "meta": {}, "description": "d"},
        "b": {"type": "parallel", "states": {"c": {}, "was": {"type": "history", "history": "deep", "target": "c"}}},
        "h": {"type": "final"}
    }});
    machine(&whole);
    let mut paths = Vec::new();
    places(&whole, &[], &mut paths);
    let wrong = [
        json!(null),
        json!(7),
        json!(""),
        json!("zzz"),
        json!([]),
        json!({}),
        json!([[]]),
        json!(true),
        json!({"zzz": 1}),
    ];
    for path in &paths {
        for with in &wrong {
            let mut spoilt = whole.clone();
            spoil(&mut spoilt, path, with);
            if let Err(problems) = Machine::parse(&spoilt.to_string()) {
                assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
            }
        }
    }
}

#[test]
fn what_is_legal_but_rarely_meant_is_a_warning() {
    let definition = json!({"initial": "a", "states": {
        "a": {"on": {"GO": ["b", {"target": "c"}]}, "onDone": "b"},
        "b": {}, "c": {"type": "final"}, "lost": {"type": "final"},
        "d": {"initial": "c", "states": {"c": {"type": "final"}}}
    }});
    let machine = machine(&definition);
    let warnings: Vec<_> =
        machine.warnings().iter().map(|warning| (warning.path.as_str(), warning.message.as_str())).collect();
    for (path, message) in [
        ("states.a.on.GO.1", "never taken"),
        ("states.a.onDone", "never done"),
        ("states.b", "nothing leads out"),
        ("states.lost", "nothing leads to"),
        ("states.d", "nothing leads to"),
        ("states.c", "not the only leaf"),
    ] {
        assert!(warnings.iter().any(|(at, says)| *at == path && says.contains(message)), "{path}: {warnings:#?}");
    }
    assert_eq!(machine.warnings()[0].to_string().split(':').next(), Some("warning at states.a.on.GO.1"));
}
