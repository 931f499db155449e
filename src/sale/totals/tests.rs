//! Histories in memory: whatever falls through, goes back, fails and comes back, in whatever order, ends the same.

use super::{Totals, totals};
use crate::actor::Actor;
use crate::error::Error;
use crate::id;
use crate::payment::{
    credits::{Rows, fall},
    ledger, refunds,
};
use crate::workflow::Order;
use entity::{fulfilment, payment, payment_entry, sale_order};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

#[derive(Clone, Debug)]
enum Step {
    Fall(usize),
    Ask(usize),
    Issue(usize),
    /// Also of one that was issued.
    Fail(usize),
}

#[derive(Clone, Debug)]
struct Case {
    worths: Vec<i64>,
    captured: i64,
    /// Refunds: for which part, and how much.
    refunds: Vec<(Option<usize>, i64)>,
    chains: Vec<Vec<Step>>,
}

/// Parts of small worth, paid in full, in part or too much; refunds that are in hand in any order.
fn cases() -> impl Strategy<Value = Case> {
    let refund = (any::<prop::sample::Index>(), any::<bool>(), 1..12_i64, 0..4_u8);
    let part = (0..9_i64, any::<bool>());
    (vec(part, 1..5), 0..3_u8, 0..8_i64, vec(refund, 0..5)).prop_map(|(parts, paid, odd, asked)| {
        let worths: Vec<i64> = parts.iter().map(|(worth, _)| *worth).collect();
        let total: i64 = worths.iter().sum();
        let captured = [total, (total - odd).max(0), total + odd][usize::from(paid)];
        let falls = parts.iter().enumerate().filter(|(_, (_, falls))| *falls);
        let mut chains: Vec<_> = falls.map(|(part, _)| vec![Step::Fall(part)]).collect();
        let (mut left, mut of_parts) = (captured, worths.clone());
        let mut refunds = Vec::new();
        for (part, named, amount, end) in asked {
            let part = named.then(|| part.index(worths.len()));
            let most = part.map_or(left, |part| left.min(of_parts[part]));
            let (amount, refund) = (amount.min(most), refunds.len());
            if amount > 0 {
                left -= amount;
                if let Some(part) = part {
                    of_parts[part] -= amount;
                }
                refunds.push((part, amount));
                chains.push(match end {
                    0 => vec![Step::Ask(refund), Step::Fail(refund)],
                    1 => vec![Step::Ask(refund), Step::Issue(refund), Step::Fail(refund)],
                    _ => vec![Step::Ask(refund), Step::Issue(refund)],
                });
            }
        }
        Case { worths, captured, refunds, chains }
    })
}

fn row<M: serde::de::DeserializeOwned>(fields: serde_json::Value) -> M {
    serde_json::from_value(fields).expect("a row")
}

/// A cleared order of these parts, with its payment: the order, the payment and the parts.
fn order(case: &Case) -> Result<(Order, payment::Model, Vec<Uuid>), Error> {
    let (root, sale, now) = (id::new(), id::new(), "2026-03-02T10:00:00Z");
    let of = |fields: serde_json::Value| {
        let mut all = json!({ "id": id::new(), "root_id": root, "sale_order_id": sale, "created_at": now });
        all.as_object_mut().expect("fields").extend(fields.as_object().expect("fields").clone());
        all
    };
    let mut order = Order::begin(row(json!({
        "id": root, "number_seq": 1, "last_sequence": 0, "last_hash": "", "deferred_events": 0, "created_at": now,
    })));
    let mut fields = of(json!({
        "number": "ORD", "sale_type": "CONSUMER", "channel": "WEB", "lifecycle": "sale", "store_id": root,
        "currency": "JPY", "grand_total_minor": case.worths.iter().sum::<i64>(), "fulfilment_type": "DELIVERY",
        "sold_terms": {}, "workflow_definition": "sale", "workflow_version": 1, "workflow_state": "",
        "workflow_context": {}, "version": 1, "cleared_at": now,
    }));
    fields["id"] = json!(sale);
    order.sale.insert(row::<sale_order::Model>(fields))?;
    let mut parts = Vec::new();
    for _ in &case.worths {
        let part: fulfilment::Model = row(of(json!({
            "store_id": root, "fulfilment_type": "DELIVERY", "workflow_definition": "fulfilment", "workflow_version": 1,
            "workflow_state": "", "workflow_context": {}, "version": 1,
        })));
        parts.push(part.id);
        order.fulfilments.insert(part)?;
    }
    let payment: payment::Model = row(of(json!({
        "party": "CUSTOMER", "amount_minor": case.captured, "currency": "JPY", "method": "CASH", "status": "CONFIRMED",
        "duplicate": false,
    })));
    order.payments.insert(payment.clone())?;
    order.payment_entries.insert(row::<payment_entry::Model>(of(json!({
        "payment_id": payment.id, "kind": "CAPTURE", "amount_minor": case.captured, "occurred_at": now,
    }))))?;
    Ok((order, payment, parts))
}

/// Plays a history; holds at every step what always holds. Answers with what is captured, credited, outstanding, over-paid,
/// on its way back, and whether money is owed back.
fn play(case: &Case, steps: &[Step]) -> Result<(Totals, bool), Error> {
    let (mut order, payment, parts) = order(case)?;
    let (actor, now) = (Actor::system(), order.root.created_at);
    let mut ids = vec![Uuid::nil(); case.refunds.len()];
    for step in steps {
        match step {
            Step::Fall(part) => {
                fall(&mut order, parts[*part], case.worths[*part], &actor, now)?;
            }
            Step::Ask(refund) => {
                let (part, amount) = case.refunds[*refund];
                let mut row = refunds::new_refund(&payment, amount, None, None, "system", now);
                row.fulfilment_id = part.map(|part| parts[part]);
                ids[*refund] = row.id;
                order.refunds.insert(row)?;
            }
            Step::Issue(refund) => refunds::issue(&mut order, ids[*refund], now)?,
            Step::Fail(refund) => refunds::fail(&mut order, ids[*refund], false, &actor, now)?,
        }
        let rows = Rows::of(&order)?;
        let now = totals(&order, false)?;
        assert_eq!(rows.booked(), rows.due(), "{step:?} of {steps:?}");
        assert!(now.credited <= rows.total && now.overpaid <= now.captured, "{now:?} after {step:?}");
        assert!(ledger::captured(&order)? >= 0);
    }
    let end = totals(&order, false)?;
    Ok((end, end.unearned > end.going_back))
}

/// The steps of all chains, each chain's in its order.
fn shuffled(case: &Case, turns: &[prop::sample::Index]) -> Vec<Step> {
    let mut chains: Vec<_> = case.chains.iter().map(|chain| chain.iter()).collect();
    let mut turns = turns.iter().cycle();
    let mut steps = Vec::new();
    while chains.iter().any(|chain| chain.len() > 0) {
        let open: Vec<_> = (0..chains.len()).filter(|at| chains[*at].len() > 0).collect();
        let turn = turns.next().map_or(0, |turn| turn.index(open.len()));
        steps.extend(chains[open[turn]].next().cloned());
    }
    steps
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_order_of_events_makes_no_difference(
        case in cases(),
        turns in vec(any::<prop::sample::Index>(), 1..40),
        other in vec(any::<prop::sample::Index>(), 1..40),
    ) {
        prop_assume!(case.captured > 0);
        let (first, second) = (shuffled(&case, &turns), shuffled(&case, &other));
        let ends = [&first, &second].map(|steps| play(&case, steps).expect("a history"));
        prop_assert_eq!(ends[0], ends[1], "{:?}\n{:?}", first, second);
    }
}
