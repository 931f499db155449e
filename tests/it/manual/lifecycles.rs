//! docs/lifecycles.md shows the machines as they are.

use super::{read, root};
use std::{fs, process::Command};

#[test]
fn the_machines_are_drawn_as_they_are() {
    let script = root("scripts/lifecycles");
    let drawn = Command::new(&script).arg(env!("CARGO_BIN_EXE_waybill")).output().expect("the script runs");
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let drawn = String::from_utf8(drawn.stdout).expect("text");
    let committed = read("docs/lifecycles.md");
    let differs = committed.lines().zip(drawn.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(
        committed == drawn,
        "docs/lifecycles.md does not show the machines as they are; run `make lifecycles` (first difference: {differs:?})"
    );
}

#[test]
fn every_machine_is_drawn() {
    let page = read("docs/lifecycles.md");
    for entry in fs::read_dir(root("config/machines")).expect("the machines") {
        let name = entry.expect("a file").file_name().into_string().expect("a name");
        let link = format!("](../config/machines/{name})");
        assert!(page.contains(&link), "docs/lifecycles.md lacks {name}; run `make lifecycles`");
    }
}
