//! Who may move an order, and who decides disputes.

use crate::{both, harness::World, shows};
use axum::http::Method;
use serde_json::json;

both! {
    async fn buyers_dispute_and_accept_and_never_decide_and_sellers_do_neither(w: World) {
        let order = w.market_in("delivered").await;
        for stranger in [&w.bob, &w.rex, &w.seller_elsewhere] {
            for event in ["DISPUTE", "COMPLETE"] {
                w.go(stranger, &order, event, json!({})).await.refused("NOT_FOUND");
            }
        }
        let before = w.print().await;
        for event in ["DISPUTE", "COMPLETE"] {
            w.go(&w.seller, &order, event, json!({})).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
        w.send_with(&w.ada, &order, "DISPUTE", json!({ "payload": { "reason": "one is broken" } })).await.ok();
        let before = w.print().await;
        for event in ["RESOLVE_COMPLETE", "RESOLVE_REFUND", "RESOLVE_CANCEL"] {
            for user in [&w.ada, &w.seller, &w.operator, &w.accountant, &w.biller] {
                w.go(user, &order, event, json!({})).await.refused("FORBIDDEN");
            }
            w.send_with(&w.manager, &order, event, json!({ "reasonCode": null })).await.refused("REASON_REQUIRED");
        }
        w.unchanged(&before).await;
        w.go(&w.manager, &order, "RESOLVE_COMPLETE", json!({})).await.ok();
        // What the buyer wrote is on record, and theirs to read.
        let events = w.get(&w.ada, &format!("/api/v1/orders/{order}/state-events")).await.ok();
        let rows = events["events"].as_array().expect("events");
        let row = rows.iter().find(|row| row["event"] == "DISPUTE").expect("a row");
        shows!(row, { "metadata.reason": "one is broken", "actorType": "customer" });
        w.work().await;
    }

    async fn a_buyer_s_put_is_403_but_for_their_own_events(w: World) {
        for (state, refused) in [
            ("payment_pending", vec!["payment_confirmed", "escrow_locked", "failed"]),
            ("payment_confirmed", vec!["order_confirmed", "refunded"]),
            ("order_confirmed", vec!["processing"]),
            ("ready_to_ship", vec!["shipped"]),
            ("shipped", vec!["in_transit", "delivered"]),
            ("disputed", vec!["completed", "refunded", "cancelled"]),
        ] {
            let order = w.market_in(state).await;
            let before = w.print().await;
            for status in refused {
                let path = format!("/api/v1/orders/{order}/status");
                let body = json!({ "status": status });
                w.put(&w.ada, Method::PUT, &path, &body).await.problem(403, "FORBIDDEN");
                w.put(&w.bob, Method::PUT, &path, &body).await.problem(404, "NOT_FOUND");
            }
            w.unchanged_but(&before, &["refused_attempt"]).await;
        }
        for (state, status) in [
            ("payment_pending", "cancelled"), ("escrow_locked", "disputed"), ("ready_to_ship", "cancelled"),
            ("delivered", "disputed"), ("delivered", "completed"),
        ] {
            let order = w.market_in(state).await;
            let path = format!("/api/v1/orders/{order}/status");
            let moved = w.put(&w.ada, Method::PUT, &path, &json!({ "status": status })).await.ok();
            shows!(moved, { "order.status": status, "event.actorType": "customer" });
        }
        w.work().await;
    }
}
