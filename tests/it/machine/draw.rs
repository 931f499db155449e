//! `waybill machine diagram` and `diff`

use super::program::{Folder, shipped};
use serde_json::json;

#[test]
fn every_shipped_machine_is_drawn_in_every_format() {
    let folder = Folder::new();
    for name in &shipped() {
        for (format, first) in [("mermaid", "stateDiagram-v2"), ("dot", "digraph"), ("svg", "<svg xmlns=")] {
            let said = folder.machine(&["diagram", name, "--format", format]);
            assert_eq!(said.code, Some(0), "{}", said.err);
            assert!(said.out.starts_with(first), "{}", said.out);
        }
    }
}

#[test]
fn the_current_state_is_highlighted_and_an_unknown_one_refused() {
    let folder = Folder::new();
    let plain = folder.machine(&["diagram", "sale", "--format", "svg"]).out;
    let marked = folder.machine(&["diagram", "sale", "--format", "svg", "--state", "PAYMENT_FAILED"]).out;
    assert!(!plain.contains("class=\"box now\"") && marked.contains("class=\"box now\""));
    let said = folder.machine(&["diagram", "sale", "--state", "NOWHERE"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("no leaf state is called \"NOWHERE\""), "{}", said.err);
}

#[test]
fn two_machines_are_compared_state_by_state() {
    let folder = Folder::new();
    folder.json("a.json", &json!({"initial": "x", "states": {"x": {"on": {"GO": "y"}}, "y": {"type": "final"}}}));
    folder.json("b.json", &json!({"initial": "x", "states": {"x": {"on": {"GO": {"target": "z", "guard": "g"}}}, "z": {"type": "final"}}}));
    let said = folder.machine(&["diff", "a.json", "b.json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    for line in [
        "- state states.y: final",
        "~ transition states.x.on.GO: GO target: y → z",
        "~ transition states.x.on.GO: GO guard: none → g",
        "+ state states.z: final",
        "+ guard g",
        "leaf states that disappear: y",
    ] {
        assert!(said.out.lines().any(|found| found == line), "{line}\n{}", said.out);
    }
    let json = folder.machine(&["diff", "a.json", "b.json", "--json"]).out;
    let found: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(found["lost"], json!(["y"]));
}

#[test]
fn a_refused_machine_is_drawn_with_what_is_refused_dashed() {
    let folder = Folder::new();
    folder.json(
        "broken.json",
        &json!({"initial": "a", "states": {"a": {"on": {"GO": {"target": "b", "cond": "g"}}}, "b": {"type": "final"}}}),
    );
    let said = folder.machine(&["diagram", "broken.json", "--format", "dot"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("GO [g] (refused)\", style=dashed"), "{}", said.out);
    assert!(said.err.contains("error at states.a.on.GO.cond") && said.err.contains("is dashed"), "{}", said.err);
    folder.write("none.json", "{");
    assert_eq!(folder.machine(&["diagram", "none.json"]).code, Some(2));
}
