//! What a provider delivers again.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use axum::http::Method;
use serde_json::json;

both! {
    async fn refills_stand_in_the_log_with_provider_amount_who_and_when(w: World) {
        let order = w.prov_in("completed").await;
        let asked = w.prov_refill(&w.operator, &order, json!({ "note": "dropped" })).await.ok();
        shows!(asked, { "refill.status": "REQUESTED", "refill.amount.amount": "12.50", "refill.requestedBy": w.operator.id });
        assert_eq!(w.state(&order).await, "active");
        let other = text(&w.prov_refill(&w.operator, &order, json!({})).await.ok()["refill"]["id"]);
        let refill = text(&asked["refill"]["id"]);
        w.prov_settle(&w.manager, &refill, true).await.ok();
        w.prov_settle(&w.manager, &other, false).await.ok();
        let path = format!("/api/v1/orders/{order}/state-events");
        let events = w.get(&w.operator, &path).await.ok()["events"].clone();
        shows!(events, {
            "0.event_type": "refill_failed", "0.metadata.refillId": other, "0.actorId": w.manager.id,
            "1.event_type": "refill_completed", "1.metadata.provider": "growthco", "1.metadata.amount": "12.50",
            "1.metadata.quantity": 100, "1.actorId": w.manager.id, "1.occurredAt": "2026-03-02T10:00:00Z",
            "2.event_type": "refill_requested", "2.metadata.provider": "growthco", "2.actorId": w.operator.id,
            "3.event_type": "state_change", "3.event": "REFILL_REQUESTED", "3.from": "completed", "3.to": "active",
            "3.metadata.amount": "12.50", "3.notes": "dropped",
        });
        // What it costs, and who is asked, is staff's.
        let theirs = w.get(&w.ada, &path).await.ok()["events"].clone();
        assert_eq!(theirs[1]["metadata"], json!({}));
        let asked = "query($id: ID!) { saleOrder(id: $id) { refills { status provider amount { amount } } } }";
        let told = w.gql(&w.ada, asked, json!({ "id": order })).await.ok();
        shows!(told, { "refills.0.status": "COMPLETED", "refills.0.provider": null, "refills.0.amount": null, "refills.1.status": "FAILED" });
    }

    async fn twice_the_same_is_once_and_a_refill_ends_once(w: World) {
        let order = w.prov_in("active").await;
        let once = json!({ "idempotencyKey": "once" });
        let first = w.prov_refill(&w.operator, &order, once.clone()).await.ok();
        assert_eq!(w.prov_refill(&w.operator, &order, once).await.ok(), first);
        assert_eq!(w.events(&order).await.iter().filter(|event| *event == "REFILL_REQUESTED").count(), 1);
        let refill = text(&first["refill"]["id"]);
        // Its news may come when the order has moved on.
        w.prov_go(&w.operator, &order, "CANCEL").await.ok();
        w.prov_settle(&w.operator, &refill, true).await.ok();
        w.prov_settle(&w.operator, &refill, true).await.ok();
        w.prov_settle(&w.operator, &refill, false).await.refused("CONFLICT");
        assert_eq!(w.events(&order).await.iter().filter(|event| event.starts_with("REFILL_")).count(), 2);
        w.work().await;
    }

    async fn only_what_is_delivered_is_refilled_and_by_staff(w: World) {
        for state in ["pending", "processing", "on_hold", "canceled"] {
            let order = w.prov_in(state).await;
            let before = w.print().await;
            w.prov_refill(&w.operator, &order, json!({})).await.refused("TRANSITION_NOT_ALLOWED");
            w.unchanged_but(&before, &["refused_attempt"]).await;
        }
        let order = w.prov_in("active").await;
        let refill = text(&w.prov_refill(&w.operator, &order, json!({})).await.ok()["refill"]["id"]);
        w.prov_refill(&w.ada, &order, json!({})).await.refused("FORBIDDEN");
        w.prov_settle(&w.ada, &refill, true).await.refused("FORBIDDEN");
        w.prov_refill(&w.seller_elsewhere, &order, json!({})).await.refused("NOT_FOUND");
        w.prov_settle(&w.seller_elsewhere, &refill, true).await.refused("NOT_FOUND");
        w.prov_refill(&w.operator, &order, json!({ "quantity": 0 })).await.refused("BAD_INPUT");
        w.work().await;
    }

    async fn over_rest_they_are_asked_for_and_settled(w: World) {
        let order = w.prov_in("completed").await;
        let body = json!({ "provider": "growthco", "quantity": 50, "amount": 3.5, "notes": "dropped" });
        let path = format!("/api/v1/orders/{order}/refills");
        let asked = w.put(&w.operator, Method::POST, &path, &body).await;
        assert_eq!(asked.status, 201);
        let asked = asked.ok();
        shows!(asked, { "refill.status": "requested", "refill.amount": 3.5, "refill.currency": "USD", "refill.settledAt": null });
        let path = format!("/api/v1/refills/{}", text(&asked["refill"]["id"]));
        let settled = w.put(&w.operator, Method::PATCH, &path, &json!({ "status": "failed" })).await.ok();
        shows!(settled, { "refill.status": "failed" });
        w.put(&w.operator, Method::PATCH, &path, &json!({ "status": "completed" })).await.problem(409, "CONFLICT");
        w.put(&w.operator, Method::PATCH, &path, &json!({ "status": "lost" })).await.problem(422, "BAD_INPUT");
        w.put(&w.operator, Method::PATCH, "/api/v1/refills/refill_nothing", &json!({ "status": "failed" })).await.problem(404, "NOT_FOUND");
    }
}
