//! All that is wrong with a machine's document: as a statechart, for its words, and for what Waybill reads in `meta`.
//!
//! The command line and publishing judge by the same list.

mod agree;
mod meta;

use super::{CREATED, Definition, MIGRATED, Vocabulary};
use serde_json::Value;
use statechart::{ActionRef, Delay, Guard, MAX_PROBLEMS, Machine, Problem, Severity, Transition, Trigger};
use std::collections::BTreeSet;

/// Every problem of a document. `strict` judges as for publishing: warnings are errors, and it must drive what one of the
/// vocabularies is for.
pub fn problems(name: &str, source: &str, vocabularies: &[Vocabulary], strict: bool) -> Vec<Problem> {
    let mut problems = match Machine::parse(source) {
        Err(problems) => problems,
        Ok(machine) => {
            let mut problems = machine.warnings().to_vec();
            let unknown = Words::of(&machine, vocabularies).unknown(&machine);
            problems.extend(unknown);
            problems.extend(meta::check(&machine));
            problems.extend(reserved(&machine));
            problems.extend(agree::check(&machine, MAX_PROBLEMS));
            if problems.len() > MAX_PROBLEMS {
                let more = format!("there are {} more warnings", problems.len() - MAX_PROBLEMS);
                problems.truncate(MAX_PROBLEMS);
                problems.push(Problem::warning("", more, "correct these first"));
            }
            if strict && problems.is_empty() {
                problems.extend(unfit(name, source, vocabularies));
            }
            problems
        }
    };
    if strict {
        for problem in &mut problems {
            problem.severity = Severity::Error;
        }
    }
    problems
}

/// An error for each event whose name the log has for something else.
fn reserved(machine: &Machine) -> Vec<Problem> {
    let ours = |transition: &Transition| match &transition.trigger {
        Trigger::Event(name) if [CREATED, MIGRATED].contains(&name.as_str()) => {
            let message = format!("{name} is what the log calls what Waybill does itself");
            Some(Problem::error(&transition.pointer, message, "give the event another name"))
        }
        _ => None,
    };
    machine.transitions().iter().filter_map(ours).collect()
}

/// What else keeps it from driving what it says.
fn unfit(name: &str, source: &str, vocabularies: &[Vocabulary]) -> Vec<Problem> {
    let compiled = Definition::compile(name, 1, source, vocabularies);
    compiled.err().iter().flat_map(|text| text.lines()).map(|line| Problem::error("meta.subject", line, "")).collect()
}

/// The names that have functions: those of the kind that the machine drives, else all.
struct Words(BTreeSet<(&'static str, &'static str)>);

impl Words {
    fn of(machine: &Machine, vocabularies: &[Vocabulary]) -> Self {
        let subject = machine.meta().get("subject").and_then(Value::as_str);
        let drives = |kind: entity::SubjectKind| subject == Some(format!("{kind:?}").to_lowercase().as_str());
        let any = !vocabularies.iter().any(|words| drives(words.subject));
        let of_kind = vocabularies.iter().filter(|words| any || drives(words.subject));
        Self(of_kind.flat_map(Vocabulary::words).collect())
    }

    /// A warning for each name without a function, at the first place that uses it.
    fn unknown(&self, machine: &Machine) -> Vec<Problem> {
        let mut found = Found { words: self, seen: BTreeSet::new(), problems: Vec::new() };
        for id in machine.state_ids() {
            let (state, path) = (machine.state(id), machine.pointer(id));
            let at = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            found.actions(&state.entry, &at("entry"));
            found.actions(&state.initial_actions, &at("initial.actions"));
            found.actions(&state.exit, &at("exit"));
            for transition in state.transitions.iter().map(|id| machine.transition(*id)) {
                found.transition(transition);
            }
        }
        found.problems
    }
}

/// What was found on the way through a machine.
struct Found<'a> {
    words: &'a Words,
    seen: BTreeSet<(&'static str, String)>,
    problems: Vec<Problem>,
}

impl Found<'_> {
    fn transition(&mut self, transition: &Transition) {
        let path = &transition.pointer;
        if let Trigger::After(Delay::Named(name)) = &transition.trigger {
            self.name("delay", name, path);
        }
        if let Some(guard) = &transition.guard {
            self.guard(guard, &format!("{path}.guard"));
        }
        self.actions(&transition.actions, &format!("{path}.actions"));
    }

    fn guard(&mut self, guard: &Guard, path: &str) {
        match guard {
            Guard::Named(named) => self.name("guard", &named.name, path),
            Guard::And(of) | Guard::Or(of) => {
                for (place, guard) in of.iter().enumerate() {
                    self.guard(guard, &format!("{path}.guards.{place}"));
                }
            }
            Guard::Not(of) => self.guard(of, &format!("{path}.guards.0")),
            Guard::StateIn(_) => {}
        }
    }

    fn actions(&mut self, actions: &[ActionRef], path: &str) {
        for action in actions {
            self.name("action", &action.name, path);
        }
    }

    fn name(&mut self, what: &'static str, name: &str, path: &str) {
        if self.problems.len() >= MAX_PROBLEMS
            || self.words.0.contains(&(what, name))
            || !self.seen.insert((what, name.to_owned()))
        {
            return;
        }
        let known: Vec<&str> = self.words.0.iter().filter(|(kind, _)| *kind == what).map(|(_, name)| *name).collect();
        let message = format!("{what} `{name}` has no function");
        self.problems.push(Problem::warning(path, message, format!("there are {}", known.join(", "))));
    }
}
