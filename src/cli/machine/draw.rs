//! `waybill machine diagram`

use super::{Context, Failure, print, say, source_to_read};
use clap::{Parser, ValueEnum};
use statechart::{Severity, State, diagram};

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

/// Prints the drawing. A machine that is refused is drawn as well, with what is refused dashed, and what is wrong is said.
pub fn run(context: &Context, args: &Args) -> Result<(), Failure> {
    let source = source_to_read(context, &args.file)?;
    let sketch = diagram::Sketch::read(&source.text).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::input(format!("{} cannot be drawn:\n{}", source.file, lines.join("\n")))
    })?;
    let format = match args.format {
        Format::Mermaid => diagram::Format::Mermaid,
        Format::Dot => diagram::Format::Dot,
        Format::Svg => diagram::Format::Svg,
    };
    let leaves: Vec<&State> = sketch.states().iter().filter(|state| state.kind.is_leaf()).collect();
    let is_leaf = |name: &&str| leaves.iter().any(|state| state.key == *name || state.path == *name);
    if let Some(unknown) = args.state.iter().flat_map(|names| names.split('+')).find(|name| !is_leaf(name)) {
        let known: Vec<&str> = leaves.iter().map(|state| state.key.as_str()).collect();
        return Err(Failure::input(format!("no leaf state is called {unknown:?}; there are {}", known.join(", "))));
    }
    let errors: Vec<_> = sketch.problems().iter().filter(|problem| problem.severity == Severity::Error).collect();
    for error in &errors {
        say(error.to_string());
    }
    if !errors.is_empty() {
        say(format!("{} is no machine that can run: what is refused is dashed", source.file));
    }
    print(sketch.render(format, args.state.as_deref()))
}
