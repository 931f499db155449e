//! Keys that are refused for a reason: those of `XState` 4, those of `XState` 5 that this crate does without, and those
//! that stand in the wrong place. Other keys are only unknown.

use crate::keys::Place;

/// Keys for which the same is to be said.
struct Reason {
    keys: &'static [&'static str],
    /// Where; empty for everywhere.
    places: &'static [Place],
    why: &'static str,
    help: &'static str,
}

const fn of(keys: &'static [&'static str], places: &'static [Place], why: &'static str, help: &'static str) -> Reason {
    Reason { keys, places, why, help }
}

const ANYWHERE: &[Place] = &[];
const STATES: &[Place] = &[Place::Root, Place::State, Place::History];
const V4: &str = "is of XState 4";

/// What is not supported: each of these has a row in the table of docs/machines.md. The first that fits counts.
const UNSUPPORTED: &[Reason] = &[
    of(&["cond"], ANYWHERE, "is of XState 4: XState 5 ignores it and lets every transition pass", "say `guard`"),
    of(&["internal"], ANYWHERE, V4, "leave it out, or say `reenter: true` for what `internal: false` meant"),
    of(&["in"], ANYWHERE, V4, "say `guard: {\"type\": \"stateIn\", \"params\": {\"state\": \"a.b\"}}`"),
    of(
        &["invoke", "spawn", "services", "actors", "activities", "src"],
        ANYWHERE,
        "is refused: a machine starts no work of its own, side work is an effect",
        "name an action and let the result come back as an event",
    ),
    of(
        &["onError", "onSnapshot"],
        ANYWHERE,
        "belongs to `invoke`, which is refused",
        "let the failure come back as an event",
    ),
    of(&["onEntry"], ANYWHERE, V4, "say `entry`"),
    of(&["onExit"], ANYWHERE, V4, "say `exit`"),
    of(&["parallel", "final"], ANYWHERE, "is no key", "say `type`"),
    of(&["data"], ANYWHERE, V4, "data belong in the context"),
    of(&["route"], ANYWHERE, "is not supported", "write the transitions out"),
    of(
        &["strict", "delimiter", "schema", "tsTypes", "predictableActionArguments", "preserveActionOrder"],
        ANYWHERE,
        V4,
        "leave it out",
    ),
    of(&["delay"], ANYWHERE, "does not belong here", "the delay is the key under `after`"),
    of(&["event"], ANYWHERE, "does not belong here", "the event is the key under `on`"),
    of(&["emit"], ANYWHERE, "is not supported", "name an action: the program sends what follows"),
    of(&["raise"], ANYWHERE, "is not supported", "say `always`, or name an action that sends a follow-up"),
    of(&["exec"], ANYWHERE, "is not supported: a machine has no code", "name the action in `type`"),
    of(&["key"], STATES, "is not supported", "the key under `states` is the name"),
    of(&["order"], STATES, "is not supported", "leave it out: states come in the order in which they are written"),
    of(&["parent"], STATES, "is not supported", "leave it out: a state's parent is the one that it is written in"),
    of(&["options"], STATES, "is not supported", "leave it out: how many microsteps may follow each other is fixed"),
    of(&["input", "systemId"], STATES, "is of actors, which there are not", "leave it out"),
    of(&["guards", "delays"], STATES, "is not supported: the program has a function for each name", "leave it out"),
    of(&["actions"], STATES, "does not belong here", "say `entry` or `exit`; the program has a function for each name"),
    of(
        &["guard"],
        &[Place::Initial],
        "has no meaning here: a state always enters its initial child",
        "put the guard on an `always` of that child",
    ),
    of(&["reenter"], &[Place::Initial], "has no meaning here: the initial child is entered, not left", "leave it out"),
];

/// What is supported elsewhere.
const MISPLACED: &[Reason] = &[
    of(&["target"], &[Place::State], "belongs to a transition or a history state", "say `on` or `always`"),
    of(&["guard", "reenter"], STATES, "belongs to a transition", "put it into one of `on`, `always` or `after`"),
    of(&["params"], &[Place::GuardList], "has no meaning for `and`, `or` and `not`", "leave it out"),
    of(
        &["on", "always", "after", "onDone", "entry", "exit", "states", "initial"],
        &[Place::History],
        "would never be looked at: a history state is never active",
        "move it to a state that is",
    ),
    of(&["context", "version"], ANYWHERE, "belongs at the root", "move it there"),
];

/// Why a key is refused there, and what to write in its place.
pub(crate) fn explain(place: Place, key: &str) -> Option<(&'static str, &'static str)> {
    let fits =
        |reason: &&Reason| reason.keys.contains(&key) && (reason.places.is_empty() || reason.places.contains(&place));
    UNSUPPORTED.iter().chain(MISPLACED).find(fits).map(|reason| (reason.why, reason.help))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::Machine;

    /// Everything that is said about the fragments of the table. That each row is refused where it says is tested in
    /// `tests/behaviour/unsupported.rs`.
    fn said_of_the_manual() -> HashSet<String> {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/machines.md");
        let manual = std::fs::read_to_string(file).expect("the manual");
        let (_, section) = manual.split_once("## Not supported").expect("the section");
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        let refused = rows.flat_map(|row| {
            let cells: Vec<&str> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
            let fragment: Value = serde_json::from_str(cells[2]).expect("JSON");
            let mut definition = json!({"initial": "a", "states": {"a": {}, "b": {}}});
            let is_state = cells[1].starts_with("states.a");
            let within = if is_state { &mut definition["states"]["a"] } else { &mut definition };
            for (key, value) in fragment.as_object().expect("an object") {
                within[key] = value.clone();
            }
            Machine::parse(&definition.to_string()).expect_err(row)
        });
        refused.map(|problem| problem.message).collect()
    }

    #[test]
    fn the_manual_has_a_row_for_everything_that_is_not_supported() {
        let said = said_of_the_manual();
        for reason in UNSUPPORTED {
            for key in reason.keys {
                let message = format!("`{key}` {}", reason.why);
                assert!(said.contains(&message), "docs/machines.md, \"Not supported\", has no row for: {message}");
            }
        }
    }
}
