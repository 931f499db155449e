//! Mermaid's `stateDiagram-v2`.
//!
//! Mermaid has no dashed arrows here: one that is refused says so. It has no history states: they are drawn as states named `H` or `H*`. The root is drawn only when something is
//! said of it: transitions of its own, regions, or no children at all.

use super::page::Page;
use super::sketch::Marks;
use super::{node_name, state_label};
use crate::label;
use crate::machine::Machine;
use crate::model::{Depth, Kind, StateId, TransitionId};

pub(super) fn render(machine: &Machine, marks: &Marks, is_current: &dyn Fn(StateId) -> bool) -> String {
    let mut page = Page::new("stateDiagram-v2");
    let root = machine.state(StateId::ROOT);
    let speaks_of_root = machine
        .transitions()
        .iter()
        .any(|transition| transition.source == StateId::ROOT || transition.targets.contains(&StateId::ROOT));
    if root.children.is_empty() || speaks_of_root || root.kind == Kind::Parallel {
        let name = node_name(machine, StateId::ROOT);
        page.line(1, &format!("[*] --> {name}"));
        state(machine, StateId::ROOT, 1, &mut page);
    } else {
        children(machine, StateId::ROOT, 1, &mut page);
    }
    for (index, transition) in machine.transitions().iter().enumerate() {
        let label = marks.label(TransitionId::from_index(index), &label::transition(machine, transition));
        let label = escape(&label);
        let from = node_name(machine, transition.source);
        let stays = [transition.source];
        let targets = if transition.targets.is_empty() { &stays[..] } else { &transition.targets };
        for target in targets {
            page.line(1, &format!("{from} --> {}: {label}", node_name(machine, *target)));
        }
    }
    let ids = machine.state_ids();
    let current: Vec<_> = ids.filter(|id| is_current(*id)).map(|id| node_name(machine, id)).collect();
    if !current.is_empty() {
        page.line(1, "classDef current fill:#fde68a,stroke:#b45309,stroke-width:3px,color:#111827");
        page.line(1, &format!("class {} current", current.join(",")));
    }
    let refused: Vec<_> =
        machine.state_ids().filter(|id| marks.is_refused_state(*id)).map(|id| node_name(machine, id)).collect();
    if !refused.is_empty() {
        page.line(1, "classDef refused stroke:#b91c1c,stroke-dasharray:5 5");
        page.line(1, &format!("class {} refused", refused.join(",")));
    }
    page.finish()
}

fn state(machine: &Machine, id: StateId, depth: usize, page: &mut Page) {
    let name = node_name(machine, id);
    let state = machine.state(id);
    let label = match state.kind {
        Kind::History(Depth::Shallow) => "H".to_owned(),
        Kind::History(Depth::Deep) => "H*".to_owned(),
        _ => escape(&state_label(machine, id)),
    };
    page.line(depth, &format!("state \"{label}\" as {name}"));
    if state.kind == Kind::Final {
        page.line(depth, &format!("{name} --> [*]"));
    }
    if !state.children.is_empty() {
        page.line(depth, &format!("state {name} {{"));
        children(machine, id, depth + 1, page);
        page.line(depth, "}");
    }
}

fn children(machine: &Machine, id: StateId, depth: usize, page: &mut Page) {
    let around = machine.state(id);
    if let Some(initial) = around.initial {
        page.line(depth, &format!("[*] --> {}", node_name(machine, initial)));
    }
    for (index, child) in around.children.iter().enumerate() {
        if around.kind == Kind::Parallel && index > 0 {
            page.line(depth, "--");
        }
        state(machine, *child, depth, page);
    }
}

/// Mermaid ends a label at a line end or `;`, takes `#…;` for a character and `"` for the end of a name.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '#' => out.push_str("#35;"),
            '"' => out.push_str("#quot;"),
            ';' => out.push_str("#59;"),
            ':' => out.push_str("#58;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out
}
