//! What docs/machines.md says is not supported: each row is refused where it says.

use serde_json::{Value, json};
use statechart::{Machine, Severity};

/// The text between the backticks of a cell.
fn code(cell: &str) -> &str {
    cell.trim().trim_matches('`')
}

#[test]
fn everything_that_the_manual_lists_as_not_supported_is_refused_there() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/machines.md");
    let manual = std::fs::read_to_string(file).expect("the manual");
    let (_, section) = manual.split_once("## Not supported").expect("the section");
    let mut seen = 0;
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').collect();
        let (place, fragment) = (code(cells[1]), code(cells[2]));
        let fragment: Value = serde_json::from_str(fragment).unwrap_or_else(|error| panic!("{row}: {error}"));
        let mut definition = json!({"initial": "a", "states": {"a": {}, "b": {}}});
        let within = if place.starts_with("states.a") { &mut definition["states"]["a"] } else { &mut definition };
        for (key, value) in fragment.as_object().expect("an object") {
            within[key] = value.clone();
        }
        let problems = Machine::parse(&definition.to_string()).expect_err(row);
        let mut errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
        assert!(errors.all(|problem| problem.path == place), "{row}\n{problems:#?}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn the_first_machine_of_the_manual_is_in_order() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/machines.md");
    let manual = std::fs::read_to_string(file).expect("the manual");
    let source = manual.split("```json").nth(1).and_then(|rest| rest.split("```").next()).expect("a machine");
    let machine = Machine::parse(source).expect("a machine");
    assert_eq!((machine.id(), machine.warnings()), ("parcel", &[][..]));
}

#[test]
fn events_that_only_xstate_4_sent_are_warned_of() {
    for (event, help) in [
        ("done.state.m.a", "say `onDone` in that state, or `xstate.done.state.m.a`"),
        ("done.invoke.load", "an event of your own"),
        ("error.platform.load", "an event of your own"),
    ] {
        let definition = json!({"initial": "a", "states": {"a": {"on": {event: "b"}}, "b": {"type": "final"}}});
        let machine = Machine::parse(&definition.to_string()).expect("a machine");
        let [warning] = machine.warnings() else { panic!("{:#?}", machine.warnings()) };
        assert_eq!(warning.path, format!("states.a.on.{event}"));
        assert!(warning.message.contains("XState 4") && warning.help.contains(help), "{warning}");
    }
    for event in ["done", "done.state", "xstate.done.state.m.a", "error.platforms", "xstate.done.*"] {
        let definition =
            json!({"id": "m", "initial": "a", "states": {"a": {"on": {event: "b"}}, "b": {"type": "final"}}});
        let machine = Machine::parse(&definition.to_string()).expect("a machine");
        assert_eq!(machine.warnings(), [], "{event}");
    }
}
