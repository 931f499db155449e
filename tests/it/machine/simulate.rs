//! `waybill machine simulate`

use super::program::Folder;
use serde_json::{Value, json};

#[test]
fn a_json_line_is_printed_for_the_start_and_for_each_event() {
    let folder = Folder::new();
    folder
        .json(
            "machine.json",
            &json!({"initial": "a", "states": {
                "a": {"entry": "in", "exit": "out", "after": {"soon": "b"}, "on": {"GO": {"target": "b", "guard": "g", "actions": "t"}}},
                "b": {}
            }}),
        )
        .json("guards.json", &json!({"g": false}))
        .json("events.json", &json!([{"type": "GO"}, {"type": "@after", "delay": "soon", "state": "a"}, {"type": "@after", "delay": "soon", "state": "a"}]));
    let said = folder.machine(&[
        "simulate",
        "--definition",
        "machine.json",
        "--guards",
        "guards.json",
        "--events",
        "events.json",
    ]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let lines: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(
        lines,
        [
            json!({"event": null, "state": "a", "configuration": ["a"], "actions": ["in"], "changed": true, "done": false}),
            json!({"event": "GO", "state": "a", "configuration": ["a"], "actions": [], "changed": false, "done": false}),
            json!({"event": "@after", "state": "b", "configuration": ["b"], "actions": ["out"], "changed": true, "done": false}),
            json!({"event": "@after", "state": "b", "configuration": ["b"], "actions": [], "changed": false, "done": false}),
        ]
    );
}

#[test]
fn warnings_do_not_stop_a_simulation_and_errors_do() {
    let folder = Folder::new();
    folder
        .json("warned.json", &json!({"initial": "a", "states": {"a": {}, "lost": {}}}))
        .json("broken.json", &json!({"initial": "a", "states": {"a": {"on": {"GO": "nowhere"}}}}))
        .json("none.json", &json!([]));
    let run = |file: &str| folder.machine(&["simulate", "--definition", file, "--events", "none.json"]);
    assert_eq!(run("warned.json").code, Some(0));
    let said = run("broken.json");
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("states.a.on.GO") && said.out.is_empty(), "{}", said.err);
}

#[test]
fn what_the_machine_does_not_know_is_noted_and_a_byte_order_mark_is_read_over() {
    let folder = Folder::new();
    let marked = |value: &Value| format!("\u{feff}{value}");
    folder
        .write("m.json", marked(&json!({"initial": "a", "states": {"a": {"on": {"GO": {"target": "b", "guard": "g"}}}, "b": {"type": "final"}}})))
        .write("g.json", marked(&json!({"g": true, "h": false})))
        .write("e.json", marked(&json!([{"type": "OG"}, {"type": "GO"}])));
    let said = folder.machine(&["simulate", "--definition", "m.json", "--guards", "g.json", "--events", "e.json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(said.out.lines().count(), 3, "{}", said.out);
    assert_eq!(
        said.err,
        "note: the machine takes no event `OG`; did you mean `GO`?\nnote: the machine asks no guard `h`; did you mean `g`?\n"
    );
}
