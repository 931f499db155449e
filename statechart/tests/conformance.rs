//! Replays what xstate did (recorded by `conformance/record.mjs`): every line must be the same.
//!
//! The same machines show that every snapshot can be stored and restored, and that explaining agrees with stepping.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use statechart::{GuardRef, Host, Machine, Problem, Severity, TransitionId, Trigger, simulate};

#[derive(Deserialize)]
struct Vector {
    name: String,
    machine: Value,
    guards: Map<String, Value>,
    events: Vec<Value>,
    lines: Option<Vec<Value>>,
    #[serde(default)]
    endless: bool,
}

fn vectors(file: &Path) -> Vec<Vector> {
    serde_json::from_str(&std::fs::read_to_string(file).expect("a readable file")).expect("vectors")
}

/// How a vector compares.
enum Outcome {
    /// Every line is the same, or neither came to rest, or both refuse it.
    Agrees,
    /// What never comes to rest is refused even where these events do not lead to it; xstate only runs it.
    RefusedAsEndless,
    Differs(String),
}

fn outcome(vector: &Vector) -> Outcome {
    let machine = match Machine::parse(&vector.machine.to_string()) {
        Ok(machine) => machine,
        Err(_) if vector.lines.is_none() => return Outcome::Agrees,
        Err(problems) if is_endless(&problems) => return Outcome::RefusedAsEndless,
        Err(problems) => return Outcome::Differs(refusal(&problems)),
    };
    difference(vector, &machine).map_or(Outcome::Agrees, Outcome::Differs)
}

/// What went differently, if anything did.
fn difference(vector: &Vector, machine: &Machine) -> Option<String> {
    let run = simulate::run(machine, &vector.guards, &vector.events);
    let Some(expected) = &vector.lines else {
        return (vector.endless && run.is_ok()).then(|| "came to rest, unlike xstate".to_owned());
    };
    let lines = match run {
        Ok(lines) => lines,
        Err(error) => return Some(error.to_string()),
    };
    if lines.len() != expected.len() {
        return Some(format!("{} lines, expected {}", lines.len(), expected.len()));
    }
    let lines = lines.iter().map(|line| json!(line));
    let first = lines.zip(expected).enumerate().find(|(_, (line, expected))| line != *expected);
    first.map(|(index, (line, expected))| format!("line {index}\n  expected {expected}\n  got      {line}"))
}

fn is_endless(problems: &[Problem]) -> bool {
    let mut errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors.all(|problem| problem.message.contains("come to rest"))
}

fn refusal(problems: &[Problem]) -> String {
    let list: Vec<_> = problems.iter().map(|problem| format!("refused: {problem}")).collect();
    list.join("\n")
}

/// How many vectors were compared, and how.
#[derive(Default)]
struct Tally {
    /// Sequences that xstate and this crate ran, line by line the same.
    compared: usize,
    /// Their lines.
    lines: usize,
    /// Machines that xstate ran and that are refused here as endless.
    endless: usize,
    /// Machines that xstate did not run to the end.
    refused: usize,
}

fn replay(file: &Path) -> Tally {
    let vectors = vectors(file);
    let mut tally = Tally::default();
    let mut differences = Vec::new();
    for vector in &vectors {
        match (outcome(vector), &vector.lines) {
            (Outcome::Agrees, None) => tally.refused += 1,
            (Outcome::Agrees, Some(lines)) => {
                tally.compared += 1;
                tally.lines += lines.len();
            }
            (Outcome::RefusedAsEndless, _) => tally.endless += 1,
            (Outcome::Differs(difference), _) => differences.push(described(vector, &difference)),
        }
    }
    let shown = &differences[..differences.len().min(5)];
    assert!(differences.is_empty(), "{} of {} differ\n{}", differences.len(), vectors.len(), shown.join("\n"));
    vectors.iter().for_each(check_snapshots);
    println!(
        "{}: {} sequences with {} lines agree; {} more that xstate ran are refused here as endless, {} it did not run",
        file.display(),
        tally.compared,
        tally.lines,
        tally.endless,
        tally.refused
    );
    tally
}

fn described(vector: &Vector, difference: &str) -> String {
    format!("{}: {difference}\n  machine {}\n  guards {}\n", vector.name, vector.machine, json!(vector.guards))
}

/// Answers from the vector's table.
struct Table<'a>(&'a Map<String, Value>);

impl Host for Table<'_> {
    type Error = Infallible;

    fn guard(&mut self, guard: &GuardRef, _event: &str) -> Result<bool, Infallible> {
        Ok(self.0.get(&guard.name) == Some(&Value::Bool(true)))
    }
}

/// Gives the machine every event that it knows, round and round; each snapshot must be whole, and explain must say
/// allowed exactly when a step takes something.
fn check_snapshots(vector: &Vector) {
    let Ok(machine) = Machine::parse(&vector.machine.to_string()) else { return };
    let mut host = Table(&vector.guards);
    let Ok(mut now) = machine.start(&mut host).map(|step| step.snapshot) else { return };
    let is_eventless = |id: &TransitionId| machine.transition(*id).trigger == Trigger::Always;
    for event in ["A", "D", "B", "a.b", "C", "D", "a.b.c", "A", "C", "B", "a.b", "D"] {
        let restored = machine.restore(&machine.leaf_names(&now), &machine.history_value(&now));
        assert_eq!(restored.as_ref(), Ok(&now), "{}: {} {}", vector.name, machine.leaf_names(&now), vector.machine);
        let explained = machine.explain(&now, event, &mut host);
        let allowed = explained.is_ok_and(|candidates| candidates.iter().any(|candidate| candidate.passed));
        let Ok(step) = machine.step(&now, event, &mut host) else { return };
        let took = step.taken.first().is_some_and(|first| !is_eventless(first));
        let done_first = step.taken.first().is_some_and(|first| machine.transition(*first).trigger == Trigger::Done);
        assert!(allowed == took || done_first, "{}: {event} in {}", vector.name, vector.machine);
        now = step.snapshot;
    }
}

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

#[test]
fn written_cases_run_as_in_xstate() {
    replay(&recorded().join("written.json"));
}

#[test]
fn drawn_machines_run_as_in_xstate() {
    replay(&recorded().join("drawn.json"));
}

/// For long runs: `STATECHART_VECTORS=/some/file.json cargo test -p statechart --test conformance -- --ignored`. With
/// `STATECHART_AT_LEAST` it fails when fewer sequences than that could be compared.
#[test]
#[ignore = "needs a file of its own"]
#[expect(clippy::disallowed_methods, reason = "a test that is told its file")]
fn any_other_file_runs_as_in_xstate() {
    let tally = replay(Path::new(&std::env::var("STATECHART_VECTORS").expect("STATECHART_VECTORS")));
    let at_least = std::env::var("STATECHART_AT_LEAST").map_or(1, |text| text.parse().expect("a number"));
    assert!(tally.compared >= at_least, "only {} sequences were compared, not {at_least}", tally.compared);
    let ran = tally.compared + tally.endless;
    assert!(tally.endless * 50 <= ran, "{} of {ran} machines that xstate ran are refused as endless", tally.endless);
}
