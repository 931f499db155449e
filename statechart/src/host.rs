//! The border between a machine and whoever runs it: what it asks while it steps, and what comes out.
//!
//! The machine knows names only. Guards, actions and timers are the host's; so are their errors.

use thiserror::Error;

use crate::model::{ActionRef, Delay, GuardRef, StateId, TransitionId};
use crate::snapshot::Snapshot;

/// What the machine asks of whoever runs it. Every method may fail; the failure ends the step and is returned.
///
/// A host that only answers guards, to look where a machine would lead, leaves the rest out: nothing happens then.
pub trait Host {
    /// Why the host could not answer.
    type Error;
    /// Whether the guard holds. `event` is the event of the microstep, `xstate.*` for internal ones.
    fn guard(&mut self, guard: &GuardRef, event: &str) -> Result<bool, Self::Error>;
    /// Runs the action.
    fn action(&mut self, _action: &ActionRef, _event: &str) -> Result<(), Self::Error> {
        Ok(())
    }

    /// A state with `after` was entered: one call for each distinct delay of it.
    fn arm(&mut self, _state: StateId, _delay: &Delay) -> Result<(), Self::Error> {
        Ok(())
    }

    /// A state with `after` was left: forget all of its timers.
    fn disarm(&mut self, _state: StateId) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// What a macrostep did.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Where the machine is now.
    pub snapshot: Snapshot,
    /// The transitions of the whole macrostep, in order. Forbidding ones, which do nothing, are not among them.
    pub taken: Vec<TransitionId>,
    /// The state value differs from before, or an action ran.
    pub changed: bool,
    /// The machine has ended.
    pub done: bool,
}

/// Why a macrostep came to nothing.
#[derive(Debug, Error)]
pub enum StepError<E> {
    /// The host failed.
    #[error(transparent)]
    Host(#[from] E),
    /// The macrostep did not end in time: `always` or `onDone` lead in a circle, or on and on.
    #[error("the machine did not come to rest within {limit} microsteps: `always` or `onDone` lead on and on")]
    TooManySteps {
        /// The number of microsteps that were allowed.
        limit: u32,
    },
}
