//! The keys that a definition may have, and what to say about the others.

use serde_json::{Map, Value};

use crate::limits;
use crate::problem::{Problem, Problems};
use crate::unsupported;

/// A kind of object in a definition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Root,
    State,
    History,
    Transition,
    /// A transition in a list that stands where a table should: it names its event or delay itself.
    Listed,
    Initial,
    Guard,
    GuardList,
    Action,
}

const STATE: &[&str] = &[
    "id",
    "type",
    "initial",
    "states",
    "on",
    "always",
    "after",
    "onDone",
    "entry",
    "exit",
    "tags",
    "meta",
    "description",
    "history",
    "output",
];
const ROOT: &[&str] = &["$schema", "version", "context", "schemas", "types"];

impl Place {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Root | Self::State => STATE,
            Self::History => &["id", "type", "history", "target", "tags", "meta", "description"],
            Self::Transition => &["target", "guard", "actions", "reenter", "meta", "description"],
            Self::Listed => &["target", "guard", "actions", "reenter", "meta", "description", "event", "delay"],
            Self::Initial => &["target", "actions", "meta", "description"],
            Self::Guard | Self::Action => &["type", "params"],
            Self::GuardList => &["type", "guards"],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Root => "the root",
            Self::State => "a state",
            Self::History => "a history state",
            Self::Transition | Self::Listed => "a transition",
            Self::Initial => "`initial`",
            Self::Guard | Self::GuardList => "a guard",
            Self::Action => "an action",
        }
    }

    fn allows(self, key: &str) -> bool {
        self.keys().contains(&key) || (self == Self::Root && ROOT.contains(&key))
    }
}

/// Names every key of `map` that does not belong there. Answers whether one of them is unknown, hence could stand for
/// any other.
pub(crate) fn check(place: Place, map: &Map<String, Value>, path: &str, problems: &mut Problems) -> bool {
    let mut strange = false;
    for key in map.keys().filter(|key| !place.allows(key)) {
        if problems.is_full() {
            return strange;
        }
        strange |= unsupported::explain(place, key).is_none();
        let (message, help) = explain(place, key);
        problems.push(Problem::error(join(path, key), message, help));
    }
    strange
}

/// The same for a guard or an action, where all that does not belong there is one mistake: `XState` 4 wrote params
/// beside the type.
pub(crate) fn check_params(place: Place, map: &Map<String, Value>, path: &str, problems: &mut Problems) {
    let Some(told) = misplaced(place, map) else { return };
    let wrong: Vec<&str> = map.keys().map(String::as_str).filter(|key| !place.allows(key)).collect();
    let (message, help) = match (unsupported::explain(place, told), wrong.len()) {
        (None, 1) if !place.keys().iter().any(|known| is_near(known, told)) => {
            (format!("`{told}` is not a key of {}", place.name()), format!("say `\"params\": {{\"{told}\": …}}`"))
        }
        (None, 2..) => {
            let names = listed(wrong.iter().copied());
            (format!("{names} are no keys of {}", place.name()), "put them into `params`".to_owned())
        }
        _ => explain(place, told),
    };
    problems.push(Problem::error(join(path, told), message, help));
}

/// Of the keys that do not belong there, the one that is told of.
pub(crate) fn misplaced(place: Place, map: &Map<String, Value>) -> Option<&str> {
    let mut wrong = map.keys().map(String::as_str).filter(|key| !place.allows(key));
    let first = wrong.clone().next()?;
    Some(wrong.find(|key| unsupported::explain(place, key).is_some()).unwrap_or(first))
}

/// `path.key`, or `key` at the root.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Whether a path ends in a place of a list.
pub(crate) fn is_of_list(path: &str) -> bool {
    path.rsplit('.').next().is_some_and(|last| last.parse::<u32>().is_ok())
}

fn explain(place: Place, key: &str) -> (String, String) {
    if let Some((why, help)) = unsupported::explain(place, key) {
        return (format!("`{key}` {why}"), help.to_owned());
    }
    let message = format!("`{key}` is not a key of {}", place.name());
    let near = place.keys().iter().find(|known| known.len() > 2 && is_near(known, key));
    let help = near.map_or_else(
        || format!("known are {}; additions of your own belong in `meta`", place.keys().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    (message, help)
}

/// Names for a sentence, the first of them when they are many.
pub(crate) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    let (shown, rest) = names.split_at(names.len().min(limits::LISTED));
    let rest = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    format!("{}{rest}", shown.join(", "))
}

/// Whether `word` could be `known`, misspelt: at most two letters differ, and their case does not count. For whoever
/// refuses a name and wants to ask "did you mean …?" by the rule by which this crate does. Words of more than a hundred
/// bytes are near nothing.
///
/// ```
/// assert!(statechart::is_near("aprove", "approve"));
/// assert!(!statechart::is_near("reject", "approve"));
/// ```
pub fn is_near(word: &str, known: &str) -> bool {
    distance(word, known).is_some()
}

/// Edits that a misspelt word may have.
const EDITS: usize = 2;

/// Edits that turn one word into the other, when they are few. What lies further from the diagonal than that needs more
/// of them, and is not looked at.
pub(crate) fn distance(a: &str, b: &str) -> Option<usize> {
    if a.len().max(b.len()) > limits::WORD || a.len().abs_diff(b.len()) > 4 * EDITS {
        return None;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut last = 0;
    for (i, x) in a.chars().enumerate() {
        last = i + 1;
        let (first, end) = (i.saturating_sub(EDITS), b.len().min(i + EDITS + 1));
        if first > end {
            return None;
        }
        let mut diagonal = row[first];
        row[first] = if first == 0 { i + 1 } else { EDITS + 1 };
        for j in first..end {
            let change = diagonal + usize::from(!x.eq_ignore_ascii_case(&b[j]));
            diagonal = row[j + 1];
            let above = if j + 1 == i + EDITS + 1 { EDITS + 1 } else { diagonal };
            row[j + 1] = change.min(row[j] + 1).min(above + 1);
        }
        if row[first..=end].iter().all(|edits| *edits > EDITS) {
            return None;
        }
    }
    let edits = row[b.len()];
    (edits <= EDITS && last.abs_diff(b.len()) <= EDITS).then_some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The textbook's table, all of it.
    fn plain(a: &str, b: &str) -> usize {
        let b: Vec<char> = b.chars().collect();
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.chars().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                let change = diagonal + usize::from(!x.eq_ignore_ascii_case(y));
                diagonal = row[j + 1];
                row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[b.len()]
    }

    #[test]
    fn the_narrow_table_counts_like_the_whole_one() {
        let word = |number: usize| -> String {
            let rests = std::iter::successors(Some(number / 8), |rest| Some(rest / 3));
            rests.take(number % 8).map(|rest| ["a", "b", "é"][rest % 3]).collect()
        };
        for a in (0..2_000).step_by(3).map(word) {
            for b in (0..4_000).step_by(7).map(word) {
                let edits = plain(&a, &b);
                assert_eq!(distance(&a, &b), (edits <= EDITS).then_some(edits), "{a} {b}");
            }
        }
    }
}
