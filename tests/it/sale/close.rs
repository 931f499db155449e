//! Closing: what fulfilments that end mean for their sale.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

const DELIVERED: &[&str] = &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"];

/// A paid sale of 60.00: two mugs in one part, one setup in the other. Sale, payment, goods, service.
async fn two_parts(w: &World) -> (String, String, String, String) {
    let lines = json!([{ "sku": "MUG", "quantity": 2 }, { "sku": "SETUP", "quantity": 1 }]);
    let (sale, payment) = w.cleared(json!({ "lines": lines })).await;
    let order = w.sale_order(&sale).await;
    let part = |kind: &str| {
        let parts = order["fulfilments"].as_array().expect("two");
        text(&parts.iter().find(|part| part["type"] == kind).expect("a part")["id"])
    };
    (sale, payment, part("DELIVERY"), part("SERVICE"))
}

both! {
    async fn what_falls_through_while_open_may_leave_nothing_owed_and_clears_at_once(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 2 }, { "sku": "SETUP", "quantity": 1 }]);
        let sale = w.sale(json!({ "lines": lines })).await;
        w.pay(&sale, "40.00").await;
        let granted = w.grant_admin(&w.admin, &sale, json!({})).await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        w.revoke(&w.admin, &text(&granted["overrideRequest"]["id"])).await.ok();
        let order = w.sale_order(&sale).await;
        let part = |kind: &str| {
            let all = order["fulfilments"].as_array().expect("fulfilments");
            text(&all.iter().find(|part| part["type"] == kind).expect("a part")["id"])
        };
        let (goods, service) = (part("DELIVERY"), part("SERVICE"));
        assert_eq!((w.state(&sale).await, w.state(&service).await), ("PAYMENT_PENDING_CONFIRMATION".to_owned(), "ON_HOLD".to_owned()));
        w.send(&w.admin, &goods, "CANCEL").await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "outstanding.amount": "0.00", "credited.amount": "20.00" });
        assert_eq!(w.state(&service).await, "PICK_PACK");
        w.work().await;
    }

    async fn all_parts_completed_complete_the_sale(w: World) {
        let (sale, _, goods, service) = two_parts(&w).await;
        w.drive(&goods, DELIVERED).await;
        w.drive(&goods, &["COMPLETE"]).await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        w.drive(&service, &["SERVICE_SCHEDULED", "SERVICE_STARTED", "SERVICE_COMPLETED"]).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "COMPLETED", "phase": "CLOSED" });
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "60.00");
    }

    async fn one_refunded_and_one_completed_fulfilment_close_the_sale(w: World) {
        let (sale, payment, goods, service) = two_parts(&w).await;
        w.drive(&goods, DELIVERED).await;
        w.drive(&goods, &["RETURN_REQUESTED", "RETURN_RECEIVED"]).await;
        w.paid_back(&payment, json!({ "amount": crate::builders::money("20.00"), "fulfilmentId": goods })).await;
        assert_eq!(
            (w.state(&goods).await, w.state(&sale).await),
            ("REFUNDED".to_owned(), "CLEARED_FOR_FULFILMENT".to_owned())
        );
        w.drive(&service, &["SERVICE_SCHEDULED", "SERVICE_STARTED", "SERVICE_COMPLETED"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
        let order = w.sale_order(&sale).await;
        shows!(order, { "credited.amount": "20.00", "capturedTotal.amount": "40.00" });
        // Cumulative sales grow by the total less what was credited.
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "40.00");
        w.work().await;
    }

    async fn all_parts_refunded_complete_the_sale(w: World) {
        let (sale, ..) = w.fulfilment_in("DELIVERY", "REFUNDED").await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "COMPLETED", "credited.amount": "20.00" });
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "0.00");
    }

    async fn all_parts_cancelled_or_failed_cancel_the_sale_and_request_the_refund(w: World) {
        let (sale, _, goods, service) = two_parts(&w).await;
        w.drive(&goods, &["CANCEL"]).await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        w.drive(&service, &["FAIL"]).await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["workflowState"], "CANCELLED");
        let refunds = order["payments"][0]["refunds"].as_array().expect("refunds");
        assert_eq!(refunds.len(), 1, "{order}");
        shows!(refunds, { "0.amount.amount": "60.00", "0.status": "REQUESTED" });
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn a_part_that_falls_through_lowers_what_is_owed(w: World) {
        let (sale, _, goods, service) = two_parts(&w).await;
        w.drive(&goods, &["CANCEL"]).await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["credited"]["amount"], "20.00");
        assert_eq!(order["overpaid"]["amount"], "20.00");
        assert!(order["flags"].as_array().expect("flags").contains(&json!("REFUND_OWED")), "{}", order["flags"]);
        w.drive(&service, &["SERVICE_SCHEDULED", "SERVICE_STARTED", "SERVICE_COMPLETED"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "40.00");
        w.work().await;
    }

    async fn a_part_that_falls_through_on_credit_releases_its_share(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 2 }, { "sku": "SETUP", "quantity": 1 }]);
        let sale = w.sale(json!({ "lines": lines })).await;
        w.choose(&sale, "CREDIT").await.ok();
        assert_eq!(w.exposure(&w.customer_ada).await, "60.00");
        let order = w.sale_order(&sale).await;
        let service =
            order["fulfilments"].as_array().expect("two").iter().find(|part| part["type"] == "SERVICE").expect("one");
        w.drive(&text(&service["id"]), &["FAIL"]).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "credited.amount": "40.00", "outstanding.amount": "20.00", "flags": [] });
        assert_eq!(w.exposure(&w.customer_ada).await, "20.00");
    }

    async fn parts_that_all_fall_through_cancel_a_sale_that_was_opened_again(w: World) {
        let sale = w.mugs(13).await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        let fulfilment = w.fulfilment_of(&sale).await;
        w.revoke(&w.other_admin, &granted).await.ok();
        assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
        w.drive(&fulfilment, &["CANCEL"]).await;
        assert_eq!(w.state(&sale).await, "CANCELLED");
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn no_final_state_reopens(w: World) {
        for state in ["COMPLETED", "CANCELLED", "SALE_EXPIRED"] {
            let sale = w.sale_in(state).await;
            w.pay(&sale, "20.00").await;
            let before = w.print().await;
            w.ask(&w.biller, &sale, "ADMIN").await.refused("TRANSITION_NOT_ALLOWED");
            w.grant_admin(&w.admin, &sale, json!({})).await.refused("TRANSITION_NOT_ALLOWED");
            for event in ["SET_PAYMENT_METHOD", "RESET", "CANCEL"] {
                w.send(&w.admin, &sale, event).await.refused("TRANSITION_NOT_ALLOWED");
            }
            w.unchanged(&before).await;
            assert_eq!(w.state(&sale).await, state);
        }
        w.work().await;
    }
}
