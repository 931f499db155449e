//! What payments and overrides report, in every leaf: where it leads, and where it is a recorded no-op.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

/// The events in each leaf, in the order of `OPEN`: AWAITING, INITIATED, PENDING_CONFIRMATION, OVERRIDE_REVIEW, FAILED.
const AUTHORIZED: [&str; 5] = [
    "PAYMENT_PENDING_CONFIRMATION",
    "PAYMENT_PENDING_CONFIRMATION",
    "PAYMENT_PENDING_CONFIRMATION",
    "OVERRIDE_REVIEW",
    "PAYMENT_PENDING_CONFIRMATION",
];
const FAILED: [&str; 5] =
    ["PAYMENT_FAILED", "PAYMENT_FAILED", "PAYMENT_PENDING_CONFIRMATION", "OVERRIDE_REVIEW", "PAYMENT_FAILED"];

both! {
    async fn an_authorisation_and_a_failure_move_the_leaves_that_wait_for_them(w: World) {
        for (status, event, leads) in
            [("AUTHORIZED", "PAYMENT_AUTHORIZED", AUTHORIZED), ("FAILED", "PAYMENT_FAILED", FAILED)]
        {
            for (from, to) in crate::sale::table::OPEN.iter().zip(leads) {
                let sale = w.sale_in(from).await;
                let version = w.version(&sale).await;
                w.register(&w.accountant, &sale, "20.00", json!({ "status": status })).await.ok();
                let row = w.last(&sale).await;
                shows!(row, { "event": event, "fromState": from, "toState": to }, "{from}");
                let noop = *from == to;
                assert_eq!(w.version(&sale).await, version + i64::from(!noop), "{from} {event}: no-ops do not count");
            }
        }
    }

    async fn a_pending_payment_moves_nothing(w: World) {
        for state in crate::sale::table::OPEN {
            let sale = w.sale_in(state).await;
            w.register(&w.biller, &sale, "20.00", json!({})).await.ok();
            assert_eq!(w.state(&sale).await, state);
        }
    }

    async fn asking_for_an_override_leads_into_review_from_any_leaf(w: World) {
        for kind in ["ADMIN", "CREDIT"] {
            for state in crate::sale::table::OPEN {
                let sale = w.sale_in(state).await;
                w.ask(&w.biller, &sale, kind).await.ok();
                let row = w.last(&sale).await;
                shows!(row, { "event": format!("{kind}_OVERRIDE_REQUESTED"), "fromState": state });
                assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW", "{state} {kind}");
            }
        }
    }

    async fn a_denial_leads_back_when_no_request_is_pending_any_more(w: World) {
        for (paid, expected) in [(None, "AWAITING_PAYMENT_METHOD"), (Some("5.00"), "PAYMENT_PENDING_CONFIRMATION")] {
            let sale = w.mugs(2).await;
            if let Some(amount) = paid {
                w.pay(&sale, amount).await;
            }
            let first = text(&w.ask(&w.biller, &sale, "ADMIN").await.ok()["overrideRequest"]["id"]);
            let second = text(&w.ask(&w.biller, &sale, "CREDIT").await.ok()["overrideRequest"]["id"]);
            w.decide(&w.manager, &first, false, json!({})).await.ok();
            assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
            assert_eq!(w.last(&sale).await["event"], "ADMIN_OVERRIDE_DENIED");
            w.decide(&w.manager, &second, false, json!({})).await.ok();
            assert_eq!(w.state(&sale).await, expected);
            assert_eq!(w.last(&sale).await["event"], "CREDIT_OVERRIDE_DENIED");
        }
    }

    async fn a_revoked_request_leads_back_as_a_denied_one(w: World) {
        for (paid, expected) in [(None, "AWAITING_PAYMENT_METHOD"), (Some("5.00"), "PAYMENT_PENDING_CONFIRMATION")] {
            let sale = w.mugs(2).await;
            if let Some(amount) = paid {
                w.pay(&sale, amount).await;
            }
            let request = text(&w.ask(&w.biller, &sale, "ADMIN").await.ok()["overrideRequest"]["id"]);
            w.revoke(&w.biller, &request).await.ok();
            assert_eq!(w.state(&sale).await, expected);
            assert_eq!(w.last(&sale).await["event"], "OVERRIDE_REVOKED");
        }
    }

    async fn in_other_leaves_a_decision_changes_the_request_and_the_log_stays_in_place(w: World) {
        let sale = w.mugs(13).await;
        let approved = text(&w.grant_credit(&w.admin, &sale, "30.00", json!({})).await.ok()["overrideRequest"]["id"]);
        let row = w.last(&sale).await;
        shows!(row, {
            "event": "CREDIT_OVERRIDE_APPROVED",
            "fromState": "AWAITING_PAYMENT_METHOD",
            "toState": "AWAITING_PAYMENT_METHOD",
        });
        w.revoke(&w.admin, &approved).await.ok();
        let row = w.last(&sale).await;
        shows!(row, {
            "event": "OVERRIDE_REVOKED",
            "fromState": "AWAITING_PAYMENT_METHOD",
            "toState": "AWAITING_PAYMENT_METHOD",
        });
        assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "REVOKED");
    }

    async fn an_approval_that_does_not_cover_is_kept_and_the_sale_stays(w: World) {
        let sale = w.on_credit(13).await;
        let request = text(&w.sale_order(&sale).await["overrideRequests"][0]["id"]);
        w.decide(&w.manager, &request, true, json!({ "approvedAmount": crate::builders::money("10.00") })).await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "OVERRIDE_REVIEW", "overrideRequests.0.status": "APPROVED" });
        assert_eq!(w.last(&sale).await["event"], "CREDIT_OVERRIDE_APPROVED");
        // 30.00 over, 10.00 approved: 20.00 paid make it fit.
        w.pay(&sale, "20.00").await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "CONSUMED");
    }

    async fn partial_money_leaves_the_review_once_nobody_is_asked_any_more(w: World) {
        let sale = w.on_credit(13).await;
        let request = text(&w.sale_order(&sale).await["overrideRequests"][0]["id"]);
        w.decide(&w.manager, &request, true, json!({ "approvedAmount": crate::builders::money("10.00") })).await.ok();
        w.pay(&sale, "5.00").await;
        assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
    }

    async fn a_provider_capturing_is_money_like_any_other(w: World) {
        let sale = w.mugs(2).await;
        let over = json!({ "provider": "stripe", "reference": "pi_1", "status": "AUTHORIZED" });
        w.register(&w.accountant, &sale, "20.00", over).await.ok();
        assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
        let over = json!({ "provider": "stripe", "reference": "pi_1", "status": "CONFIRMED" });
        w.register(&w.accountant, &sale, "20.00", over).await.ok();
        let order = w.sale_order(&sale).await;
        assert_eq!(
            (&order["workflowState"], order["payments"].as_array().map(Vec::len)),
            (&json!("CLEARED_FOR_FULFILMENT"), Some(1))
        );
    }

    async fn providers_news_of_what_is_closed_or_cleared_is_recorded_and_no_error(w: World) {
        for state in ["CLEARED_FOR_FULFILMENT", "COMPLETED", "CANCELLED", "SALE_EXPIRED"] {
            let sale = w.sale_in(state).await;
            let (version, rows) = (w.version(&sale).await, w.log(&sale).await.len());
            for status in ["AUTHORIZED", "FAILED"] {
                w.register(&w.accountant, &sale, "20.00", json!({ "status": status })).await.ok();
            }
            assert_eq!((w.state(&sale).await.as_str(), w.version(&sale).await), (state, version));
            assert_eq!(w.log(&sale).await.len(), rows + 2, "{state}");
        }
        w.work().await;
    }
}
