//! Sizes and places: boxes within boxes, from the inside out, then arrows from border to border.
//!
//! Rows are bands of the full width of their box. Boxes and labels stand in bands, arrows bend between them, hence no
//! arrow runs over a box or a label that is not its own. The same machine always has the same layout.

use std::collections::HashMap;

use super::layers::{Item, ItemId, Layers};
use super::order::order;
use super::place::place;
use super::scene::{Line, Scene, Side, count};
use super::text;
use crate::model::StateId;

/// Between a box and what is in it.
const PAD: f64 = 18.0;
/// The mark where a box is entered.
pub(super) const START: f64 = 10.0;
/// A history state's circle.
const HISTORY: f64 = 28.0;

/// A point; the first, third, … of a path begin a straight line, the second, fourth, … a bend.
pub(super) type Point = (f64, f64);

/// A box with what is in it, places counted from its own corner.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Room for name, tags and what stays in the state.
    pub(super) header: (f64, f64),
    pub(super) layers: Layers,
    /// By item: its middle.
    pub(super) x: Vec<f64>,
    /// By row: top and bottom.
    pub(super) bands: Vec<(f64, f64)>,
    /// By item: its row.
    pub(super) rows: Vec<usize>,
    /// By arrow: where it crosses the border.
    pub(super) ports: HashMap<usize, f64>,
}

/// Where everything is.
pub(super) struct Layout {
    pub(super) plans: Vec<Plan>,
    /// By state: its corner on the page.
    pub(super) corners: Vec<Point>,
    /// By arrow: its path on the page.
    pub(super) paths: Vec<Vec<Point>>,
    /// By arrow: the middle of its label on the page.
    pub(super) labels: Vec<Point>,
    /// The marks of initial states, each with its path.
    pub(super) starts: Vec<Vec<Point>>,
}

impl Layout {
    pub(super) fn new(scene: &Scene<'_>) -> Self {
        let states = scene.machine.states().len();
        let mut layout = Self {
            plans: (0..states).map(|_| Plan::default()).collect(),
            corners: vec![(0.0, 0.0); states],
            paths: vec![Vec::new(); scene.arrows.len()],
            labels: vec![(0.0, 0.0); scene.arrows.len()],
            starts: Vec::new(),
        };
        // Children come after their parents in document order.
        for index in (0..states).rev() {
            layout.plans[index] = layout.plan(scene, StateId::from_index(index));
        }
        for index in 0..states {
            layout.settle(scene, StateId::from_index(index));
        }
        layout.join(scene);
        layout
    }

    pub(super) fn plan_of(&self, id: StateId) -> &Plan {
        &self.plans[id.at()]
    }

    /// Lays out a box whose children are laid out.
    fn plan(&self, scene: &Scene<'_>, id: StateId) -> Plan {
        let state = scene.machine.state(id);
        if state.kind.is_history() {
            return Plan { width: HISTORY, height: HISTORY, ..Plan::default() };
        }
        let header = header(scene, id);
        if state.children.is_empty() {
            return Plan { width: header.0.max(96.0), height: header.1.max(36.0), header, ..Plan::default() };
        }
        let label_width = |arrow: usize| scene.arrows[arrow].width;
        let mut layers = Layers::new(&state.children, state.initial, &scene.pieces[id.at()], &label_width);
        let offset = |item: ItemId, arrow: usize| match layers_item(&layers, item) {
            Some(child) => {
                let plan = self.plan_of(child);
                plan.ports.get(&arrow).map_or(0.0, |x| (x / plan.width.max(1.0) - 0.5).clamp(-0.5, 0.5))
            }
            None => 0.0,
        };
        let rows = order(&layers, &offset);
        layers.rows = rows;
        let width = |item: ItemId| self.size(scene, layers.items[item]).0;
        let gap = |a: ItemId, b: ItemId| match (layers.items[a], layers.items[b]) {
            (Item::Bend { .. }, Item::Bend { .. }) => 12.0,
            (Item::State(_), Item::State(_)) => 30.0,
            _ => 16.0,
        };
        let pull = |item: ItemId, arrow: usize| match layers.items[item] {
            Item::State(child) => {
                let plan = self.plan_of(child);
                plan.ports.get(&arrow).map_or(0.0, |x| x - plan.width / 2.0)
            }
            _ => 0.0,
        };
        let x = place(&layers, &width, &gap, &pull);
        let left = (0..x.len()).map(|item| x[item] - width(item) / 2.0).fold(f64::INFINITY, f64::min);
        let right = (0..x.len()).map(|item| x[item] + width(item) / 2.0).fold(f64::NEG_INFINITY, f64::max);
        let mut plan = Plan { header, x, width: right - left + 2.0 * PAD, ..Plan::default() };
        let shift = PAD - left + (header.0 - plan.width).max(0.0) / 2.0;
        plan.width = plan.width.max(header.0);
        for x in &mut plan.x {
            *x += shift;
        }
        let gaps = layers.gaps(&plan.x, &pull);
        let mut y = header.1 + 14.0;
        for (row, gap) in layers.rows.iter().zip(&gaps) {
            let height = row.iter().map(|item| self.size(scene, layers.items[*item]).1).fold(0.0, f64::max);
            plan.bands.push((y, y + height));
            y += height;
            plan.height = y + PAD;
            y += gap;
        }
        plan.rows = vec![0; layers.items.len()];
        for (number, row) in layers.rows.iter().enumerate() {
            for item in row {
                plan.rows[*item] = number;
            }
        }
        plan.layers = layers;
        plan.open_ports();
        plan
    }

    fn size(&self, scene: &Scene<'_>, item: Item) -> (f64, f64) {
        match item {
            Item::State(child) => (self.plan_of(child).width, self.plan_of(child).height),
            Item::Start => (START, START),
            Item::Bend { arrow, labelled: true } => (scene.arrows[arrow].width, scene.arrows[arrow].height),
            Item::Port(..) | Item::Bend { .. } => (8.0, 0.0),
        }
    }

    /// Gives the children of a box their corners on the page.
    fn settle(&mut self, scene: &Scene<'_>, id: StateId) {
        let (x, y) = self.corners[id.at()];
        let plan = &self.plans[id.at()];
        let mut corners = Vec::new();
        for (row, (top, bottom)) in plan.layers.rows.iter().zip(&plan.bands) {
            for item in row {
                if let Item::State(child) = plan.layers.items[*item] {
                    let (width, height) = self.size(scene, Item::State(child));
                    corners.push((
                        child,
                        x + plan.x[*item] - width / 2.0,
                        y + f64::midpoint(*top, *bottom) - height / 2.0,
                    ));
                }
            }
        }
        for (child, x, y) in corners {
            self.corners[child.at()] = (x, y);
        }
    }
}

impl Plan {
    /// Arrows cross the upper border beside the name, the lower one where they come down.
    fn open_ports(&mut self) {
        let mut top: Vec<(f64, usize)> = Vec::new();
        for (id, item) in self.layers.items.iter().enumerate() {
            match item {
                Item::Port(arrow, Side::Top) => top.push((self.x[id], *arrow)),
                Item::Port(arrow, Side::Bottom) => {
                    self.ports.insert(*arrow, self.x[id]);
                }
                _ => {}
            }
        }
        top.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = self.header.0 + 4.0;
        for (x, arrow) in top {
            let port = x.max(free);
            free = port + 14.0;
            self.ports.insert(arrow, port);
            self.width = self.width.max(port + PAD);
        }
    }
}

fn layers_item(layers: &Layers, item: ItemId) -> Option<StateId> {
    match layers.items[item] {
        Item::State(child) => Some(child),
        _ => None,
    }
}

/// The room that name, tags and inner transitions of a state take.
fn header(scene: &Scene<'_>, id: StateId) -> (f64, f64) {
    let state = scene.machine.state(id);
    let name = text::bold(&state.key, text::NAME) + 28.0;
    let tags: f64 = state.tags.iter().map(|tag| tag_width(tag) + 4.0).sum();
    let mut size = (name.max(tags + 24.0), if state.tags.is_empty() { 32.0 } else { 50.0 });
    let inner = &scene.inner[id.at()];
    if !inner.is_empty() {
        let lines: Vec<_> = inner.iter().flat_map(|of| scene.inner_lines(*of)).collect();
        let widest = lines.iter().map(Line::width).fold(0.0, f64::max);
        size = (size.0.max(widest + 28.0), size.1 + 8.0 + text::LINE * count(lines.len()));
    }
    size
}

/// The width of a tag's pill.
pub(super) fn tag_width(tag: &str) -> f64 {
    text::width(tag, 10.0) + 12.0
}
