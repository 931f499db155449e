//! A picture for documents: boxes within boxes, arrows with events and guards, tags, where it begins and ends, and where
//! it is now. One file without fonts, scripts or links to elsewhere; the full text of an arrow, actions included, shows
//! where the pointer rests on it.

use std::fmt::Write as _;

use super::sketch::Marks;
use crate::label;
use crate::machine::Machine;
use crate::model::{Depth, Kind, StateId, TransitionId};
use layout::{Layout, Point, START, tag_width};
use scene::{Line, Scene};
use text::{LINE, escape};

mod layers;
mod layout;
mod order;
mod place;
mod route;
mod scene;
mod text;

/// Around the drawing.
const MARGIN: f64 = 12.0;

const STYLE: &str = "\
text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;fill:#0f172a}\
.n{font-size:13px;font-weight:700}\
.s{font-size:11px;fill:#334155}\
.b{font-weight:700;fill:#0f172a}\
.x{text-decoration:line-through;fill:#94a3b8}\
.g{font-size:10px;fill:#475569}\
.box{fill:#fff;stroke:#475569;stroke-width:1.3}\
.in{fill:none;stroke:#475569}\
.around{fill:#f1f5f9;fill-opacity:.55;stroke:#94a3b8;stroke-width:1.2}\
.region{stroke-dasharray:6 4}\
.now{fill:#fde68a;fill-opacity:1;stroke:#b45309;stroke-width:2.6}\
.aroundnow{fill:#fffbeb;fill-opacity:1;stroke:#b45309}\
.tag{fill:#e2e8f0}\
.line{stroke:#cbd5e1}\
.a path{fill:none;stroke:#475569;stroke-width:1.3}\
.a rect{fill:#fff;fill-opacity:.94;stroke:#e2e8f0;stroke-width:.8}\
.a:hover path{stroke:#1d4ed8;stroke-width:2.2}\
.a:hover rect{stroke:#1d4ed8}\
.a.no path,.box.no,.around.no{stroke:#b91c1c;stroke-dasharray:2 3}\
.no text{fill:#b91c1c}";

pub(super) fn render(machine: &Machine, marks: &Marks, is_current: &dyn Fn(StateId) -> bool) -> String {
    let scene = Scene::new(machine, marks);
    let layout = Layout::new(&scene);
    let root = layout.plan_of(StateId::ROOT);
    let (width, height) = (root.width + 2.0 * MARGIN, root.height + 2.0 * MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{}\">",
        escape(machine.id())
    );
    let _ = writeln!(out, "<style>{STYLE}</style>");
    out.push_str(
        "<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 1 10 5 0 9z\" fill=\"#475569\"/></marker></defs>\n",
    );
    let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {MARGIN})\">");
    let picture = Picture { scene: &scene, layout: &layout, is_current };
    for index in 0..machine.states().len() {
        picture.state(StateId::from_index(index), &mut out);
    }
    for path in &layout.starts {
        picture.start(path, &mut out);
    }
    for arrow in 0..scene.arrows.len() {
        picture.arrow(arrow, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

struct Picture<'a> {
    scene: &'a Scene<'a>,
    layout: &'a Layout,
    is_current: &'a dyn Fn(StateId) -> bool,
}

impl Picture<'_> {
    fn state(&self, id: StateId, out: &mut String) {
        let machine = self.scene.machine;
        let state = machine.state(id);
        let (x, y) = self.layout.corners[id.at()];
        let plan = self.layout.plan_of(id);
        let (width, height) = (plan.width, plan.height);
        let _ = write!(out, "<g><title>{}</title>", escape(&self.about(id)));
        if let Kind::History(depth) = state.kind {
            let (radius, sign) = (width / 2.0, if depth == Depth::Deep { "H*" } else { "H" });
            let _ = write!(
                out,
                "<circle class=\"box\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\"/>",
                x + radius,
                y + radius
            );
            let _ = write!(
                out,
                "<text class=\"n\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{sign}</text>",
                x + radius,
                y + radius + 4.5
            );
            out.push_str("</g>\n");
            return;
        }
        let class = self.class(id);
        let _ = write!(
            out,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"9\"/>"
        );
        if state.kind == Kind::Final {
            let (x, y, width, height) = (x + 3.5, y + 3.5, width - 7.0, height - 7.0);
            let _ = write!(
                out,
                "<rect class=\"in\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/>"
            );
        }
        self.header(id, out);
        out.push_str("</g>\n");
    }

    fn class(&self, id: StateId) -> String {
        let machine = self.scene.machine;
        let state = machine.state(id);
        let no = if self.scene.marks.is_refused_state(id) { " no" } else { "" };
        if state.children.is_empty() {
            return format!("{}{no}", if (self.is_current)(id) { "box now" } else { "box" });
        }
        let parallel = state.parent.is_some_and(|around| machine.state(around).kind == Kind::Parallel);
        let end = machine.node(id).end;
        let around_now = id != StateId::ROOT && (id.0 + 1..end).any(|inner| (self.is_current)(StateId(inner)));
        let region = if parallel { " region" } else { "" };
        format!("around{region}{}{no}", if around_now { " aroundnow" } else { "" })
    }

    /// Name, tags, and what stays in the state.
    fn header(&self, id: StateId, out: &mut String) {
        let state = self.scene.machine.state(id);
        let (x, y) = self.layout.corners[id.at()];
        let plan = self.layout.plan_of(id);
        let is_leaf = state.children.is_empty();
        let (anchor, middle) = if is_leaf { ("middle", x + plan.width / 2.0) } else { ("start", x + 14.0) };
        let inner = &self.scene.inner[id.at()];
        // A lone name stands in the middle of its box.
        let drop = if is_leaf && inner.is_empty() && state.tags.is_empty() { plan.height / 2.0 + 4.5 } else { 21.0 };
        let _ = write!(
            out,
            "<text class=\"n\" text-anchor=\"{anchor}\" x=\"{middle:.1}\" y=\"{:.1}\">{}</text>",
            y + drop,
            escape(&state.key)
        );
        let mut at = y + 32.0;
        if !state.tags.is_empty() {
            let whole: f64 = state.tags.iter().map(|tag| tag_width(tag) + 4.0).sum::<f64>() - 4.0;
            let mut left = if is_leaf { x + (plan.width - whole) / 2.0 } else { x + 12.0 };
            for tag in &state.tags {
                let width = tag_width(tag);
                let _ = write!(
                    out,
                    "<rect class=\"tag\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"14\" rx=\"7\"/>",
                    at - 4.0
                );
                let _ = write!(
                    out,
                    "<text class=\"g\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                    left + width / 2.0,
                    at + 6.5,
                    escape(tag)
                );
                left += width + 4.0;
            }
            at += 18.0;
        }
        if inner.is_empty() {
            return;
        }
        if is_leaf {
            let _ = write!(out, "<path class=\"line\" d=\"M{x:.1} {at:.1}h{:.1}\"/>", plan.width);
        }
        for id in inner {
            let class = if self.scene.marks.is_refused(*id) { " class=\"no\"" } else { "" };
            let _ = write!(out, "<g{class}><title>{}</title>", escape(&self.whole(*id)));
            for line in self.scene.inner_lines(*id) {
                at += LINE;
                self.line(&line, false, (x + 14.0, at), out);
            }
            out.push_str("</g>");
        }
    }

    /// A line whose bold part ends where the rest begins: every viewer agrees on that, not on anchors of mixed text.
    fn line(&self, line: &Line, centred: bool, at: Point, out: &mut String) {
        let _ = self;
        let left = if centred { at.0 - line.width() / 2.0 } else { at.0 };
        let strong = text::bold(&line.strong, text::SMALL);
        let (x, anchor) = match (line.rest.is_empty(), centred) {
            (true, true) => (at.0, "middle"),
            (_, false) => (left, "start"),
            (false, true) => (left + strong, "end"),
        };
        if !line.strong.is_empty() {
            let class = if line.forbidden { "s x" } else { "s b" };
            let _ = write!(
                out,
                "<text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
                at.1,
                escape(&line.strong)
            );
        }
        if !line.rest.is_empty() {
            let alone = line.strong.is_empty() && centred;
            let (x, anchor) = if alone { (at.0, "middle") } else { (left + strong + 5.0, "start") };
            let _ = write!(
                out,
                "<text class=\"s\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
                at.1,
                escape(line.rest.trim_start())
            );
        }
    }

    fn start(&self, path: &[Point], out: &mut String) {
        let _ = self;
        if let Some((x, y)) = path.first() {
            let _ = writeln!(
                out,
                "<g class=\"a\"><path d=\"{}\" marker-end=\"url(#arrow)\"/><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{}\" fill=\"#0f172a\"/></g>",
                trace(path),
                START / 2.0
            );
        }
    }

    fn arrow(&self, index: usize, out: &mut String) {
        let (arrow, path) = (&self.scene.arrows[index], &self.layout.paths[index]);
        let whole: Vec<_> = arrow.transitions.iter().map(|id| self.whole(*id)).collect();
        let is_refused = arrow.transitions.iter().all(|id| self.scene.marks.is_refused(*id));
        let class = if is_refused { "a no" } else { "a" };
        let _ = write!(out, "<g class=\"{class}\"><title>{}</title>", escape(&whole.join("; ")));
        let _ = write!(out, "<path d=\"{}\" marker-end=\"url(#arrow)\"/>", trace(path));
        let (x, y) = self.layout.labels[index];
        let (left, top) = (x - arrow.width / 2.0, y - arrow.height / 2.0);
        let _ = write!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"4\"/>",
            arrow.width, arrow.height
        );
        let mut at = top - 1.0;
        for line in &arrow.lines {
            at += LINE;
            self.line(line, true, (x, at), out);
        }
        out.push_str("</g>\n");
    }

    /// A transition in full: where it leads and what it runs.
    fn whole(&self, id: TransitionId) -> String {
        let machine = self.scene.machine;
        let transition = machine.transition(id);
        let name = |id: &StateId| machine.state(*id).key.as_str();
        let targets: Vec<_> = transition.targets.iter().map(name).collect();
        let missing = self.scene.marks.missing(id).map(|names| format!("{names}?"));
        let targets: Vec<_> = targets.into_iter().map(str::to_owned).chain(missing).collect();
        let arrow = if targets.is_empty() { String::new() } else { format!(" → {}", targets.join(", ")) };
        let refused = if self.scene.marks.is_refused(id) { " (refused)" } else { "" };
        let text = transition.description.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
        format!("{}: {}{arrow}{text}{refused}", name(&transition.source), label::transition(machine, transition))
    }

    fn about(&self, id: StateId) -> String {
        let state = self.scene.machine.state(id);
        let list = |word: &str, of: &[crate::model::ActionRef]| {
            let names: Vec<_> = of.iter().map(|action| action.name.as_str()).collect();
            (!names.is_empty()).then(|| format!("{word}: {}", names.join(", ")))
        };
        let parts =
            [Some(state.id.clone()), state.description.clone(), list("entry", &state.entry), list("exit", &state.exit)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// Straight within rows, bent between them.
fn trace(path: &[Point]) -> String {
    let mut out = String::new();
    let mut before: Option<Point> = None;
    for (place, (x, y)) in path.iter().enumerate() {
        let _ = match before {
            None => write!(out, "M{x:.1} {y:.1}"),
            Some((from, at)) if (from - x).abs() < 0.05 && (at - y).abs() < 0.05 => Ok(()),
            Some((from, _)) if place % 2 == 1 || (from - x).abs() < 0.05 => write!(out, "L{x:.1} {y:.1}"),
            Some((from, at)) => {
                let middle = f64::midpoint(at, *y);
                write!(out, "C{from:.1} {middle:.1} {x:.1} {middle:.1} {x:.1} {y:.1}")
            }
        };
        before = Some((*x, *y));
    }
    out
}
