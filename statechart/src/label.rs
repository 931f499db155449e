//! Names for people: what makes a transition be taken, what must hold, what runs. Used by drawings and differences.

use serde_json::Value;

use crate::machine::Machine;
use crate::model::{ActionRef, Guard, Transition, Trigger};

/// What makes the transition be taken, and what it runs: `PAY [isPaid] / book`.
pub(crate) fn transition(machine: &Machine, transition: &Transition) -> String {
    let guard = asked(machine, transition).map(|guard| format!("[{guard}]"));
    let names: Vec<_> = transition.actions.iter().map(|action| action.name.as_str()).collect();
    let actions = (!names.is_empty()).then(|| format!("/ {}", names.join(", ")));
    let note = if transition.is_forbidding() && !transition.is_broken() {
        Some("(forbidden)".to_owned())
    } else {
        transition.reenter.then(|| "(reenter)".to_owned())
    };
    let parts = [Some(trigger(&transition.trigger)), guard, actions, note];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The transition's guard. One that is refused has none when nothing is known of what it asks.
pub(crate) fn asked(machine: &Machine, transition: &Transition) -> Option<String> {
    transition.guard.as_ref().map(|of| guard(machine, of)).filter(|guard| !guard.is_empty())
}

pub(crate) fn trigger(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Event(event) => event.clone(),
        Trigger::Always => "always".to_owned(),
        Trigger::After(delay) => format!("after {delay}"),
        Trigger::Done => "done".to_owned(),
    }
}

/// A guard without its params.
pub(crate) fn guard(machine: &Machine, of: &Guard) -> String {
    tree(machine, of, &|name, _| name.to_owned())
}

/// A guard with all that it says.
pub(crate) fn whole_guard(machine: &Machine, of: &Guard) -> String {
    tree(machine, of, &with_params)
}

/// An action with all that it says.
pub(crate) fn whole_action(action: &ActionRef) -> String {
    with_params(&action.name, &action.params)
}

fn with_params(name: &str, params: &Value) -> String {
    if params.is_null() { name.to_owned() } else { format!("{name}({params})") }
}

fn tree(machine: &Machine, of: &Guard, name: &dyn Fn(&str, &Value) -> String) -> String {
    let nested = |of: &Guard| {
        let label = tree(machine, of, name);
        let is_list = matches!(of, Guard::And(of) | Guard::Or(of) if of.len() > 1);
        if is_list { format!("({label})") } else { label }
    };
    let list = |guards: &[Guard], word: &str| guards.iter().map(nested).collect::<Vec<_>>().join(word);
    match of {
        Guard::Named(guard) => name(&guard.name, &guard.params),
        Guard::And(guards) if guards.is_empty() => "true".to_owned(),
        Guard::Or(guards) if guards.is_empty() => "false".to_owned(),
        Guard::And(guards) => list(guards, " and "),
        Guard::Or(guards) => list(guards, " or "),
        Guard::Not(guard) => format!("not {}", nested(guard)),
        Guard::StateIn(state) => format!("in {}", machine.state(*state).path),
    }
}
