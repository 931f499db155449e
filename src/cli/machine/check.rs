//! `waybill machine check`

use super::{Context, Failure, print, source};
use crate::workflow::check::problems;
use statechart::Severity;

/// Checks every file, and fails when one of them has errors.
pub fn run(context: &Context, files: &[String], strict: bool) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for file in files {
        let source = source(context, file)?;
        let problems = problems(&source.name, &source.text, &crate::app::vocabularies(), strict);
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
