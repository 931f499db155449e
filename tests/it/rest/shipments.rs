//! `POST /orders/{id}/shipments`, and what waits for a window.

use crate::{
    both,
    harness::{User, World, rest::Reply, text},
    shows,
};
use axum::http::Method;
use serde_json::{Value, json};

impl World {
    async fn post_shipment(&self, user: &User, order: &str, body: &Value) -> Reply {
        self.put(user, Method::POST, &format!("/api/v1/orders/{order}/shipments"), body).await
    }
}

both! {
    async fn items_leave_in_parcels_until_none_is_left(w: World) {
        let order = w.processed_in("processing").await;
        let line = w.line_of(&order, "MUG").await;
        let number = text(&w.sale_order(&order).await["number"]);
        let body = json!({ "items": [{ "itemId": line, "quantity": 1 }], "carrier": "UPS", "trackingNumber": "1Z9" });
        let shipped = w.post_shipment(&w.seller, &number, &body).await;
        assert_eq!(shipped.status, 201);
        let shipped = shipped.ok();
        shows!(shipped, {
            "success": true, "order.status": "processing", "order.trackingNumber": "1Z9", "shipment.status": "shipped",
            "shipment.carrier": "UPS", "shipment.trackingNumber": "1Z9", "shipment.items": [{ "itemId": line, "quantity": 1 }],
        });
        let rest = w.post_shipment(&w.seller, &order, &json!({ "estimatedDelivery": "2026-03-05" })).await.ok();
        shows!(rest, { "order.status": "shipped", "shipment.carrier": null, "shipment.items.0.quantity": 1 });
        assert_ne!(rest["shipment"]["id"], shipped["shipment"]["id"]);
        let shown = w.get(&w.ada, &format!("/api/orders/{order}")).await.ok();
        shows!(shown, { "order.shipping.estimatedDelivery": "2026-03-05", "order.shipping.trackingNumber": "1Z9" });
    }

    async fn what_is_none_of_it_does_not_leave(w: World) {
        let order = w.processed_in("processing").await;
        let line = w.line_of(&order, "MUG").await;
        let plain = w.mugs(1).await;
        let before = w.print().await;
        for (body, status, code) in [
            (json!({ "items": [{ "itemId": line, "quantity": 3 }] }), 409, "BAD_INPUT"),
            (json!({ "items": [{ "itemId": "line_1", "quantity": 1 }] }), 409, "BAD_INPUT"),
            (json!({ "items": [] }), 422, "BAD_INPUT"),
            (json!({ "items": [{ "itemId": line, "quantity": 0 }] }), 422, "BAD_INPUT"),
            (json!({ "estimatedDelivery": "2026-02-30" }), 422, "BAD_INPUT"),
            (json!({ "weight": 3 }), 422, "BAD_INPUT"),
            (json!({ "reasonCode": "NO_SUCH" }), 409, "BAD_INPUT"),
            (json!({ "expectedVersion": 99 }), 409, "CONFLICT"),
        ] {
            w.post_shipment(&w.seller, &order, &body).await.problem(status, code);
        }
        w.post_shipment(&w.ada, &order, &json!({})).await.problem(403, "FORBIDDEN");
        w.post_shipment(&w.bob, &order, &json!({})).await.problem(404, "NOT_FOUND");
        let refused = w.post_shipment(&w.manager, &plain, &json!({})).await.problem(409, "TRANSITION_NOT_ALLOWED");
        shows!(refused, { "currentStatus": "AWAITING_PAYMENT_METHOD" });
        w.unchanged_but(&before, &["refused_attempt"]).await;
    }

    async fn what_its_window_keeps_may_wait_for_it(w: World) {
        let order = w.processed_in("processing").await;
        let calendar = json!({ "windows": { "shipping": { "TUE": [["08:00", "16:00"]] } } });
        w.set_calendar(&w.admin, &w.store, calendar).await.ok();
        let status = json!({ "status": "shipped", "metadata": { "dock": 3 }, "notes": "by van" });
        let refused = w.patch_status(&w.seller, &order, &status).await.problem(409, "OUTSIDE_WINDOW");
        shows!(refused, { "until": "2026-03-03T07:00:00Z", "currentStatus": "processing" });
        let mut waiting = status.clone();
        waiting["defer"] = json!(true);
        let mut spoken = waiting.clone();
        spoken["actorLabel"] = json!("Dana");
        w.patch_status(&w.manager, &order, &spoken).await.problem(409, "BAD_INPUT");
        let waits = w.patch_status(&w.seller, &order, &waiting).await;
        assert_eq!(waits.status, 202);
        shows!(waits.ok(), { "success": true, "deferred.event": "SHIP", "deferred.dueAt": "2026-03-03T07:00:00Z" });
        w.post_shipment(&w.seller, &order, &json!({ "defer": true })).await.problem(409, "CONFLICT");
        w.clock.set(crate::harness::at("2026-03-03T07:00:00Z"));
        w.work().await;
        assert_eq!(w.state(&order).await, "shipped");
        shows!(w.last(&order).await, { "event": "SHIP", "note": "by van", "metadata.given.dock": 3, "actorId": w.seller.id });
    }
}
