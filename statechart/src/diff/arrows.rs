//! The transitions of one state, before and after.
//!
//! Candidates for the same trigger are paired: those that are equal, then those with the same targets, then those with
//! the same guard, then what is left in order. Their order decides which is tried first, hence a change of it counts.

use std::collections::{HashMap, HashSet, VecDeque};

use super::fields::{guard, of_transitions, targets, whole_text};
use super::{Change, Sign, Subject};
use crate::label;
use crate::machine::Machine;
use crate::model::{State, Transition, Trigger};

/// All transitions of a state that is new.
pub(super) fn added(machine: &Machine, state: &State, changes: &mut Vec<Change>) {
    for id in &state.transitions {
        changes.push(whole(Sign::Added, machine, machine.transition(*id)));
    }
}

/// What differs between the transitions of a state that both machines have.
pub(super) fn changed(old: &Machine, was: &State, new: &Machine, is: &State, changes: &mut Vec<Change>) {
    let mut triggers: Vec<&Trigger> = Vec::new();
    let mut groups: HashMap<&Trigger, [Vec<&Transition>; 2]> = HashMap::new();
    let before = was.transitions.iter().map(|id| (0, old.transition(*id)));
    let after = is.transitions.iter().map(|id| (1, new.transition(*id)));
    for (side, of) in before.chain(after) {
        let group = groups.entry(&of.trigger).or_insert_with(|| {
            triggers.push(&of.trigger);
            Default::default()
        });
        group[side].push(of);
    }
    for trigger in triggers {
        let [before, after] = &groups[trigger];
        let partners = pair((old, before), (new, after));
        compare((old, before), (new, after), &partners, changes);
    }
}

/// Says what differs, when `partners` are the places of the old ones that the new ones were, if they were there.
fn compare(
    (old, before): (&Machine, &[&Transition]),
    (new, after): (&Machine, &[&Transition]),
    partners: &[Option<usize>],
    changes: &mut Vec<Change>,
) {
    let paired: HashSet<usize> = partners.iter().flatten().copied().collect();
    for (place, was) in before.iter().enumerate() {
        if !paired.contains(&place) {
            changes.push(whole(Sign::Removed, old, was));
        }
    }
    for (is, partner) in after.iter().zip(partners) {
        let Some(partner) = partner else {
            changes.push(whole(Sign::Added, new, is));
            continue;
        };
        for what in of_transitions(old, before[*partner], new, is) {
            changes.push(one(Sign::Changed, is, format!("{} {what}", label::trigger(&is.trigger))));
        }
    }
    if !partners.iter().flatten().is_sorted()
        && let Some(first) = after.first()
    {
        let what = format!("{}: the candidates are tried in another order", label::trigger(&first.trigger));
        changes.push(one(Sign::Changed, first, what));
    }
}

/// By new transition: the place of the old one that it was.
fn pair((old, before): (&Machine, &[&Transition]), (new, after): (&Machine, &[&Transition])) -> Vec<Option<usize>> {
    let mut partners = vec![None; after.len()];
    let mut free = vec![true; before.len()];
    let rounds: [fn(&Machine, &Transition) -> String; 4] = [whole_text, targets, guard, |_, _| String::new()];
    for key in rounds {
        let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (place, of) in before.iter().enumerate().filter(|(place, _)| free[*place]) {
            waiting.entry(key(old, of)).or_default().push_back(place);
        }
        for (place, of) in after.iter().enumerate() {
            if partners[place].is_none()
                && let Some(found) = waiting.get_mut(&key(new, of)).and_then(VecDeque::pop_front)
            {
                partners[place] = Some(found);
                free[found] = false;
            }
        }
    }
    partners
}

fn whole(sign: Sign, machine: &Machine, of: &Transition) -> Change {
    let to = targets(machine, of);
    let to = if to.is_empty() { String::new() } else { format!(" → {to}") };
    one(sign, of, format!("{}{to}", label::transition(machine, of)))
}

fn one(sign: Sign, of: &Transition, what: String) -> Change {
    Change { sign, subject: Subject::Transition, path: of.pointer.clone(), what }
}
