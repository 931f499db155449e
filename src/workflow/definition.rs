//! A version of a machine, compiled against the words of the room that it drives: the functions behind its names, and
//! what must be loaded before each of its events. A name without a function is an error. Knows no rule of any machine.

use super::{
    Needs, Tag,
    vocabulary::{ActionFn, DelayFn, FactsFn, GuardFn, Vocabulary},
};
use crate::{
    clock,
    error::Error,
    texts::{self, LONGEST_NAME},
};
use entity::SubjectKind;
use serde_json::Value;
use statechart::{
    ActionRef, Delay, Guard, GuardRef, Machine, Snapshot, StateId, Transition, TransitionId, Trigger,
    descriptor_matches,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A version of a machine, compiled against its room's vocabulary.
pub struct Definition {
    /// The lifecycle's name.
    pub name: String,
    /// Its version, from 1.
    pub version: i32,
    /// SHA-256 of the source, hex.
    pub hash: String,
    /// The JSON document.
    pub source: String,
    /// The compiled machine.
    pub machine: Machine,
    /// What it drives.
    pub subject: SubjectKind,
    facts: Option<FactsFn>,
    guards: Vec<GuardFn>,
    actions: Vec<ActionFn>,
    delays: HashMap<String, DelayFn>,
    needs: HashMap<String, Needs>,
    schemas: HashMap<TransitionId, jsonschema::Validator>,
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}

impl Definition {
    /// Whether subjects begin here that come from there: `quotation`, `checkout` or `till`, as `meta.from` at the root says.
    /// One that says nothing takes them all.
    pub fn begins_from(&self, origin: &str) -> bool {
        let from = self.machine.meta().get("from").and_then(Value::as_array);
        from.is_none_or(|from| from.iter().any(|word| word.as_str() == Some(origin)))
    }

    /// Whether any of its states carries `tag`.
    pub fn uses(&self, tag: Tag) -> bool {
        self.machine.states().iter().any(|state| state.tags.iter().any(|found| found == tag.as_str()))
    }

    /// Whether any of its states hears of such an event.
    pub fn hears(&self, event: &str) -> bool {
        knows(&self.machine, event)
    }

    /// Compiles a document. The error says all that is wrong with it.
    pub fn compile(name: &str, version: i32, source: &str, words: &[Vocabulary]) -> Result<Self, String> {
        let machine = Machine::parse(source)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        let subject = subject_of(&machine, name)?;
        let words = words
            .iter()
            .find(|vocabulary| vocabulary.subject == subject)
            .ok_or_else(|| format!("no room drives a {subject:?}"))?;
        let mut missing = Vec::new();
        let guards = lookup(machine.guards(), &words.guards, "guard", &mut missing);
        let actions = lookup(machine.actions(), &words.actions, "action", &mut missing);
        let delays = lookup(machine.delays(), &words.delays, "delay", &mut missing);
        for (action, event) in &words.sets_off {
            if machine.actions().iter().any(|name| name == action) && !knows(&machine, event) {
                missing.push(format!("action {action:?} sets off the event {event}, which no state takes"));
            }
        }
        if !missing.is_empty() {
            return Err(missing.join("\n"));
        }
        let delays = machine.delays().iter().cloned().zip(delays).collect();
        let schemas = payload_schemas(&machine)?;
        let mut definition = Self {
            name: name.to_owned(),
            version,
            hash: content_hash(source),
            source: source.to_owned(),
            machine,
            subject,
            facts: words.facts,
            guards,
            actions,
            delays,
            needs: HashMap::new(),
            schemas,
        };
        definition.compute_needs();
        Ok(definition)
    }

    /// What must be loaded before `event` is sent, whatever the state; none when the machine does not know it.
    pub(super) fn known_needs(&self, event: &str) -> Option<Needs> {
        self.needs.get(event).copied()
    }

    /// What must be loaded before `event` is sent, whatever the state.
    pub fn needs(&self, event: &str) -> Needs {
        self.known_needs(event).unwrap_or_else(|| self.needs_of(event))
    }

    /// What must be loaded before `event` is sent to a subject that is and stays in this state until then.
    pub fn needs_in(&self, snapshot: &Snapshot, event: &str) -> Needs {
        let history = self.machine.history_value(snapshot);
        let sent = self.machine.candidates(snapshot, event).into_iter().map(|id| self.machine.transition(id));
        let at_once = self.machine.transitions().iter().filter(|transition| happens_at_once(transition));
        sent.chain(at_once)
            .fold(self.facts_needs(), |needs, transition| needs | self.transition_needs(transition, &history))
    }

    pub(super) fn facts(&self) -> Option<FactsFn> {
        self.facts
    }

    /// What its facts read, before whatever happens to a subject.
    pub(super) fn facts_needs(&self) -> Needs {
        self.facts.map_or(Needs::NOTHING, |facts| facts.needs)
    }

    /// What any of its delays reads, before a subject is written down in another state.
    pub(super) fn delay_needs(&self) -> Needs {
        self.delays.values().fold(Needs::NOTHING, |needs, delay| needs | delay.needs)
    }

    pub(super) fn guard(&self, guard: &GuardRef) -> Result<GuardFn, Error> {
        self.guards.get(guard.index).copied().ok_or_else(|| Error::internal(format!("no guard {}", guard.name)))
    }

    pub(super) fn action(&self, action: &ActionRef) -> Result<ActionFn, Error> {
        self.actions.get(action.index).copied().ok_or_else(|| Error::internal(format!("no action {}", action.name)))
    }

    pub(super) fn delay(&self, name: &str) -> Result<DelayFn, Error> {
        self.delays.get(name).copied().ok_or_else(|| Error::internal(format!("no delay {name}")))
    }

    /// The compiled schema of a transition's payload.
    pub(super) fn schema(&self, transition: TransitionId) -> Option<&jsonschema::Validator> {
        self.schemas.get(&transition)
    }

    /// Whether what happens on this transition cannot be told without the payload.
    pub(super) fn depends_on_payload(&self, transition: &Transition) -> bool {
        transition.guard.as_ref().is_some_and(|guard| self.any_guard(guard, |g| g.reads_payload))
            || transition.actions.iter().any(|a| self.actions.get(a.index).is_some_and(|a| a.decides_by_payload))
    }

    fn any_guard(&self, guard: &Guard, test: impl Fn(&GuardFn) -> bool + Copy) -> bool {
        match guard {
            Guard::Named(named) => self.guards.get(named.index).is_some_and(test),
            Guard::And(of) | Guard::Or(of) => of.iter().any(|guard| self.any_guard(guard, test)),
            Guard::Not(of) => self.any_guard(of, test),
            Guard::StateIn(_) => false,
        }
    }

    fn compute_needs(&mut self) {
        let events: BTreeSet<String> = self
            .machine
            .transitions()
            .iter()
            .map(|transition| match &transition.trigger {
                Trigger::Event(name) => name.clone(),
                Trigger::After(delay) => self.machine.after_event(transition.source, delay),
                Trigger::Always | Trigger::Done => String::new(),
            })
            .collect();
        self.needs = events.into_iter().map(|event| (event.clone(), self.needs_of(&event))).collect();
    }

    /// What any transition may need that takes the event, by its name or by a wildcard, and what may happen at once then.
    fn needs_of(&self, event: &str) -> Needs {
        let takes = |transition: &&Transition| match &transition.trigger {
            Trigger::Event(descriptor) => descriptor_matches(descriptor, event),
            Trigger::After(delay) => self.machine.after_event(transition.source, delay) == event,
            Trigger::Always | Trigger::Done => true,
        };
        let transitions = self.machine.transitions().iter().filter(takes);
        transitions.fold(self.facts_needs(), |needs, taken| needs | self.transition_needs(taken, &Value::Null))
    }

    /// Guards and actions of a transition, and whatever its targets may run on entry and at once after it. `history` is
    /// what history states remember; where it is silent, anything may be entered.
    fn transition_needs(&self, transition: &Transition, history: &Value) -> Needs {
        let mut needs = self.own_needs(transition);
        if transition.meta.get("window").is_some() {
            needs |= Needs::STORE;
        }
        if !transition.targets.is_empty() {
            for state in self.machine.states() {
                needs |= self.action_needs(&state.exit);
            }
        }
        for target in &transition.targets {
            needs |= match self.machine.state(*target).kind {
                statechart::Kind::History(_) => self.history_needs(*target, history),
                _ => self.subtree_needs(*target),
            };
            needs |= self.way_needs(transition.source, *target);
        }
        needs
    }

    /// What is entered on the way from a state to a target: states around the target that are not around both, and the
    /// other regions of those that are parallel.
    fn way_needs(&self, source: StateId, target: StateId) -> Needs {
        let around = |id| std::iter::successors(self.machine.state(id).parent, |id| self.machine.state(*id).parent);
        let common: BTreeSet<StateId> = around(source).collect();
        around(target).filter(|id| !common.contains(id)).fold(Needs::NOTHING, |needs, id| {
            let parallel = self.machine.state(id).kind == statechart::Kind::Parallel;
            needs | if parallel { self.subtree_needs(id) } else { self.state_needs(id) }
        })
    }

    /// What entering a history state may run: all that its parent holds, or only what the history remembers.
    fn history_needs(&self, state: StateId, history: &Value) -> Needs {
        let parent = self.machine.state(state).parent.unwrap_or(state);
        let remembered = history.get(&self.machine.state(parent).path).and_then(Value::as_array);
        let Some(remembered) = remembered else { return self.subtree_needs(parent) };
        let mut needs = self.state_needs(parent);
        for path in remembered.iter().filter_map(Value::as_str) {
            let Some(entered) = self.machine.by_path(path) else { return self.subtree_needs(parent) };
            needs |= self.subtree_needs(entered);
            let mut above = self.machine.state(entered).parent;
            while let Some(state) = above.filter(|state| *state != parent) {
                needs |= self.state_needs(state);
                above = self.machine.state(state).parent;
            }
        }
        needs
    }

    fn own_needs(&self, transition: &Transition) -> Needs {
        self.action_needs(&transition.actions)
            | transition.guard.as_ref().map_or(Needs::NOTHING, |guard| self.guard_needs(guard))
    }

    fn subtree_needs(&self, root: StateId) -> Needs {
        let children = &self.machine.state(root).children;
        children.iter().fold(self.state_needs(root), |needs, child| needs | self.subtree_needs(*child))
    }

    /// What entering a state runs, its children not counted, and what may happen at once after it.
    fn state_needs(&self, id: StateId) -> Needs {
        let state = self.machine.state(id);
        let mut needs = self.action_needs(&state.entry);
        for delay in &state.delays {
            if let Delay::Named(name) = delay {
                needs |= self.delays.get(name).map_or(Needs::NOTHING, |delay| delay.needs);
            }
        }
        for transition in state.transitions.iter().map(|id| self.machine.transition(*id)) {
            if happens_at_once(transition) {
                needs |= self.own_needs(transition);
                for target in &transition.targets {
                    needs |= self.action_needs(&self.machine.state(*target).entry);
                }
            }
        }
        needs
    }

    fn action_needs(&self, actions: &[ActionRef]) -> Needs {
        actions.iter().filter_map(|a| self.actions.get(a.index)).fold(Needs::NOTHING, |needs, a| needs | a.needs)
    }

    fn guard_needs(&self, guard: &Guard) -> Needs {
        match guard {
            Guard::Named(named) => self.guards.get(named.index).map_or(Needs::NOTHING, |guard| guard.needs),
            Guard::And(of) | Guard::Or(of) => of.iter().fold(Needs::NOTHING, |needs, g| needs | self.guard_needs(g)),
            Guard::Not(of) => self.guard_needs(of),
            Guard::StateIn(_) => Needs::NOTHING,
        }
    }

    /// What time does to active states: delayed transitions, each with its delay's name.
    pub(super) fn delayed<'a>(
        machine: &'a Machine,
        snapshot: &'a Snapshot,
    ) -> impl Iterator<Item = (String, &'a Transition)> {
        machine.transitions().iter().filter_map(move |transition| match &transition.trigger {
            Trigger::After(delay) if machine.is_active(snapshot, transition.source) => {
                Some((Self::delay_name(delay), transition))
            }
            _ => None,
        })
    }

    /// The delay's name as people and timers write it.
    pub fn delay_name(delay: &Delay) -> String {
        match delay {
            Delay::Named(name) => name.clone(),
            Delay::Millis(millis) => millis.to_string(),
        }
    }
}

/// Whether some state of a machine takes an event.
pub(super) fn knows(machine: &Machine, event: &str) -> bool {
    let takes = |transition: &Transition| match &transition.trigger {
        Trigger::Event(descriptor) => descriptor_matches(descriptor, event) && !transition.is_forbidding(),
        Trigger::After(_) | Trigger::Always | Trigger::Done => false,
    };
    machine.transitions().iter().any(takes)
}

fn happens_at_once(transition: &Transition) -> bool {
    matches!(transition.trigger, Trigger::Always | Trigger::Done)
}

/// SHA-256 of a definition's source, hex.
pub fn content_hash(source: &str) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(source.as_bytes()))
}

fn lookup<T: Copy>(
    names: &[String],
    words: &BTreeMap<&'static str, T>,
    what: &str,
    missing: &mut Vec<String>,
) -> Vec<T> {
    names
        .iter()
        .filter_map(|name| {
            let found = words.get(name.as_str()).copied();
            if found.is_none() {
                let known: Vec<_> = words.keys().copied().collect();
                missing.push(format!("{what} {name:?} has no function; there are {}", known.join(", ")));
            }
            found
        })
        .collect()
}

fn subject_of(machine: &Machine, name: &str) -> Result<SubjectKind, String> {
    match machine.meta().get("subject").and_then(Value::as_str) {
        Some("quotation") => Ok(SubjectKind::Quotation),
        Some("sale") => Ok(SubjectKind::Sale),
        Some("fulfilment") => Ok(SubjectKind::Fulfilment),
        other => Err(format!("meta.subject of {name} is {other:?}; write \"quotation\", \"sale\" or \"fulfilment\"")),
    }
}

/// The format of instants in JSON Schema, judged as everywhere.
pub(super) const INSTANT: &str = "date-time";

/// The format of what people read on one line, up to 200 characters; ours.
pub(super) const NAME: &str = "name";

/// A payload's JSON Schema, ready to be used.
pub(super) fn schema(schema: &Value) -> Result<jsonschema::Validator, String> {
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft7).should_validate_formats(true);
    let options = options.with_format(INSTANT, |text| clock::parse(text).is_ok());
    let options = options.with_format(NAME, |text| texts::fault(text, LONGEST_NAME).is_none());
    match schema {
        Value::Object(_) => options.build(schema).map_err(|error| error.to_string()),
        other => Err(format!("{other} is no object")),
    }
}

fn payload_schemas(machine: &Machine) -> Result<HashMap<TransitionId, jsonschema::Validator>, String> {
    let mut schemas = HashMap::new();
    for (index, transition) in machine.transitions().iter().enumerate() {
        if let Some(schema) = transition.meta.get("payload") {
            let validator = self::schema(schema)
                .map_err(|error| format!("{}.meta.payload is no JSON Schema: {error}", transition.pointer))?;
            schemas.insert(TransitionId(u32::try_from(index).unwrap_or(u32::MAX)), validator);
        }
    }
    Ok(schemas)
}
