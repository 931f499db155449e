//! `waybill machine diagram`

use super::{Context, Failure, parse, print, source};
use clap::{Parser, ValueEnum};
use statechart::{Machine, diagram};

/// What to draw, and how.
#[derive(Parser)]
pub struct Args {
    /// A JSON file, `-` for standard input, or the name of a configured machine
    #[arg(value_name = "FILE")]
    file: String,
    /// The drawing's language
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
    /// Highlight these states: leaf names, or dotted paths, joined by `+`
    #[arg(long, value_name = "STATE", alias = "current")]
    state: Option<String>,
}

/// A drawing's language.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For Markdown and mermaid.live
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture, ready for a document
    Svg,
}

/// Prints the drawing.
pub fn run(context: &Context, args: &Args) -> Result<(), Failure> {
    let machine = parse(&source(context, &args.file)?)?;
    let format = match args.format {
        Format::Mermaid => diagram::Format::Mermaid,
        Format::Dot => diagram::Format::Dot,
        Format::Svg => diagram::Format::Svg,
    };
    if let Some(unknown) = args.state.iter().flat_map(|names| names.split('+')).find(|name| !knows(&machine, name)) {
        let leaves = machine.states().iter().filter(|state| state.kind.is_leaf());
        let known: Vec<&str> = leaves.map(|state| state.key.as_str()).collect();
        return Err(Failure::input(format!("no leaf state is called {unknown:?}; there are {}", known.join(", "))));
    }
    print(diagram::render(&machine, format, args.state.as_deref()))
}

fn knows(machine: &Machine, name: &str) -> bool {
    machine.states().iter().any(|state| state.kind.is_leaf() && (state.key == name || state.path == name))
}
