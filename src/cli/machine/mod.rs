//! `waybill machine …`: checks, runs and draws machines without a server or a database.

mod check;
mod convert;
mod draw;
mod simulate;

use super::context::Context;
use super::failure::{Failure, print, say};
use crate::config::MachineSource;
use clap::Subcommand;
use serde_json::Value;
use statechart::Machine;
use std::io::Read as _;
use std::path::PathBuf;

/// What to do with machines.
#[derive(Subcommand)]
pub enum Action {
    /// Say everything that is wrong with a machine
    ///
    /// One line a problem: error or warning, its JSON path in dots, what is wrong, what would be right. Exit code 2 when
    /// there is an error; warnings alone are 0, with --strict they are errors.
    Check {
        /// A JSON file, `-` for standard input, or the name of a configured machine
        #[arg(value_name = "FILE", required = true)]
        files: Vec<String>,
        /// Judge it as for publishing: warnings are errors, and it must drive a quotation, sale or fulfilment
        #[arg(long)]
        strict: bool,
    },
    /// Rewrite a machine of XState 4, or one that only XState could run, to one that runs here
    ///
    /// The machine goes to standard output; what was changed and what a person must still write, to standard error. The
    /// order of keys stays, a machine that is in order stays as it is. Exit code 2 when errors are left.
    #[command(after_help = convert::EXAMPLES)]
    Convert {
        /// A JSON file, `-` for standard input, or the name of a configured machine
        #[arg(value_name = "FILE")]
        file: String,
    },
    /// List the configured machines
    List,
    /// Run a machine over a list of events, one JSON line for the start and one for each event
    #[command(after_help = simulate::EXAMPLES)]
    Simulate(simulate::Args),
    /// Draw a machine
    Diagram(draw::Args),
    /// Say what differs between two machines
    ///
    /// One line a difference: `+` new, `-` gone, `~` changed; then the leaf states that disappear, which is where subjects
    /// would lose their place.
    Diff {
        /// The machine as it was: a JSON file, `-` for standard input, or the name of a configured machine
        #[arg(value_name = "A")]
        old: String,
        /// The machine as it is to be, likewise
        #[arg(value_name = "B")]
        new: String,
        /// Print one JSON object instead
        #[arg(long)]
        json: bool,
    },
    /// Print a configured machine's JSON
    Export {
        /// Its name, as `waybill machine list` prints it
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// Does it.
pub fn run(context: &Context, action: &Action) -> Result<(), Failure> {
    match action {
        Action::Check { files, strict } => check::run(context, files, *strict),
        Action::Convert { file } => convert::run(context, file),
        Action::List => list(context),
        Action::Simulate(args) => simulate::run(context, args),
        Action::Diagram(args) => draw::run(context, args),
        Action::Diff { old, new, json } => diff(context, old, new, *json),
        Action::Export { name } => print(configured(context, name)?.text),
    }
}

fn diff(context: &Context, old: &str, new: &str, json: bool) -> Result<(), Failure> {
    let read = |file: &str| parse(&source_to_read(context, file)?);
    let found = statechart::diff::diff(&read(old)?, &read(new)?);
    if json {
        return print(serde_json::to_string_pretty(&found).map_err(|error| Failure::failed(error.to_string()))?);
    }
    print(found.to_string())
}

fn list(context: &Context) -> Result<(), Failure> {
    let mut rows = vec![["NAME", "DRIVES", "STATES", "FILE"].map(str::to_owned)];
    for machine in context.load()?.machines {
        let (drives, states) = match Machine::parse(&machine.text) {
            Ok(parsed) => (subject(&parsed).unwrap_or("-").to_owned(), parsed.states().len().to_string()),
            Err(_) => ("invalid".to_owned(), "-".to_owned()),
        };
        rows.push([machine.name, drives, states, machine.file]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let (name, drives, states) = (width(0), width(1), width(2));
    let lines: Vec<String> =
        rows.iter().map(|[a, b, c, d]| format!("{a:<name$}  {b:<drives$}  {c:>states$}  {d}")).collect();
    print(lines.join("\n"))
}

/// What the machine says that it drives.
fn subject(machine: &Machine) -> Option<&str> {
    machine.meta().get("subject").and_then(Value::as_str)
}

fn configured(context: &Context, name: &str) -> Result<MachineSource, Failure> {
    let machines = context.load()?.machines;
    let known: Vec<String> = machines.iter().map(|machine| machine.name.clone()).collect();
    machines
        .into_iter()
        .find(|machine| machine.name == name)
        .ok_or_else(|| Failure::input(format!("there is no machine {name:?}; there are {}", known.join(", "))))
}

/// A file, standard input, or a configured machine.
fn source(context: &Context, file: &str) -> Result<MachineSource, Failure> {
    if file == "-" {
        return Ok(MachineSource { name: "stdin".to_owned(), file: "standard input".to_owned(), text: text(file)? });
    }
    let path = PathBuf::from(file);
    let is_name = !file.contains(['/', '.']) && !path.exists();
    if is_name {
        return configured(context, file);
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(MachineSource { name, file: file.to_owned(), text: text(file)? })
}

/// The same for what is only looked at: a byte order mark is read over.
fn source_to_read(context: &Context, file: &str) -> Result<MachineSource, Failure> {
    let source = source(context, file)?;
    Ok(MachineSource { text: without_mark(&source.text).to_owned(), ..source })
}

/// Text without the byte order mark that some editors begin it with.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The text of a file, or of standard input.
fn text(file: &str) -> Result<String, Failure> {
    let (name, bytes) = if file == "-" {
        let mut bytes = Vec::new();
        ("standard input", std::io::stdin().read_to_end(&mut bytes).map(|_| bytes))
    } else {
        (file, std::fs::read(file))
    };
    let bytes = bytes.map_err(|error| Failure::input(format!("{name}: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::input(format!("{name}: this is no UTF-8: byte {at} of it; save it as UTF-8"))
    })
}

/// The compiled machine; all that is wrong with it, when it cannot be.
fn parse(source: &MachineSource) -> Result<Machine, Failure> {
    Machine::parse(&source.text).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::input(format!("{} is no machine that can run:\n{}", source.file, lines.join("\n")))
    })
}
