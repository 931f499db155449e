//! What a name may be, and what only looks like one.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use statechart::{Machine, Problem};

use crate::tools::{errors, machine, only, says};

#[test]
fn names_may_be_any_text_that_is_not_empty() {
    let names = ["ü", "日本", "a b", "\"", "constructor", "proto", "0", "-1", "\u{1f980}", "\u{ffff}"];
    let states: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({"type": "final"}))).collect();
    let mut source = json!({"initial": "ü", "states": states});
    for name in names {
        source["initial"] = json!(name);
        assert!(Machine::parse(&source.to_string()).is_ok(), "{name}");
    }
    let mut nested = String::new();
    write!(nested, r#"{{"initial":"{0}","states":{{"{0}":{{}}}}}}"#, r"\ud83e\udd80").expect("text");
    assert!(Machine::parse(&nested).is_ok());
    assert!(Machine::parse(r#"{"initial":"\ud83e","states":{"a":{}}}"#).is_err());
}

#[test]
fn ids_and_keys_must_be_unique_and_names_not_empty() {
    let twice = json!({"initial": "a", "states": {"a": {"id": "x"}, "b": {"id": "x"}}});
    says(&only(&twice, "states.b.id"), "also the id of states.a", "");
    let implied = json!({"id": "m", "initial": "a", "states": {"a": {}, "b": {"id": "m.a"}}});
    says(&only(&implied, "states.b.id"), "also the id of states.a", "");
    let problems =
        Machine::parse(r#"{"initial": "a", "states": {"a": {}, "a": {"type": "final"}}}"#).expect_err("a refusal");
    assert_eq!((problems[0].path.as_str(), problems.len()), ("states.a", 1));
    assert!(problems[0].message.contains("written twice"));
    only(&json!({"initial": "a", "states": {"a": {}, "": {}}}), "states.");
    only(&json!({"id": "", "initial": "a", "states": {"a": {}}}), "id");
    only(&json!({"initial": "a", "states": {"a": {"on": {"": "a"}}}}), "states.a.on.");
    only(
        &json!({"initial": "a", "states": {"a": {"on": {"E": {"guard": "", "actions": "x"}}}}}),
        "states.a.on.E.guard",
    );
    only(&json!({"initial": "a", "states": {"a": {"tags": ["x", ""]}}}), "states.a.tags.1");
}

/// A machine with `name` in every place where a name that is not a state's may stand, beside the place.
fn everywhere(name: &str) -> Vec<(String, Value)> {
    let state = |fields: Value, rest: &str| {
        (format!("states.a.{rest}"), json!({"initial": "a", "states": {"a": fields, "b": {"type": "final"}}}))
    };
    let arrow = |fields: Value, rest: &str| state(json!({"on": {"E": fields}}), &format!("on.E.{rest}"));
    vec![
        ("id".to_owned(), json!({"id": name, "initial": "a", "states": {"a": {}}})),
        state(json!({"id": name}), "id"),
        state(json!({"tags": [name]}), "tags.0"),
        state(json!({"entry": name}), "entry"),
        state(json!({"exit": [{"type": name}]}), "exit.0.type"),
        arrow(json!({"actions": ["x", name]}), "actions.1"),
        arrow(json!({"target": "b", "guard": name}), "guard"),
        arrow(json!({"target": "b", "guard": {"type": "not", "guards": [{"type": name}]}}), "guard.guards.0.type"),
    ]
}

#[test]
fn control_characters_are_refused_where_they_stand() {
    for (control, code) in [("\0", "U+0000"), ("\n", "U+000A"), ("\u{7f}", "U+007F"), ("\u{9b}", "U+009B")] {
        let name = format!("n{control}m");
        for (path, definition) in everywhere(&name) {
            says(&only(&definition, &path), &format!("control character, {code}, at byte 1"), "drop it");
        }
        let keyed = |key: &str, path: &str| {
            let definition =
                json!({"initial": "a", "states": {"a": {key: {name.clone(): "b"}}, "b": {"type": "final"}}});
            says(&only(&definition, &format!("{path}.{name}")), code, "drop it");
        };
        keyed("on", "states.a.on");
        keyed("after", "states.a.after");
        let states = json!({"initial": "a", "states": {"a": {"on": {"E": "b"}}, "b": {}, name.clone(): {}}});
        says(&only(&states, &format!("states.{name}")), code, "drop it");
    }
    // What is shown on a terminal does nothing there.
    let shown =
        only(&json!({"initial": "a", "states": {"a": {}, "\u{1b}[2Jx\u{9b}\ny": {}}}), "states.\u{1b}[2Jx\u{9b}\ny");
    assert!(!shown.to_string().contains(char::is_control), "{shown}");
    assert!(shown.to_string().starts_with(r"error at states.\u{1b}[2Jx\u{9b}\ny: a state's name"), "{shown}");
}

#[test]
fn every_name_has_at_most_two_hundred_bytes() {
    let (longest, long) = ("n".repeat(200), "é".repeat(101));
    for ((path, definition), (_, fits)) in everywhere(&long).into_iter().zip(everywhere(&longest)) {
        says(&only(&definition, &path), "has 202 bytes, at most 200", "shorten");
        machine(&fits);
    }
    // A target may be a path of many names.
    let inner = json!({"initial": longest, "states": {longest.clone(): {}}});
    machine(&json!({"initial": "a", "states": {
        "a": {"on": {"E": format!("{longest}.{longest}")}}, longest.clone(): inner
    }}));
}

#[test]
fn a_machine_id_that_is_too_long_is_not_repeated_for_every_state() {
    let states: Map<String, Value> = (0..4_900).map(|n| (format!("s{n}"), json!({}))).collect();
    let definition = json!({"id": "n".repeat(3 << 20), "initial": "s0", "states": states});
    let problems = Machine::parse(&definition.to_string()).expect_err("a refusal");
    let said = |problem: &Problem| problem.message.len() + problem.path.len() + problem.help.len();
    assert!(problems.iter().map(said).sum::<usize>() < 1 << 20);
    assert_eq!(problems[0].path, "id");
}

#[test]
fn the_path_of_a_state_has_at_most_two_thousand_bytes() {
    let buried = |length: usize, inner: Value| {
        let keys = std::iter::repeat_n("n".repeat(199), 9).chain(["n".repeat(length)]);
        keys.fold(inner, |inner, key| json!({"initial": key, "states": {key: inner}}))
    };
    machine(&buried(200, json!({"on": {"E": {"actions": "x"}}})));
    // What is within is not read, and not called missing either.
    let inner = json!({"cond": 1, "initial": "x", "on": {"E": ".x"}, "states": {"x": {}, "y": {}}});
    let path = format!("states.o.states.{}{}", "n".repeat(200), format!(".states.{}", "n".repeat(199)).repeat(9));
    let outer = |length| json!({"initial": "o", "states": {"o": buried(length, inner.clone())}});
    let problem = only(&outer(200), &path);
    says(&problem, "has 2002 bytes, at most 2000", "shorten");
}

#[test]
fn proto_is_no_name_for_a_state() {
    let source = r#"{"initial": "a", "states": {"a": {}, "__proto__": {}}}"#;
    let problems = Machine::parse(source).expect_err("a refusal");
    assert_eq!(problems[0].path, "states.__proto__");
    says(&problems[0], "JavaScript", "another name");
}

#[test]
fn a_child_is_named_by_its_id_where_the_own_name_has_a_dot() {
    for name in ["a.b", r"a\b", r"a.b\c"] {
        let with = |target: &str, beside: Value| {
            json!({"initial": name, "states": {
                name: {"initial": "c", "on": {"GO": target}, "states": {"c": {}, "d": {}}}, "a": beside
            }})
        };
        let sibling =
            json!({"initial": "b", "states": {"b": {"id": "b", "initial": "d", "states": {"d": {"id": "d"}}}}});
        let path = format!("states.{name}.on.GO");
        let found = only(&with(".d", sibling.clone()), &path);
        says(&found, &format!("XState would look for `{name}.d` beside"), "say `#(machine).a");
        only(&with(".d", json!({})), &path);
        says(&only(&with(".e", json!({})), &path), "no state `e`", "");
        // What the help says is what was meant.
        let help = found.help.strip_prefix("say `").and_then(|rest| rest.strip_suffix('`')).expect("a target");
        let target: String = serde_json::from_str(&format!("\"{help}\"")).expect("JSON");
        let machine = machine(&with(&target, sibling));
        let meant = machine.transitions()[0].targets[0];
        assert_eq!(machine.state(meant).path, format!("{name}.d"));
    }
    // Elsewhere such names are only warned of.
    machine(&json!({"initial": "a.b", "on": {"E": ".a\\.b"}, "states": {"a.b": {"on": {"F": "c"}}, "c": {}}}));
}

#[test]
fn as_many_problems_are_listed_as_the_constant_says() {
    let wrong: Vec<Value> = vec![json!(1); 3 * statechart::MAX_PROBLEMS];
    let problems = errors(&json!({"entry": wrong}));
    assert_eq!(problems.len(), statechart::MAX_PROBLEMS + 1);
}
