//! The order within rows: few arrows should cross. Items go where their neighbours in the row before are on average,
//! down and up in turn, then neighbours are exchanged as long as that helps; the best order seen is kept.

use super::layers::{ItemId, Layers, Neighbour};
use super::scene::count;

/// Rounds of down and up.
const ROUNDS: usize = 12;
/// Items in a row up to which neighbours are exchanged: the effort grows with their square.
const EXCHANGED: usize = 80;

/// Rows in a better order. `offset` says where on an item's width an arrow joins it, from -½ to ½.
pub(super) fn order(layers: &Layers, offset: &dyn Fn(ItemId, usize) -> f64) -> Vec<Vec<ItemId>> {
    let [above, below] = layers.neighbours(offset);
    let mut rows = layers.rows.clone();
    let mut best = rows.clone();
    let mut fewest = crossings(&rows, &below, layers.items.len());
    for round in 0..ROUNDS {
        if fewest == 0 {
            break;
        }
        let mut places = places(&rows, layers.items.len());
        for step in 0..rows.len() {
            let (row, known) = if round % 2 == 0 { (step, &above) } else { (rows.len() - 1 - step, &below) };
            let middle = |id: &ItemId| average(&known[*id], &places).unwrap_or(places[*id].0);
            let mut sorted = rows[row].clone();
            sorted.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
            number(&sorted, &mut places);
            rows[row] = sorted;
        }
        exchange(&mut rows, &above, &below, layers.items.len());
        let now = crossings(&rows, &below, layers.items.len());
        if now < fewest {
            (fewest, best) = (now, rows.clone());
        }
    }
    best
}

/// How far along its row an item is, and how much of the row it takes.
type Place = (f64, f64);

fn places(rows: &[Vec<ItemId>], items: usize) -> Vec<Place> {
    let mut places = vec![(0.0, 0.0); items];
    for row in rows {
        number(row, &mut places);
    }
    places
}

fn number(row: &[ItemId], places: &mut [Place]) {
    for (place, id) in row.iter().enumerate() {
        places[*id] = ((count(place) + 0.5) / count(row.len()), 1.0 / count(row.len()));
    }
}

/// Where a neighbour is joined.
fn joined(of: &Neighbour, places: &[Place]) -> f64 {
    let (middle, width) = places[of.to];
    middle + of.there * width
}

fn average(of: &[Neighbour], places: &[Place]) -> Option<f64> {
    (!of.is_empty()).then(|| of.iter().map(|of| joined(of, places)).sum::<f64>() / count(of.len()))
}

fn exchange(rows: &mut [Vec<ItemId>], above: &[Vec<Neighbour>], below: &[Vec<Neighbour>], items: usize) {
    let mut places = places(rows, items);
    for row in rows.iter_mut().filter(|row| row.len() <= EXCHANGED) {
        for _ in 0..4 {
            let mut helped = false;
            for at in 1..row.len() {
                let (a, b) = (row[at - 1], row[at]);
                let cost =
                    |a: ItemId, b: ItemId| pairs(&above[a], &above[b], &places) + pairs(&below[a], &below[b], &places);
                if cost(b, a) < cost(a, b) {
                    row.swap(at - 1, at);
                    helped = true;
                }
            }
            number(row, &mut places);
            if !helped {
                break;
            }
        }
    }
}

/// Crossings between the arrows of two items of which the first is on the left.
fn pairs(left: &[Neighbour], right: &[Neighbour], places: &[Place]) -> usize {
    let crosses = |a: &Neighbour, b: &&Neighbour| joined(a, places) > joined(b, places);
    left.iter().map(|a| right.iter().filter(|b| crosses(a, b)).count()).sum()
}

/// All crossings between neighbouring rows, by counting inversions.
fn crossings(rows: &[Vec<ItemId>], below: &[Vec<Neighbour>], items: usize) -> usize {
    let places = places(rows, items);
    let mut total = 0;
    for row in rows {
        let mut ends: Vec<f64> = Vec::new();
        for id in row {
            let mut lower: Vec<(f64, f64)> = below[*id].iter().map(|of| (of.here, joined(of, &places))).collect();
            lower.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            ends.extend(lower.into_iter().map(|(_, there)| there));
        }
        total += inversions(&mut ends);
    }
    total
}

/// Pairs that are in falling order; sorts them.
fn inversions(list: &mut [f64]) -> usize {
    if list.len() < 2 {
        return 0;
    }
    let (left, right) = list.split_at_mut(list.len() / 2);
    let mut total = inversions(left) + inversions(right);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        if j >= right.len() || (i < left.len() && left[i] <= right[j]) {
            merged.push(left[i]);
            i += 1;
        } else {
            total += left.len() - i;
            merged.push(right[j]);
            j += 1;
        }
    }
    list.copy_from_slice(&merged);
    total
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn inversions_are_counted() {
        assert_eq!(inversions(&mut [3.0, 1.0, 2.0]), 2);
        assert_eq!(inversions(&mut [1.0, 2.0, 2.0, 3.0]), 0);
        assert_eq!(inversions(&mut [4.0, 3.0, 2.0, 1.0]), 6);
    }
}
