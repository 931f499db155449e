//! Claims: of workers that died, of workers that come late, and given back.

use crate::{
    both,
    harness::{World, uuid},
};
use chrono::TimeDelta;
use entity::{outbox, timer};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use waybill::{
    queue::{self, outbox::Handler},
    worker,
    workflow::{
        Outcome,
        timers::{self, Which},
    },
};

/// A worker claims all that is due, and is never heard of again.
async fn claimed(w: &World, which: Which) -> Vec<timer::Model> {
    let txn = w.app.begin().await.expect("a transaction");
    let claimed = timers::claim(&txn, which, w.now(), 100).await.expect("a claim");
    txn.commit().await.expect("a commit");
    claimed
}

async fn claimed_rows(w: &World) -> Vec<outbox::Model> {
    let txn = w.app.begin().await.expect("a transaction");
    let claimed = queue::outbox::claim(&txn, Handler::House, w.now(), 100).await.expect("a claim");
    txn.commit().await.expect("a commit");
    claimed
}

both! {
    async fn what_a_dead_worker_claimed_is_taken_over_when_its_lease_ends(w: World) {
        let sale = w.mugs(2).await;
        w.wait(TimeDelta::minutes(1440));
        assert_eq!(claimed(&w, Which::SaleExpiry).await.len(), 1);
        assert!(claimed(&w, Which::SaleExpiry).await.is_empty());
        w.wait(TimeDelta::seconds(59));
        assert_eq!(w.sweep().await, 0);
        w.wait(TimeDelta::seconds(1));
        assert_eq!(w.sweep().await, 1);
        assert_eq!(w.state(&sale).await, "SALE_EXPIRED");
        w.work().await;
    }

    async fn a_worker_that_wakes_up_after_its_lease_does_nothing_twice(w: World) {
        let sale = w.mugs(2).await;
        w.wait(TimeDelta::minutes(1440));
        let late = claimed(&w, Which::SaleExpiry).await;
        w.wait(TimeDelta::seconds(61));
        assert_eq!(w.sweep().await, 1);
        w.work().await;
        let before = w.print().await;
        let txn = w.app.begin().await.expect("a transaction");
        let outcomes = timers::fire(&txn, &w.app, &late, w.now()).await.expect("it fires");
        txn.commit().await.expect("a commit");
        assert!(matches!(outcomes[..], [Outcome::Refused(_)]), "{outcomes:?}");
        w.unchanged(&before).await;
        assert_eq!(w.state(&sale).await, "SALE_EXPIRED");
    }

    async fn a_timer_that_moved_after_it_was_claimed_does_not_fire(w: World) {
        let id = w.quote(json!({})).await;
        w.wait(TimeDelta::days(30) - TimeDelta::seconds(1));
        w.clock.advance(TimeDelta::seconds(1));
        let late = claimed(&w, Which::Others).await;
        assert_eq!(late.len(), 1);
        w.clock.advance(TimeDelta::seconds(-1));
        w.send(&w.biller, &id, "EXTEND_VALIDITY").await.ok();
        w.clock.advance(TimeDelta::seconds(1));
        let txn = w.app.begin().await.expect("a transaction");
        let outcomes = timers::fire(&txn, &w.app, &late, w.now()).await.expect("it fires");
        txn.commit().await.expect("a commit");
        assert!(matches!(outcomes[..], [Outcome::Refused(_)]), "{outcomes:?}");
        assert_eq!(w.state(&id).await, "DRAFT");
        let timers = timer::Entity::find().filter(timer::Column::SubjectId.eq(uuid(&id))).all(&w.app.reader).await.expect("rows");
        assert_eq!((timers.len(), timers[0].lease_until), (1, None));
        w.wait(TimeDelta::days(40));
        w.work().await;
        assert_eq!(w.state(&id).await, "EXPIRED");
    }

    async fn a_claim_that_is_given_back_counts_as_no_attempt(w: World) {
        w.mugs(2).await;
        w.adjust(&w.operator, &w.store, "MUG", 1).await.ok();
        w.wait(TimeDelta::minutes(1440));
        for _ in 0..20 {
            let timers: Vec<_> = claimed(&w, Which::SaleExpiry).await.iter().map(|timer| timer.id).collect();
            let rows: Vec<_> = claimed_rows(&w).await.iter().map(|row| row.id).collect();
            assert_eq!((timers.len(), rows.len()), (1, 1), "a stop in the middle of things gives up on nothing");
            let txn = w.app.begin().await.expect("a transaction");
            timers::release(&txn, &timers).await.expect("given back");
            waybill::queue::outbox::release(&txn, &rows).await.expect("given back");
            txn.commit().await.expect("a commit");
        }
        assert_eq!(w.sweep().await, 1);
        w.work().await;
    }

    async fn outbox_rows_of_a_dead_worker_are_taken_over_when_their_lease_ends(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 1).await.ok();
        assert_eq!(claimed_rows(&w).await.len(), 1);
        assert!(claimed_rows(&w).await.is_empty());
        w.wait(TimeDelta::seconds(59));
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 0);
        w.wait(TimeDelta::seconds(1));
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 1);
        let rows = outbox::Entity::find().all(&w.app.reader).await.expect("rows");
        assert!(rows.iter().all(|row| row.done_at.is_some()), "{rows:?}");
    }
}
