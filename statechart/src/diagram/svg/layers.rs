//! Layers: each item of a box gets a row, arrows that pass rows get a bend in each, and one of those rows their label.

use std::collections::{BTreeMap, HashMap};

use super::scene::{End, Piece, Side};
use crate::model::StateId;

/// Bends in one box; beyond them arrows go straight, through whatever is there.
const BENDS: usize = 6_000;

/// Between rows, at least.
const GAP: f64 = 24.0;
/// Between rows, at most.
const WIDEST_GAP: f64 = 84.0;

/// What stands in a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Item {
    State(StateId),
    /// Where the box is entered by default.
    Start,
    /// An arrow crosses the border of the box, above or below.
    Port(usize, Side),
    /// An arrow passes, with its label or without.
    Bend {
        arrow: usize,
        labelled: bool,
    },
}

/// An item's number in its box.
pub(super) type ItemId = usize;

/// A piece as a path of items from top to bottom.
pub(super) struct Thread {
    /// The piece, `None` for the arrow from the start.
    pub(super) piece: Option<Piece>,
    pub(super) items: Vec<ItemId>,
}

/// The other end of a part of a thread.
pub(super) struct Neighbour {
    pub(super) to: ItemId,
    pub(super) there: f64,
    pub(super) here: f64,
}

/// The rows of a box.
#[derive(Default)]
pub(super) struct Layers {
    pub(super) items: Vec<Item>,
    pub(super) rows: Vec<Vec<ItemId>>,
    pub(super) threads: Vec<Thread>,
}

/// A piece from its upper to its lower end.
struct Link {
    piece: Option<Piece>,
    upper: ItemId,
    lower: ItemId,
    length: usize,
}

impl Layers {
    /// Puts the children of a box and the pieces between them into rows.
    pub(super) fn new(
        children: &[StateId],
        initial: Option<StateId>,
        pieces: &[Piece],
        label_width: &dyn Fn(usize) -> f64,
    ) -> Self {
        let mut layers = Self::default();
        let mut numbers: BTreeMap<Item, ItemId> = BTreeMap::new();
        for child in children {
            layers.number(&mut numbers, Item::State(*child));
        }
        let mut links = Vec::with_capacity(pieces.len() + 1);
        if let Some(initial) = initial {
            let upper = layers.number(&mut numbers, Item::Start);
            links.push(Link { piece: None, upper, lower: numbers[&Item::State(initial)], length: 1 });
        }
        for piece in pieces {
            let (above, below) = if piece.down { (piece.from, piece.to) } else { (piece.to, piece.from) };
            let item = |end: End| match end {
                End::Child(child) => Item::State(child),
                End::Port(side) => Item::Port(piece.arrow, side),
            };
            let (above, below) = (item(above), item(below));
            let (upper, lower) = (layers.number(&mut numbers, above), layers.number(&mut numbers, below));
            links.push(Link { piece: Some(*piece), upper, lower, length: if piece.labelled { 2 } else { 1 } });
        }
        let ranks = layers.ranks(&links);
        layers.rows = vec![Vec::new(); ranks.iter().max().map_or(0, |last| last + 1)];
        for (id, rank) in ranks.iter().enumerate() {
            layers.rows[*rank].push(id);
        }
        layers.thread(&links, &ranks, label_width);
        layers
    }

    fn number(&mut self, numbers: &mut BTreeMap<Item, ItemId>, item: Item) -> ItemId {
        *numbers.entry(item).or_insert_with(|| {
            self.items.push(item);
            self.items.len() - 1
        })
    }

    /// As far up as the links allow; ports at the borders, the start right above where it leads.
    fn ranks(&self, links: &[Link]) -> Vec<usize> {
        let mut ranks = vec![0_usize; self.items.len()];
        let mut below: Vec<Vec<&Link>> = (0..self.items.len()).map(|_| Vec::new()).collect();
        let mut waiting = vec![0_usize; self.items.len()];
        for link in links {
            below[link.upper].push(link);
            waiting[link.lower] += 1;
        }
        let mut ready: Vec<ItemId> = (0..self.items.len()).filter(|id| waiting[*id] == 0).collect();
        while let Some(id) = ready.pop() {
            for link in &below[id] {
                ranks[link.lower] = ranks[link.lower].max(ranks[id] + link.length);
                waiting[link.lower] -= 1;
                if waiting[link.lower] == 0 {
                    ready.push(link.lower);
                }
            }
        }
        let last = ranks.iter().copied().max().unwrap_or(0);
        for (id, item) in self.items.iter().enumerate() {
            match item {
                Item::Port(_, Side::Bottom) => ranks[id] = last,
                Item::Start => {
                    let first = below[id].iter().map(|link| ranks[link.lower]).min().unwrap_or(1);
                    ranks[id] = first.saturating_sub(1);
                }
                _ => {}
            }
        }
        ranks
    }

    /// Gives every link its bends, and the label that one of them where the row is emptiest.
    fn thread(&mut self, links: &[Link], ranks: &[usize], label_width: &dyn Fn(usize) -> f64) {
        let mut taken: HashMap<usize, f64> = HashMap::new();
        let mut bends = 0;
        for link in links {
            let (top, bottom) = (ranks[link.upper], ranks[link.lower]);
            let labelled = link.piece.filter(|piece| piece.labelled);
            let label_row = labelled.and_then(|piece| {
                let room = |row: &usize| taken.get(row).copied().unwrap_or(0.0);
                // Odd distances from the upper end: rows in which no state stands, where there are such.
                let rows = (top + 1..bottom).step_by(2).take(6);
                let row = rows.min_by(|a, b| room(a).total_cmp(&room(b)).then(a.cmp(b)))?;
                *taken.entry(row).or_default() += label_width(piece.arrow);
                Some(row)
            });
            let mut items = vec![link.upper];
            for row in top + 1..bottom {
                let is_label = label_row == Some(row);
                if !is_label && bends >= BENDS {
                    continue;
                }
                bends += 1;
                let arrow = link.piece.map_or(usize::MAX, |piece| piece.arrow);
                self.items.push(Item::Bend { arrow, labelled: is_label });
                self.rows[row].push(self.items.len() - 1);
                items.push(self.items.len() - 1);
            }
            items.push(link.lower);
            self.threads.push(Thread { piece: link.piece, items });
        }
    }

    /// By row: the room below it, more where arrows go far to the side and would lie upon each other.
    pub(super) fn gaps(&self, x: &[f64], pull: &dyn Fn(ItemId, usize) -> f64) -> Vec<f64> {
        let mut row_of = vec![0; self.items.len()];
        for (number, row) in self.rows.iter().enumerate() {
            for item in row {
                row_of[*item] = number;
            }
        }
        let mut gaps = vec![GAP; self.rows.len()];
        for thread in &self.threads {
            let arrow = thread.piece.map_or(usize::MAX, |piece| piece.arrow);
            for pair in thread.items.windows(2) {
                let far = (x[pair[0]] + pull(pair[0], arrow) - x[pair[1]] - pull(pair[1], arrow)).abs();
                let gap = &mut gaps[row_of[pair[0]]];
                *gap = gap.max((GAP + far * 0.11).min(WIDEST_GAP));
            }
        }
        gaps
    }

    /// By item: those above it that threads join it with, and those below, each with how far from the middle the thread
    /// joins this item and the other, as parts of their widths.
    pub(super) fn neighbours(&self, offset: &dyn Fn(ItemId, usize) -> f64) -> [Vec<Vec<Neighbour>>; 2] {
        let mut above: Vec<Vec<Neighbour>> = (0..self.items.len()).map(|_| Vec::new()).collect();
        let mut below: Vec<Vec<Neighbour>> = (0..self.items.len()).map(|_| Vec::new()).collect();
        for thread in &self.threads {
            let arrow = thread.piece.map_or(usize::MAX, |piece| piece.arrow);
            for pair in thread.items.windows(2) {
                let (upper, lower) = (offset(pair[0], arrow), offset(pair[1], arrow));
                below[pair[0]].push(Neighbour { to: pair[1], there: lower, here: upper });
                above[pair[1]].push(Neighbour { to: pair[0], there: upper, here: lower });
            }
        }
        [above, below]
    }
}
