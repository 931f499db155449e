//! Approvals that lapse.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::json;

both! {
    async fn an_unused_approval_expires_at_its_time(w: World) {
        let sale = w.mugs(13).await;
        w.grant_credit(&w.admin, &sale, "30.00", json!({ "expiresAt": w.later(TimeDelta::hours(1)) })).await.ok();
        let timers = w.sale_order(&sale).await["workflow"]["timers"].clone();
        assert!(timers.as_array().expect("timers").iter().any(|timer| timer["event"] == "OVERRIDE_LAPSED"), "{timers}");
        w.wait(TimeDelta::minutes(59));
        w.work().await;
        assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "APPROVED");
        w.wait(TimeDelta::minutes(1));
        w.work().await;
        assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "EXPIRED");
        let row = w.last(&sale).await;
        shows!(row, {
            "event": "OVERRIDE_LAPSED",
            "fromState": "AWAITING_PAYMENT_METHOD",
            "toState": "AWAITING_PAYMENT_METHOD",
        });
        assert_eq!(row["actorType"], "SYSTEM");
    }

    async fn a_lapse_in_review_leads_back_when_nobody_is_asked_any_more(w: World) {
        for (paid, expected) in [(None, "AWAITING_PAYMENT_METHOD"), (Some("5.00"), "PAYMENT_PENDING_CONFIRMATION")] {
            let sale = w.mugs(30).await;
            if let Some(amount) = paid {
                w.pay(&sale, amount).await;
            }
            let request = text(&w.ask(&w.biller, &sale, "CREDIT").await.ok()["overrideRequest"]["id"]);
            let over =
                json!({ "expiresAt": w.later(TimeDelta::hours(1)), "approvedAmount": crate::builders::money("1.00") });
            w.decide(&w.manager, &request, true, over).await.ok();
            assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
            w.wait(TimeDelta::hours(1));
            w.work().await;
            assert_eq!(w.state(&sale).await, expected);
            assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "EXPIRED");
        }
    }

    async fn a_consumed_approval_does_not_lapse(w: World) {
        let sale = w.mugs(13).await;
        w.grant_admin(&w.admin, &sale, json!({ "expiresAt": w.later(TimeDelta::hours(1)) })).await.ok();
        assert_eq!(w.sale_order(&sale).await["workflow"]["timers"], json!([]));
        w.wait(TimeDelta::hours(2));
        w.work().await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "overrideRequests.0.status": "CONSUMED" });
    }

    async fn a_revoked_approval_does_not_lapse(w: World) {
        let sale = w.mugs(13).await;
        let over = json!({ "expiresAt": w.later(TimeDelta::hours(1)) });
        let request = text(&w.grant_credit(&w.admin, &sale, "30.00", over).await.ok()["overrideRequest"]["id"]);
        w.revoke(&w.admin, &request).await.ok();
        let rows = w.log(&sale).await.len();
        w.wait(TimeDelta::hours(2));
        w.work().await;
        assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "REVOKED");
        assert_eq!(w.log(&sale).await.len(), rows);
    }
}
