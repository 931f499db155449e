//! What differs between two definitions.

use serde_json::{Value, json};
use statechart::diff::{Sign, Subject, diff};

use crate::tools::machine;

fn order() -> Value {
    json!({"id": "order", "initial": "open", "states": {
        "open": {
            "tags": ["live"], "meta": {"label": "Open", "tone": "INFO"}, "entry": "begin",
            "on": {
                "PAY": [{"target": "paid", "guard": "isPaid", "actions": "book"}, {"target": "partly"}],
                "CANCEL": {"target": "gone", "meta": {"permission": "order.cancel"}}
            },
            "after": {"expiry": "gone"}
        },
        "partly": {"on": {"PAY": "paid"}},
        "paid": {"type": "final"},
        "gone": {"type": "final"}
    }})
}

/// The differences as lines.
fn lines(old: &Value, new: &Value) -> Vec<String> {
    diff(&machine(old), &machine(new)).to_string().lines().map(str::to_owned).collect()
}

#[test]
fn a_definition_does_not_differ_from_itself() {
    let (a, b) = (machine(&order()), machine(&order()));
    assert!(diff(&a, &b).is_empty());
    assert_eq!(diff(&a, &b).to_string(), "no difference\n");
}

#[test]
fn the_order_of_keys_is_no_difference_and_that_of_candidates_is_one() {
    let mut other = order();
    let states = other["states"].as_object_mut().expect("states");
    let gone = states.shift_remove("gone").expect("a state");
    states.shift_insert(0, "gone".into(), gone);
    assert_eq!(lines(&order(), &other), ["no difference"]);
    let mut other = order();
    other["states"]["open"]["on"]["PAY"].as_array_mut().expect("a list").reverse();
    let found = lines(&order(), &other);
    assert_eq!(found, ["~ transition states.open.on.PAY.0: PAY: the candidates are tried in another order"]);
}

#[test]
fn states_that_come_and_go_are_named_and_so_are_lost_leaves() {
    let mut new = order();
    let states = new["states"].as_object_mut().expect("states");
    states.shift_remove("partly");
    states.insert("checked".into(), json!({"on": {"OK": "paid"}}));
    new["states"]["open"]["on"]["PAY"][1] = json!("checked");
    assert_eq!(
        lines(&order(), &new),
        [
            "- state states.partly: atomic",
            "~ transition states.open.on.PAY.1: PAY target: partly → checked",
            "+ state states.checked: atomic",
            "+ transition states.checked.on.OK: OK → paid",
            "leaf states that disappear: partly",
        ]
    );
}

#[test]
fn a_leaf_that_gets_children_or_a_namesake_is_lost() {
    let lost = |new: &Value| diff(&machine(&order()), &machine(new)).lost;
    let mut new = order();
    new["states"]["partly"] = json!({"initial": "a", "on": {"PAY": "paid"}, "states": {"a": {}}});
    assert_eq!(lost(&new), ["partly"]);
    new["states"]["partly"]["states"]["gone"] = json!({});
    assert_eq!(lost(&new), ["partly", "gone"]);
    assert_eq!(lost(&order()), Vec::<String>::new());
}

#[test]
fn guards_actions_tags_and_meta_are_compared_one_by_one() {
    let mut new = order();
    let open = &mut new["states"]["open"];
    open["tags"] = json!(["live", "new"]);
    open["meta"] = json!({"label": "Open", "tone": "WARNING"});
    open["entry"] = json!(["begin", {"type": "tell", "params": {"n": 1}}]);
    open["on"]["PAY"][0]["guard"] = json!({"type": "and", "guards": ["isPaid", {"type": "not", "guards": ["held"]}]});
    open["on"]["PAY"][0]["actions"] = json!([]);
    open["on"]["CANCEL"]["meta"] = json!({"permission": "order.cancel", "reason": "required"});
    open["after"] = json!({"1000": "gone"});
    assert_eq!(
        lines(&order(), &new),
        [
            "~ state states.open: entry: begin → begin, tell({\"n\":1})",
            "~ state states.open: tags: live → live, new",
            "~ state states.open: meta.tone: \"INFO\" → \"WARNING\"",
            "~ transition states.open.on.PAY.0: PAY guard: isPaid → isPaid and not held",
            "~ transition states.open.on.PAY.0: PAY actions: book → none",
            "~ transition states.open.on.CANCEL: CANCEL meta.reason: none → \"required\"",
            "- transition states.open.after.expiry: after expiry → gone",
            "+ transition states.open.after.1000: after 1000 → gone",
            "+ guard held",
            "- action book",
            "+ action tell",
            "- delay expiry",
        ]
    );
}

#[test]
fn a_transition_that_was_forbidden_and_is_taken_differs() {
    let with = |value: Value| json!({"initial": "a", "states": {"a": {"on": {"E": value}}}});
    let found = lines(&with(json!({})), &with(json!({"meta": {}})));
    assert_eq!(found, ["~ transition states.a.on.E: E meta: none → {}"]);
}

#[test]
fn differences_are_data_too() {
    let mut new = order();
    new["states"]["open"]["on"]["PAY"][0]["guard"] = json!("covered");
    let found = diff(&machine(&order()), &machine(&new));
    assert_eq!(found.changes[0].sign, Sign::Changed);
    assert_eq!(found.changes[0].subject, Subject::Transition);
    let text = serde_json::to_value(&found).expect("JSON");
    assert_eq!(text["changes"][1], json!({"sign": "removed", "subject": "guard", "path": "isPaid", "what": ""}));
}
