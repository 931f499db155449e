//! The command line and nothing else.

mod cli;

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A step makes and drops many small things; docs/benchmarks.md has what this saves.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
