//! `explainTransition`'s answer.

use crate::error::Error;
use crate::graphql::failure::suggestion;
use crate::graphql::scalars::{DateTime, Json};
use crate::workflow::why::{Asked, Candidate, Explanation};
use async_graphql::{Enum, SimpleObject};

/// What kind of question a guard is.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::workflow::why::AskedKind")]
pub enum GuardKind {
    /// A guard of that name.
    Named,
    /// All must hold.
    And,
    /// One must hold.
    Or,
    /// It must not hold.
    Not,
    /// A state must be active.
    StateIn,
}

/// What would come of an event, and why.
#[derive(SimpleObject)]
pub struct TransitionExplanation {
    /// The state that the subject is in.
    current_state: String,
    /// Whether sending it now would succeed.
    allowed: bool,
    /// The state that the subject would be in after it and all that follows; null when it is refused.
    target_state: Option<String>,
    /// What sending it would answer; null when it would succeed.
    refusal: Option<Refusal>,
    /// Every transition that the event could take here, in the order in which they are tried: the first that passes is
    /// taken.
    candidates: Vec<TransitionCandidate>,
}

/// Why an event would be refused.
#[derive(SimpleObject)]
pub struct Refusal {
    /// As in `extensions.code`.
    code: String,
    /// What stands in the way.
    message: String,
    /// What would help.
    suggested_action: Option<String>,
    /// The guard that says no.
    guard: Option<String>,
    /// When a window opens.
    until: Option<DateTime>,
}

/// A transition that the event could take.
#[derive(SimpleObject)]
pub struct TransitionCandidate {
    /// Path of the state that has it.
    source: String,
    /// Paths of the states that it leads to; empty when it stays.
    targets: Vec<String>,
    /// Its guard holds, or it has none.
    passed: bool,
    /// Its guard with the answers; null when it has none.
    guard: Option<GuardExplanation>,
}

/// A guard with its answer.
#[derive(SimpleObject)]
pub struct GuardExplanation {
    /// What kind of question it is.
    kind: GuardKind,
    /// The guard's name; for `STATE_IN` the state's path.
    name: Option<String>,
    /// The machine's params for it.
    params: Option<Json>,
    /// Whether it holds.
    passed: bool,
    /// What stands in the way, with the values that were compared.
    message: Option<String>,
    /// What would help.
    remedy: Option<String>,
    /// What AND, OR and NOT join.
    of: Vec<GuardExplanation>,
}

impl From<Explanation> for TransitionExplanation {
    fn from(explanation: Explanation) -> Self {
        Self {
            current_state: explanation.current_state,
            allowed: explanation.refusal.is_none(),
            target_state: explanation.target,
            refusal: explanation.refusal.map(Refusal::from),
            candidates: explanation.candidates.into_iter().map(TransitionCandidate::from).collect(),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let (code, message) = (error.code(), error.to_string());
        let (remedy, guard, until) = match error {
            Error::Refused(refusal) => (refusal.remedy, refusal.guard, refusal.until),
            _ => (None, None, None),
        };
        Self {
            code: code.as_str().to_owned(),
            message,
            suggested_action: remedy.or_else(|| suggestion(code).map(str::to_owned)),
            guard,
            until: until.map(DateTime),
        }
    }
}

impl From<Candidate> for TransitionCandidate {
    fn from(candidate: Candidate) -> Self {
        Self {
            source: candidate.source,
            targets: candidate.targets,
            passed: candidate.passed,
            guard: candidate.guard.map(GuardExplanation::from),
        }
    }
}

impl From<Asked> for GuardExplanation {
    fn from(asked: Asked) -> Self {
        Self {
            kind: asked.kind.into(),
            name: asked.name,
            params: asked.params.map(Json),
            passed: asked.passed,
            message: asked.message,
            remedy: asked.remedy,
            of: asked.of.into_iter().map(Self::from).collect(),
        }
    }
}
