//! `waybill machine convert`

use super::{Context, Failure, print, say, source_to_read};
use serde_json::Value;
use statechart::{Machine, Severity, convert};

pub const EXAMPLES: &str = "\
Example:
  waybill machine convert old.json > new.json
  waybill machine check new.json";

/// Prints the rewritten machine; says what was changed, what is left to do, and what is still wrong.
pub fn run(context: &Context, file: &str) -> Result<(), Failure> {
    let source = source_to_read(context, file)?;
    let converted = convert::convert(&source.text).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::input(format!("{} cannot be converted:\n{}", source.file, lines.join("\n")))
    })?;
    let text = converted.text();
    print(text.trim_end())?;
    for change in &converted.changes {
        say(format!("changed {change}"));
    }
    for left in &converted.left {
        say(format!("to do   {left}"));
    }
    if converted.definition.pointer("/meta/subject").is_none_or(Value::is_null) {
        say("to do   meta.subject: say what it drives, quotation, sale or fulfilment, if it is to drive something");
    }
    let Err(problems) = Machine::parse(&text) else { return Ok(()) };
    let errors: Vec<String> =
        problems.iter().filter(|of| of.severity == Severity::Error).map(ToString::to_string).collect();
    Err(Failure::input(format!(
        "what nobody but a person can write is left in {}:\n{}",
        source.file,
        errors.join("\n")
    )))
}
