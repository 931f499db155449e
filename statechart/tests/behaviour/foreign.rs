//! What people have instead of a definition: each is named once, with what to do. What `XState` writes was recorded by
//! `conformance/exports.mjs`.

use serde_json::{Map, Value};
use statechart::{Machine, Problem, convert};

use crate::tools::says;

pub fn export(name: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/exports.json");
    let exports: Map<String, Value> =
        serde_json::from_str(&std::fs::read_to_string(file).expect("the file")).expect("JSON");
    exports[name].as_str().expect("text").to_owned()
}

/// The one thing that is said, by checking and by converting.
#[track_caller]
fn named(source: &str) -> Problem {
    let mut problems = Machine::parse(source).expect_err("a refusal");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].path, "", "{problems:#?}");
    if let Err(converted) = convert::convert(source) {
        assert_eq!(converted, problems);
    }
    problems.remove(0)
}

#[test]
fn what_xstate_writes_that_is_no_definition_is_named_once() {
    for name in ["machine of 5", "machine of 4"] {
        says(&named(&export(name)), "what `machine.toJSON()` gives", "JSON.stringify(machine.config)");
    }
    for name in ["snapshot of 5", "persisted snapshot of 5", "state of 4"] {
        says(&named(&export(name)), "this is a snapshot", "machine.config");
    }
    says(&named(r#"{"value": "red", "context": {}}"#), "this is a snapshot", "machine.config");
    says(&named("\u{feff}initial: a\n"), "YAML", "yq");
    says(&named(&export("actor of 5")), "a running actor", "machine.config");
    says(&named(&Value::from(export("machine.config of 5")).to_string()), "`JSON.stringify` twice", "once");
    says(&named(r#"{"config": {"initial": "a", "states": {"a": {}}}}"#), "stands in `config`", "take out");
    says(&named("[]"), "one object", "a file for each");
}

#[test]
fn the_export_that_the_manual_shows_is_in_order_and_refuses_what_would_be_lost() {
    let machine = Machine::parse(&export("safe export")).expect("a machine");
    assert_eq!(machine.guards(), ["g"]);
    assert!(export("safe export of what is lost").starts_with("states.open.entry.0: xstate.assign has no JSON"));
}

#[test]
fn other_languages_are_named() {
    for program in [
        "import { createMachine } from 'xstate';\nexport const m = createMachine({ initial: 'a' });",
        "// the light\nexport default createMachine({id: 'a'})",
        "/* x */ const { setup } = require('xstate')",
        "module.exports = {}",
        "{ id: 'light', initial: 'green' }",
        "{\n  'id': 'light' }",
        "({ initial: \"a\" })",
    ] {
        says(&named(program), "TypeScript or JavaScript", "machine.config");
    }
    for yaml in ["initial: green\nstates:\n  green: {}\n", "---\nid: a", "# light\n\"id\": light\n", "- a\n- b"] {
        says(&named(yaml), "YAML", "yq");
    }
    let scxml = "<?xml version=\"1.0\"?>\n<scxml xmlns=\"http://www.w3.org/2005/07/scxml\" initial=\"a\"/>";
    says(&named(scxml), "SCXML", "machines.md");
    says(&named("<!doctype html><html></html>"), "XML or HTML", "");
}

#[test]
fn json_with_comments_is_named_and_converted() {
    let commented = "// light\n{\n  \"id\": \"http://x\", /* é\n */ \"initial\": \"a\",\n  \"states\": {\"a\": {\"tags\": [\"\\\"//\",],},},\n}\n";
    says(&named(commented), "JSON with 2 comments, the first on line 1", "`convert` writes");
    says(&named("{\"initial\": \"a\", // x\n \"states\": {\"a\": {}}}"), "with a comment, on line 1", "");
    says(&named("{\"initial\": \"a\", \"states\": {\"a\": {}},}"), "commas after the last entry", "");
    let converted = convert::convert(commented).expect("a definition");
    assert_eq!(converted.definition["id"], "http://x");
    assert_eq!(converted.definition["states"]["a"]["tags"][0], "\"//");
    assert!(converted.changes[0].message.contains("comments"), "{:?}", converted.changes);
    Machine::parse(&converted.text()).expect("a machine");
}

#[test]
fn json_with_a_mistake_is_still_told_by_its_place() {
    for (source, path) in [
        (r#"{"initial": "a", "states": {"a": {"on": {"E": }}}}"#, "states.a.on.E"),
        (r#"{"initial": "a", "states": {"a": {"entry": "createMachine("#, "states.a.entry"),
        (r#"{"a": "//"#, "a"),
    ] {
        let problems = Machine::parse(source).expect_err("a refusal");
        assert_eq!((problems.len(), problems[0].path.as_str()), (1, path), "{problems:#?}");
        assert!(problems[0].message.contains("no JSON: "), "{problems:#?}");
    }
    // A mark, and comments that do not end.
    for source in ["/*", "//", "{/*", "/", "\"", "{\"a\": 1 /", "{ a", "{\u{e9}: 1}", "/*/ {}", "@", "\u{0}"] {
        Machine::parse(source).expect_err("a refusal");
        let _ = convert::convert(source);
    }
}
