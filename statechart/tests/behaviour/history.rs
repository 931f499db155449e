//! States that remember.

use serde_json::{Value, json};

use crate::tools::{Diary, errors, last, machine, only, says};

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

#[test]
fn history_must_have_something_to_remember() {
    let under =
        json!({"initial": "a", "states": {"a": {"initial": "h", "states": {"h": {"type": "history", "target": "h"}}}}});
    assert!(errors(&under).iter().any(|problem| problem.message.contains("only history here")));
    let with = |history: Value| json!({"initial": "a", "states": {"a": {"initial": "x", "states": {"x": {}, "h": history}}, "b": {"on": {"E": "a.h"}}}});
    says(
        &only(&with(json!({"type": "history", "target": "#(machine).b"})), "states.a.states.h.target"),
        "not within",
        "",
    );
    says(&only(&with(json!({"type": "history", "target": ".x"})), "states.a.states.h.target"), "dot", "say `x`");
    says(&only(&with(json!({"type": "history", "history": "long"})), "states.a.states.h.history"), "depth", "deep");
    says(&only(&with(json!({"type": "history", "on": {}})), "states.a.states.h.on"), "never", "");
    let circle = json!({"initial": "h", "states": {"h": {"type": "history"}, "a": {}}});
    says(&only(&circle, "initial"), "leads back", "target");
}

#[test]
fn a_history_state_alone_has_nothing_to_remember() {
    let under = |fields: &str| {
        let state: Value = serde_json::from_str(fields).expect("JSON");
        json!({"initial": "a", "states": {"a": state}})
    };
    let implied = only(&under(r#"{"states": {"h": {"type": "history"}}}"#), "states.a.states");
    says(&implied, "only history here", "add some");
    let problems = errors(&under(r#"{"type": "atomic", "states": {"h": {"type": "history"}}}"#));
    let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["states.a.type", "states.a.states"]);
}

#[test]
fn history_that_leads_back_is_an_error_and_no_endless_search() {
    let circle = json!({"initial": "p", "states": {"p": {"type": "parallel", "states": {
        "r": {"initial": "h", "states": {"h": {"type": "history"}, "a": {"always": "h"}}}, "s": {"initial": "x", "states": {"x": {"type": "final"}}, "onDone": "r"}
    }}}});
    let problem = only(&circle, "states.p.states.r.initial");
    says(&problem, "leads back", "target");
}

#[test]
fn history_that_is_said_to_lead_to_history_is_refused() {
    let with =
        |states: Value| json!({"initial": "a", "states": {"a": {"initial": "x", "on": {"R": ".h"}, "states": states}}});
    let history = |target: Value| json!({"type": "history", "target": target});
    let own = "states.a.states.h.target";
    for target in [json!("h"), json!(["h"]), json!("#(machine).a.h")] {
        let itself = only(&with(json!({"x": {}, "h": history(target)})), own);
        says(&itself, "a history must not lead to a history", "which state");
    }
    let round = with(json!({"x": {}, "h": history(json!("g")), "g": history(json!("h"))}));
    let paths: Vec<_> = errors(&round).into_iter().map(|problem| problem.path).collect();
    assert_eq!(paths, [own, "states.a.states.g.target"]);
    // Where the parent begins with it, and where nothing but the start leads to it.
    let mut begins = with(json!({"x": {}, "h": history(json!("h"))}));
    begins["states"]["a"]["initial"] = json!("h");
    only(&begins, own);
    only(&json!({"initial": "h", "states": {"a": {}, "h": history(json!("h"))}}), "states.h.target");
    // Beside so many other errors that no more are listed.
    let many: serde_json::Map<_, _> = (0..1_000).map(|n| (format!("k{n}"), json!(1))).collect();
    let mut full = json!(many);
    full["initial"] = json!("h");
    full["states"] = json!({"a": {"always": "h"}, "h": history(json!("h"))});
    assert!(errors(&full).len() >= 1_000);
}

#[test]
fn an_empty_list_is_no_default() {
    let definition = json!({"initial": "a", "states": {
        "a": {"on": {"GO": "b.h"}}, "b": {"initial": "x", "states": {"x": {}, "h": {"type": "history", "target": []}}}
    }});
    says(&only(&definition, "states.b.states.h.target"), "leads nowhere", "leave `target` out");
}
