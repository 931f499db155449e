//! Places within rows: every item as near to its neighbours above and below as the others in its row allow.

use super::layers::{Item, ItemId, Layers};
use super::scene::count;

/// Rounds of down and up.
const ROUNDS: usize = 40;

/// By item: the x of its middle. `width` is the room that an item takes, `pull` where an arrow joins an item, counted
/// from its middle.
pub(super) fn place(
    layers: &Layers,
    width: &dyn Fn(ItemId) -> f64,
    gap: &dyn Fn(ItemId, ItemId) -> f64,
    pull: &dyn Fn(ItemId, usize) -> f64,
) -> Vec<f64> {
    let mut joins: [Vec<Vec<Join>>; 2] = [const { Vec::new() }; 2];
    for side in &mut joins {
        *side = (0..layers.items.len()).map(|_| Vec::new()).collect();
    }
    for thread in &layers.threads {
        let arrow = thread.piece.map_or(usize::MAX, |piece| piece.arrow);
        for pair in thread.items.windows(2) {
            let (upper, lower) = (pair[0], pair[1]);
            let (own_upper, own_lower) = (pull(upper, arrow), pull(lower, arrow));
            let bend = |id: ItemId| matches!(layers.items[id], Item::Bend { .. });
            let weight = if bend(upper) && bend(lower) { 8.0 } else { 1.0 };
            joins[0][lower].push(Join { to: upper, shift: own_upper - own_lower, weight });
            joins[1][upper].push(Join { to: lower, shift: own_lower - own_upper, weight });
        }
    }
    let mut x = vec![0.0; layers.items.len()];
    let rows: Vec<Row> = layers.rows.iter().map(|row| Row::new(row, width, gap)).collect();
    for row in &rows {
        row.settle(&mut x, |_| None);
    }
    for round in 0..ROUNDS {
        for step in 0..rows.len() {
            let row = if round % 2 == 0 { step } else { rows.len() - 1 - step };
            let wanted = |id: ItemId, x: &[f64]| {
                // The last rounds look both ways, so that what is between two others is between them.
                let sides: &[usize] = if round >= ROUNDS - 4 { &[0, 1] } else { &[round % 2][..] };
                let all = sides.iter().flat_map(|side| &joins[*side][id]);
                let (sum, weight) = all.fold((0.0, 0.0), |(sum, weight), join| {
                    (sum + join.weight * (x[join.to] + join.shift), weight + join.weight)
                });
                (weight > 0.0).then(|| (sum / weight, weight))
            };
            let now = x.clone();
            rows[row].settle(&mut x, |id| Some(wanted(id, &now).unwrap_or((now[id], 0.1))));
        }
    }
    close_up(layers, &rows, &mut x);
    x
}

/// Moves what no arrow joins with the rest as near to its neighbours on the left as its rows allow: nothing else keeps
/// it from drifting away.
fn close_up(layers: &Layers, rows: &[Row<'_>], x: &mut [f64]) {
    let group = groups(layers);
    let mut first: Vec<(f64, usize)> = Vec::new();
    for (id, of) in group.iter().enumerate() {
        match first.iter_mut().find(|(_, known)| known == of) {
            Some((left, _)) => *left = left.min(x[id]),
            None => first.push((x[id], *of)),
        }
        // Many groups stand side by side by themselves.
        if first.len() > 50 {
            return;
        }
    }
    first.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, of) in first.into_iter().skip(1) {
        let mut room = f64::INFINITY;
        for row in rows {
            for place in 1..row.items.len() {
                let (before, id) = (row.items[place - 1], row.items[place]);
                if group[id] == of && group[before] != of {
                    room = room.min(x[id] - x[before] - (row.offsets[place] - row.offsets[place - 1]));
                }
            }
        }
        if room.is_finite() && room > 0.0 {
            (0..x.len()).filter(|id| group[*id] == of).for_each(|id| x[id] -= room);
        }
    }
}

/// By item: the smallest number among those that arrows join it with.
fn groups(layers: &Layers) -> Vec<usize> {
    let mut group: Vec<usize> = (0..layers.items.len()).collect();
    loop {
        let mut changed = false;
        for thread in &layers.threads {
            let least = thread.items.iter().map(|id| group[*id]).min().unwrap_or(0);
            for id in &thread.items {
                changed |= group[*id] != least;
                group[*id] = least;
            }
        }
        if !changed {
            return group;
        }
    }
}

/// An arrow to a neighbour.
struct Join {
    to: ItemId,
    shift: f64,
    weight: f64,
}

/// A row with the least distances between its items.
struct Row<'a> {
    items: &'a [ItemId],
    /// From the middle of the first item to that of each.
    offsets: Vec<f64>,
}

impl<'a> Row<'a> {
    fn new(items: &'a [ItemId], width: &dyn Fn(ItemId) -> f64, gap: &dyn Fn(ItemId, ItemId) -> f64) -> Self {
        let mut offsets = Vec::with_capacity(items.len());
        let mut at = 0.0;
        for (place, id) in items.iter().enumerate() {
            if place > 0 {
                let before = items[place - 1];
                at += f64::midpoint(width(before), width(*id)) + gap(before, *id);
            }
            offsets.push(at);
        }
        Self { items, offsets }
    }

    /// Moves the items as near to where they are wanted as their order and distances allow: the least squares, found by
    /// pooling neighbours that push each other.
    fn settle(&self, x: &mut [f64], wanted: impl Fn(ItemId) -> Option<(f64, f64)>) {
        let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(self.items.len());
        for (id, offset) in self.items.iter().zip(&self.offsets) {
            let (at, weight) = wanted(*id).unwrap_or((0.0, 1.0));
            pools.push(((at - offset) * weight, weight, 1));
            while let [.., before, last] = pools[..]
                && before.0 / before.1 >= last.0 / last.1
            {
                pools.pop();
                pools.pop();
                pools.push((before.0 + last.0, before.1 + last.1, before.2 + last.2));
            }
        }
        let mut place = 0;
        for (sum, weight, size) in pools {
            for _ in 0..size {
                x[self.items[place]] = sum / weight + self.offsets[place];
                place += 1;
            }
        }
    }
}

/// Spreads `number` arrows over the width of a box: how far from its middle each joins it.
pub(super) fn spread(number: usize, width: f64) -> impl Iterator<Item = f64> {
    let room = (width - 16.0).max(0.0);
    (0..number).map(move |place| room * ((count(place) + 1.0) / (count(number) + 1.0) - 0.5))
}
