//! docs/decisions.md names everything that the program is built upon.

use super::read;
use std::collections::BTreeSet;

/// The crates of the workspace, which nobody had to choose.
const OURS: [&str; 5] = [".", "statechart", "entity", "migration", "bench"];

/// What a crate depends on, tests and benches included.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let manifest: toml::Table = manifest.parse().expect("a manifest");
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = tables.iter().filter_map(|name| manifest.get(*name)?.as_table());
    tables.flat_map(|table| table.keys().cloned()).collect()
}

/// What stands in bold in the table.
fn decided(page: &str) -> BTreeSet<String> {
    let (_, table) = page.split_once("\n## Dependencies\n").expect("the table");
    let rows = table.lines().filter(|line| line.starts_with('|'));
    let bold = rows.flat_map(|row| row.split("**").skip(1).step_by(2));
    let names = bold.flat_map(|names| names.split(", "));
    names.filter_map(|name| name.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn every_dependency_has_a_row_in_decisions() {
    let decided = decided(&read("docs/decisions.md"));
    let mut used = BTreeSet::new();
    for folder in OURS {
        used.extend(dependencies(&read(&format!("{folder}/Cargo.toml"))));
    }
    used.retain(|name| !OURS.contains(&name.as_str()) && name != "waybill");
    assert!(used.len() > 30, "{used:?}");
    let silent: Vec<_> = used.difference(&decided).collect();
    assert!(silent.is_empty(), "say in docs/decisions.md, \"Dependencies\", what these are for: {silent:?}");
    let programs = ["GraphiQL", "React", "cargo-fuzz"];
    let gone: Vec<_> = decided.difference(&used).filter(|name| !programs.contains(&name.as_str())).collect();
    assert!(gone.is_empty(), "docs/decisions.md has rows for what is not used: {gone:?}");
}
