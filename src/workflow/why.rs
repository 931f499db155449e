//! One event on one subject, in full: whether the door would take it, and every guard that was asked, with its answer.
//!
//! Whether it is allowed is not worked out here: the event is sent to a copy, with all that follows, and the copy is
//! thrown away. So it is allowed exactly when `send` would take it.

use super::{
    Event, Opened, Outcome, Roots, SubjectRef, Unit, Via,
    explain::{self, Asking},
    subject,
    turn::Env,
    vocabulary::Verdict,
};
use crate::clock::Instant;
use crate::workflow::Rules;
use crate::{actor::Actor, db::connect::at_one_moment, error::Error};
use sea_orm::DatabaseConnection;
use serde_json::Value;
use statechart::{GuardTree, Machine};

/// What would come of an event.
#[derive(Debug)]
pub struct Explanation {
    /// The state that the subject is in.
    pub current_state: String,
    /// The state that the subject would be in after it and all that follows; none when it is refused.
    pub target: Option<String>,
    /// What `send` would answer; none when it would take it.
    pub refusal: Option<Error>,
    /// Every transition that the event could take here, in the order in which they are tried.
    pub candidates: Vec<Candidate>,
}

/// A transition that the event could take.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Path of the state that has it.
    pub source: String,
    /// Paths of the states that it leads to; none when it stays.
    pub targets: Vec<String>,
    /// Its guard holds, or it has none.
    pub passed: bool,
    /// Its guard with the answers.
    pub guard: Option<Asked>,
}

/// A guard with its answer.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What kind of question it is.
    pub kind: AskedKind,
    /// The guard's name; for `StateIn` the state's path.
    pub name: Option<String>,
    /// The machine's params for it.
    pub params: Option<Value>,
    /// Whether it holds.
    pub passed: bool,
    /// What stands in the way, with the values that were compared.
    pub message: Option<String>,
    /// What would help.
    pub remedy: Option<String>,
    /// What it joins.
    pub of: Vec<Asked>,
}

/// What kind of question a guard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedKind {
    /// A function of that name.
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

/// Explains one event on one subject, for this actor, now.
pub async fn explain_event(
    db: &DatabaseConnection,
    rules: &Rules,
    now: Instant,
    actor: &Actor,
    subject: SubjectRef,
    event: &Event,
) -> Result<Explanation, Error> {
    let env = Env { rules, actor, now };
    let roots = Roots::of_subjects(&[subject]);
    let mut unit = at_one_moment(db, async |moment| Unit::look(rules, moment, roots, now).await).await?;
    let mut opened = Opened::only(&mut unit, env, subject)?;
    if !subject::visible(opened.order()?, subject, actor)? {
        return Err(Error::not_found(subject.type_id()));
    }
    let candidates = candidates(&opened, event)?;
    let state = |opened: &Opened<'_>| Ok::<_, Error>(subject::columns(opened.order()?, subject)?.state.to_owned());
    let current_state = state(&opened)?;
    let refusal = match opened.try_send(event, None, Via::Client)? {
        Outcome::Taken => None,
        Outcome::Refused(refusal) => Some(refusal),
    };
    let target = if refusal.is_none() { Some(state(&opened)?) } else { None };
    Ok(Explanation { current_state, target, refusal, candidates })
}

fn candidates(opened: &Opened<'_>, event: &Event) -> Result<Vec<Candidate>, Error> {
    explain::ask(opened, event, |machine, found, asking| {
        let path = |id| machine.state(id).path.clone();
        let candidate = |candidate: &statechart::Candidate| {
            let transition = machine.transition(candidate.transition);
            Candidate {
                source: path(transition.source),
                targets: transition.targets.iter().map(|id| path(*id)).collect(),
                passed: candidate.passed,
                guard: candidate.tree.as_ref().map(|tree| asked(machine, tree, asking)),
            }
        };
        found.iter().map(candidate).collect()
    })
}

fn asked(machine: &Machine, tree: &GuardTree, asking: &Asking<'_>) -> Asked {
    let passed = tree.passed();
    let joined = |kind, of: &[GuardTree]| Asked {
        kind,
        name: None,
        params: None,
        passed,
        message: None,
        remedy: None,
        of: of.iter().map(|tree| asked(machine, tree, asking)).collect(),
    };
    match tree {
        GuardTree::And { of, .. } => joined(AskedKind::And, of),
        GuardTree::Or { of, .. } => joined(AskedKind::Or, of),
        GuardTree::Not { of, .. } => {
            let message = (!passed).then(|| "it must not hold, and it does".to_owned());
            Asked { message, ..joined(AskedKind::Not, std::slice::from_ref(of)) }
        }
        GuardTree::StateIn { state, .. } => {
            let path = machine.state(*state).path.clone();
            let message = (!passed).then(|| format!("it is not in {path}"));
            Asked { name: Some(path), message, ..joined(AskedKind::StateIn, &[]) }
        }
        GuardTree::Leaf { guard, .. } => {
            let (message, remedy) = match asking.verdict(guard) {
                Some(Verdict::Fail { message, remedy, .. }) => (Some(message.clone()), Some(remedy.clone())),
                _ => (None, None),
            };
            let params = Some(guard.params.clone()).filter(|params| !params.is_null());
            Asked { name: Some(guard.name.clone()), params, message, remedy, ..joined(AskedKind::Named, &[]) }
        }
    }
}
