//! Draws a machine: states, transitions with their guards and actions, tags, and where it is now.
//!
//! Output is text for a drawing tool. Names are escaped, so that no name can break out of the drawing. It does not check
//! that the current state is a state of the machine: an unknown name highlights nothing.

use crate::machine::Machine;
use crate::model::{Guard, StateId, Transition, Trigger};

mod dot;
mod mermaid;
mod page;

/// The language of the drawing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// A Mermaid `stateDiagram-v2`.
    Mermaid,
    /// A Graphviz digraph.
    Dot,
}

/// Draws the machine. `current` are leaf names joined by `+`, as [`Machine::leaf_names`] gives them; they are
/// highlighted.
pub fn render(machine: &Machine, format: Format, current: Option<&str>) -> String {
    let names: Vec<&str> = current.map(|names| names.split('+').collect()).unwrap_or_default();
    let is_current = |id: StateId| {
        let state = machine.state(id);
        state.kind.is_leaf() && names.contains(&state.key.as_str())
    };
    match format {
        Format::Mermaid => mermaid::render(machine, &is_current),
        Format::Dot => dot::render(machine, &is_current),
    }
}

/// A name in the drawing that no other state has: letters, digits and the state's number.
fn node_name(machine: &Machine, id: StateId) -> String {
    let key: String = machine.state(id).key.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    format!("s{}_{key}", id.0)
}

/// A state's key with its tags.
fn state_label(machine: &Machine, id: StateId) -> String {
    let state = machine.state(id);
    if state.tags.is_empty() { state.key.clone() } else { format!("{} [{}]", state.key, state.tags.join(", ")) }
}

/// What makes the transition be taken, and what it runs: `PAY [isPaid] / book`.
fn transition_label(machine: &Machine, transition: &Transition) -> String {
    let trigger = match &transition.trigger {
        Trigger::Event(event) => event.clone(),
        Trigger::Always => "always".to_owned(),
        Trigger::After(delay) => format!("after {delay}"),
        Trigger::Done => "done".to_owned(),
    };
    let guard = transition.guard.as_ref().map(|guard| format!("[{}]", guard_label(machine, guard)));
    let names: Vec<_> = transition.actions.iter().map(|action| action.name.as_str()).collect();
    let actions = (!names.is_empty()).then(|| format!("/ {}", names.join(", ")));
    let note = if transition.is_forbidding() {
        Some("(forbidden)".to_owned())
    } else {
        transition.reenter.then(|| "(reenter)".to_owned())
    };
    let parts = [Some(trigger), guard, actions, note];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn guard_label(machine: &Machine, guard: &Guard) -> String {
    let list = |guards: &[Guard], word: &str| {
        let parts: Vec<_> = guards.iter().map(|guard| nested(machine, guard)).collect();
        parts.join(word)
    };
    match guard {
        Guard::Named(guard) => guard.name.clone(),
        Guard::And(guards) if guards.is_empty() => "true".to_owned(),
        Guard::Or(guards) if guards.is_empty() => "false".to_owned(),
        Guard::And(guards) => list(guards, " and "),
        Guard::Or(guards) => list(guards, " or "),
        Guard::Not(guard) => format!("not {}", nested(machine, guard)),
        Guard::StateIn(state) => format!("in {}", machine.state(*state).path),
    }
}

fn nested(machine: &Machine, guard: &Guard) -> String {
    let label = guard_label(machine, guard);
    let is_list = matches!(guard, Guard::And(of) | Guard::Or(of) if of.len() > 1);
    if is_list { format!("({label})") } else { label }
}
