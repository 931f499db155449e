//! `waybill machine`: the command line by which machines are checked from outside.

mod check;
mod convert;
mod draw;
pub mod program;
mod simulate;
mod words;
