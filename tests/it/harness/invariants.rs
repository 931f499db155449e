//! What must hold at the end of every test, whatever its story was.

use super::World;
use entity::{
    CreditEntryKind, OrderFlag, TimerKind, credit_account, credit_entry, deferred_event, fulfilment, fulfilment_line,
    order_root, outbox, payment, payment_entry, reseller_settlement, sale_line, sale_order, stock, stock_adjustment,
    stray_object, timer, transition_log,
};
use sea_orm::{DatabaseConnection, EntityTrait};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;
use waybill::queue::outbox::Handler;

impl World {
    /// Fails the test when something is left undone or does not add up.
    pub async fn finish(&self) {
        let db = &self.app.reader;
        let undone: Vec<_> = all::<outbox::Entity>(db)
            .await
            .into_iter()
            .filter(|row| row.done_at.is_none() && Handler::of(row.kind) == Handler::House)
            .collect();
        assert!(undone.is_empty(), "the outbox was left undrained: {undone:#?}");
        self.check_sums().await;
    }

    /// The sums alone, for tests that look in the middle of things.
    pub async fn check_sums(&self) {
        let db = &self.app.reader;
        let report = waybill::workflow::audit::verify(db).await.expect("an audit");
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
        let sales = all::<sale_order::Entity>(db).await;
        log_is_gapless(db).await;
        money_adds_up(db, &sales).await;
        let report = waybill::payment::reconcile::reconcile(&self.app.registry, db, None).await.expect("sums");
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
        let credits = waybill::attribution::reconcile::disagreements(db).await.expect("credits");
        assert!(credits.is_empty(), "{credits:#?}");
        parts_make_up_their_lines(db, &sales).await;
        settlements_add_up(db).await;
        stock_adds_up(db, &sales).await;
        credit_adds_up(db, &sales).await;
        every_object_is_named_once(db).await;
        what_waits_has_its_timer(db).await;
    }
}

/// An event that waits for its window has one timer, due when it is, and its order counts it; no other has one.
async fn what_waits_has_its_timer(db: &DatabaseConnection) {
    let waiting = all::<deferred_event::Entity>(db).await.into_iter().filter(|row| row.settled_at.is_none());
    let mut waiting: HashMap<Uuid, _> = waiting.map(|row| (row.id, row)).collect();
    let counts = sums(waiting.values().map(|row| (row.root_id, 1)));
    for root in all::<order_root::Entity>(db).await {
        let counted = counts.get(&root.id).copied().unwrap_or(0);
        assert_eq!(counted, i64::from(root.deferred_events), "events that wait of order {}", root.id);
    }
    for timer in all::<timer::Entity>(db).await.into_iter().filter(|timer| timer.kind == TimerKind::Deferred) {
        let row = waiting.remove(&timer.ref_id).unwrap_or_else(|| panic!("a timer of nothing that waits: {timer:?}"));
        assert_eq!((row.subject_id, &row.event, row.due_at), (timer.subject_id, &timer.event, timer.due_at));
    }
    assert!(waiting.is_empty(), "nothing will send these: {waiting:?}");
}

/// An object is a payment's receipt or a stray, never both.
async fn every_object_is_named_once(db: &DatabaseConnection) {
    let strays: HashSet<_> =
        all::<stray_object::Entity>(db).await.into_iter().map(|row| (row.bucket, row.object_key)).collect();
    for payment in all::<payment::Entity>(db).await {
        if let Some(place) = payment.receipt_bucket.zip(payment.receipt_key) {
            assert!(!strays.contains(&place), "a receipt is about to be deleted: {place:?}");
        }
    }
}

async fn all<E: EntityTrait>(db: &DatabaseConnection) -> Vec<E::Model> {
    E::find().all(db).await.expect("rows")
}

fn sums<K: std::hash::Hash + Eq>(of: impl Iterator<Item = (K, i64)>) -> HashMap<K, i64> {
    of.fold(HashMap::new(), |mut sums, (key, value)| {
        *sums.entry(key).or_default() += value;
        sums
    })
}

async fn log_is_gapless(db: &DatabaseConnection) {
    let counts = sums(all::<transition_log::Entity>(db).await.into_iter().map(|row| (row.root_id, 1)));
    for root in all::<order_root::Entity>(db).await {
        assert_eq!(counts.get(&root.id).copied().unwrap_or(0), root.last_sequence, "log rows of order {}", root.id);
    }
}

/// The payment ledger says what the context says, and the context agrees with itself.
async fn money_adds_up(db: &DatabaseConnection, sales: &[sale_order::Model]) {
    let captured =
        sums(all::<payment_entry::Entity>(db).await.into_iter().map(|row| (row.sale_order_id, row.amount_minor)));
    for sale in sales {
        let (context, total, number) = (&sale.workflow_context, sale.grand_total_minor, &sale.number);
        assert_eq!(captured.get(&sale.id).copied().unwrap_or(0), context.captured, "captured money of {number}");
        let settled = context.captured + context.credited;
        let nothing_owed = sale.cancelled_at.is_some();
        if sale.workflow_definition == "sale" {
            let fell_through = matches!(sale.workflow_state.as_str(), "CANCELLED" | "SALE_EXPIRED");
            assert_eq!(nothing_owed, fell_through, "{number} in {}", sale.workflow_state);
        }
        let outstanding = if nothing_owed { 0 } else { (total - settled).max(0) };
        assert_eq!(context.outstanding, outstanding, "outstanding of {number}: {context:?}");
        assert_eq!(context.overpaid, (settled - total).max(0), "overpaid of {number}: {context:?}");
        assert!(context.credited <= total, "more is credited than {number} is worth, {total}: {context:?}");
        let in_hand = context.captured.max(0);
        assert!(context.overpaid <= in_hand, "more is owed back on {number} than is in hand: {context:?}");
        let owed_back = [OrderFlag::Overpaid, OrderFlag::RefundOwed].iter().any(|flag| context.flags.contains(flag));
        assert!(!owed_back || in_hand > 0, "{number} is flagged to give back what is not in hand: {context:?}");
        let flagged = context.flags.contains(&OrderFlag::Overpaid);
        assert!(
            !flagged || context.overpaid > 0 || nothing_owed,
            "{number} is flagged OVERPAID and is not: {context:?}"
        );
    }
}

/// The parts of a line carry each of its units once; what came back of them had left.
async fn parts_make_up_their_lines(db: &DatabaseConnection, sales: &[sale_order::Model]) {
    let started: HashSet<Uuid> =
        all::<fulfilment::Entity>(db).await.into_iter().map(|part| part.sale_order_id).collect();
    let mut parts: HashMap<Uuid, Vec<fulfilment_line::Model>> = HashMap::new();
    for part in all::<fulfilment_line::Entity>(db).await {
        parts.entry(part.sale_line_id).or_default().push(part);
    }
    let numbers: HashMap<Uuid, &str> = sales.iter().map(|sale| (sale.id, sale.number.as_str())).collect();
    for line in all::<sale_line::Entity>(db).await.into_iter().filter(|line| started.contains(&line.sale_order_id)) {
        // Shipping and fees are charged, and nothing else.
        if !line.kind.is_fulfilled() {
            continue;
        }
        let mut parts = parts.remove(&line.id).unwrap_or_default();
        parts.sort_by_key(|part| part.first_unit);
        let end = parts.iter().fold(0, |next, part| {
            assert_eq!(part.first_unit, next, "units of {} in {}", line.sku, numbers[&line.sale_order_id]);
            next + part.quantity
        });
        // What an order ships by itself may leave in several parcels.
        let whole = sales.iter().any(|sale| sale.id == line.sale_order_id && sale.workflow_definition == "sale");
        assert!(
            end == line.quantity || !whole && end < line.quantity,
            "units of {} in {}",
            line.sku,
            numbers[&line.sale_order_id]
        );
    }
}

/// What receipts on account have given to orders are payments of orders, captured in full.
async fn settlements_add_up(db: &DatabaseConnection) {
    let payments = all::<payment::Entity>(db).await.into_iter();
    let paid = sums(payments.filter_map(|row| Some((row.settlement_id?, row.amount_minor))));
    for row in all::<reseller_settlement::Entity>(db).await {
        assert_eq!(paid.get(&row.id).copied().unwrap_or(0), row.applied_minor, "receipt {}", row.reference);
    }
}

/// Reservations are what sales and fulfilments hold; what is on hand is what came in, less what left, plus what came back.
async fn stock_adds_up(db: &DatabaseConnection, sales: &[sale_order::Model]) {
    let stores: HashMap<Uuid, Uuid> = sales.iter().map(|sale| (sale.id, sale.store_id)).collect();
    let lines = all::<sale_line::Entity>(db).await;
    let keys: HashMap<Uuid, (Uuid, String)> =
        lines.iter().map(|line| (line.id, (stores[&line.sale_order_id], line.sku.clone()))).collect();
    let parts = all::<fulfilment_line::Entity>(db).await;
    let held = lines.iter().map(|line| (keys[&line.id].clone(), i64::from(line.reserved)));
    let taken = parts.iter().map(|part| (keys[&part.sale_line_id].clone(), i64::from(part.reserved)));
    let reserved = sums(held.chain(taken));
    let gone =
        sums(parts.iter().map(|part| {
            (keys[&part.sale_line_id].clone(), i64::from(part.returned - part.written_off - part.shipped))
        }));
    let adjusted =
        sums(all::<stock_adjustment::Entity>(db).await.into_iter().map(|row| (row.stock_id, i64::from(row.delta))));
    for stock in all::<stock::Entity>(db).await {
        let key = (stock.store_id, stock.sku.clone());
        assert_eq!(reserved.get(&key).copied().unwrap_or(0), i64::from(stock.reserved), "reserved of {key:?}");
        let on_hand = adjusted.get(&stock.id).copied().unwrap_or(0) + gone.get(&key).copied().unwrap_or(0);
        assert_eq!(on_hand, i64::from(stock.on_hand), "on hand of {key:?}");
    }
}

/// An account's exposure is the sum of its ledger, and of what its sales hold reserved.
async fn credit_adds_up(db: &DatabaseConnection, sales: &[sale_order::Model]) {
    let entries = all::<credit_entry::Entity>(db).await;
    let signed = |entry: &credit_entry::Model| match entry.kind {
        CreditEntryKind::Reserve => entry.amount_minor,
        CreditEntryKind::Release | CreditEntryKind::Settle => -entry.amount_minor,
    };
    let ledger = sums(entries.iter().map(|entry| (entry.account_id, signed(entry))));
    let by_sale = sums(entries.iter().map(|entry| (entry.sale_order_id, signed(entry))));
    let held = sums(sales.iter().filter_map(|sale| {
        let party = sale.reseller_id.or(sale.customer_id)?;
        Some(((party, sale.currency.clone()), sale.workflow_context.reserved))
    }));
    for account in all::<credit_account::Entity>(db).await {
        let exposure = account.exposure_minor;
        assert_eq!(ledger.get(&account.id).copied().unwrap_or(0), exposure, "ledger of account {}", account.id);
        let held = held.get(&(account.party_id, account.currency.clone())).copied().unwrap_or(0);
        assert_eq!(held, exposure, "reservations of account {}", account.id);
    }
    for sale in sales {
        let held = sale.workflow_context.reserved;
        assert_eq!(by_sale.get(&sale.id).copied().unwrap_or(0), held, "credit ledger of {}", sale.number);
    }
}
