//! A command works in its own transaction and in no other connection; and what takes long is done before it begins.

use crate::{
    both,
    builders::money,
    harness::{Backend, World, text},
};
use serde_json::json;

both! {
    async fn commands_need_one_connection(w: World) {
        // Whoever took a second one would wait for itself.
        let w = w.reopened(|settings| settings.database.connections = 1).await;
        let sale = w.mugs(4).await;
        let asked = w.ask(&w.biller, &sale, "ADMIN").await.ok();
        w.decide(&w.manager, &text(&asked["overrideRequest"]["id"]), false, json!({})).await.ok();
        let payment = w.pay(&sale, "40.00").await;
        let fulfilment = w.fulfilment_of(&sale).await;
        let line = text(&w.sale_order(&sale).await["lines"][0]["id"]);
        w.split(&w.operator, &fulfilment, &[(&line, 1)]).await.ok();
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        w.paid_back(&payment, json!({ "amount": money("5.00") })).await;
        w.dispute(&payment, entity::DisputeStatus::Open).await;
        w.dispute(&payment, entity::DisputeStatus::Won).await;
        w.till(&w.biller, json!({})).await.ok();
        let owed = w.on_credit(2).await;
        w.credit_note(&w.accountant, &owed, "1.00").await.ok();
        w.adjust(&w.admin, &w.store, "MUG", 5).await.ok();
        let mut machine = w.machine("fulfilment").await;
        machine["description"] = json!("The same in other words.");
        w.published("fulfilment", &machine, json!({ "idempotencyKey": "once" })).await;
        let moved = w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        assert_eq!(moved["subjects"], 4, "{moved}");
        let again = w.published("fulfilment", &machine, json!({ "idempotencyKey": "once" })).await;
        assert_eq!(again, 2);
        w.work().await;
        w.sweep().await;
    }

    async fn logs_are_replayed_before_the_transaction_begins(w: World) {
        let (.., id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let mut machine = w.machine("fulfilment").await;
        machine["states"]["UNSHIPPED"]["states"]["ALLOCATING_STOCK"]["on"]["RESERVE_OK"]["target"] = json!("READY_FOR_SHIPMENT");
        // Somebody else writes, and on SQLite nobody else can: what the logs say is found out all the same.
        let writing = w.app.begin().await.expect("a transaction");
        if w.backend == Backend::Postgres {
            use sea_orm::ConnectionTrait as _;
            writing.execute_unprepared("LOCK TABLE workflow_definition IN SHARE ROW EXCLUSIVE MODE").await.expect("a lock");
        }
        w.publish(&w.admin, "fulfilment", &machine, json!({})).await.refused("CONFLICT");
        writing.rollback().await.expect("done");
        assert_eq!(w.published("fulfilment", &machine, json!({ "acceptDifferences": true })).await, 2);
        w.drive(&id, &["FULFILMENT_STARTED"]).await;
    }

    async fn a_version_is_judged_against_the_newest_there_is(w: World) {
        let (mut one, mut other) = (w.machine("fulfilment").await, w.machine("fulfilment").await);
        one["description"] = json!("one");
        other["description"] = json!("another");
        let (first, second) = tokio::join!(
            w.publish(&w.admin, "fulfilment", &one, json!({})),
            w.publish(&w.admin, "fulfilment", &other, json!({})),
        );
        let (taken, refused): (Vec<_>, Vec<_>) = [first, second].into_iter().partition(|answer| answer.errors.is_empty());
        for answer in &refused {
            assert_eq!(answer.code(), "CONFLICT", "{answer:?}");
        }
        let newest = w.definition("fulfilment", None).await["version"].clone();
        assert_eq!(newest, 1 + taken.len());
    }
}
