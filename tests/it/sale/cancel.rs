//! CANCEL: what it gives back.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn cancelling_needs_a_reason_that_the_store_takes(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "reasonCode": null })).await.refused("REASON_REQUIRED");
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "reasonCode": "BECAUSE" })).await.refused("BAD_INPUT");
        let inside = json!({ "reasonCode": null, "payload": { "reasonCode": "OTHER" } });
        w.send_with(&w.biller, &sale, "CANCEL", inside).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "reasonCode": "DUPLICATE", "note": "Ordered twice" }))
            .await
            .ok();
        let row = w.last(&sale).await;
        shows!(row, { "reasonCode": "DUPLICATE", "note": "Ordered twice" });
        w.work().await;
    }

    async fn cancelling_gives_stock_and_credit_back_and_cancels_fulfilments(w: World) {
        let sale = w.on_credit(9).await;
        assert_eq!((w.stock(&w.store, "MUG").await, w.exposure(&w.customer_ada).await), ((100, 9), "90.00".to_owned()));
        let answer = w.send(&w.biller, &sale, "CANCEL").await.ok();
        let cancelled = answer["followUps"]
            .as_array()
            .expect("rows")
            .iter()
            .any(|row| row["event"] == "CANCEL" && row["toState"] == "CANCELLED");
        assert!(cancelled, "{answer}");
        assert_eq!((w.stock(&w.store, "MUG").await, w.exposure(&w.customer_ada).await), ((100, 0), "0.00".to_owned()));
        let order = w.sale_order(&sale).await;
        shows!(order, { "fulfilments.0.workflowState": "CANCELLED", "outstanding.amount": "0.00" });
        shows!(order, { "phase": "CLOSED", "workflow.timers": [] });
        w.work().await;
    }

    async fn an_open_sale_gives_its_stock_back_too(w: World) {
        let sale = w.mugs(9).await;
        w.send(&w.ada, &sale, "CANCEL").await.ok();
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        assert_eq!(w.last(&sale).await["actorType"], "CUSTOMER");
        w.work().await;
    }

    async fn cash_and_transfers_are_refunded_at_once_and_others_requested(w: World) {
        for (method, status, captured) in [
            ("CASH", "ISSUED", "0.00"),
            ("TRANSFER", "ISSUED", "0.00"),
            ("CARD", "REQUESTED", "20.00"),
            ("WALLET", "REQUESTED", "20.00"),
        ] {
            let sale = w.mugs(2).await;
            w.pay_by(&sale, "20.00", method).await;
            w.send(&w.biller, &sale, "CANCEL").await.ok();
            let order = w.sale_order(&sale).await;
            let refunds = order["payments"][0]["refunds"].as_array().expect("refunds");
            assert_eq!(refunds.len(), 1, "{method}");
            shows!(refunds, { "0.status": status, "0.amount.amount": "20.00" }, "{method}");
            assert_eq!(order["capturedTotal"]["amount"], captured, "{method}");
            w.work().await;
        }
        assert_eq!(w.outbox("refund_requested").await.len(), 2);
    }

    async fn partial_money_goes_back_from_an_open_sale(w: World) {
        let sale = w.mugs(2).await;
        w.pay_by(&sale, "5.00", "CASH").await;
        w.pay_by(&sale, "6.00", "CARD").await;
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        let order = w.sale_order(&sale).await;
        let refunded: Vec<_> = order["payments"]
            .as_array()
            .expect("payments")
            .iter()
            .map(|p| text(&p["refunds"][0]["amount"]["amount"]))
            .collect();
        assert_eq!(refunded, ["5.00", "6.00"]);
        assert_eq!(order["workflowState"], "CANCELLED");
        w.work().await;
    }

    async fn what_was_refunded_already_is_not_refunded_again(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.paid_back(&payment, json!({ "amount": crate::builders::money("8.00") })).await;
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        let order = w.sale_order(&sale).await;
        let amounts: Vec<_> = order["payments"][0]["refunds"]
            .as_array()
            .expect("refunds")
            .iter()
            .map(|r| text(&r["amount"]["amount"]))
            .collect();
        assert_eq!(amounts, ["8.00", "12.00"]);
        w.work().await;
    }

    async fn unused_overrides_are_revoked(w: World) {
        let sale = w.mugs(13).await;
        w.grant_credit(&w.admin, &sale, "10.00", json!({})).await.ok();
        w.ask(&w.biller, &sale, "ADMIN").await.ok();
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        for request in w.sale_order(&sale).await["overrideRequests"].as_array().expect("requests") {
            assert_eq!(request["status"], "REVOKED");
        }
        w.work().await;
    }

    async fn cancel_after_shipping_is_refused(w: World) {
        for (kind, state) in [
            ("DELIVERY", "SHIPPED"),
            ("DELIVERY", "DELIVERED"),
            ("PICKUP", "DELIVERED"),
            ("SERVICE", "IN_PROGRESS"),
            ("DELIVERY", "RETURN_RECEIVED"),
        ] {
            let (sale, ..) = w.fulfilment_in(kind, state).await;
            let before = w.print().await;
            let refusal = w.send(&w.admin, &sale, "CANCEL").await.refused("GUARD_REJECTED");
            assert_eq!(refusal["guard"], "nothingShipped", "{kind} {state}");
            w.unchanged(&before).await;
            let blocked = w.available(&w.admin, &sale).await["CANCEL"]["blockedBy"][0].clone();
            shows!(blocked, { "kind": "GUARD", "name": "nothingShipped" });
        }
    }

    async fn one_shipped_part_is_enough_to_refuse(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 1 }, { "sku": "SETUP", "quantity": 1 }]);
        let (sale, _) = w.cleared(json!({ "lines": lines })).await;
        let order = w.sale_order(&sale).await;
        let service =
            order["fulfilments"].as_array().expect("two").iter().find(|f| f["type"] == "SERVICE").expect("one");
        let service = text(&service["id"]);
        w.drive(&service, &["SERVICE_SCHEDULED", "SERVICE_STARTED", "FAIL"]).await;
        w.send(&w.admin, &sale, "CANCEL").await.refused("GUARD_REJECTED");
    }

    async fn a_final_sale_is_not_cancelled_again(w: World) {
        for state in ["COMPLETED", "CANCELLED", "SALE_EXPIRED"] {
            let sale = w.sale_in(state).await;
            let before = w.print().await;
            w.send(&w.admin, &sale, "CANCEL").await.refused("TRANSITION_NOT_ALLOWED");
            w.unchanged(&before).await;
        }
    }
}
