//! The audit of the log.

mod command;
mod verify;
