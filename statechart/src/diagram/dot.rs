//! Graphviz: composite states are clusters with a point for themselves, edges are cut at their borders.

use super::page::Page;
use super::sketch::Marks;
use super::{node_name, state_label};
use crate::label;
use crate::machine::Machine;
use crate::model::{Depth, Kind, StateId, TransitionId};

const NO: &str = ", style=dashed, color=\"#b91c1c\", fontcolor=\"#b91c1c\"";

pub(super) fn render(machine: &Machine, marks: &Marks, is_current: &dyn Fn(StateId) -> bool) -> String {
    let mut page = Page::new("digraph machine {");
    page.line(1, "compound=true;");
    page.line(1, "fontname=\"Helvetica\";");
    page.line(1, "node [shape=box, style=rounded, fontname=\"Helvetica\"];");
    page.line(1, "edge [fontname=\"Helvetica\", fontsize=10];");
    state(machine, StateId::ROOT, &Looks { marks, is_current }, 1, &mut page);
    // Outside all clusters: an edge pulls its ends into the cluster that it is written in.
    for (index, around) in machine.states().iter().enumerate() {
        if let Some(initial) = around.initial {
            edge(machine, StateId::from_index(index), initial, "\"\"", &mut page);
        }
    }
    for (index, transition) in machine.transitions().iter().enumerate() {
        let id = TransitionId::from_index(index);
        let no = if marks.is_refused(id) { NO } else { "" };
        let label = quote(&marks.label(id, &label::transition(machine, transition)));
        let label = format!("{label}{no}");
        let stays = [transition.source];
        let targets = if transition.targets.is_empty() { &stays[..] } else { &transition.targets };
        for target in targets {
            edge(machine, transition.source, *target, &label, &mut page);
        }
    }
    page.line(0, "}");
    page.finish()
}

/// What is told of states besides the machine.
struct Looks<'a> {
    marks: &'a Marks,
    is_current: &'a dyn Fn(StateId) -> bool,
}

fn state(machine: &Machine, id: StateId, looks: &Looks<'_>, depth: usize, page: &mut Page) {
    let (this, name) = (machine.state(id), node_name(machine, id));
    if this.children.is_empty() {
        let shape = match this.kind {
            Kind::Final => ", peripheries=2",
            Kind::History(_) => ", shape=circle",
            Kind::Atomic | Kind::Compound | Kind::Parallel => "",
        };
        let label = match this.kind {
            Kind::History(Depth::Shallow) => "H".to_owned(),
            Kind::History(Depth::Deep) => "H*".to_owned(),
            _ => state_label(machine, id),
        };
        let now = match ((looks.is_current)(id), looks.marks.is_refused_state(id)) {
            (true, false) => ", style=\"rounded,filled\", fillcolor=\"#fde68a\", penwidth=3",
            (true, true) => ", style=\"rounded,filled,dashed\", fillcolor=\"#fde68a\", color=\"#b91c1c\", penwidth=3",
            (false, true) => ", style=\"rounded,dashed\", color=\"#b91c1c\"",
            (false, false) => "",
        };
        return page.line(depth, &format!("{name} [label={}{shape}{now}];", quote(&label)));
    }
    let style = if this.kind == Kind::Parallel { "dashed" } else { "rounded" };
    page.line(depth, &format!("subgraph cluster_{name} {{"));
    page.line(depth + 1, &format!("label={};", quote(&state_label(machine, id))));
    page.line(depth + 1, &format!("style={style};"));
    if looks.marks.is_refused_state(id) {
        page.line(depth + 1, "style=dashed; color=\"#b91c1c\";");
    }
    page.line(depth + 1, &format!("{name} [shape=point, width=0.1, label=\"\"];"));
    for child in &this.children {
        state(machine, *child, looks, depth + 1, page);
    }
    page.line(depth, "}");
}

/// Graphviz cannot cut an edge at the border of a cluster that holds both of its ends.
fn edge(machine: &Machine, from: StateId, to: StateId, label: &str, page: &mut Page) {
    let is_cluster = |id: StateId| !machine.state(id).children.is_empty();
    let (tail, head) = (node_name(machine, from), node_name(machine, to));
    let cut_tail = is_cluster(from) && !machine.is_below(to, from) && from != to;
    let cut_head = is_cluster(to) && !machine.is_below(from, to) && from != to;
    let ltail = if cut_tail { format!(", ltail=cluster_{tail}") } else { String::new() };
    let lhead = if cut_head { format!(", lhead=cluster_{head}") } else { String::new() };
    page.line(1, &format!("{tail} -> {head} [label={label}{ltail}{lhead}];"));
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out.push('"');
    out
}
