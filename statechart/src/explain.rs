//! Why an event can or cannot be taken: the guards of every candidate, asked one by one, nothing run.
//!
//! It asks the same candidates in the same order as a step does: a candidate has passed exactly when a step would take
//! a transition for the event. The first one that passed is the one that a step takes first. Guards that a step would
//! not reach are asked too, so that the whole tree can be shown.

use serde_json::Value;

use crate::host::Host;
use crate::machine::Machine;
use crate::model::{Guard, GuardRef, StateId, TransitionId};
use crate::set::StateSet;
use crate::snapshot::Snapshot;

/// A transition that the event could take, and whether its guard lets it.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// The transition.
    pub transition: TransitionId,
    /// Its guard holds, or it has none.
    pub passed: bool,
    /// Its guard with the answers; `None` when it has none.
    pub tree: Option<GuardTree>,
}

/// A guard with its answers.
#[derive(Clone, PartialEq, Debug)]
pub enum GuardTree {
    /// A named guard.
    Leaf {
        /// The guard as the transition names it.
        guard: GuardRef,
        /// Its answer.
        passed: bool,
    },
    /// All must hold.
    And {
        /// Whether all do.
        passed: bool,
        /// Each of them.
        of: Vec<GuardTree>,
    },
    /// One must hold.
    Or {
        /// Whether one does.
        passed: bool,
        /// Each of them.
        of: Vec<GuardTree>,
    },
    /// It must not hold.
    Not {
        /// Whether it does not.
        passed: bool,
        /// What must not.
        of: Box<GuardTree>,
    },
    /// A state must be active.
    StateIn {
        /// The state.
        state: StateId,
        /// Whether it is.
        passed: bool,
    },
}

impl GuardTree {
    /// Whether the whole tree holds.
    pub fn passed(&self) -> bool {
        match self {
            Self::Leaf { passed, .. }
            | Self::And { passed, .. }
            | Self::Or { passed, .. }
            | Self::Not { passed, .. }
            | Self::StateIn { passed, .. } => *passed,
        }
    }
}

/// Answers so far, so that the host is asked once for each guard and its params.
struct Questions<'a, H> {
    active: &'a StateSet,
    event: &'a str,
    host: &'a mut H,
    answers: Vec<(usize, &'a Value, bool)>,
}

impl Machine {
    /// Every candidate for `event` with the answers of its guards, in the order in which a step tries them. Each leaf
    /// guard (with its params) is asked once; nothing is run.
    pub fn explain<H: Host>(&self, s: &Snapshot, event: &str, host: &mut H) -> Result<Vec<Candidate>, H::Error> {
        let mut found = Vec::new();
        if self.is_done(s) {
            return Ok(found);
        }
        let mut questions = Questions { active: &s.active, event, host, answers: Vec::new() };
        self.walk(&s.active, self.events.find(event), &mut |id| {
            let transition = self.transition(id);
            let tree = transition.guard.as_ref().map(|guard| questions.ask(guard)).transpose()?;
            let passed = tree.as_ref().is_none_or(GuardTree::passed);
            if transition.is_forbidding() {
                return Ok(passed);
            }
            found.push(Candidate { transition: id, passed, tree });
            Ok(transition.guard.is_none())
        })?;
        Ok(found)
    }
}

impl<'a, H: Host> Questions<'a, H> {
    fn ask(&mut self, guard: &'a Guard) -> Result<GuardTree, H::Error> {
        Ok(match guard {
            Guard::Named(guard) => GuardTree::Leaf { guard: guard.clone(), passed: self.ask_host(guard)? },
            Guard::And(guards) => {
                let of = guards.iter().map(|guard| self.ask(guard)).collect::<Result<Vec<_>, _>>()?;
                GuardTree::And { passed: of.iter().all(GuardTree::passed), of }
            }
            Guard::Or(guards) => {
                let of = guards.iter().map(|guard| self.ask(guard)).collect::<Result<Vec<_>, _>>()?;
                GuardTree::Or { passed: of.iter().any(GuardTree::passed), of }
            }
            Guard::Not(guard) => {
                let of = Box::new(self.ask(guard)?);
                GuardTree::Not { passed: !of.passed(), of }
            }
            Guard::StateIn(state) => GuardTree::StateIn { state: *state, passed: self.active.contains(*state) },
        })
    }

    fn ask_host(&mut self, guard: &'a GuardRef) -> Result<bool, H::Error> {
        let known = self.answers.iter().find(|(index, params, _)| *index == guard.index && **params == guard.params);
        if let Some((_, _, answer)) = known {
            return Ok(*answer);
        }
        let answer = self.host.guard(guard, self.event)?;
        self.answers.push((guard.index, &guard.params, answer));
        Ok(answer)
    }
}
