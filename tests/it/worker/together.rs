//! Two workers at once.

use crate::{both, harness::World};
use chrono::TimeDelta;
use entity::{OutboxKind, outbox, transition_log};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use std::collections::BTreeSet;
use waybill::worker;

/// The subjects of an event's log rows; none twice.
async fn subjects(w: &World, event: &str) -> BTreeSet<uuid::Uuid> {
    let rows = transition_log::Entity::find().filter(transition_log::Column::Event.eq(event));
    let rows = rows.all(&w.app.reader).await.expect("rows");
    let subjects: BTreeSet<_> = rows.iter().map(|row| row.subject_id).collect();
    assert_eq!(subjects.len(), rows.len(), "{event} came twice to somebody");
    subjects
}

both! {
    async fn two_sweeps_at_once_expire_each_sale_once(w: World) {
        for _ in 0..40 {
            w.till(&w.biller, json!({ "lines": [{ "sku": "CABLE", "quantity": 1 }], "method": "CREDIT" })).await.ok();
        }
        let one = w.reopened(|settings| settings.sale.expiry_batch_size = 7).await;
        let two = w.reopened(|settings| settings.sale.expiry_batch_size = 7).await;
        w.wait(TimeDelta::minutes(1440));
        let (first, second) = tokio::join!(worker::expire_sales(&one.app), worker::expire_sales(&two.app));
        first.expect("a sweep");
        second.expect("a sweep");
        assert_eq!(subjects(&w, "SALE_PENDING_EXPIRY").await.len(), 40);
        assert_eq!(w.stock(&w.store, "CABLE").await, (100, 0));
        w.work().await;
    }

    async fn two_ticks_at_once_fire_each_timer_once(w: World) {
        for _ in 0..30 {
            w.quote(json!({})).await;
        }
        let sale = w.mugs(30).await;
        w.grant_credit(&w.admin, &sale, "1.00", json!({ "expiresAt": w.later(TimeDelta::days(30)) })).await.ok();
        let other = w.reopened(|_| {}).await;
        w.wait(TimeDelta::days(30));
        let (first, second) = tokio::join!(worker::tick(&w.app), worker::tick(&other.app));
        assert_eq!(first.expect("a tick") + second.expect("a tick"), 31);
        assert_eq!(subjects(&w, "VALIDITY_OVER").await.len(), 30);
        assert_eq!(subjects(&w, "OVERRIDE_LAPSED").await.len(), 1);
    }

    async fn two_workers_at_once_carry_out_each_outbox_row_once(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 5 }]);
        for _ in 0..6 {
            w.cleared(json!({ "storeId": w.backorders, "lines": lines })).await;
        }
        for _ in 0..30 {
            w.adjust(&w.operator, &w.backorders, "MUG", 1).await.ok();
        }
        let other = w.reopened(|_| {}).await;
        let (first, second) = tokio::join!(worker::tick(&w.app), worker::tick(&other.app));
        assert_eq!(first.expect("a tick") + second.expect("a tick"), 30);
        for row in outbox::Entity::find().all(&w.app.reader).await.expect("rows").iter().filter(|row| row.kind == OutboxKind::StockAvailable) {
            assert_eq!((row.done_at.is_some(), row.attempts, row.lease_until), (true, 1, None), "{row:?}");
        }
        assert_eq!(w.stock(&w.backorders, "MUG").await, (33, 30));
    }
}
