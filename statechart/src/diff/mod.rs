//! What differs between two definitions: states, transitions, guards, actions, tags, `meta`, and which leaf states are
//! gone.
//!
//! States are the same when their dotted path is; a renamed state is one that is gone and one that is new. Transitions
//! of a state are paired by trigger, then by what they share. It says what differs and not whether that matters: whether
//! a subject still has a place in the new machine is for whoever knows the subjects.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use serde::Serialize;

use crate::machine::Machine;
use crate::model::Kind;

mod arrows;
mod fields;

/// Whether something is new, gone, or not as it was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// Only the second definition has it.
    Added,
    /// Only the first definition has it.
    Removed,
    /// Both have it, but not the same.
    Changed,
}

/// What a [`Change`] is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A state.
    State,
    /// A transition.
    Transition,
    /// The name of a guard, wherever it is used.
    Guard,
    /// The name of an action, wherever it is used.
    Action,
    /// The name of a delay, wherever it is used.
    Delay,
}

/// One difference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Change {
    /// New, gone or other than it was.
    pub sign: Sign,
    /// What it is about.
    pub subject: Subject,
    /// JSON path in dots in the definition that has it, the second when both do; a name for guards, actions and delays.
    pub path: String,
    /// What it is, or what was and what is: `guard: isPaid → covered`.
    pub what: String,
}

/// All differences between two definitions.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Difference {
    /// States in document order, each with its transitions, then names.
    pub changes: Vec<Change>,
    /// Leaf names that the first machine has and the second has not, or not as the only leaf of that name: whoever is
    /// stored in one of them needs another place.
    pub lost: Vec<String>,
}

impl Difference {
    /// Whether the two mean the same.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.lost.is_empty()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.sign {
            Sign::Added => '+',
            Sign::Removed => '-',
            Sign::Changed => '~',
        };
        let subject = match self.subject {
            Subject::State => "state",
            Subject::Transition => "transition",
            Subject::Guard => "guard",
            Subject::Action => "action",
            Subject::Delay => "delay",
        };
        let path = if self.path.is_empty() { "the root" } else { &self.path };
        write!(f, "{sign} {subject} {path}")?;
        if self.what.is_empty() { Ok(()) } else { write!(f, ": {}", self.what) }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "no difference");
        }
        for change in &self.changes {
            writeln!(f, "{change}")?;
        }
        if self.lost.is_empty() {
            return Ok(());
        }
        writeln!(f, "leaf states that disappear: {}", self.lost.join(", "))
    }
}

/// What differs from `old` to `new`.
pub fn diff(old: &Machine, new: &Machine) -> Difference {
    let mut changes = Vec::new();
    let paths: HashSet<&str> = new.states().iter().map(|state| state.path.as_str()).collect();
    let before: HashMap<&str, usize> =
        old.states().iter().enumerate().map(|(index, state)| (state.path.as_str(), index)).collect();
    for (index, state) in old.states().iter().enumerate().filter(|(_, state)| !paths.contains(state.path.as_str())) {
        changes.push(of_state(Sign::Removed, old, index, kind_name(state.kind).to_owned()));
    }
    for (index, state) in new.states().iter().enumerate() {
        let Some(was) = before.get(state.path.as_str()) else {
            changes.push(of_state(Sign::Added, new, index, kind_name(state.kind).to_owned()));
            arrows::added(new, state, &mut changes);
            continue;
        };
        let was = &old.states()[*was];
        for what in fields::of_states(old, was, new, state) {
            changes.push(of_state(Sign::Changed, new, index, what));
        }
        arrows::changed(old, was, new, state, &mut changes);
    }
    names(Subject::Guard, old.guards(), new.guards(), &mut changes);
    names(Subject::Action, old.actions(), new.actions(), &mut changes);
    names(Subject::Delay, old.delays(), new.delays(), &mut changes);
    Difference { changes, lost: lost(old, new) }
}

fn of_state(sign: Sign, machine: &Machine, index: usize, what: String) -> Change {
    Change { sign, subject: Subject::State, path: machine.pointers[index].clone(), what }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Atomic => "atomic",
        Kind::Compound => "compound",
        Kind::Parallel => "parallel",
        Kind::Final => "final",
        Kind::History(crate::model::Depth::Shallow) => "shallow history",
        Kind::History(crate::model::Depth::Deep) => "deep history",
    }
}

fn names(subject: Subject, old: &[String], new: &[String], changes: &mut Vec<Change>) {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (old.iter().collect(), new.iter().collect());
    let change = |sign, name: &str| Change { sign, subject, path: name.to_owned(), what: String::new() };
    changes.extend(before.difference(&after).map(|name| change(Sign::Removed, name)));
    changes.extend(after.difference(&before).map(|name| change(Sign::Added, name)));
}

fn lost(old: &Machine, new: &Machine) -> Vec<String> {
    let mut seen = HashSet::new();
    let leaves = old.states().iter().filter(|state| state.kind.is_leaf());
    let names = leaves.map(|state| state.key.as_str()).filter(|key| seen.insert(*key));
    // A name that was shared before was nobody's place.
    names.filter(|key| old.leaf(key).is_some() && new.leaf(key).is_none()).map(str::to_owned).collect()
}
