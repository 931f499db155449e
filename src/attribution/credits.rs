//! The credits of orders: computed once, and made to agree with whether their order counts.

use super::queries;
use crate::{
    clock::Instant,
    db::rows::{Changed, Writes},
    error::Error,
    id,
    workflow::{Mode, Needs, Roots, Rules, SubjectRef, Unit},
};
use entity::{AttributionModel, AttributionState, attribution_credit, attribution_touch, sale_order};
use sea_orm::DatabaseTransaction;
use std::sync::Arc;
use uuid::Uuid;

/// A whole order, in millionths.
pub const WHOLE: i32 = 1_000_000;

/// When an order began to count, and since when it counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// When it began.
    pub credited: Instant,
    /// Since when it does not any more.
    pub reversed: Option<Instant>,
}

/// Locks orders by their sales and reads those. What counts for them is changed under that lock alone.
pub async fn locked(
    txn: &DatabaseTransaction,
    rules: &Rules,
    sales: &[Uuid],
    now: Instant,
) -> Result<Vec<sale_order::Model>, Error> {
    let subjects: Vec<SubjectRef> = sales.iter().copied().map(SubjectRef::sale).collect();
    let mut unit = Unit::open(txn, Roots::of_subjects(&subjects), Mode::Write, now).await?;
    unit.load(rules, txn, Needs::SALE, Mode::Write).await?;
    unit.orders.values().map(|order| Ok((**order.sale()?).clone())).collect()
}

/// Makes the credits of these orders agree with whether each counts: those that have none are computed, the others reversed or
/// not. As often as it is done, it ends the same.
pub async fn agree(txn: &DatabaseTransaction, rules: &Rules, sales: &[Uuid], now: Instant) -> Result<(), Error> {
    let orders = locked(txn, rules, sales, now).await?;
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let (touches, credits) = (queries::touches(txn, &ids).await?, queries::credits(txn, &ids).await?);
    let (mut made, mut changed) = (Vec::new(), Vec::new());
    for order in &orders {
        let Some(state) = order.attribution else { continue };
        let reversed = state == AttributionState::Reversed;
        let known = credits.get(&order.id).map_or(&[][..], Vec::as_slice);
        if known.is_empty() {
            let in_time = touches.get(&order.id).into_iter().flatten().filter(|touch| !touch.late);
            let since = Since { credited: now, reversed: reversed.then_some(now) };
            made.extend(computed(
                rules.settings.attribution.model,
                order,
                &in_time.cloned().collect::<Vec<_>>(),
                since,
            ));
        }
        for row in known.iter().filter(|row| row.reversed_at.is_some() != reversed) {
            let to = attribution_credit::Model { reversed_at: reversed.then_some(now), ..(**row).clone() };
            changed.push((Arc::clone(row), to));
        }
    }
    let mut writes = Writes::new();
    writes.insert::<attribution_credit::Entity>(&made.iter().collect::<Vec<_>>())?;
    let changed: Vec<_> = changed.iter().map(|(from, to)| Changed { from: &**from, to }).collect();
    writes.update::<attribution_credit::Entity>(&changed)?;
    writes.run(txn).await
}

/// The credits of an order for these touches, which are in the order of time.
pub fn computed(
    model: AttributionModel,
    order: &sale_order::Model,
    touches: &[Arc<attribution_touch::Model>],
    since: Since,
) -> Vec<attribution_credit::Model> {
    let parts = split(model, touches.len(), order.grand_total_minor);
    let credit = |(place, share_millionths, amount_minor): (usize, i32, i64)| {
        Some(attribution_credit::Model {
            id: id::new(),
            root_id: order.root_id,
            sale_order_id: order.id,
            touch_id: touches.get(place)?.id,
            model,
            share_millionths,
            amount_minor,
            total_minor: order.grand_total_minor,
            currency: order.currency.clone(),
            credited_at: since.credited,
            reversed_at: since.reversed,
        })
    };
    parts.into_iter().filter_map(credit).collect()
}

/// How a total, in minor units, is split among so many touches: place, share in millionths, amount. Shares make a whole and
/// amounts the total. What cannot be split goes to the earliest, one each.
fn split(model: AttributionModel, touches: usize, total: i64) -> Vec<(usize, i32, i64)> {
    let (Some(last), Ok(number)) = (touches.checked_sub(1), i32::try_from(touches)) else { return Vec::new() };
    match model {
        AttributionModel::LastTouch => vec![(last, WHOLE, total)],
        AttributionModel::FirstTouch => vec![(0, WHOLE, total)],
        AttributionModel::Linear => {
            let (share, odd_shares) = (WHOLE / number, WHOLE % number);
            let (amount, odd_units) = (total / i64::from(number), total % i64::from(number));
            let part = |place: i32| {
                let more = |odd: i64| i64::from(i64::from(place) < odd);
                let share = share + i32::from(place < odd_shares);
                usize::try_from(place).ok().map(|at| (at, share, amount + more(odd_units)))
            };
            (0..number).filter_map(part).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_split_goes_to_the_earliest() {
        let of = |model, touches| split(model, touches, 1_000);
        assert_eq!(of(AttributionModel::LastTouch, 3), [(2, WHOLE, 1_000)]);
        assert_eq!(of(AttributionModel::FirstTouch, 3), [(0, WHOLE, 1_000)]);
        assert_eq!(of(AttributionModel::Linear, 3), [(0, 333_334, 334), (1, 333_333, 333), (2, 333_333, 333)]);
        assert_eq!(split(AttributionModel::Linear, 3, 2), [(0, 333_334, 1), (1, 333_333, 1), (2, 333_333, 0)]);
        for model in [AttributionModel::LastTouch, AttributionModel::FirstTouch, AttributionModel::Linear] {
            assert_eq!(of(model, 0), []);
        }
    }

    proptest! {
        #[test]
        fn parts_make_the_whole(touches in 1_usize..=100, total in 0_i64..=i64::MAX) {
            for model in [AttributionModel::LastTouch, AttributionModel::FirstTouch, AttributionModel::Linear] {
                let parts = split(model, touches, total);
                prop_assert_eq!(parts.iter().map(|(_, share, _)| share).sum::<i32>(), WHOLE);
                prop_assert_eq!(parts.iter().map(|(_, _, amount)| amount).sum::<i64>(), total);
                prop_assert!(parts.iter().all(|(_, share, amount)| *share >= 0 && *amount >= 0));
            }
        }
    }
}
