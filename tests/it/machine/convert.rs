//! `waybill machine convert`

use super::program::{Folder, shipped};
use serde_json::{Value, json};

#[test]
fn a_machine_of_xstate_4_comes_out_as_one_that_check_passes() {
    let folder = Folder::new();
    let old = json!({"predictableActionArguments": true, "initial": "a", "states": {
        "a": {"on": {"E": {"target": "b", "cond": "g"}}, "invoke": {"src": "load", "onDone": "b"}}, "b": {"type": "final"}
    }});
    folder.json("old.json", &old);
    let said = folder.machine(&["convert", "old.json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    folder.write("new.json", &said.out);
    let new: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(
        new.to_string(),
        json!({"initial": "a", "states": {
            "a": {"on": {"E": {"target": "b", "guard": "g"}, "load.done": "b"}, "entry": "load"}, "b": {"type": "final"}
        }})
        .to_string()
    );
    for line in [
        "changed predictableActionArguments: left out",
        "changed states.a.on.E.cond: now `\"guard\": \"g\"`",
        "changed states.a.invoke: now `\"entry\":[\"load\"],\"on\":{\"load.done\":\"b\"}`",
        "to do   states.a.invoke: write action `load`",
        "to do   meta.subject",
    ] {
        assert!(said.err.contains(line), "{line}\n{}", said.err);
    }
    assert_eq!(folder.machine(&["check", "new.json"]).code, Some(0));
    let again = folder.machine(&["convert", "new.json"]);
    assert_eq!(again.out, said.out);
    assert!(!again.err.contains("changed"), "{}", again.err);
}

#[test]
fn what_is_left_is_said_with_exit_code_2_and_what_is_no_machine_is_named() {
    let folder = Folder::new();
    folder.json("left.json", &json!({"initial": "a", "states": {"a": {"on": {"E": {"target": "z", "cond": "g"}}}}}));
    let said = folder.machine(&["convert", "left.json"]);
    assert_eq!(said.code, Some(2));
    assert!(said.out.contains("\"guard\": \"g\""), "{}", said.out);
    assert!(said.err.contains("error at states.a.on.E.target: no state `z`"), "{}", said.err);
    folder.write("machine.yaml", "initial: a\nstates:\n  a: {}\n");
    let said = folder.machine(&["convert", "machine.yaml"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(said.err.contains("this is YAML"), "{}", said.err);
}

#[test]
fn the_shipped_machines_and_machines_with_a_mark_or_comments_are_read() {
    let folder = Folder::new();
    for name in &shipped() {
        let said = folder.machine(&["convert", name]);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{name}");
        let exported: Value = serde_json::from_str(&folder.machine(&["export", name]).out).expect("JSON");
        let converted: Value = serde_json::from_str(&said.out).expect("JSON");
        assert_eq!(converted.to_string(), exported.to_string());
    }
    folder.write("mark.json", "\u{feff}{\"initial\": \"a\", // first\n \"states\": {\"a\": {}}}");
    let said = folder.machine(&["convert", "mark.json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.starts_with('{') && said.err.contains("comments"), "{}", said.err);
}
