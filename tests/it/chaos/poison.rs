//! One subject of a batch cannot be written: it fails alone.

use crate::{
    both,
    harness::{World, rounds, uuid},
};
use chrono::TimeDelta;
use entity::{sale_order, timer, transition_log};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;
use waybill::{worker, workflow::timers::MAX_ATTEMPTS};

/// Sales on somebody's word, over nobody's limit: open, without money.
async fn unpaid(w: &World, count: usize) -> Vec<String> {
    w.adjust(&w.operator, &w.store, "CABLE", i64::try_from(count).expect("a few")).await.ok();
    let mut sales = tokio::task::JoinSet::new();
    for part in 0..8 {
        let w = w.clone();
        sales.spawn(async move {
            let mut made = Vec::new();
            for _ in (part..count).step_by(8) {
                let over = json!({ "lines": [{ "sku": "CABLE", "quantity": 1 }], "method": "CREDIT" });
                let sale = w.till(&w.biller, over).await.ok()["saleOrder"].take();
                made.push(crate::harness::text(&sale["id"]));
            }
            made
        });
    }
    sales.join_all().await.concat()
}

async fn in_state(w: &World, state: &str) -> u64 {
    let rows = sale_order::Entity::find().filter(sale_order::Column::WorkflowState.eq(state));
    rows.count(&w.app.reader).await.expect("a count")
}

async fn timer_of(w: &World, sale: &str) -> timer::Model {
    let rows = timer::Entity::find().filter(timer::Column::SubjectId.eq(uuid(sale)));
    rows.one(&w.app.reader).await.expect("a read").expect("a timer")
}

both! {
    async fn of_many_expiring_sales_one_poisoned_stays_alone(w: World) {
        let batch = rounds(200, 1_000);
        let others = u64::try_from(batch - 1).expect("a few");
        let sales = unpaid(&w, batch).await;
        let poisoned = &sales[batch * 617 / 1_000];
        w.poison_row("sale_order", uuid(poisoned)).await;
        w.wait(TimeDelta::minutes(1440));
        let fired = worker::expire_sales(&w.app).await.expect("a sweep");
        assert!(fired >= batch - 1, "{fired}");
        assert_eq!(in_state(&w, "SALE_EXPIRED").await, others);
        assert_eq!(w.state(poisoned).await, "OVERRIDE_REVIEW");
        assert_eq!(w.log(poisoned).await.last().map(|row| row["event"].clone()), Some(json!("CREDIT_OVERRIDE_REQUIRED")));
        let expired = transition_log::Entity::find().filter(transition_log::Column::Event.eq("SALE_PENDING_EXPIRY"));
        assert_eq!(expired.count(&w.app.reader).await.expect("a count"), others);
        let (_, reserved) = w.stock(&w.store, "CABLE").await;
        assert_eq!(reserved, 1);
        // It is not tried again before its claim is over, and not for ever.
        let timer = timer_of(&w, poisoned).await;
        assert_eq!(timer.attempts, 1);
        assert!(timer.lease_until > Some(w.now()));
        for _ in 0..3 {
            assert_eq!(worker::expire_sales(&w.app).await.expect("a sweep"), 0);
        }
        assert_eq!(timer_of(&w, poisoned).await, timer);
        for attempt in 2..=MAX_ATTEMPTS + 3 {
            w.wait(TimeDelta::seconds(61));
            assert_eq!(worker::expire_sales(&w.app).await.expect("a sweep"), 0);
            assert_eq!(timer_of(&w, poisoned).await.attempts, attempt.min(MAX_ATTEMPTS));
        }
        w.heal("sale_order").await;
        w.work().await;
    }

    async fn a_poisoned_sale_expires_once_it_can_be_written_again(w: World) {
        let sales = unpaid(&w, 5).await;
        w.poison_row("sale_order", uuid(&sales[2])).await;
        w.wait(TimeDelta::minutes(1440));
        assert_eq!(w.sweep().await, 4);
        w.heal("sale_order").await;
        assert_eq!(w.sweep().await, 0);
        w.wait(TimeDelta::seconds(61));
        assert_eq!(w.sweep().await, 1);
        assert_eq!(in_state(&w, "SALE_EXPIRED").await, 5);
        w.work().await;
    }

    async fn a_poisoned_quotation_keeps_no_other_timer_from_firing(w: World) {
        let poisoned = w.quote(json!({})).await;
        let other = w.quote(json!({})).await;
        let (_, _, delivered) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
        w.poison_row("quotation", uuid(&poisoned)).await;
        w.wait(TimeDelta::days(31));
        w.work().await;
        assert_eq!((w.state(&poisoned).await, w.state(&other).await), ("DRAFT".to_owned(), "EXPIRED".to_owned()));
        assert_eq!(w.state(&delivered).await, "COMPLETED");
        w.heal("quotation").await;
        w.wait(TimeDelta::seconds(61));
        w.work().await;
        assert_eq!(w.state(&poisoned).await, "EXPIRED");
    }
}
