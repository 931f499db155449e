//! Deciding: by whom, up to which amount, and once.

use crate::{
    both,
    builders::money,
    harness::{User, World, text},
    shows,
};
use serde_json::json;

/// A sale 30.00 over Ada's limit, in review: sale and request.
async fn reviewed(w: &World) -> (String, String) {
    let sale = w.on_credit(13).await;
    let request = text(&w.sale_order(&sale).await["overrideRequests"][0]["id"]);
    (sale, request)
}

both! {
    async fn an_approval_clears_and_is_consumed(w: World) {
        let (sale, request) = reviewed(&w).await;
        let answer = w.decide(&w.manager, &request, true, json!({ "note": "Fine" })).await.ok();
        shows!(answer, { "overrideRequest.status": "CONSUMED", "saleOrder.workflowState": "CLEARED_FOR_FULFILMENT" });
        shows!(answer, {
            "overrideRequest.decidedBy": w.manager.id,
            "overrideRequest.decidedAt": w.later(chrono::TimeDelta::zero()),
        });
        assert_eq!(w.events(&sale).await.last().map(String::as_str), Some("CREDIT_OVERRIDE_APPROVED"));
        assert_eq!(w.exposure(&w.customer_ada).await, "130.00");
    }

    async fn a_denial_is_kept(w: World) {
        let (sale, request) = reviewed(&w).await;
        let answer = w.decide(&w.manager, &request, false, json!({})).await.ok();
        shows!(answer, { "overrideRequest.status": "DENIED", "saleOrder.workflowState": "AWAITING_PAYMENT_METHOD" });
        assert_eq!(w.sale_order(&sale).await["fulfilments"], json!([]));
    }

    async fn a_requester_who_approves_is_refused(w: World) {
        let sale = w.mugs(13).await;
        for kind in ["ADMIN", "CREDIT"] {
            let request = text(&w.ask(&w.manager, &sale, kind).await.ok()["overrideRequest"]["id"]);
            let before = w.print().await;
            for approve in [true, false] {
                w.decide(&w.manager, &request, approve, json!({})).await.refused("FORBIDDEN");
            }
            w.unchanged(&before).await;
            w.decide(&w.other_manager, &request, false, json!({})).await.ok();
        }
    }

    async fn a_requester_does_not_approve_through_an_api_key_either(w: World) {
        let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let input = json!({ "name": "Robot", "userId": w.manager.id });
        let secret = text(&w.gql(&w.admin, document, json!({ "input": input })).await.ok()["secret"]);
        let robot = User::key(&w.manager.id, &secret);
        let sale = w.mugs(13).await;
        let by_hand = text(&w.ask(&w.manager, &sale, "CREDIT").await.ok()["overrideRequest"]["id"]);
        w.decide(&robot, &by_hand, true, json!({})).await.refused("FORBIDDEN");
        let by_robot = text(&w.ask(&robot, &sale, "CREDIT").await.ok()["overrideRequest"]["id"]);
        w.decide(&w.manager, &by_robot, true, json!({})).await.refused("FORBIDDEN");
    }

    async fn administrators_may_do_both(w: World) {
        for admin in [&w.admin, &w.superadmin] {
            let sale = w.mugs(2).await;
            let request = text(&w.ask(admin, &sale, "ADMIN").await.ok()["overrideRequest"]["id"]);
            w.decide(admin, &request, true, json!({})).await.ok();
            assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        }
    }

    async fn deciding_a_decided_request_is_a_conflict(w: World) {
        for approve in [true, false] {
            let (_, request) = reviewed(&w).await;
            w.decide(&w.manager, &request, approve, json!({})).await.ok();
            let before = w.print().await;
            for again in [true, false] {
                w.decide(&w.other_manager, &request, again, json!({})).await.refused("CONFLICT");
            }
            w.unchanged(&before).await;
        }
    }

    async fn a_manager_has_a_limit_and_an_administrator_none(w: World) {
        let line = json!({ "sku": "MUG", "quantity": 1, "unitPrice": money("5100.01") });
        let quotation =
            text(&w.create_quotation(&w.manager, w.draft(json!({ "lines": [line] }))).await.ok()["quotation"]["id"]);
        let sale = w.approve(&quotation).await;
        w.choose(&sale, "CREDIT").await.ok();
        let request = text(&w.sale_order(&sale).await["overrideRequests"][0]["id"]);
        let before = w.print().await;
        w.decide(&w.manager, &request, true, json!({})).await.refused("FORBIDDEN");
        w.decide(&w.manager, &request, true, json!({ "approvedAmount": money("5000.01") })).await.refused("FORBIDDEN");
        w.unchanged(&before).await;
        w.decide(&w.admin, &request, true, json!({})).await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn a_manager_decides_up_to_the_limit(w: World) {
        let line = json!({ "sku": "MUG", "quantity": 1, "unitPrice": money("5100.00") });
        let quotation =
            text(&w.create_quotation(&w.manager, w.draft(json!({ "lines": [line] }))).await.ok()["quotation"]["id"]);
        let sale = w.approve(&quotation).await;
        w.choose(&sale, "CREDIT").await.ok();
        let request = text(&w.sale_order(&sale).await["overrideRequests"][0]["id"]);
        w.decide(&w.manager, &request, true, json!({})).await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn only_those_who_may_decide(w: World) {
        let (_, request) = reviewed(&w).await;
        let before = w.print().await;
        for user in [&w.biller, &w.accountant, &w.seller, &w.ada, &w.operator] {
            w.decide(user, &request, true, json!({})).await.refused("FORBIDDEN");
        }
        w.decide(&w.manager, "ovr_01h455vb4pex5vsknk084sn02q", true, json!({})).await.refused("NOT_FOUND");
        w.decide(&w.manager, "nonsense", true, json!({})).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
    }

    async fn amounts_and_times_of_a_decision_are_checked(w: World) {
        let (_, request) = reviewed(&w).await;
        let before = w.print().await;
        for over in [
            json!({ "approvedAmount": money("-1.00") }),
            json!({ "approvedAmount": { "amount": "30.00", "currency": "EUR" } }),
            json!({ "approvedAmount": money("30.001") }),
            json!({ "expiresAt": w.later(chrono::TimeDelta::hours(-1)) }),
            json!({ "expiresAt": "soon" }),
        ] {
            w.decide(&w.manager, &request, true, over.clone()).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }

    async fn an_admin_approval_with_an_amount_covers_up_to_it(w: World) {
        let sale = w.mugs(13).await;
        let request = text(&w.ask(&w.biller, &sale, "ADMIN").await.ok()["overrideRequest"]["id"]);
        w.decide(&w.admin, &request, true, json!({ "approvedAmount": money("100.00") })).await.ok();
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
        w.pay(&sale, "30.00").await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }
}
