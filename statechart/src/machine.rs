//! A machine: the compiled tables and the plain questions about them.
//!
//! Immutable, so that one machine behind an `Arc` serves every thread. States are numbered in document order, hence the
//! descendants of a state are the range that follows it: ancestry, exit sets and conflicts are comparisons of numbers.

use std::collections::HashMap;

use serde_json::Value;

use crate::compile;
use crate::json;
use crate::lookup::EventTable;
use crate::model::{Delay, Kind, State, StateId, Transition, TransitionId, Trigger};
use crate::problem::Problem;

/// A checked and compiled machine.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(crate) id: String,
    pub(crate) guards: Vec<String>,
    pub(crate) actions: Vec<String>,
    pub(crate) delays: Vec<String>,
    pub(crate) places: Places,
    pub(crate) states: Vec<State>,
    pub(crate) transitions: Vec<Transition>,
    pub(crate) warnings: Vec<Problem>,
    /// Beside `states`: where each is in the file.
    pub(crate) pointers: Vec<String>,
    /// Beside `states`.
    pub(crate) nodes: Vec<Node>,
    /// Beside `transitions`.
    pub(crate) domains: Vec<Domain>,
    pub(crate) events: EventTable,
    /// Leaf keys; `None` for a key that several leaves share.
    pub(crate) leaves: HashMap<String, Option<StateId>>,
    pub(crate) has_always: bool,
}

/// Where each name was met first: JSON paths beside the lists of names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    pub(crate) guards: Vec<String>,
    pub(crate) actions: Vec<String>,
    pub(crate) delays: Vec<String>,
}

/// What the step algorithm needs to know of a state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// Its descendants are the states `id + 1 .. end`.
    pub(crate) end: u32,
    /// Its children without history states.
    pub(crate) regions: Vec<StateId>,
    /// What is kept when it is left.
    pub(crate) memory: Memory,
    /// Where a history state leads when nothing is remembered; empty for other states.
    pub(crate) fallback: Vec<StateId>,
    /// That fallback is the parent's own `initial`, hence runs its actions.
    pub(crate) fallback_is_initial: bool,
    pub(crate) always: Vec<TransitionId>,
    /// `xstate.done.state.<id>`, raised when the state is complete.
    pub(crate) done_event: String,
}

/// What is kept of a state's active descendants when it is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Memory {
    /// It has no history state.
    #[default]
    Nothing,
    /// Its active children: all its history states are shallow.
    Children,
    /// The active leaves below it; active children follow from them.
    Leaves,
}

/// The state whose descendants a transition leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Domain {
    /// The transition has no target: nothing is left.
    Nothing,
    /// The descendants of this state.
    Below(StateId),
    /// Everything, the root too.
    Everything,
    /// A history target: known only when it is taken.
    Remembered,
}

impl Machine {
    /// Reads, checks and compiles an `XState` v5 definition.
    ///
    /// Errors hold every problem of the definition at once, at least one of them a
    /// [`Severity::Error`](crate::Severity::Error).
    pub fn parse(source: &str) -> Result<Self, Vec<Problem>> {
        compile::machine(source)
    }

    /// The same for the bytes of a file, which need not be text.
    pub fn parse_bytes(source: &[u8]) -> Result<Self, Vec<Problem>> {
        Self::parse(json::text(source).map_err(|problem| vec![problem])?)
    }

    /// What is legal in the definition but rarely meant.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// The machine's id, `(machine)` when it has none.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The root's `meta`, `Null` when it has none.
    pub fn meta(&self) -> &Value {
        &self.states[0].meta
    }

    /// The distinct guard names in document order.
    pub fn guards(&self) -> &[String] {
        &self.guards
    }

    /// The distinct action names in document order.
    pub fn actions(&self) -> &[String] {
        &self.actions
    }

    /// The distinct named delays in document order; numeric ones are not among them.
    pub fn delays(&self) -> &[String] {
        &self.delays
    }

    /// Every name of a guard, action or delay with its kind (`guard`, `action`, `delay`) and the JSON path in dots where
    /// it stands first, kind by kind in document order.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &str, &str)> {
        let zipped = [
            ("guard", &self.guards, &self.places.guards),
            ("action", &self.actions, &self.places.actions),
            ("delay", &self.delays, &self.places.delays),
        ];
        zipped.into_iter().flat_map(|(kind, names, places)| {
            names.iter().zip(places).map(move |(name, place)| (kind, name.as_str(), place.as_str()))
        })
    }

    /// Every state in document order; the first is the root.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// A state of this machine. The id must come from this machine.
    pub fn state(&self, id: StateId) -> &State {
        &self.states[id.at()]
    }

    /// The JSON path of a state in dots, `states.a.states.b`; empty for the root.
    pub fn pointer(&self, id: StateId) -> &str {
        &self.pointers[id.at()]
    }

    /// The atomic or final state with this key, when there is exactly one.
    pub fn leaf(&self, name: &str) -> Option<StateId> {
        self.leaves.get(name).copied().flatten()
    }

    /// Every transition in document order.
    pub fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    /// A transition of this machine. The id must come from this machine.
    pub fn transition(&self, id: TransitionId) -> &Transition {
        &self.transitions[id.at()]
    }

    /// The delayed event's name for a timer: `xstate.after.<delay>.<state id>`.
    pub fn after_event(&self, state: StateId, delay: &Delay) -> String {
        format!("xstate.after.{delay}.{}", self.state(state).id)
    }

    /// That name for a delayed transition; none for others.
    pub fn after_event_of(&self, transition: &Transition) -> Option<String> {
        match &transition.trigger {
            Trigger::After(delay) => Some(self.after_event(transition.source, delay)),
            _ => None,
        }
    }

    pub(crate) fn node(&self, id: StateId) -> &Node {
        &self.nodes[id.at()]
    }

    /// Whether `state` lies strictly within `ancestor`.
    pub(crate) fn is_below(&self, state: StateId, ancestor: StateId) -> bool {
        ancestor < state && state.0 < self.node(ancestor).end
    }

    /// The ancestors of `state`, nearest first, the root last.
    pub(crate) fn ancestors(&self, state: StateId) -> impl Iterator<Item = StateId> {
        std::iter::successors(self.state(state).parent, |id| self.state(*id).parent)
    }

    /// The nearest state around all of `states`, itself none of them; `None` when the root is one of them.
    pub(crate) fn common_ancestor(&self, states: &[StateId]) -> Option<StateId> {
        let (head, tail) = states.split_first()?;
        self.ancestors(*head).find(|ancestor| tail.iter().all(|state| self.is_below(*state, *ancestor)))
    }

    /// Whether both can be active at once without one being around the other.
    pub(crate) fn are_parallel(&self, a: StateId, b: StateId) -> bool {
        a != b
            && !self.is_below(a, b)
            && !self.is_below(b, a)
            && self.common_ancestor(&[a, b]).is_some_and(|around| self.state(around).kind == Kind::Parallel)
    }
}
