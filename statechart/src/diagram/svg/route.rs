//! Arrows from border to border: each piece along its rows, then the pieces of an arrow joined into one path.

use std::collections::BTreeMap;

use super::layers::{Item, ItemId, Thread};
use super::layout::{Layout, Plan, Point};
use super::place::spread;
use super::scene::{End, Scene, Side, count};
use crate::model::StateId;

impl Layout {
    /// Makes the paths of the arrows from their pieces, outwards from the source, then inwards to the target.
    pub(super) fn join(&mut self, scene: &Scene<'_>) {
        let mut found: BTreeMap<(usize, i64), Vec<Point>> = BTreeMap::new();
        for (index, plan) in self.plans.iter().enumerate() {
            let (left, top) = self.corners[index];
            let depth = scene.machine.ancestors(StateId::from_index(index)).count();
            let depth = i64::try_from(depth).unwrap_or(0) + 1;
            let joints = self.joints(plan);
            for (number, thread) in plan.layers.threads.iter().enumerate() {
                let mut path = self.path(plan, thread, &joints[number]);
                for point in &mut path {
                    *point = (point.0 + left, point.1 + top);
                }
                let Some(piece) = thread.piece else {
                    self.starts.push(path);
                    continue;
                };
                if !piece.down {
                    path.reverse();
                }
                let place = match (piece.labelled, piece.from) {
                    (true, _) => 0,
                    (_, End::Child(_)) => -depth,
                    (_, End::Port(_)) => depth,
                };
                found.insert((piece.arrow, place), path);
                for item in &thread.items {
                    if let Item::Bend { labelled: true, .. } = plan.layers.items[*item] {
                        let band = plan.bands[plan.rows[*item]];
                        self.labels[piece.arrow] = (left + plan.x[*item], top + f64::midpoint(band.0, band.1));
                    }
                }
            }
        }
        for ((arrow, _), path) in found {
            self.paths[arrow].extend(path);
        }
    }

    /// By thread: where it joins its upper and its lower end, counted from their middles.
    fn joints(&self, plan: &Plan) -> Vec<[f64; 2]> {
        let mut joints = vec![[0.0, 0.0]; plan.layers.threads.len()];
        let mut sides: BTreeMap<(ItemId, usize), Vec<(usize, f64)>> = BTreeMap::new();
        let mut taken: BTreeMap<(ItemId, usize), Vec<f64>> = BTreeMap::new();
        for (number, thread) in plan.layers.threads.iter().enumerate() {
            let last = thread.items.len() - 1;
            for (end, item, next) in [(0, 0, 1), (1, last, last - 1)] {
                let (item, next) = (thread.items[item], thread.items[next]);
                let Item::State(child) = plan.layers.items[item] else { continue };
                let inner = self.plan_of(child);
                match thread.piece.and_then(|piece| inner.ports.get(&piece.arrow)) {
                    Some(x) => {
                        joints[number][end] = x - inner.width / 2.0;
                        taken.entry((item, end)).or_default().push(x - inner.width / 2.0);
                    }
                    None => sides.entry((item, end)).or_default().push((number, plan.x[next])),
                }
            }
        }
        for ((item, end), mut threads) in sides {
            let Item::State(child) = plan.layers.items[item] else { continue };
            threads.sort_by(|a, b| a.1.total_cmp(&b.1));
            let places = spread(threads.len(), self.plan_of(child).width);
            let taken = taken.get(&(item, end)).map(Vec::as_slice).unwrap_or_default();
            for ((number, _), place) in threads.iter().zip(places) {
                joints[*number][end] = beside(place, taken);
            }
        }
        joints
    }

    /// A thread from top to bottom, places counted from the corner of its box.
    fn path(&self, plan: &Plan, thread: &Thread, joints: &[f64; 2]) -> Vec<Point> {
        let mut path = Vec::with_capacity(thread.items.len() * 2 + 2);
        let last = thread.items.len() - 1;
        for (place, item) in thread.items.iter().enumerate() {
            let x = plan.x[*item];
            let (top, bottom) = plan.bands[plan.rows[*item]];
            let middle = f64::midpoint(top, bottom);
            match plan.layers.items[*item] {
                Item::State(child) if place == 0 => {
                    let half = self.plan_of(child).height / 2.0;
                    path.extend([(x + joints[0], middle + half), (x + joints[0], bottom)]);
                }
                Item::State(child) => {
                    let half = self.plan_of(child).height / 2.0;
                    path.extend([(x + joints[1], top), (x + joints[1], middle - half)]);
                }
                Item::Start => path.extend([(x, middle), (x, bottom)]),
                Item::Port(arrow, Side::Top) => {
                    let port = plan.ports.get(&arrow).copied().unwrap_or(x);
                    path.extend([(port, 0.0), (port, plan.header.1), (x, top), (x, bottom)]);
                }
                Item::Port(arrow, Side::Bottom) => {
                    let port = plan.ports.get(&arrow).copied().unwrap_or(x);
                    path.extend([(x, top), (x, bottom), (port, plan.height), (port, plan.height)]);
                }
                Item::Bend { .. } if place < last => path.extend([(x, top), (x, bottom)]),
                Item::Bend { .. } => {}
            }
        }
        path
    }
}

/// The place, or one near it that is not upon an arrow that crosses the border.
fn beside(place: f64, taken: &[f64]) -> f64 {
    const ROOM: f64 = 14.0;
    let free = |place: &f64| taken.iter().all(|other| (other - place).abs() >= ROOM - 0.01);
    let near = (0..20).flat_map(|steps| [place + ROOM * count(steps), place - ROOM * count(steps)]);
    near.into_iter().find(free).unwrap_or(place)
}
