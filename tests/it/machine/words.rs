//! What docs/machines.md says that machines of each kind name: guards, actions, delays, events and tags.

use entity::SubjectKind;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

/// Each kind, with the heading of its section and its shipped machines.
const KINDS: [(SubjectKind, &str, &[&str]); 3] = [
    (SubjectKind::Quotation, "### Quotations", &["quotation"]),
    (SubjectKind::Sale, "### Sales", &["sale", "order-processing", "marketplace", "provisioning", "retail"]),
    (SubjectKind::Fulfilment, "### Fulfilments", &["fulfilment", "parcel"]),
];
/// What tables are of, by the first cell of their heading.
const TABLES: [&str; 5] = ["guard", "action", "delay", "event", "tag"];
const RECORDED: &str = "recorded without a step";

/// A row of a table.
struct Row {
    table: &'static str,
    /// What stands in backticks in the first cell.
    names: Vec<String>,
    last: String,
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The section under a heading, up to the next of its level or above.
fn section(heading: &str) -> String {
    let manual = read("docs/machines.md");
    let mut lines = manual.lines().skip_while(|line| *line != heading);
    assert_eq!(lines.next(), Some(heading), "the manual has no such section");
    lines.take_while(|line| !line.starts_with("## ") && !line.starts_with("### ")).collect::<Vec<_>>().join("\n")
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The rows of all tables of a section. A table that is of nothing known is a mistake.
fn rows(heading: &str) -> Vec<Row> {
    let text = section(heading);
    let (mut rows, mut table) = (Vec::new(), None);
    for line in text.lines() {
        let Some(inner) = line.strip_prefix('|').and_then(|rest| rest.strip_suffix('|')) else {
            assert!(!line.starts_with('|'), "{heading}: a row without an end: {line}");
            table = None;
            continue;
        };
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        let Some(of) = table else {
            let known = TABLES.into_iter().find(|of| *of == cells[0]);
            table = Some(known.unwrap_or_else(|| panic!("{heading}: a table of {:?}", cells[0])));
            continue;
        };
        if cells[0].starts_with("---") {
            continue;
        }
        let names = quoted(cells[0]);
        assert!(!names.is_empty(), "{heading}: a row without a name: {line}");
        rows.push(Row { table: of, names, last: cells[cells.len() - 1].to_owned() });
    }
    rows
}

/// The names in a section's tables of one sort, each once.
fn listed(rows: &[Row], table: &str) -> BTreeSet<String> {
    let mut listed = BTreeSet::new();
    for name in rows.iter().filter(|row| row.table == table).flat_map(|row| &row.names) {
        assert!(listed.insert(name.clone()), "{table} {name} is listed twice");
    }
    listed
}

fn shipped(machine: &str) -> Value {
    serde_json::from_str(&read(&format!("config/machines/{machine}.json"))).expect("a machine")
}

/// Calls `visit` with each state of a machine, the root among them.
fn each_state(state: &Value, visit: &mut impl FnMut(&Value)) {
    visit(state);
    for child in state["states"].as_object().into_iter().flat_map(|states| states.values()) {
        each_state(child, visit);
    }
}

fn tags(machine: &Value) -> BTreeSet<String> {
    let mut tags = BTreeSet::new();
    each_state(machine, &mut |state| match &state["tags"] {
        Value::String(tag) => tags.extend([tag.clone()]),
        Value::Array(list) => tags.extend(list.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ => {}
    });
    assert!(!tags.is_empty(), "the machine has no tags at all");
    tags
}

/// The events that some state has a transition for.
fn events(machine: &Value) -> BTreeSet<String> {
    let mut events = BTreeSet::new();
    each_state(machine, &mut |state| {
        let on = state["on"].as_object().into_iter().flatten();
        // `{}` forbids.
        let taken = on.filter(|(_, transition)| transition.as_object().is_none_or(|object| !object.is_empty()));
        events.extend(taken.map(|(name, _)| name.clone()));
    });
    assert!(!events.is_empty(), "the machine has no events at all");
    events
}

#[test]
fn the_manual_names_every_guard_action_and_delay_of_each_kind_and_no_other() {
    let vocabularies = waybill::app::vocabularies();
    assert_eq!(vocabularies.len(), KINDS.len());
    for vocabulary in vocabularies {
        let of = KINDS.into_iter().find(|(kind, _, _)| *kind == vocabulary.subject);
        let (_, heading, _) = of.expect("a section for each kind");
        let rows = rows(heading);
        for sort in ["guard", "action", "delay"] {
            let words = vocabulary.words().filter(|(of, _)| *of == sort).map(|(_, name)| name.to_owned());
            let words: BTreeSet<String> = words.collect();
            let listed = listed(&rows, sort);
            let missing: Vec<_> = words.difference(&listed).collect();
            assert!(missing.is_empty(), "{heading} lacks the {sort}s {missing:?}");
            let unknown: Vec<_> = listed.difference(&words).collect();
            assert!(unknown.is_empty(), "{heading} has {sort}s that the program has not: {unknown:?}");
        }
    }
}

#[test]
fn every_tag_that_the_manual_asks_for_occurs_in_the_shipped_machine_of_its_kind() {
    for (kind, heading, machines) in KINDS {
        let asked = listed(&rows(heading), "tag");
        // The program reads none of quotations.
        assert_eq!(asked.is_empty(), kind == SubjectKind::Quotation, "{heading}");
        let there: BTreeSet<String> = machines.iter().flat_map(|machine| tags(&shipped(machine))).collect();
        let missing: Vec<_> = asked.difference(&there).collect();
        assert!(missing.is_empty(), "{machines:?} lack the tags {missing:?}");
    }
}

#[test]
fn every_event_that_the_program_sends_is_known_to_the_shipped_machine_or_recorded_without_a_step() {
    for (_, heading, machines) in KINDS {
        let rows = rows(heading);
        assert!(!listed(&rows, "event").is_empty(), "{heading} lists no event");
        let known: BTreeSet<String> = machines.iter().flat_map(|machine| events(&shipped(machine))).collect();
        for row in rows.iter().filter(|row| row.table == "event" && !row.last.contains(RECORDED)) {
            for name in &row.names {
                assert!(known.contains(name), "{machines:?} take no {name}: {}", row.last);
            }
        }
    }
}
