//! What is to be drawn, before anything has a place: boxes with their texts, arrows between them, and which part of an
//! arrow belongs to which box.
//!
//! Transitions with the same source and target share an arrow. Those that stay in their state are lines in its box. An
//! arrow that crosses the border of a box is cut there: each box then lays out its own pieces, joined at *ports* on the
//! border.

use std::collections::{HashMap, HashSet};

use super::text;
use crate::diagram::sketch::Marks;
use crate::label;
use crate::machine::Machine;
use crate::model::{StateId, TransitionId};

/// Widest line of a label.
const LABEL_WIDTH: f64 = 210.0;

/// One arrow of the drawing.
pub(super) struct Arrow {
    pub(super) source: StateId,
    pub(super) target: StateId,
    pub(super) transitions: Vec<TransitionId>,
    pub(super) lines: Vec<Line>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A line of small text; `strong` comes first and is bold.
pub(super) struct Line {
    pub(super) strong: String,
    pub(super) rest: String,
    /// The event is forbidden: it is struck out.
    pub(super) forbidden: bool,
}

impl Line {
    pub(super) fn width(&self) -> f64 {
        text::bold(&self.strong, text::SMALL) + text::width(&self.rest, text::SMALL) + 4.0
    }
}

/// Top or bottom border of a box.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Side {
    Top,
    Bottom,
}

/// An end of a piece of an arrow, within one box.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum End {
    /// A box within it.
    Child(StateId),
    /// A place on its own border.
    Port(Side),
}

/// The part of an arrow that one box lays out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) arrow: usize,
    pub(super) from: End,
    pub(super) to: End,
    /// It runs from top to bottom.
    pub(super) down: bool,
    /// It carries the label.
    pub(super) labelled: bool,
}

/// The drawing as a graph.
pub(super) struct Scene<'m> {
    pub(super) machine: &'m Machine,
    pub(super) marks: &'m Marks,
    pub(super) arrows: Vec<Arrow>,
    /// By state: its pieces.
    pub(super) pieces: Vec<Vec<Piece>>,
    /// By state: what stays in it.
    pub(super) inner: Vec<Vec<TransitionId>>,
}

impl<'m> Scene<'m> {
    pub(super) fn new(machine: &'m Machine, marks: &'m Marks) -> Self {
        let states = machine.states().len();
        let mut scene = Self {
            machine,
            marks,
            arrows: Vec::new(),
            pieces: vec![Vec::new(); states],
            inner: vec![Vec::new(); states],
        };
        scene.gather();
        scene.cut();
        scene
    }

    /// One arrow for each pair of states.
    fn gather(&mut self) {
        let mut known: HashMap<(StateId, StateId), usize> = HashMap::new();
        for (index, transition) in self.machine.transitions().iter().enumerate() {
            let id = TransitionId::from_index(index);
            if transition.targets.iter().all(|target| *target == transition.source) {
                self.inner[transition.source.at()].push(id);
                continue;
            }
            for target in transition.targets.iter().filter(|target| **target != transition.source) {
                let place = *known.entry((transition.source, *target)).or_insert_with(|| {
                    self.arrows.push(Arrow::new(transition.source, *target));
                    self.arrows.len() - 1
                });
                self.arrows[place].transitions.push(id);
            }
        }
        for index in 0..self.arrows.len() {
            let transitions = self.arrows[index].transitions.iter();
            let words = transitions.map(|id| self.words(*id));
            let lines = words.flat_map(|(strong, rest)| lines(&strong, &rest, false)).collect();
            self.arrows[index].label(lines);
        }
    }

    /// The child of `around` that `id` is or lies within.
    fn lift(&self, id: StateId, around: StateId) -> StateId {
        let mut at = id;
        while let Some(parent) = self.machine.state(at).parent.filter(|parent| *parent != around) {
            at = parent;
        }
        at
    }

    /// Cuts every arrow at the borders that it crosses.
    fn cut(&mut self) {
        let machine = self.machine;
        let homes: Vec<StateId> = self.arrows.iter().map(|arrow| self.home(arrow)).collect();
        let mut flows: HashMap<StateId, Vec<(StateId, StateId)>> = HashMap::new();
        let mut ends = Vec::with_capacity(homes.len());
        for (arrow, home) in self.arrows.iter().zip(&homes) {
            let from = (arrow.source != *home).then(|| self.lift(arrow.source, *home));
            let to = (arrow.target != *home).then(|| self.lift(arrow.target, *home));
            if let (Some(from), Some(to)) = (from, to) {
                flows.entry(*home).or_default().push((from, to));
            }
            ends.push((from, to));
        }
        let ranks: HashMap<StateId, HashMap<StateId, usize>> =
            flows.iter().map(|(home, flow)| (*home, visited(machine, *home, flow))).collect();
        for (index, (from, to)) in ends.into_iter().enumerate() {
            let (home, source, target) = (homes[index], self.arrows[index].source, self.arrows[index].target);
            let down = match (from, to) {
                (Some(from), Some(to)) => ranks[&home][&from] < ranks[&home][&to],
                _ => true,
            };
            let (leaves, enters) = if down { (Side::Bottom, Side::Top) } else { (Side::Top, Side::Bottom) };
            let from_end = from.map_or(End::Port(Side::Top), End::Child);
            let to_end = to.map_or(End::Port(Side::Bottom), End::Child);
            self.piece(home, Piece { arrow: index, from: from_end, to: to_end, down, labelled: true });
            if let Some(outer) = from {
                self.pass(source, outer, |child| {
                    let (from, to) = (End::Child(child), End::Port(leaves));
                    Piece { arrow: index, from, to, down: leaves == Side::Bottom, labelled: false }
                });
            }
            if let Some(outer) = to {
                self.pass(target, outer, |child| {
                    let (from, to) = (End::Port(enters), End::Child(child));
                    Piece { arrow: index, from, to, down: enters == Side::Top, labelled: false }
                });
            }
        }
    }

    /// The box in which both ends are seen.
    fn home(&self, arrow: &Arrow) -> StateId {
        let machine = self.machine;
        if machine.is_below(arrow.target, arrow.source) {
            return arrow.source;
        }
        if machine.is_below(arrow.source, arrow.target) {
            return arrow.target;
        }
        machine.common_ancestor(&[arrow.source, arrow.target]).unwrap_or(StateId::ROOT)
    }

    /// A piece in every box from around `inner` up to `outer`.
    fn pass(&mut self, inner: StateId, outer: StateId, piece: impl Fn(StateId) -> Piece) {
        let mut at = inner;
        while at != outer {
            let Some(around) = self.machine.state(at).parent else { return };
            self.piece(around, piece(at));
            at = around;
        }
    }

    fn piece(&mut self, home: StateId, piece: Piece) {
        self.pieces[home.at()].push(piece);
    }

    /// The text of a transition that stays in its state.
    pub(super) fn inner_lines(&self, id: TransitionId) -> Vec<Line> {
        let transition = self.machine.transition(id);
        let (strong, rest) = self.words(id);
        let again = if transition.targets.is_empty() { "" } else { " ↻" };
        lines(&strong, &format!("{rest}{again}"), transition.is_forbidding() && !self.marks.is_refused(id))
    }

    /// Trigger and guard. Actions are for the tooltip: they would make the drawing too wide to be read.
    fn words(&self, id: TransitionId) -> (String, String) {
        let transition = self.machine.transition(id);
        let guard = label::asked(self.machine, transition).map(|guard| format!(" [{guard}]")).unwrap_or_default();
        let lost = self.marks.missing(id).map(|names| format!(" → {names}?")).unwrap_or_default();
        (label::trigger(&transition.trigger), format!("{guard}{lost}"))
    }
}

/// The lines of one transition: in one where that has room, else broken, so that every word of it can be read.
fn lines(strong: &str, rest: &str, forbidden: bool) -> Vec<Line> {
    let whole = Line { strong: strong.to_owned(), rest: rest.to_owned(), forbidden };
    if whole.width() <= LABEL_WIDTH {
        return vec![whole];
    }
    let strong = text::broken(strong, true, text::SMALL, LABEL_WIDTH).into_iter();
    let mut lines: Vec<Line> = strong.map(|strong| Line { strong, rest: String::new(), forbidden }).collect();
    if !rest.trim().is_empty() {
        let rest = text::broken(rest.trim(), false, text::SMALL, LABEL_WIDTH).into_iter();
        lines.extend(rest.map(|rest| Line { strong: String::new(), rest, forbidden: false }));
    }
    lines
}

impl Arrow {
    fn new(source: StateId, target: StateId) -> Self {
        Self { source, target, transitions: Vec::new(), lines: Vec::new(), width: 0.0, height: 0.0 }
    }

    fn label(&mut self, lines: Vec<Line>) {
        self.lines = lines;
        self.width = self.lines.iter().map(Line::width).fold(0.0, f64::max) + 10.0;
        self.height = text::LINE * count(self.lines.len()) + 4.0;
    }
}

/// Small numbers are exact.
#[expect(clippy::cast_precision_loss, reason = "counts of lines and states")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}

/// The children of a box in the order in which a walk along the arrows leaves them last, reversed: arrows that go back
/// in it close a circle.
fn visited(machine: &Machine, home: StateId, flow: &[(StateId, StateId)]) -> HashMap<StateId, usize> {
    let mut after: HashMap<StateId, Vec<StateId>> = HashMap::new();
    for (from, to) in flow {
        after.entry(*from).or_default().push(*to);
    }
    let state = machine.state(home);
    let mut left: Vec<StateId> = Vec::new();
    let mut seen: HashSet<StateId> = HashSet::new();
    for first in state.initial.iter().chain(&state.children) {
        if !seen.insert(*first) {
            continue;
        }
        let mut path = vec![(*first, 0)];
        while let Some((at, next)) = path.last_mut() {
            let to = after.get(at).and_then(|of| of.get(*next)).copied();
            *next += 1;
            match to {
                Some(to) if seen.insert(to) => path.push((to, 0)),
                Some(_) => {}
                None => {
                    left.push(*at);
                    path.pop();
                }
            }
        }
    }
    left.into_iter().rev().enumerate().map(|(rank, id)| (id, rank)).collect()
}
