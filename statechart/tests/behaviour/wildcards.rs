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

#[test]
fn a_descriptor_stands_for_the_events_that_a_state_would_take_by_it() {
    for (descriptor, event, stands) in [
        ("a", "a", true),
        ("a", "a.b", false),
        ("*", "a", true),
        ("*", "a.b", true),
        ("a.*", "a", true),
        ("a.*", "a.b.c", true),
        ("a.*", "a.*", true),
        ("a.*", "ab", false),
        ("a.*.c", "a.b.c", false),
        ("a.*.c", "a.*.c", true),
        ("*.b", "a.b", false),
        ("*.*", "a.b", false),
    ] {
        assert_eq!(statechart::descriptor_matches(descriptor, event), stands, "{descriptor} for {event}");
        let definition = json!({"initial": "a", "states": {"a": {"on": {descriptor: {"actions": "x"}}}}});
        assert_eq!(!last(&definition, &[json!(event)]).1.is_empty(), stands, "{descriptor} for {event}, as stepped");
    }
}

#[test]
fn no_descriptor_stands_for_an_event_that_is_named_by_a_star() {
    assert!(!statechart::descriptor_matches("*", "*"));
}

#[test]
fn a_word_is_near_another_when_two_letters_differ() {
    assert!(statechart::is_near("gaurd", "guard"));
    assert!(statechart::is_near("PAY", "pay"));
    assert!(!statechart::is_near("refund", "pay"));
}
