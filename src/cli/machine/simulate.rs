//! `waybill machine simulate`

use super::{Context, Failure, parse, print, say, source_to_read, text, without_mark};
use clap::Parser;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use statechart::simulate;

pub const EXAMPLES: &str = r#"Events are an array: [{"type":"SHARE"},{"type":"@after","delay":"VALIDITY_OVER","state":"OPEN"}]; @after lets a delayed
transition fire, and does nothing when its state is not active. Guards are answered from an object:
{"stockSuffices":true}; a guard that is asked and not answered is an error. Actions are only recorded. Events and guards
that the machine does not know are noted on standard error and do nothing.

Each line: {"event":…,"state":…,"configuration":[…],"actions":[…],"changed":…,"done":…}

Example:
  echo '[{"type":"SHARE"}]' | waybill machine simulate --definition quotation --events -"#;

/// What to run.
#[derive(Parser)]
pub struct Args {
    /// A JSON file, `-` for standard input, or the name of a configured machine
    #[arg(long, value_name = "FILE")]
    definition: String,
    /// A JSON object: each guard's answer
    #[arg(long, value_name = "FILE")]
    guards: Option<String>,
    /// A JSON array of events
    #[arg(long, value_name = "FILE")]
    events: String,
}

/// Prints a line for the start and one for each event.
pub fn run(context: &Context, args: &Args) -> Result<(), Failure> {
    let machine = parse(&source_to_read(context, &args.definition)?)?;
    let guards: Map<String, Value> = match &args.guards {
        Some(file) => json(file, "an object of guards, {\"isPaid\": true}")?,
        None => Map::new(),
    };
    let events: Vec<Value> = json(&args.events, "an array of events, [{\"type\": \"SHARE\"}]")?;
    for unknown in simulate::unknown(&machine, &guards, &events) {
        say(format!("note: {unknown}"));
    }
    let lines = simulate::run(&machine, &guards, &events).map_err(|error| Failure::input(error.to_string()))?;
    for line in lines {
        print(serde_json::to_string(&line).map_err(|error| Failure::failed(error.to_string()))?)?;
    }
    Ok(())
}

fn json<T: DeserializeOwned>(file: &str, what: &str) -> Result<T, Failure> {
    serde_json::from_str(without_mark(&text(file)?))
        .map_err(|error| Failure::input(format!("{file} is not {what}: {error}")))
}
