//! Snapshots from and to what is stored of them.

use serde_json::{Value, json};
use statechart::{Machine, RestoreError, StateId};

use crate::tools::{Diary, machine};

fn order() -> Machine {
    machine(&json!({"id": "order", "initial": "open", "meta": {"label": "Order"}, "states": {
        "open": {"type": "parallel", "tags": ["open", "live"], "states": {
            "money": {"initial": "due", "states": {"due": {"tags": "live"}, "paid": {"tags": "paid"}}},
            "goods": {"initial": "here", "states": {"here": {}, "gone": {}}}
        }, "on": {"END": "closed"}},
        "closed": {"initial": "one", "states": {"one": {}, "two": {"initial": "one", "states": {"one": {}}}}}
    }}))
}

#[test]
fn leaf_names_are_in_document_order_and_lead_back() {
    let machine = order();
    let start = machine.start(&mut Diary::default()).expect("a start").snapshot;
    assert_eq!(machine.leaf_names(&start), "due+here");
    assert_eq!(machine.restore("here+due", &Value::Null), Ok(start.clone()));
    let paid = machine.restore("paid+here", &Value::Null).expect("a snapshot");
    assert_eq!(machine.value(&paid), json!({"open": {"money": "paid", "goods": "here"}}));
    assert_eq!(machine.tags(&paid), ["open", "live", "paid"]);
    assert!(machine.is_active(&paid, StateId::ROOT) && !machine.is_done(&paid));
    assert_eq!((machine.id(), machine.meta()["label"].as_str()), ("order", Some("Order")));
}

#[test]
fn names_that_are_no_configuration_are_refused() {
    let machine = order();
    let refused = |names: &str| machine.restore(names, &Value::Null).expect_err("a refusal").to_string();
    assert_eq!(refused("nowhere"), "no leaf state is called `nowhere`");
    assert_eq!(refused("one"), "several leaf states are called `one`");
    assert!(refused("due").contains("`open` would have 1 active children"));
    assert!(refused("due+paid+here").contains("`open.money` would have 2"));
    assert!(refused("").contains("no leaf state"));
    assert_eq!(machine.leaf("one"), None);
}

#[test]
fn stored_history_that_cannot_be_is_refused() {
    let machine = machine(&json!({"initial": "a", "states": {
        "a": {"initial": "x", "states": {"x": {}, "y": {}, "h": {"type": "history"}}}, "b": {"on": {"BACK": "a.h"}}
    }}));
    assert!(machine.restore("b", &json!({"a": ["a.y"]})).is_ok());
    for history in [
        json!([]),
        json!({"b": ["b"]}),
        json!({"a": "a.y"}),
        json!({"a": []}),
        json!({"a": ["b"]}),
        json!({"a": ["a.x", "a.y"]}),
    ] {
        let error = machine.restore("b", &history).expect_err("a refusal");
        assert!(matches!(error, RestoreError::History { .. }), "{history}");
    }
}
