//! Descriptors that stand for several events.

use serde_json::json;

use crate::tools::last;

#[test]
fn longer_wildcards_go_first_and_the_exact_name_before_all() {
    let definition = json!({"initial": "a", "states": {"a": {"on": {
        "*": {"actions": "*"}, "a.*": {"actions": "a.*"}, "a.b.*": {"actions": "a.b.*"}, "a.b.c": {"actions": "exact"}
    }}}});
    for (event, action) in
        [("a.b.c", "exact"), ("a.b.c.d", "a.b.*"), ("a.b", "a.b.*"), ("a.x", "a.*"), ("a", "a.*"), ("ab", "*")]
    {
        assert_eq!(last(&definition, &[json!(event)]).1, [action], "{event}");
    }
}

#[test]
fn a_childs_star_beats_its_parents_exact_name() {
    let definition = json!({"initial": "a", "on": {"E": {"actions": "parent"}},
        "states": {"a": {"on": {"*": {"actions": "child"}}}}});
    assert_eq!(last(&definition, &[json!("E")]).1, ["child"]);
}

#[test]
fn a_star_elsewhere_is_text_and_a_warning_says_so() {
    let definition = json!({"initial": "a", "states": {"a": {"on": {"a.*.c": {"actions": "x"}}}}});
    assert_eq!(last(&definition, &[json!("a.b.c")]).1, Vec::<String>::new());
    assert_eq!(last(&definition, &[json!("a.*.c")]).1, ["x"]);
    let machine = crate::tools::machine(&definition);
    assert!(machine.warnings().iter().any(|warning| warning.path == "states.a.on.a.*.c"));
}
