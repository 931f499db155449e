//! What breaks: a write that fails, a subject that is poisoned, a process that is killed, a connection that is gone.

mod backlog;
mod faults;
mod poison;
pub mod trigger;
