//! Which transitions an event could take: the index from event names to transitions, and the walk over the active
//! states in the order in which `XState` asks them.
//!
//! Names that the machine mentions are numbered at compile time, and each state holds the finished list of candidates for
//! those that it spells out, wildcards included. Other names are matched against its wildcards at run time.

use std::collections::{HashMap, HashSet};

use crate::machine::Machine;
use crate::model::{Kind, StateId, TransitionId, Trigger};
use crate::set::StateSet;
use crate::snapshot::Snapshot;

/// Event names to candidates.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventTable {
    names: HashMap<String, u32>,
    /// By state.
    rows: Vec<Row>,
}

/// The candidates of a state.
#[derive(Clone, Debug, Default)]
struct Row {
    /// By number of the event, sorted.
    known: Vec<(u32, Known)>,
    /// Longest first.
    wildcards: Vec<(String, Vec<TransitionId>)>,
}

/// The candidates for an event that the state spells out.
#[derive(Clone, Debug)]
struct Known {
    exact: Vec<TransitionId>,
    /// Places of the wildcards that stand for it too, longest first. Not their transitions: many names times many of
    /// those would not fit into memory.
    wild: Vec<u32>,
}

/// The descriptors of one state with their transitions, in document order.
pub(crate) type Descriptors = Vec<(String, Vec<TransitionId>)>;

/// An event's name, looked up once a macrostep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventName<'a> {
    pub(crate) text: &'a str,
    number: Option<u32>,
}

impl EventTable {
    /// Indexes the descriptors of every state.
    pub(crate) fn new(states: &[Descriptors]) -> Self {
        let mut names = HashMap::new();
        for (descriptor, _) in states.iter().flatten().filter(|(descriptor, _)| descriptor != "*") {
            let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
            names.entry(descriptor.clone()).or_insert(next);
        }
        let rows = states.iter().map(|descriptors| Row::new(descriptors, &names)).collect();
        Self { names, rows }
    }

    pub(crate) fn find<'a>(&self, name: &'a str) -> EventName<'a> {
        EventName { text: name, number: self.names.get(name).copied() }
    }

    /// The candidates of one state, in the order in which they are tried.
    pub(crate) fn candidates(&self, state: StateId, event: EventName<'_>) -> impl Iterator<Item = TransitionId> {
        let row = &self.rows[state.at()];
        let known = event.number.and_then(|number| {
            let place = row.known.binary_search_by_key(&number, |(of, _)| *of).ok()?;
            Some(&row.known[place].1)
        });
        let exact = known.map(|known| known.exact.as_slice()).unwrap_or_default();
        let wild = known.map(|known| known.wild.as_slice()).unwrap_or_default();
        let wild = wild.iter().flat_map(|place| &row.wildcards[*place as usize].1);
        let wildcards: &[(String, Vec<TransitionId>)] =
            if known.is_none() && event.text != "*" { &row.wildcards } else { &[] };
        let matching = wildcards.iter().filter(move |(wildcard, _)| matches_wildcard(event.text, wildcard));
        exact.iter().chain(wild).chain(matching.flat_map(|(_, of)| of)).copied()
    }
}

impl Row {
    fn new(descriptors: &Descriptors, names: &HashMap<String, u32>) -> Self {
        let mut wildcards: Descriptors = descriptors.iter().filter(|(text, _)| is_wildcard(text)).cloned().collect();
        wildcards.sort_by_key(|(text, _)| std::cmp::Reverse(text.encode_utf16().count()));
        let places: HashMap<&str, u32> = wildcards.iter().map(|(text, _)| text.as_str()).zip(0..).collect();
        let known = |(name, of): &(String, Vec<TransitionId>)| {
            let wild = if places.is_empty() { Vec::new() } else { standing_for(name, &places) };
            Some((*names.get(name)?, Known { exact: of.clone(), wild }))
        };
        let mut known: Vec<_> = descriptors.iter().filter_map(known).collect();
        known.sort_by_key(|(number, _)| *number);
        Self { known, wildcards }
    }
}

/// The places of the wildcards that stand for `name`, itself not counted: a wildcard does when its text before the star
/// is one of the beginnings of the name that end before a dot, or all of it.
fn standing_for(name: &str, places: &HashMap<&str, u32>) -> Vec<u32> {
    let ends = name.match_indices('.').map(|(dot, _)| dot).chain([name.len()]);
    let texts = ends.map(|end| format!("{}.*", &name[..end])).chain(["*".to_owned()]);
    let others = texts.filter(|text| text != name);
    let mut wild: Vec<u32> = others.filter_map(|text| places.get(text.as_str()).copied()).collect();
    wild.sort_unstable();
    wild
}

/// `*`, or `a.b.*` with no other star that stands alone between dots; stars elsewhere are text.
pub(crate) fn is_wildcard(descriptor: &str) -> bool {
    descriptor == "*" || descriptor.strip_suffix(".*").is_some_and(|prefix| prefix.split('.').all(|token| token != "*"))
}

/// Whether a descriptor of a machine (a name, `*`, or `a.*`) stands for an event of the name `event`, by the rules by
/// which the machine itself is asked: for who must know whether some event is spoken for, without a state at hand. `a.*`
/// stands for `a` as well as for `a.b.c`; a star elsewhere is text; no descriptor stands for an event named `*`.
///
/// ```
/// assert!(statechart::descriptor_matches("order.*", "order.paid"));
/// assert!(!statechart::descriptor_matches("order.*", "orders"));
/// ```
pub fn descriptor_matches(descriptor: &str, event: &str) -> bool {
    event != "*" && (descriptor == event || (is_wildcard(descriptor) && matches_wildcard(event, descriptor)))
}

/// Whether a wildcard, as [`is_wildcard`] knows it, stands for `event`.
fn matches_wildcard(event: &str, wildcard: &str) -> bool {
    wildcard.strip_suffix(".*").map_or(wildcard == "*", |prefix| {
        event.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

impl Machine {
    /// Asks the active states for `event`: leaves first, then their ancestors; a parallel state only when none of its
    /// regions handled it. `visit` says whether a candidate settles its branch; the answer is whether any did.
    pub(crate) fn walk<E>(
        &self,
        active: &StateSet,
        event: EventName<'_>,
        visit: &mut impl FnMut(TransitionId) -> Result<bool, E>,
    ) -> Result<bool, E> {
        self.walk_from(StateId::ROOT, active, event, visit)
    }

    fn walk_from<E>(
        &self,
        state: StateId,
        active: &StateSet,
        event: EventName<'_>,
        visit: &mut impl FnMut(TransitionId) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let mut handled = false;
        for child in &self.node(state).regions {
            if active.contains(*child) {
                handled |= self.walk_from(*child, active, event, visit)?;
                if self.state(state).kind == Kind::Compound {
                    break;
                }
            }
        }
        if handled {
            return Ok(true);
        }
        for candidate in self.events.candidates(state, event) {
            if visit(candidate)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Every transition, guards not considered, that `event` could take here: leaf to root, in the order in which they
    /// would be tried. What a forbidding or an unguarded transition keeps from being tried is left out.
    pub fn candidates(&self, s: &Snapshot, event: &str) -> Vec<TransitionId> {
        let mut found = Vec::new();
        if self.is_done(s) {
            return found;
        }
        let mut visit = |id: TransitionId| {
            let transition = self.transition(id);
            if !transition.is_forbidding() {
                found.push(id);
            }
            Ok::<_, std::convert::Infallible>(transition.guard.is_none())
        };
        let Ok(_) = self.walk(&s.active, self.events.find(event), &mut visit);
        found
    }

    /// The events that could do something here: exact names only (no wildcard, no `xstate.*`), in document order, each
    /// once. Guards are not considered; forbidden events are left out.
    pub fn events<'a>(&'a self, s: &Snapshot) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        let mut met = HashSet::new();
        for id in s.active.iter().flat_map(|state| &self.state(state).transitions) {
            let Trigger::Event(name) = &self.transition(*id).trigger else { continue };
            if !is_wildcard(name) && !name.starts_with("xstate.") && met.insert(name.as_str()) {
                names.push(name);
            }
        }
        names.retain(|name| !self.candidates(s, name).is_empty());
        names
    }
}
