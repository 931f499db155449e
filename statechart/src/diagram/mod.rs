//! Draws a machine: states, transitions with their guards and actions, tags, and where it is now.
//!
//! Output is text for a drawing tool, or a picture. Names are escaped, so that no name can break out of the drawing. It does not check
//! that the current state is a state of the machine: an unknown name highlights nothing.

use crate::machine::Machine;
use crate::model::StateId;

mod dot;
mod mermaid;
mod page;
mod sketch;
mod svg;

pub use sketch::Sketch;

use sketch::Marks;

/// The language of the drawing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// A Mermaid `stateDiagram-v2`.
    Mermaid,
    /// A Graphviz digraph.
    Dot,
    /// A picture that needs nothing else: no fonts, scripts or links.
    Svg,
}

/// Draws the machine. `current` are leaf names joined by `+`, as [`Machine::leaf_names`] gives them, or
/// dotted paths; they are
/// highlighted.
pub fn render(machine: &Machine, format: Format, current: Option<&str>) -> String {
    draw(machine, &Marks::default(), format, current)
}

fn draw(machine: &Machine, marks: &Marks, format: Format, current: Option<&str>) -> String {
    let names: Vec<&str> = current.map(|names| names.split('+').collect()).unwrap_or_default();
    let is_current = |id: StateId| {
        let state = machine.state(id);
        state.kind.is_leaf() && (names.contains(&state.key.as_str()) || names.contains(&state.path.as_str()))
    };
    match format {
        Format::Mermaid => mermaid::render(machine, marks, &is_current),
        Format::Dot => dot::render(machine, marks, &is_current),
        Format::Svg => svg::render(machine, marks, &is_current),
    }
}

/// A name in the drawing that no other state has: letters, digits and the state's number.
fn node_name(machine: &Machine, id: StateId) -> String {
    let key: String = machine.state(id).key.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    format!("s{}_{key}", id.0)
}

/// A state's key with its tags.
fn state_label(machine: &Machine, id: StateId) -> String {
    let state = machine.state(id);
    if state.tags.is_empty() { state.key.clone() } else { format!("{} [{}]", state.key, state.tags.join(", ")) }
}
