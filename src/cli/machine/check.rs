//! `waybill machine check`

use super::{Context, Failure, meta, print, source, subject};
use statechart::{ActionRef, Delay, Guard, Machine, Problem, Severity, Transition, Trigger};
use std::collections::BTreeSet;
use waybill::config::MachineSource;
use waybill::workflow::Registry;

/// Checks every file, and fails when one of them has errors.
pub fn run(context: &Context, files: &[String], strict: bool) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for file in files {
        let source = source(context, file)?;
        let problems = problems(&source, strict);
        let prefix = if files.len() > 1 { format!("{}: ", source.file) } else { String::new() };
        for problem in &problems {
            print(format!("{prefix}{problem}"))?;
        }
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        match (errors, problems.len()) {
            (0, 0) => print(format!("{}: in order", source.file))?,
            (0, warnings) => print(format!("{}: it runs, with {}", source.file, counted(warnings, "warning")))?,
            (errors, _) => wrong.push(format!("{}: {}", source.file, counted(errors, "error"))),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failure::input(wrong.join("\n"))) }
}

fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("one {what}") } else { format!("{number} {what}s") }
}

fn problems(source: &MachineSource, strict: bool) -> Vec<Problem> {
    let mut problems = match Machine::parse(&source.text) {
        Err(problems) => problems,
        Ok(machine) => {
            let mut problems = machine.warnings().to_vec();
            let unknown = Words::of(&machine).unknown(&machine);
            if strict && unknown.is_empty() {
                problems.extend(unfit(source));
            }
            problems.extend(unknown);
            problems.extend(meta::check(&machine));
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

/// What else keeps it from driving what it says.
fn unfit(source: &MachineSource) -> Vec<Problem> {
    let compiled = Registry::new(waybill::vocabularies()).compile(&source.name, 1, &source.text);
    compiled.err().iter().flat_map(|text| text.lines()).map(|line| Problem::error("", line, "")).collect()
}

/// The names that have functions: those of the kind that the machine drives, else all.
struct Words(BTreeSet<(&'static str, &'static str)>);

impl Words {
    fn of(machine: &Machine) -> Self {
        let vocabularies = waybill::vocabularies();
        let drives = |kind: entity::SubjectKind| subject(machine) == Some(format!("{kind:?}").to_lowercase().as_str());
        let any = !vocabularies.iter().any(|words| drives(words.subject));
        let of_kind = vocabularies.iter().filter(|words| any || drives(words.subject));
        Self(of_kind.flat_map(waybill::workflow::Vocabulary::words).collect())
    }

    /// A warning for each name without a function, at the first place that uses it.
    fn unknown(&self, machine: &Machine) -> Vec<Problem> {
        let mut found = Found { words: self, seen: BTreeSet::new(), problems: Vec::new() };
        for state in machine.states() {
            let path = machine.by_path(&state.path).map(|id| machine.pointer(id)).unwrap_or_default();
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
        if self.words.0.contains(&(what, name)) || !self.seen.insert((what, name.to_owned())) {
            return;
        }
        let known: Vec<&str> = self.words.0.iter().filter(|(kind, _)| *kind == what).map(|(_, name)| *name).collect();
        let message = format!("{what} `{name}` has no function");
        self.problems.push(Problem::warning(path, message, format!("there are {}", known.join(", "))));
    }
}
