//! Short ways to say: this machine, these guards, these events.

use std::convert::Infallible;

use serde_json::{Value, json};
use statechart::simulate::{self, Line};
use statechart::{ActionRef, Delay, GuardRef, Host, Machine, Problem, Severity, StateId};

pub fn machine(definition: &Value) -> Machine {
    Machine::parse(&definition.to_string()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Runs events given by name or in full; all lines, the start first.
pub fn run(definition: &Value, guards: &Value, events: &[Value]) -> Vec<Line> {
    let guards = guards.as_object().cloned().unwrap_or_default();
    simulate::run(&machine(definition), &guards, events).expect("a run")
}

/// The state and the actions after the last event.
pub fn last(definition: &Value, events: &[Value]) -> (Value, Vec<String>) {
    let line = run(definition, &json!({}), events).pop().expect("a line");
    (line.state, line.actions)
}

/// The errors of a definition.
pub fn errors(definition: &Value) -> Vec<Problem> {
    let problems = Machine::parse(&definition.to_string()).expect_err("a refusal");
    assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
    problems
}

/// Asserts that the definition has exactly this error, and returns it.
#[track_caller]
pub fn only(definition: &Value, path: &str) -> Problem {
    let problems = errors(definition);
    let mut found: Vec<_> = problems.into_iter().filter(|problem| problem.severity == Severity::Error).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].path, path, "{found:#?}");
    found.remove(0)
}

/// Asserts that its words are in the problem.
#[track_caller]
pub fn says(problem: &Problem, message: &str, help: &str) {
    assert!(problem.message.contains(message) && problem.help.contains(help), "{problem}");
}

/// Answers every guard by whether its name begins with `yes`; records all that it is asked.
#[derive(Default)]
pub struct Diary {
    pub entries: Vec<String>,
}

impl Host for Diary {
    type Error = Infallible;

    fn guard(&mut self, guard: &GuardRef, event: &str) -> Result<bool, Infallible> {
        self.entries.push(format!("{}? {event}", guard.name));
        Ok(guard.name.starts_with("yes"))
    }

    fn action(&mut self, action: &ActionRef, event: &str) -> Result<(), Infallible> {
        self.entries.push(format!("{} {event}", action.name));
        Ok(())
    }

    fn arm(&mut self, state: StateId, delay: &Delay) -> Result<(), Infallible> {
        self.entries.push(format!("arm {} {delay}", state.0));
        Ok(())
    }

    fn disarm(&mut self, state: StateId) -> Result<(), Infallible> {
        self.entries.push(format!("disarm {}", state.0));
        Ok(())
    }
}
