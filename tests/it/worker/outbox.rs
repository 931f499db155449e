//! Outbox rows that fail.

use crate::{both, chaos::trigger::On, harness::World};
use chrono::TimeDelta;
use entity::outbox;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;
use waybill::{queue::outbox::MAX_ATTEMPTS, worker};

/// The newest row about stock.
async fn row(w: &World) -> outbox::Model {
    let rows =
        outbox::Entity::find().filter(outbox::Column::Kind.eq("stock_available")).order_by_desc(outbox::Column::Id);
    rows.one(&w.app.reader).await.expect("a read").expect("a row")
}

/// Somebody waits for stock that comes but cannot be written to them: the fulfilment.
async fn stuck(w: &World) -> String {
    let lines = json!([{ "sku": "MUG", "quantity": 5 }]);
    let (sale, _) = w.cleared(json!({ "storeId": w.backorders, "lines": lines })).await;
    let id = w.fulfilment_of(&sale).await;
    w.poison("fulfilment", On::Update).await;
    w.adjust(&w.operator, &w.backorders, "MUG", 9).await.ok();
    id
}

both! {
    async fn a_row_that_fails_comes_again_ever_later_and_is_given_up_at_last(w: World) {
        let id = stuck(&w).await;
        let mut pauses = Vec::new();
        for attempt in 1..=MAX_ATTEMPTS {
            assert_eq!(worker::tick(&w.app).await.expect("a tick"), 0);
            let row = row(&w).await;
            assert_eq!((row.attempts, row.lease_until, row.done_at), (attempt, None, None));
            assert_eq!(row.dead_at.is_some(), attempt == MAX_ATTEMPTS, "{row:?}");
            assert!(row.last_error.as_deref().is_some_and(|error| error.contains("poisoned")), "{row:?}");
            let pause = row.available_at - w.now();
            pauses.push(pause.num_seconds());
            // Not a moment earlier.
            w.wait(pause - TimeDelta::milliseconds(1));
            assert_eq!(worker::tick(&w.app).await.expect("a tick"), 0);
            assert_eq!(self::row(&w).await.attempts, attempt);
            w.wait(TimeDelta::milliseconds(1));
        }
        let doubled: Vec<i64> = (0..MAX_ATTEMPTS).map(|attempt| (1_i64 << attempt).min(3600)).collect();
        assert_eq!(pauses, doubled);
        w.wait(TimeDelta::days(9));
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 0);
        assert_eq!(row(&w).await.attempts, MAX_ATTEMPTS);
        w.heal("fulfilment").await;
        // Given up is given up; the next stock serves those who wait.
        worker::tick(&w.app).await.expect("a tick");
        assert_eq!(w.state(&id).await, "BACKORDERED");
        outbox::Entity::delete_many().filter(outbox::Column::DeadAt.is_not_null()).exec(&w.app.writer).await.expect("cleared away");
        w.adjust(&w.operator, &w.backorders, "MUG", 1).await.ok();
        w.work().await;
        assert_eq!(w.state(&id).await, "PICK_PACK");
    }

    async fn a_row_that_failed_is_carried_out_once_it_can_be(w: World) {
        let id = stuck(&w).await;
        worker::tick(&w.app).await.expect("a tick");
        w.heal("fulfilment").await;
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 0);
        w.wait(TimeDelta::seconds(3));
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 1);
        assert_eq!(w.state(&id).await, "PICK_PACK");
        assert!(row(&w).await.done_at.is_some());
    }

    async fn a_row_that_means_nothing_fails_and_holds_up_no_other(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 1).await.ok();
        let broken = outbox::Entity::update_many()
            .col_expr(outbox::Column::Payload, sea_orm::sea_query::Expr::value(json!({ "sku": 5 })))
            .filter(outbox::Column::Id.eq(row(&w).await.id));
        broken.exec(&w.app.writer).await.expect("an update");
        let bad = row(&w).await;
        w.adjust(&w.operator, &w.store, "LAMP", 1).await.ok();
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 1);
        let after = outbox::Entity::find_by_id(bad.id).one(&w.app.reader).await.expect("a read").expect("the row");
        assert_eq!((after.attempts, after.done_at), (1, None));
        assert!(after.last_error.is_some());
        outbox::Entity::delete_by_id(bad.id).exec(&w.app.writer).await.expect("cleared away");
    }

    async fn rows_that_nobody_here_handles_wait(w: World) {
        w.mugs(1).await;
        w.wait(TimeDelta::days(2));
        assert_eq!(w.sweep().await, 1);
        w.work().await;
        let mut rows = outbox::Entity::find().filter(outbox::Column::Kind.eq("sale_expired")).all(&w.app.reader).await.expect("rows");
        rows.truncate(1);
        assert_eq!((rows.len(), rows[0].attempts, rows[0].done_at, rows[0].lease_until), (1, 0, None, None));
    }
}
