//! The pages that people read: what they show is what the program does, what they draw is what the machines are, and
//! where they point there is something.

mod answer;
mod decisions;
mod lifecycles;
mod links;
mod page;
mod terminal;
mod tour;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A path from the root of the repository.
fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
