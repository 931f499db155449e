//! `grantAdminOverride` and `grantCreditOverride`: request and approval in one.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn a_grant_is_a_request_of_its_own_decided_at_once(w: World) {
        let sale = w.mugs(13).await;
        let answer = w.grant_admin(&w.admin, &sale, json!({ "note": "Let it go" })).await.ok();
        let request = &answer["overrideRequest"];
        shows!(request, { "kind": "ADMIN", "status": "CONSUMED" });
        shows!(request, { "requestedBy": w.admin.id, "decidedBy": w.admin.id });
        assert_eq!(answer["saleOrder"]["workflowState"], "CLEARED_FOR_FULFILMENT");
    }

    async fn a_grant_leaves_a_pending_request_to_be_revoked_by_the_clearing(w: World) {
        let sale = w.on_credit(13).await;
        w.grant_credit(&w.superadmin, &sale, "30.00", json!({})).await.ok();
        let order = w.sale_order(&sale).await;
        let mut statuses: Vec<_> =
            order["overrideRequests"].as_array().expect("two").iter().map(|r| text(&r["status"])).collect();
        statuses.sort();
        assert_eq!(statuses, ["CONSUMED", "REVOKED"]);
    }

    async fn clearing_by_money_consumes_none_and_revokes_all(w: World) {
        let sale = w.mugs(13).await;
        w.grant_credit(&w.admin, &sale, "30.00", json!({})).await.ok();
        w.ask(&w.biller, &sale, "ADMIN").await.ok();
        w.pay(&sale, "130.00").await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["workflowState"], "CLEARED_FOR_FULFILMENT");
        for request in order["overrideRequests"].as_array().expect("two") {
            assert_eq!(request["status"], "REVOKED");
        }
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
    }

    async fn only_administrators_grant(w: World) {
        let sale = w.mugs(13).await;
        let before = w.print().await;
        for user in [&w.manager, &w.biller, &w.accountant, &w.seller, &w.ada, &w.operator] {
            w.grant_admin(user, &sale, json!({})).await.refused("FORBIDDEN");
            w.grant_credit(user, &sale, "30.00", json!({})).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
    }

    async fn grants_are_checked_like_requests(w: World) {
        let sale = w.mugs(13).await;
        let before = w.print().await;
        w.grant_admin(&w.admin, &sale, json!({ "reasonCode": "BECAUSE" })).await.refused("BAD_INPUT");
        w.grant_admin(&w.admin, &sale, json!({ "expiresAt": w.later(chrono::TimeDelta::minutes(-1)) }))
            .await
            .refused("BAD_INPUT");
        w.grant_admin(&w.admin, &sale, json!({ "note": "x".repeat(10_001) })).await.refused("BAD_INPUT");
        w.grant_credit(&w.admin, &sale, "-1.00", json!({})).await.refused("BAD_INPUT");
        w.grant_credit(&w.admin, &sale, "1.001", json!({})).await.refused("BAD_INPUT");
        w.grant_credit(&w.admin, &sale, "1.00", json!({ "approvedAmount": { "amount": "1.00", "currency": "EUR" } }))
            .await
            .refused("BAD_INPUT");
        w.grant_admin(&w.admin, "sale_01h455vb4pex5vsknk084sn02q", json!({})).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
    }

    async fn an_approval_that_the_clearing_did_not_need_is_revoked(w: World) {
        let sale = w.mugs(2).await;
        w.grant_credit(&w.admin, &sale, "500.00", json!({})).await.ok();
        w.choose(&sale, "CREDIT").await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "overrideRequests.0.status": "REVOKED" });
    }
}
