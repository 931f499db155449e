//! What breaks: a write that fails, a subject that is poisoned, a process that is killed, a connection that is gone.

mod backlog;
mod faults;
mod kill;
mod load;
mod poison;
pub mod process;
mod severed;
mod sigterm;
pub mod trigger;
mod windows;
