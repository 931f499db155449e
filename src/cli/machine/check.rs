//! `waybill machine check`

use super::{Context, Failure, print, source, subject};
use statechart::{Machine, Problem, Severity};
use waybill::config::MachineSource;
use waybill::workflow::Registry;

/// Checks every file, and fails when one of them has errors.
pub fn run(context: &Context, files: &[String], strict: bool) -> Result<(), Failure> {
    let registry = Registry::new(waybill::vocabularies());
    let mut wrong = Vec::new();
    for file in files {
        let source = source(context, file)?;
        let problems = problems(&registry, &source, strict);
        let prefix = if files.len() > 1 { format!("{}: ", source.file) } else { String::new() };
        for problem in &problems {
            print(format!("{prefix}{problem}"))?;
        }
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        match (errors, problems.len()) {
            (0, 0) => print(format!("{}: in order", source.file))?,
            (0, warnings) => print(format!("{}: it runs; {warnings} warnings", source.file))?,
            (errors, _) => wrong.push(format!("{}: {errors} errors", source.file)),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failure::input(wrong.join("\n"))) }
}

fn problems(registry: &Registry, source: &MachineSource, strict: bool) -> Vec<Problem> {
    let mut problems = match Machine::parse(&source.text) {
        Err(problems) => problems,
        Ok(machine) => {
            let mut problems = machine.warnings().to_vec();
            // A machine that drives nothing stored names what it likes, unless it is to be published.
            if strict || subject(&machine).is_some() {
                problems.extend(unknown_words(registry, source));
            }
            problems
        }
    };
    if strict {
        problems.iter_mut().for_each(|problem| problem.severity = Severity::Error);
    }
    problems
}

/// Names without a function, and what else keeps it from driving what it says.
fn unknown_words(registry: &Registry, source: &MachineSource) -> Vec<Problem> {
    let compiled = registry.compile(&source.name, 1, &source.text);
    compiled.err().iter().flat_map(|text| text.lines()).map(|line| Problem::warning("", line, "")).collect()
}
