//! The program: the allocator, and the command line of the library.
//!
//! Nothing else stands here: asynchronous functions are compiled where they are polled, and what is polled in the library
//! need not be compiled again for the program and the tests.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A step makes and drops many small things; docs/benchmarks.md has what this saves.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    waybill::cli::run()
}
