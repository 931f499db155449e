//! Asking for an override.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::json;

const REQUEST: &str = "mutation($input: RequestOverrideInput!) { requestOverride(input: $input) { overrideRequest { \
    id kind status requestedBy reasonCode note overage { amount } approvedAmount { amount } } saleOrder { workflowState } } }";

both! {
    async fn a_request_is_pending_and_bound_to_its_order(w: World) {
        let sale = w.mugs(13).await;
        let input = json!({ "saleOrderId": sale, "kind": "CREDIT", "reasonCode": "LOYAL_CUSTOMER", "note": "Since 1999", "amount": money("30.00") });
        let answer = w.gql(&w.biller, REQUEST, json!({ "input": input })).await.ok();
        let request = &answer["overrideRequest"];
        assert!(text(&request["id"]).starts_with("ovr_"));
        shows!(request, { "status": "PENDING", "requestedBy": w.biller.id });
        shows!(request, { "reasonCode": "LOYAL_CUSTOMER", "note": "Since 1999", "overage.amount": "30.00" });
        assert_eq!(
            (&request["approvedAmount"], &answer["saleOrder"]["workflowState"]),
            (&json!(null), &json!("OVERRIDE_REVIEW"))
        );
        let other = w.mugs(1).await;
        assert_eq!(w.sale_order(&other).await["overrideRequests"], json!([]));
    }

    async fn the_overage_is_that_of_the_moment(w: World) {
        let sale = w.mugs(6).await;
        w.on_credit(9).await;
        let answer = w.ask(&w.biller, &sale, "CREDIT").await.ok();
        shows!(answer, { "overrideRequest.overage.amount": "50.00" });
    }

    async fn only_those_who_may_ask(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        for user in [&w.ada, &w.operator] {
            w.ask(user, &sale, "ADMIN").await.refused("FORBIDDEN");
        }
        w.ask(&w.seller_elsewhere, &sale, "ADMIN").await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        for user in [&w.biller, &w.seller, &w.accountant, &w.manager] {
            w.ask(user, &sale, "ADMIN").await.ok();
        }
    }

    async fn a_reason_that_the_store_does_not_take_is_bad_input(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        for reason in ["", "BECAUSE", "other"] {
            let input = json!({ "saleOrderId": sale, "kind": "ADMIN", "reasonCode": reason });
            w.gql(&w.biller, REQUEST, json!({ "input": input })).await.refused("BAD_INPUT");
        }
        for amount in ["0.00", "-5.00"] {
            let input =
                json!({ "saleOrderId": sale, "kind": "CREDIT", "reasonCode": "OTHER", "amount": money(amount) });
            w.gql(&w.biller, REQUEST, json!({ "input": input })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }

    async fn a_cleared_or_closed_sale_takes_no_request(w: World) {
        for state in ["CLEARED_FOR_FULFILMENT", "COMPLETED", "CANCELLED", "SALE_EXPIRED"] {
            let sale = w.sale_in(state).await;
            let before = w.print().await;
            w.ask(&w.biller, &sale, "ADMIN").await.refused("TRANSITION_NOT_ALLOWED");
            w.unchanged(&before).await;
        }
        w.work().await;
    }

    async fn lists_and_buyers_see_requests(w: World) {
        let sale = w.mugs(13).await;
        let request = text(&w.ask(&w.biller, &sale, "CREDIT").await.ok()["overrideRequest"]["id"]);
        let list = "query($filter: OverrideRequestFilter) { overrideRequests(filter: $filter) { totalCount nodes { id saleOrder { id } } } }";
        for (user, filter, count) in [
            (&w.biller, json!({ "statusIn": ["PENDING"] }), 1),
            (&w.biller, json!({ "statusIn": ["APPROVED"] }), 0),
            (&w.biller, json!({ "kind": "ADMIN" }), 0),
            (&w.biller, json!({ "saleOrderId": sale }), 1),
            (&w.ada, json!(null), 1),
            (&w.bob, json!(null), 0),
            (&w.seller_elsewhere, json!(null), 0),
        ] {
            let found = w.gql(user, list, json!({ "filter": filter })).await.ok();
            assert_eq!(found["totalCount"], count, "{filter}");
        }
        let own = "query($id: ID!) { overrideRequest(id: $id) { id status } }";
        assert_eq!(w.gql(&w.ada, own, json!({ "id": request })).await.ok()["status"], "PENDING");
        assert_eq!(w.gql(&w.bob, own, json!({ "id": request })).await.ok(), json!(null));
        let nested =
            "query($id: ID!) { saleOrder(id: $id) { overrideRequests { status } creditCheck { needsOverride } } }";
        let seen = w.gql(&w.ada, nested, json!({ "id": sale })).await.ok();
        shows!(seen, { "overrideRequests.0.status": "PENDING", "creditCheck.needsOverride": true });
    }
}
