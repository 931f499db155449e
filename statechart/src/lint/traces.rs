//! What looks like the work of `JSON.stringify`, which drops functions: empty transitions, `always` that lost its guard;
//! and code that stands where a name should.

use crate::lookup::is_wildcard;
use crate::machine::{Domain, Machine};
use crate::model::{StateId, Transition, TransitionId, Trigger};
use crate::problem::{Problem, Problems};

const LOST: &str = "`JSON.stringify` leaves this of a transition whose actions are functions";

/// Warns of the transitions of one state that say nothing, or let nothing else happen.
pub(super) fn transitions(machine: &Machine, id: StateId, problems: &mut Problems) {
    let own = &machine.state(id).transitions;
    for (place, of) in own.iter().enumerate() {
        let transition = machine.transition(*of);
        if transition.is_forbidding() && !transition.is_broken() {
            let after = &own[place + 1..];
            empty(machine, id, transition, after, problems);
        }
    }
    let other = own.iter().map(|of| machine.transition(*of));
    let mut other =
        other.filter(|of| matches!(of.trigger, Trigger::Event(_) | Trigger::After(_)) && !of.is_forbidding());
    if let (Some(first), Some(_)) = (leaves_at_once(machine, id), other.next()) {
        let message = "leads on at once, so that no event and no delay of this state is ever waited for";
        let help = "give it a guard, or drop the others; `JSON.stringify` loses a guard that is a function";
        problems.push(Problem::warning(machine.transition(first).pointer.clone(), message, help));
    }
}

/// The `always` without guard that leaves the state.
fn leaves_at_once(machine: &Machine, id: StateId) -> Option<TransitionId> {
    machine.node(id).always.iter().copied().find(|of| {
        let leaves = match machine.domains[of.at()] {
            Domain::Nothing | Domain::Remembered => false,
            Domain::Below(domain) => domain != id && !machine.is_below(domain, id),
            Domain::Everything => true,
        };
        let transition = machine.transition(*of);
        leaves && transition.guard.is_none() && transition.targets != [id]
    })
}

/// An empty transition forbids an event: to those after it, to wildcards, and to the states around.
fn empty(machine: &Machine, id: StateId, transition: &Transition, after: &[TransitionId], problems: &mut Problems) {
    let same = |of: &&TransitionId| machine.transition(**of).trigger == transition.trigger;
    if transition.guard.is_none() && after.iter().any(|of| same(&of)) {
        let message = "this is empty: it keeps those after it from being taken";
        let help = format!("drop it, or put it last; {LOST}");
        problems.push(Problem::warning(transition.pointer.clone(), message, help));
        return;
    }
    let message = match &transition.trigger {
        Trigger::Event(event) if is_wildcard(event) || event.starts_with("xstate.") => return,
        Trigger::Event(event) if is_taken_otherwise(machine, id, event) => return,
        Trigger::Event(event) => format!("this is empty: it forbids `{event}`, which nothing here or around takes"),
        Trigger::After(_) => "this is empty: nothing happens after that time".to_owned(),
        Trigger::Always if machine.ancestors(id).any(|at| !machine.node(at).always.is_empty()) => return,
        Trigger::Always => "this is empty: it does nothing".to_owned(),
        Trigger::Done => return,
    };
    let help = format!("drop it; {LOST}: name them");
    problems.push(Problem::warning(transition.pointer.clone(), message, help));
}

/// Whether this state, by a wildcard or another candidate, or one around it would take the event.
fn is_taken_otherwise(machine: &Machine, id: StateId, event: &str) -> bool {
    let name = machine.events.find(event);
    let around = std::iter::once(id).chain(machine.ancestors(id));
    let others = around.flat_map(|at| machine.events.candidates(at, name).map(|of| machine.transition(of)));
    // Those beside it in its own list were asked before it.
    let mut others = others.filter(|of| of.source != id || !matches!(&of.trigger, Trigger::Event(own) if own == event));
    others.any(|other| !other.is_forbidding() || other.is_broken())
}

/// Warns of names that are code, each at the first place that has it.
pub(super) fn code(machine: &Machine, problems: &mut Problems) {
    let names = [
        ("guard", &machine.guards, &machine.places.guards),
        ("action", &machine.actions, &machine.places.actions),
        ("delay", &machine.delays, &machine.places.delays),
    ];
    for (kind, names, places) in names {
        for (name, place) in names.iter().zip(places).filter(|(name, _)| looks_like_code(name)) {
            let message = format!("this is code, and would be taken for the name of {}", article(kind));
            let help = format!("give the {kind} a name; `{}` is what its function in the program does", shown(name));
            problems.push(Problem::warning(place.clone(), message, help));
        }
    }
}

fn article(kind: &str) -> String {
    if kind == "action" { "an action".to_owned() } else { format!("a {kind}") }
}

fn shown(name: &str) -> &str {
    let end = name.char_indices().nth(60).map_or(name.len(), |(at, _)| at);
    &name[..end]
}

/// Whether a name of a guard, action or delay is rather a piece of a program: `() => true`, `count > 3`, `isPaid()`. For
/// whoever says of an unknown name what it is.
///
/// ```
/// assert!(statechart::looks_like_code("ctx => ctx.count > 3"));
/// assert!(!statechart::looks_like_code("isPaid"));
/// ```
pub fn looks_like_code(name: &str) -> bool {
    const SIGNS: [&str; 14] =
        ["=>", ";", "{", "}", "&&", "||", "==", "!=", ">=", "<=", " > ", " < ", "+=", "function("];
    let called = name.find('(').is_some_and(|at| at > 0 && name.contains(')') && !name[..at].ends_with(' '));
    let negated = name.strip_prefix('!').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '('));
    let context = ["context.", "ctx.", "this."].iter().any(|prefix| name.starts_with(prefix));
    called || negated || context || SIGNS.iter().any(|sign| name.contains(sign)) || name.starts_with("function ")
}

#[cfg(test)]
mod tests {
    use super::looks_like_code;

    #[test]
    fn code_is_told_from_names() {
        for code in [
            "() => true",
            "(context, event) => event.ok",
            "function () { return true }",
            "function(){}",
            "isPaid()",
            "assign({ n: 1 })",
            "a && b",
            "!isPaid",
            "count >= 3",
            "ctx.count > 3",
            "context.paid",
            "x += 1",
        ] {
            assert!(looks_like_code(code), "{code}");
        }
        for name in [
            "isPaid",
            "is paid",
            "+a",
            "-a",
            "<b>",
            "pay (late)",
            "a.b",
            "order:paid",
            "notify!",
            "50% off",
            "a-b_c",
            "()",
        ] {
            assert!(!looks_like_code(name), "{name}");
        }
    }
}
