//! The parts of a compiled machine: states, transitions, guards, actions, delays.
//!
//! Plain data, in document order, that refers to each other by index. What the step algorithm needs besides (ranges,
//! domains, lookups) is kept beside it in the crate and is not public.

use serde::Serialize;
use serde_json::Value;

/// A state's place in [`Machine::states`](crate::Machine::states); document order, 0 is the root.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct StateId(pub u32);

/// A transition's place in [`Machine::transitions`](crate::Machine::transitions); document order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct TransitionId(pub u32);

impl StateId {
    /// The root of every machine.
    pub const ROOT: Self = Self(0);

    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }

    /// Machines are far smaller than `u32::MAX` states: the source text would not fit into memory.
    pub(crate) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

impl TransitionId {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }

    pub(crate) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// A state of the machine, the root and history states included.
#[derive(Clone, PartialEq, Debug)]
pub struct State {
    /// Its key in the parent's `states`; for the root the machine's id.
    pub key: String,
    /// The `id` it was given, else `machineId.path`.
    pub id: String,
    /// Keys from the root joined by dots; empty for the root.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// The state around it; `None` for the root.
    pub parent: Option<StateId>,
    /// Its children in document order, history states included.
    pub children: Vec<StateId>,
    /// Its own tags.
    pub tags: Vec<String>,
    /// Its `meta`, `Null` when it has none.
    pub meta: Value,
    /// Its `description`.
    pub description: Option<String>,
    /// Actions on entry, in order.
    pub entry: Vec<ActionRef>,
    /// Actions on exit, in order.
    pub exit: Vec<ActionRef>,
    /// Every transition that it is the source of, in document order: `on`, `onDone`, `always`, `after`.
    pub transitions: Vec<TransitionId>,
    /// The child that is entered by default: compound states only.
    pub initial: Option<StateId>,
    /// The actions of `initial: {target, actions}`.
    pub initial_actions: Vec<ActionRef>,
    /// The distinct delays of its `after`, in document order.
    pub delays: Vec<Delay>,
}

/// What a state is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// No children.
    Atomic,
    /// Exactly one child is active.
    Compound,
    /// All children are active.
    Parallel,
    /// No children; entering it completes its parent.
    Final,
    /// Never active; stands for what was active in its parent.
    History(Depth),
}

/// How much a history state remembers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Depth {
    /// The parent's active children.
    Shallow,
    /// The active leaves below the parent.
    Deep,
}

impl Kind {
    /// Whether it can be active and has no children.
    pub fn is_leaf(self) -> bool {
        matches!(self, Self::Atomic | Self::Final)
    }

    /// Whether it is a history state.
    pub fn is_history(self) -> bool {
        matches!(self, Self::History(_))
    }
}

/// A transition of the machine.
#[derive(Clone, PartialEq, Debug)]
pub struct Transition {
    /// The state that declares it.
    pub source: StateId,
    /// What makes it be considered.
    pub trigger: Trigger,
    /// What must hold; `None` when nothing must.
    pub guard: Option<Guard>,
    /// Where it goes; empty when it stays.
    pub targets: Vec<StateId>,
    /// What it runs, in order.
    pub actions: Vec<ActionRef>,
    /// Whether the source is left and entered even when the target lies within.
    pub reenter: bool,
    /// Its `meta`, `Null` when it has none.
    pub meta: Value,
    /// Its `description`.
    pub description: Option<String>,
    /// Its JSON path in dots, `states.a.on.GO.1`.
    pub pointer: String,
}

impl Transition {
    /// It goes nowhere and says nothing: written to keep the event from ancestors and wildcards. One that has `meta`
    /// takes the event and stays.
    pub fn is_forbidding(&self) -> bool {
        self.targets.is_empty() && self.actions.is_empty() && self.meta.is_null()
    }

    /// It is refused: what it asks, and what it has besides what could be read, is not known.
    pub(crate) fn is_broken(&self) -> bool {
        matches!(&self.guard, Some(Guard::Named(guard)) if guard.index == UNKNOWN_GUARD)
    }
}

/// What makes a transition be considered.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Trigger {
    /// An event whose name matches the descriptor, as written, wildcards too.
    Event(String),
    /// Whenever the machine has settled nothing else (`always`).
    Always,
    /// The time since the state was entered (`after`).
    After(Delay),
    /// The state is complete (`onDone`).
    Done,
}

/// How long an `after` waits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Delay {
    /// A name that the host resolves.
    Named(String),
    /// Milliseconds.
    Millis(u64),
}

impl std::fmt::Display for Delay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Millis(millis) => write!(f, "{millis}"),
        }
    }
}

/// What must hold for a transition to be taken.
#[derive(Clone, PartialEq, Debug)]
pub enum Guard {
    /// A guard that the host answers.
    Named(GuardRef),
    /// All of them; true when empty.
    And(Vec<Guard>),
    /// Any of them; false when empty.
    Or(Vec<Guard>),
    /// The opposite.
    Not(Box<Guard>),
    /// Whether a state is active.
    StateIn(StateId),
}

/// A use of a named guard.
#[derive(Clone, PartialEq, Debug)]
pub struct GuardRef {
    /// Its place in [`Machine::guards`](crate::Machine::guards).
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its static `params`, `Null` when it has none.
    pub params: Value,
}

/// The index of a guard that could not be read, in a machine that is only looked at for further problems.
pub(crate) const UNKNOWN_GUARD: usize = usize::MAX;

/// A use of a named action.
#[derive(Clone, PartialEq, Debug)]
pub struct ActionRef {
    /// Its place in [`Machine::actions`](crate::Machine::actions).
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its static `params`, `Null` when it has none.
    pub params: Value,
}
