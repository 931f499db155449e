//! Revoking: requests, approvals, and what has already been used.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn a_requester_may_take_the_request_back_and_strangers_may_not(w: World) {
        let sale = w.mugs(13).await;
        let request = text(&w.ask(&w.biller, &sale, "CREDIT").await.ok()["overrideRequest"]["id"]);
        let before = w.print().await;
        for user in [&w.seller, &w.ada, &w.accountant] {
            w.revoke(user, &request).await.refused("FORBIDDEN");
        }
        w.revoke(&w.bob, &request).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        let answer = w.revoke(&w.biller, &request).await.ok();
        assert_eq!(answer["overrideRequest"]["status"], "REVOKED");
    }

    async fn those_with_override_revoke_revoke_what_others_asked_and_approved(w: World) {
        let sale = w.mugs(13).await;
        let pending = text(&w.ask(&w.biller, &sale, "CREDIT").await.ok()["overrideRequest"]["id"]);
        w.revoke(&w.manager, &pending).await.ok();
        let approved = text(&w.grant_credit(&w.admin, &sale, "1.00", json!({})).await.ok()["overrideRequest"]["id"]);
        w.revoke(&w.manager, &approved).await.ok();
        for request in w.sale_order(&sale).await["overrideRequests"].as_array().expect("two") {
            assert_eq!(request["status"], "REVOKED");
        }
    }

    async fn revoking_after_clearing_holds(w: World) {
        let sale = w.mugs(13).await;
        w.pay(&sale, "5.00").await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        assert_eq!(w.exposure(&w.customer_ada).await, "125.00");
        let answer = w.revoke(&w.manager, &granted).await.ok();
        shows!(answer, {
            "overrideRequest.status": "REVOKED",
            "saleOrder.workflowState": "PAYMENT_PENDING_CONFIRMATION",
        });
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        let order = w.sale_order(&sale).await;
        shows!(order, { "phase": "SALE", "fulfilments.0.workflowState": "ON_HOLD" });
        assert_eq!(order["fulfilments"][0]["holds"][0]["cause"], "PAYMENT");
        let row = w.last(&w.fulfilment_of(&sale).await).await;
        shows!(row, { "event": "HOLD", "metadata.payload": { "cause": "PAYMENT" } });
        // Stock stays with the fulfilment.
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 13));
    }

    async fn clearing_again_lifts_the_holds_and_makes_no_new_fulfilments(w: World) {
        let sale = w.mugs(13).await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        w.revoke(&w.admin, &granted).await.ok();
        w.grant_admin(&w.admin, &sale, json!({})).await.ok();
        let order = w.sale_order(&sale).await;
        assert_eq!(
            (&order["workflowState"], order["fulfilments"].as_array().map(Vec::len)),
            (&json!("CLEARED_FOR_FULFILMENT"), Some(1))
        );
        assert_eq!(order["fulfilments"][0]["workflowState"], "PICK_PACK");
        assert_eq!(w.exposure(&w.customer_ada).await, "130.00");
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 13));
    }

    async fn revoking_when_it_is_still_covered_changes_the_request_only(w: World) {
        let sale = w.mugs(13).await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        w.pay(&sale, "130.00").await;
        w.revoke(&w.admin, &granted).await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "overrideRequests.0.status": "REVOKED" });
        assert_eq!(order["fulfilments"][0]["workflowState"], "PICK_PACK");
        let row = w.last(&sale).await;
        shows!(row, {
            "event": "OVERRIDE_REVOKED",
            "fromState": "CLEARED_FOR_FULFILMENT",
            "toState": "CLEARED_FOR_FULFILMENT",
        });
    }

    async fn a_credit_sale_that_fits_without_it_stays_cleared(w: World) {
        let sale = w.on_credit(13).await;
        let granted = text(&w.grant_credit(&w.admin, &sale, "30.00", json!({})).await.ok()["overrideRequest"]["id"]);
        w.pay(&sale, "30.00").await;
        w.revoke(&w.admin, &granted).await.ok();
        assert_eq!(
            (w.state(&sale).await, w.exposure(&w.customer_ada).await),
            ("CLEARED_FOR_FULFILMENT".to_owned(), "100.00".to_owned())
        );
    }

    async fn a_consumed_approval_is_not_revoked_once_it_has_shipped(w: World) {
        let sale = w.mugs(13).await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        let fulfilment = w.fulfilment_of(&sale).await;
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        let before = w.print().await;
        let answer = w.revoke(&w.admin, &granted).await;
        assert!(matches!(answer.code(), "CONFLICT" | "GUARD_REJECTED"), "{answer:?}");
        w.unchanged(&before).await;
    }

    async fn what_is_decided_against_or_gone_is_not_revoked(w: World) {
        let sale = w.mugs(13).await;
        let denied = text(&w.ask(&w.biller, &sale, "ADMIN").await.ok()["overrideRequest"]["id"]);
        w.decide(&w.manager, &denied, false, json!({})).await.ok();
        let revoked = text(&w.ask(&w.biller, &sale, "ADMIN").await.ok()["overrideRequest"]["id"]);
        w.revoke(&w.biller, &revoked).await.ok();
        let before = w.print().await;
        for request in [&denied, &revoked] {
            w.revoke(&w.admin, request).await.refused("CONFLICT");
        }
        w.revoke(&w.admin, "ovr_01h455vb4pex5vsknk084sn02q").await.refused("NOT_FOUND");
        w.unchanged(&before).await;
    }
}
