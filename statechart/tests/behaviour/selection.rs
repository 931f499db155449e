//! Which transition an event takes.

use serde_json::json;
use statechart::Trigger;

use crate::tools::{Diary, last, machine, run};

#[test]
fn the_first_candidate_whose_guard_holds_wins() {
    let definition = json!({"initial": "a", "states": {
        "a": {"on": {"E": [{"target": "b", "guard": "no"}, {"target": "c", "guard": "yes"}, "d"]}},
        "b": {}, "c": {}, "d": {}
    }});
    let lines = run(&definition, &json!({"yes": true, "no": false}), &[json!("E")]);
    assert_eq!(lines[1].state, json!("c"));
}

#[test]
fn a_failing_guard_lets_the_event_bubble() {
    let definition = json!({"initial": "a", "on": {"E": {"actions": "root"}},
        "states": {"a": {"on": {"E": {"guard": "no", "actions": "child"}}}}});
    assert_eq!(run(&definition, &json!({"no": false}), &[json!("E")])[1].actions, ["root"]);
}

#[test]
fn a_forbidden_event_does_nothing_and_is_not_offered() {
    let definition = json!({"initial": "a", "on": {"E": {"actions": "root"}, "F": {"actions": "root"}},
        "states": {"a": {"on": {"E": {}, "*": {"actions": "star"}}}}});
    assert_eq!(last(&definition, &[json!("E")]).1, Vec::<String>::new());
    let machine = machine(&definition);
    let start = machine.start(&mut Diary::default()).expect("a start").snapshot;
    assert_eq!(machine.candidates(&start, "E"), []);
    assert_eq!(machine.events(&start), ["F"]);
    let step = machine.step(&start, "E", &mut Diary::default()).expect("a step");
    assert!(step.taken.is_empty() && !step.changed && step.snapshot == start);
}

#[test]
fn a_transition_that_has_only_meta_is_taken_and_not_forbidden() {
    let definition = json!({"initial": "a", "on": {"E": {"actions": "root"}}, "states": {"a": {"on": {
        "E": {"meta": {"label": "E"}}, "F": {"meta": {}}, "G": {}, "*": {"actions": "star"}
    }}}});
    let machine = machine(&definition);
    let start = machine.start(&mut Diary::default()).expect("a start").snapshot;
    assert_eq!(machine.events(&start), ["E", "F"]);
    for event in ["E", "F"] {
        let mut diary = Diary::default();
        let step = machine.step(&start, event, &mut diary).expect("a step");
        let taken: Vec<_> = step.taken.iter().map(|id| machine.transition(*id)).collect();
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].pointer, format!("states.a.on.{event}"));
        assert!(!taken[0].is_forbidding() && !step.changed && step.snapshot == start && diary.entries.is_empty());
        assert!(machine.explain(&start, event, &mut diary).expect("an answer").iter().any(|of| of.passed));
    }
    let step = machine.step(&start, "G", &mut Diary::default()).expect("a step");
    assert!(step.taken.is_empty() && machine.candidates(&start, "G").is_empty());
}

#[test]
fn candidates_go_from_leaf_to_root_and_end_at_one_without_guard() {
    let definition = json!({"initial": "a", "on": {"E": {"actions": "never"}}, "states": {
        "a": {"initial": "b", "on": {"E": {"actions": "a"}}, "states": {"b": {"on": {"E": {"guard": "g", "actions": "b"}}}}}
    }});
    let machine = machine(&definition);
    let start = machine.start(&mut Diary::default()).expect("a start").snapshot;
    let pointers: Vec<_> =
        machine.candidates(&start, "E").into_iter().map(|id| machine.transition(id).pointer.as_str()).collect();
    assert_eq!(pointers, ["states.a.states.b.on.E", "states.a.on.E"]);
}

#[test]
fn guards_and_actions_see_the_event_and_their_params() {
    let definition = json!({"initial": "a", "states": {"a": {
        "on": {"E": {"target": "b", "guard": {"type": "yes", "params": {"n": 1}}, "actions": {"type": "t", "params": [2]}}}},
        "b": {"always": {"guard": "no", "target": "a"}}
    }});
    let machine = machine(&definition);
    let mut diary = Diary::default();
    let start = machine.start(&mut diary).expect("a start").snapshot;
    machine.step(&start, "E", &mut diary).expect("a step");
    assert_eq!(diary.entries, ["yes? E", "t E", "no? E"]);
    assert_eq!((machine.guards(), machine.actions()), (&["yes".into(), "no".into()][..], &["t".into()][..]));
    assert_eq!(machine.transitions()[0].actions[0].params, json!([2]));
}

#[test]
fn timers_are_armed_on_entry_and_disarmed_on_exit() {
    let definition = json!({"initial": "a", "states": {
        "a": {"entry": "in", "exit": "out", "after": {"soon": "b", "1000": {"actions": "late"}}},
        "b": {}
    }});
    let machine = machine(&definition);
    let mut diary = Diary::default();
    let start = machine.start(&mut diary).expect("a start").snapshot;
    let a = machine.leaf("a").expect("a state");
    let delay = machine.state(a).delays[1].clone();
    assert_eq!(machine.after_event(a, &delay), "xstate.after.soon.(machine).a");
    assert_eq!(machine.delays(), ["soon"]);
    assert!(machine.transitions().iter().any(|of| of.trigger == Trigger::After(delay.clone())));
    machine.step(&start, "xstate.after.soon.(machine).a", &mut diary).expect("a step");
    let out = "out xstate.after.soon.(machine).a";
    assert_eq!(diary.entries, ["in xstate.init", "arm 1 1000", "arm 1 soon", out, "disarm 1"]);
}
