//! What the crate promises, one behaviour a file. How it compares with xstate is in `conformance.rs`.

mod always;
mod broken;
mod convert;
mod diagram;
mod diff;
mod done;
mod explain;
mod foreign;
mod history;
mod names;
mod parallel;
mod reenter;
mod refused;
mod selection;
mod simulate;
mod sketch;
mod storage;
mod tools;
mod unsupported;
mod validate;
mod wildcards;
