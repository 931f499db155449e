//! Why an event is blocked.

use serde_json::json;
use statechart::GuardTree;

use crate::tools::{Diary, machine};

#[test]
fn every_guard_of_every_candidate_is_answered_once() {
    let definition = json!({"initial": "a", "on": {"E": {"guard": "no", "actions": "root"}}, "states": {"a": {"on": {"E": [
        {"target": "b", "guard": {"type": "and", "guards": ["no", {"type": "or", "guards": ["yes", "no"]}]}},
        {"target": "b", "guard": {"type": "not", "guards": ["yes"]}}
    ]}}, "b": {}}});
    let machine = machine(&definition);
    let mut diary = Diary::default();
    let start = machine.start(&mut diary).expect("a start").snapshot;
    let candidates = machine.explain(&start, "E", &mut diary).expect("answers");
    assert_eq!(diary.entries, ["no? E", "yes? E"]);
    assert_eq!(candidates.iter().map(|candidate| candidate.passed).collect::<Vec<_>>(), [false, false, false]);
    let Some(GuardTree::And { passed: false, of }) = &candidates[0].tree else { panic!("{candidates:?}") };
    assert!(matches!(&of[0], GuardTree::Leaf { guard, passed: false } if guard.name == "no"));
    assert!(matches!(&of[1], GuardTree::Or { passed: true, of } if of.len() == 2));
}

#[test]
fn it_says_allowed_exactly_when_a_step_takes_the_event() {
    let guards = [
        json!("yes"),
        json!("no"),
        json!({"type": "stateIn", "params": {"state": "a"}}),
        json!({"type": "not", "guards": ["no"]}),
    ];
    for own in &guards {
        for outer in &guards {
            for blocking in
                [json!({"guard": own}), json!({"guard": own, "actions": "x"}), json!({"guard": own, "target": "b"})]
            {
                let definition = json!({"initial": "a", "on": {"E": {"guard": outer, "actions": "root"}},
                    "states": {"a": {"on": {"E": blocking}}, "b": {}}});
                let machine = machine(&definition);
                let start = machine.start(&mut Diary::default()).expect("a start").snapshot;
                let candidates = machine.explain(&start, "E", &mut Diary::default()).expect("answers");
                let step = machine.step(&start, "E", &mut Diary::default()).expect("a step");
                let first = candidates.iter().find(|candidate| candidate.passed).map(|candidate| candidate.transition);
                assert_eq!(first, step.taken.first().copied(), "{definition}");
            }
        }
    }
}
