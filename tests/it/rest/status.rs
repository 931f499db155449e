//! `PATCH` and `PUT /orders/{id}/status`

use crate::{
    both,
    harness::{World, text},
    shows,
};
use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::json;

both! {
    async fn an_order_is_moved_by_the_name_of_a_status(w: World) {
        let order = w.parcel_order().await;
        w.move_along(&order, &["packed"]).await;
        let body = json!({
            "status": "sent", "carrier": "UPS", "trackingNumber": "1Z9", "estimatedDelivery": "2026-03-05",
            "notes": "by van", "metadata": { "dock": 3, "ratio": 0.5 },
        });
        let moved = w.put(&w.operator, Method::PUT, &format!("/api/orders/{order}/status"), &body).await.ok();
        shows!(moved, {
            "success": true, "order.id": order, "order.status": "sent", "order.trackingNumber": "1Z9",
            "event.event": "SEND", "event.from": "packed", "event.to": "sent", "event.notes": "by van",
            "event.actorType": "operator",
            "event.metadata": {
                "carrier": "UPS", "trackingNumber": "1Z9", "estimatedDelivery": "2026-03-05", "dock": 3, "ratio": 0.5
            },
        });
        let shown = w.get(&w.ada, &format!("/api/v1/orders/{order}")).await.ok();
        shows!(shown, { "order.status": "sent", "order.allowedStatuses": ["arrived"] });
        assert_eq!(shown["order"]["statusUpdatedAt"], moved["order"]["statusUpdatedAt"]);
    }

    async fn a_status_that_cannot_be_now_says_which_can(w: World) {
        let order = w.parcel_order().await;
        let before = w.print().await;
        for (status, words) in [
            ("to_pack", "the order is to_pack already"),
            ("sent", "nothing that is sent by hand leads from to_pack to sent"),
            ("CANCELLED", "CANCELLED is no status of the lifecycle parcelled"),
        ] {
            let refused = w.patch_status(&w.manager, &order, &json!({ "status": status })).await;
            let refused = refused.problem(409, "TRANSITION_NOT_ALLOWED");
            shows!(refused, {
                "detail": words, "message": words, "canRetry": false, "retryable": false,
                "currentStatus": "to_pack", "allowedStatuses": ["packed", "called_off"], "allowedEvents": ["PACK", "CALL_OFF"],
            });
        }
        w.unchanged_but(&before, &["refused_attempt"]).await;
        let refused = w.patch_status(&w.ada, &order, &json!({ "status": "sent" })).await.problem(409, "TRANSITION_NOT_ALLOWED");
        shows!(refused, { "allowedStatuses": ["called_off"], "allowedEvents": ["CALL_OFF"] });
        w.patch_status(&w.ada, &order, &json!({ "status": "packed" })).await.problem(403, "FORBIDDEN");
        w.patch_status(&w.bob, &order, &json!({ "status": "packed" })).await.problem(404, "NOT_FOUND");
        w.patch_status(&w.manager, &order, &json!({ "status": "called_off" })).await.problem(409, "REASON_REQUIRED");
        let refused = json!({ "status": "called_off", "reasonCode": "NO_SUCH" });
        shows!(w.patch_status(&w.manager, &order, &refused).await.problem(409, "BAD_INPUT"), { "field": "reasonCode" });
        let stale = json!({ "status": "packed", "expectedVersion": 99 });
        w.patch_status(&w.manager, &order, &stale).await.problem(409, "CONFLICT");
        let fits = json!({ "status": "called_off", "reasonCode": "CUSTOMER_REQUEST", "expectedVersion": w.version(&order).await });
        w.patch_status(&w.ada, &order, &fits).await.ok();
    }

    async fn details_that_the_event_does_not_take_are_refused_by_name(w: World) {
        let order = w.parcel_order().await;
        let refused = json!({ "status": "packed", "carrier": "UPS" });
        let problem = w.patch_status(&w.manager, &order, &refused).await.problem(409, "CONFLICT");
        assert!(text(&problem["detail"]).starts_with("carrier: PACK takes no details"), "{problem}");
        w.move_along(&order, &["packed"]).await;
        let long = json!({ "status": "sent", "carrier": "x".repeat(150) });
        shows!(w.patch_status(&w.manager, &order, &long).await.problem(409, "BAD_INPUT"), { "field": "payload.carrier" });
    }

    async fn a_guard_that_says_no_says_what_would_help(w: World) {
        let (sale, _) = w.cleared(json!({})).await;
        let fulfilment = w.fulfilment_of(&sale).await;
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        let refused = json!({ "status": "CANCELLED", "reasonCode": "CUSTOMER_REQUEST" });
        let problem = w.patch_status(&w.manager, &sale, &refused).await.problem(409, "GUARD_REJECTED");
        shows!(problem, { "canRetry": true, "currentStatus": "CLEARED_FOR_FULFILMENT" });
        assert!(problem["guard"].is_string() && problem["remedy"].is_string() && problem["suggestedAction"].is_string(), "{problem}");
    }

    async fn the_same_key_moves_it_once(w: World) {
        let order = w.parcel_order().await;
        let asked = async |status: &str| {
            let request = Request::patch(format!("/api/v1/orders/{order}/status"))
                .header(w.manager.credential.0, w.manager.credential.1.as_str())
                .header("content-type", "application/json")
                .header("idempotency-key", "pack-1")
                .body(Body::from(json!({ "status": status }).to_string()));
            w.exchange(request.expect("a request")).await
        };
        let first = asked("packed").await.ok();
        let version = w.version(&order).await;
        let again = asked("packed").await.ok();
        assert_eq!(first["event"], again["event"]);
        assert_eq!(w.version(&order).await, version);
        asked("sent").await.problem(409, "IDEMPOTENCY_MISMATCH");
        // It has gone on meanwhile: the answer is about what the key did.
        w.move_along(&order, &["sent"]).await;
        let later = asked("packed").await.ok();
        assert_eq!(first["event"], later["event"]);
        assert_eq!(later["order"]["status"], "sent");
    }

    async fn of_many_at_once_one_moves_it(w: World) {
        let order = w.parcel_order().await;
        let body = json!({ "status": "packed" });
        let replies = futures_util::future::join_all((0..8).map(|_| w.patch_status(&w.manager, &order, &body))).await;
        let done = replies.iter().filter(|reply| reply.status.is_success()).count();
        assert_eq!(done, 1);
        for reply in replies.into_iter().filter(|reply| !reply.status.is_success()) {
            shows!(reply.problem(409, "TRANSITION_NOT_ALLOWED"), { "currentStatus": "packed" });
        }
    }

    async fn a_program_speaks_in_somebodys_name_and_the_log_keeps_who_called(w: World) {
        let order = w.parcel_order().await;
        let body = json!({ "status": "packed", "actorType": "seller", "actorLabel": "Dana", "metadata": { "ticket": "T-1" } });
        w.patch_status(&w.operator, &order, &body).await.problem(403, "FORBIDDEN");
        let robot = w.narrow_key(&w.manager, &["order.read", "fulfilment.work", "actor.assert"]).await;
        let moved = w.patch_status(&robot, &order, &body).await.ok();
        shows!(moved["event"], {
            "actorType": "seller", "actorLabel": "Dana", "actorId": w.manager.id,
            "metadata": { "ticket": "T-1", "calledBy": { "actorType": "OPERATOR", "actorId": w.manager.id, "actorLabel": "Mona" } },
        });
        let read = w.last(&order).await;
        shows!(read, { "actorType": "SELLER", "actorId": w.manager.id });
        // A buyer whom staff speak for is not told who called.
        let body = json!({ "status": "sent", "actorType": "customer", "actorLabel": "Ada" });
        w.patch_status(&w.manager, &order, &body).await.ok();
        let theirs = w.get(&w.ada, &format!("/api/v1/orders/{order}/state-events")).await.ok()["events"][0].clone();
        shows!(theirs, { "actorType": "customer", "actorLabel": null, "actorId": null, "metadata": {} });
    }

    async fn what_was_refused_is_kept_by_the_status_that_was_asked_for(w: World) {
        let order = w.parcel_order().await;
        w.patch_status(&w.manager, &order, &json!({ "status": "sent" })).await.problem(409, "TRANSITION_NOT_ALLOWED");
        let document = "query($id: ID!) { refusedAttempts(subjectId: $id) { nodes { event state code actorId } } }";
        let kept = w.gql(&w.admin, document, json!({ "id": order })).await.ok();
        shows!(kept, {
            "nodes.0.event": "sent", "nodes.0.state": "to_pack", "nodes.0.code": "TRANSITION_NOT_ALLOWED",
            "nodes.0.actorId": w.manager.id,
        });
    }
}
