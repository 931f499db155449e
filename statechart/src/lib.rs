//! Statecharts: `XState` v5 machines written in JSON, checked, compiled, stepped, explained and drawn.
//!
//! **For** whoever drives something by a lifecycle that is data: a snapshot and an event go in, a snapshot and the
//! actions that ran come out. **Promises** the semantics of `XState` 5 and SCXML's algorithm (where they differ,
//! `XState` wins), every problem of a definition at once, no panic on any input, and the same answer for the same input.
//! **Does not know** a clock, a database, async, or what a state means: timers, guards and actions belong to the
//! [`Host`].
//!
//! ```
//! use serde_json::{Map, json};
//!
//! let machine = statechart::Machine::parse(
//!     r#"{"initial": "green", "states": {"green": {"on": {"GO": "red"}}, "red": {"type": "final"}}}"#,
//! )
//! .expect("a machine");
//! let lines = statechart::simulate::run(&machine, &Map::new(), &[json!({"type": "GO"})]).expect("a run");
//! assert_eq!(lines[1].state, json!("red"));
//! assert!(lines[1].done);
//! ```

mod arrows;
mod compile;
mod conflict;
pub mod convert;
mod definition;
pub mod diagram;
pub mod diff;
mod draft;
mod endless;
mod entry;
mod explain;
mod foreign;
mod guards;
mod host;
mod javascript;
mod json;
mod keys;
mod label;
mod limits;
mod lint;
mod lookup;
mod machine;
mod model;
mod plan;
mod problem;
mod refused;
mod restore;
mod select;
mod set;
pub mod simulate;
mod snapshot;
mod step;
mod target;
mod unsupported;
mod validate;

pub use explain::{Candidate, GuardTree};
pub use host::{Host, Step, StepError};
pub use keys::is_near;
pub use limits::{MAX_NAME, MAX_PROBLEMS};
pub use lint::looks_like_code;
pub use lookup::descriptor_matches;
pub use machine::Machine;
pub use model::{ActionRef, Delay, Depth, Guard, GuardRef, Kind, State, StateId, Transition, TransitionId, Trigger};
pub use problem::{Problem, Severity};
pub use restore::RestoreError;
pub use snapshot::Snapshot;
