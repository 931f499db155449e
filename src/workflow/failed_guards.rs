//! Which guards keep an event from being taken: those that would have to answer otherwise, each with what it says.

use super::{
    Event, Opened,
    explain::{self, Asking},
    vocabulary::Verdict,
};
use crate::error::{Code, Error};
use statechart::{GuardTree, Machine};

/// A guard that answers otherwise than it would have to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedGuard {
    /// Its name; `stateIn` for the machine's own question.
    pub guard: String,
    /// The code of the refusal.
    pub code: Code,
    /// What stands in the way.
    pub message: String,
    /// What would help; may be empty.
    pub remedy: String,
}

/// All that keep an event from being taken, of the first candidate first; none when it can be taken.
pub(super) fn failed_guards(opened: &Opened<'_>, event: &Event) -> Result<Vec<FailedGuard>, Error> {
    explain::ask(opened, event, |machine, candidates, asking| {
        if candidates.iter().any(|candidate| candidate.passed) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for tree in candidates.iter().filter_map(|candidate| candidate.tree.as_ref()) {
            search(machine, tree, true, asking, &mut found);
        }
        if found.is_empty() {
            found.push(FailedGuard {
                guard: "condition".to_owned(),
                code: Code::GuardRejected,
                message: format!("what {} asks for in this state is not so", event.name),
                remedy: "explainTransition shows it".to_owned(),
            });
        }
        found
    })
}

/// Descends to the guards that make a tree answer otherwise than it `must`.
fn search(machine: &Machine, tree: &GuardTree, must: bool, asking: &Asking<'_>, found: &mut Vec<FailedGuard>) {
    if tree.passed() == must {
        return;
    }
    match tree {
        GuardTree::And { of, .. } | GuardTree::Or { of, .. } => {
            for part in of {
                search(machine, part, must, asking, found);
            }
        }
        GuardTree::Not { of, .. } => search(machine, of, !must, asking, found),
        GuardTree::StateIn { state, .. } => {
            let path = &machine.state(*state).path;
            let message = if must { format!("it is not in {path}") } else { format!("it is in {path}") };
            let remedy =
                if must { format!("wait until it is in {path}") } else { format!("wait until it has left {path}") };
            push(found, "stateIn", Code::GuardRejected, message, remedy);
        }
        GuardTree::Leaf { guard, .. } => match asking.verdict(guard) {
            Some(Verdict::Fail { code, message, remedy }) if must => {
                push(found, &guard.name, *code, message.clone(), remedy.clone());
            }
            _ => {
                let message = format!("{} holds, and must not", guard.name);
                push(found, &guard.name, Code::GuardRejected, message, String::new());
            }
        },
    }
}

fn push(found: &mut Vec<FailedGuard>, guard: &str, code: Code, message: String, remedy: String) {
    let failed_guard = FailedGuard { guard: guard.to_owned(), code, message, remedy };
    if !found.iter().any(|known| known.guard == failed_guard.guard && known.message == failed_guard.message) {
        found.push(failed_guard);
    }
}
