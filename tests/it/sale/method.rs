//! SET_PAYMENT_METHOD, and what credit has to say to it.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

both! {
    async fn a_method_of_payment_waits_for_the_payment(w: World) {
        let sale = w.mugs(2).await;
        for method in ["CASH", "TRANSFER", "CARD", "WALLET", "BANK", "CRYPTO", "ESCROW", "MIXED"] {
            w.choose(&sale, method).await.ok();
            let order = w.sale_order(&sale).await;
            shows!(order, { "workflowState": "PAYMENT_INITIATED", "workflowContext.method": method });
        }
    }

    async fn credit_and_invoice_within_the_limit_clear_at_once(w: World) {
        for method in ["CREDIT", "INVOICE"] {
            let sale = w.mugs(2).await;
            let answer = w.choose(&sale, method).await.ok();
            assert_eq!(answer["subject"]["workflowState"], "CLEARED_FOR_FULFILMENT", "{method}");
            assert!(w.sale_order(&sale).await["clearedAt"].is_string());
        }
        assert_eq!(w.exposure(&w.customer_ada).await, "40.00");
    }

    async fn at_the_till_credit_and_invoice_are_told_of_no_money_but_the_total(w: World) {
        for method in ["CREDIT", "INVOICE"] {
            let input = |amount: Value| {
                let mut input = json!({ "customerId": w.customer_ada, "method": method });
                if !amount.is_null() {
                    input["amount"] = amount;
                }
                input
            };
            let before = w.print().await;
            for amount in ["5.00", "19.99", "20.01", "0.00"] {
                let refusal = w.till(&w.biller, input(money(amount))).await.refused("BAD_INPUT");
                assert_eq!(refusal["field"], "amount", "{method} {amount}");
            }
            w.unchanged(&before).await;
            for amount in [money("20.00"), Value::Null] {
                let sale = w.till(&w.biller, input(amount.clone())).await.ok()["saleOrder"].clone();
                shows!(sale, { "workflowState": "CLEARED_FOR_FULFILMENT", "payments": [] }, "{method} {amount}");
                let order = w.sale_order(&text(&sale["id"])).await;
                shows!(order, { "capturedTotal.amount": "0.00", "outstanding.amount": "20.00" }, "{method} {amount}");
                shows!(order, { "workflowContext.method": method, "flags": [] }, "{method} {amount}");
            }
        }
        assert_eq!(w.exposure(&w.customer_ada).await, "80.00");
    }

    async fn credit_over_the_limit_opens_a_request_in_the_actors_name(w: World) {
        for method in ["CREDIT", "INVOICE"] {
            let sale = w.mugs(13).await;
            let answer = w.choose(&sale, method).await.ok();
            assert_eq!(answer["subject"]["workflowState"], "OVERRIDE_REVIEW");
            let order = w.sale_order(&sale).await;
            assert_eq!(order["workflowContext"]["overage"], 3000, "{}", order["workflowContext"]);
            let requests = order["overrideRequests"].as_array().expect("requests");
            assert_eq!(requests.len(), 1);
            let request = &requests[0];
            shows!(request, { "kind": "CREDIT", "status": "PENDING" });
            shows!(request, { "requestedBy": w.biller.id, "overage.amount": "30.00" });
            assert!(w.events(&sale).await.contains(&"CREDIT_OVERRIDE_REQUIRED".to_owned()));
        }
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
    }

    async fn an_earlier_approval_is_not_asked_for_again(w: World) {
        let sale = w.mugs(13).await;
        w.grant_credit(&w.admin, &sale, "30.00", json!({})).await.ok();
        assert_eq!(w.state(&sale).await, "AWAITING_PAYMENT_METHOD");
        w.choose(&sale, "CREDIT").await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "CONSUMED");
    }

    async fn awaiting_a_method_forgets_the_old_one(w: World) {
        let sale = w.mugs(13).await;
        w.choose(&sale, "CREDIT").await.ok();
        let request = w.sale_order(&sale).await["overrideRequests"][0]["id"].as_str().expect("an id").to_owned();
        w.decide(&w.manager, &request, false, json!({})).await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "AWAITING_PAYMENT_METHOD", "workflowContext.method": null });
        // With the method forgotten, a later approval of credit covers nothing.
        w.grant_credit(&w.admin, &sale, "30.00", json!({})).await.ok();
        assert_eq!(w.state(&sale).await, "AWAITING_PAYMENT_METHOD");
    }

    async fn a_method_of_the_wrong_shape_is_bad_input(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        for payload in [
            json!(null),
            json!({}),
            json!({ "method": "BARTER" }),
            json!({ "method": 5 }),
            json!({ "method": null }),
            json!({ "method": "CASH", "amount": "20.00" }),
            json!("CASH"),
            json!(["CASH"]),
        ] {
            w.send_with(&w.biller, &sale, "SET_PAYMENT_METHOD", json!({ "payload": payload }))
                .await
                .refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }

    async fn buyers_choose_for_their_own_orders_only(w: World) {
        let sale = w.mugs(2).await;
        w.send(&w.bob, &sale, "SET_PAYMENT_METHOD").await.refused("NOT_FOUND");
        w.send(&w.rex, &sale, "SET_PAYMENT_METHOD").await.refused("NOT_FOUND");
        w.send(&w.seller_elsewhere, &sale, "SET_PAYMENT_METHOD").await.refused("NOT_FOUND");
        w.send(&w.accountant, &sale, "SET_PAYMENT_METHOD").await.refused("FORBIDDEN");
        w.send(&w.ada, &sale, "SET_PAYMENT_METHOD").await.ok();
        assert_eq!(w.state(&sale).await, "PAYMENT_INITIATED");
    }
}
