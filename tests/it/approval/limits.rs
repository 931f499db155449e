//! How much an approver may let go: a role's `override_limit` on ADMIN overrides, and approvals that do not add up.

use crate::{
    both,
    builders::merged,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

const ASK: &str = "mutation($input: RequestOverrideInput!) { requestOverride(input: $input) { overrideRequest { \
    id requestedAmount { amount } } } }";

fn of(amount: &str, currency: &str) -> Value {
    json!({ "amount": amount, "currency": currency })
}

fn usd(amount: &str) -> Value {
    of(amount, "USD")
}

/// A sale to Ada of one service at a price: its id.
async fn sale_at(w: &World, price: Value, over: Value) -> String {
    let line = json!({ "sku": "SETUP", "quantity": 1, "unitPrice": price });
    let input = w.draft(merged(json!({ "lines": [line] }), over));
    let quotation = text(&w.create_quotation(&w.manager, input).await.ok()["quotation"]["id"]);
    w.approve(&quotation).await
}

/// A request for an ADMIN override by the biller, with an amount or without: its id.
async fn asked(w: &World, sale: &str, amount: Option<Value>) -> String {
    let input = json!({ "saleOrderId": sale, "kind": "ADMIN", "reasonCode": "OTHER", "amount": amount });
    let answer = w.gql(&w.biller, ASK, json!({ "input": input })).await.ok();
    text(&answer["overrideRequest"]["id"])
}

/// A request for an override of a kind by the biller, approved by a manager up to an amount.
async fn approved(w: &World, sale: &str, kind: &str, amount: &str) {
    let request = text(&w.ask(&w.biller, sale, kind).await.ok()["overrideRequest"]["id"]);
    w.decide(&w.manager, &request, true, json!({ "approvedAmount": usd(amount) })).await.ok();
}

/// The statuses of a sale's requests, oldest first.
async fn statuses(w: &World, sale: &str) -> Vec<String> {
    let order = w.sale_order(sale).await;
    order["overrideRequests"].as_array().expect("requests").iter().map(|request| text(&request["status"])).collect()
}

both! {
    async fn without_an_amount_what_is_outstanding_counts(w: World) {
        let within = sale_at(&w, usd("5000.00"), json!({})).await;
        let request = asked(&w, &within, None).await;
        let answer = w.decide(&w.manager, &request, true, json!({})).await.ok();
        shows!(answer, { "overrideRequest.status": "CONSUMED", "overrideRequest.approvedAmount": null });
        assert_eq!(w.state(&within).await, "CLEARED_FOR_FULFILMENT");
        let beyond = sale_at(&w, usd("5000.01"), json!({})).await;
        let request = asked(&w, &beyond, None).await;
        let before = w.print().await;
        w.decide(&w.manager, &request, true, json!({})).await.refused("FORBIDDEN");
        w.unchanged(&before).await;
        assert_eq!(w.state(&beyond).await, "OVERRIDE_REVIEW");
    }

    async fn what_is_paid_is_not_outstanding_any_more(w: World) {
        let sale = sale_at(&w, usd("6000.00"), json!({})).await;
        let request = asked(&w, &sale, None).await;
        w.decide(&w.manager, &request, true, json!({})).await.refused("FORBIDDEN");
        w.pay(&sale, "999.99").await;
        w.decide(&w.manager, &request, true, json!({})).await.refused("FORBIDDEN");
        w.pay(&sale, "0.01").await;
        w.decide(&w.manager, &request, true, json!({})).await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "outstanding.amount": "5000.00" });
        assert_eq!(w.exposure(&w.customer_ada).await, "5000.00");
    }

    async fn with_an_amount_the_amount_counts_and_covers_no_more(w: World) {
        let sale = sale_at(&w, usd("6000.00"), json!({})).await;
        let request = asked(&w, &sale, None).await;
        let before = w.print().await;
        for amount in ["5000.01", "6000.00"] {
            w.decide(&w.manager, &request, true, json!({ "approvedAmount": usd(amount) })).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
        let answer = w.decide(&w.manager, &request, true, json!({ "approvedAmount": usd("5000.00") })).await.ok();
        shows!(answer, { "overrideRequest.status": "APPROVED", "overrideRequest.approvedAmount.amount": "5000.00" });
        // 6000.00 are outstanding: the approval is kept until it is enough.
        assert_eq!(answer["saleOrder"]["phase"], "SALE");
        w.pay(&sale, "999.99").await;
        assert_eq!(w.sale_order(&sale).await["phase"], "SALE");
        w.pay(&sale, "0.01").await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(statuses(&w, &sale).await, ["CONSUMED"]);
    }

    async fn the_amount_that_was_asked_for_counts_when_the_decision_names_none(w: World) {
        let sale = sale_at(&w, usd("6000.00"), json!({})).await;
        let too_much = asked(&w, &sale, Some(usd("5000.01"))).await;
        let before = w.print().await;
        w.decide(&w.manager, &too_much, true, json!({})).await.refused("FORBIDDEN");
        w.unchanged(&before).await;
        // Less may be granted than was asked for.
        let answer = w.decide(&w.manager, &too_much, true, json!({ "approvedAmount": usd("4000.00") })).await.ok();
        shows!(answer, { "overrideRequest.status": "APPROVED", "overrideRequest.approvedAmount.amount": "4000.00" });
        let enough = asked(&w, &sale, Some(usd("5000.00"))).await;
        let answer = w.decide(&w.manager, &enough, true, json!({})).await.ok();
        shows!(answer, { "overrideRequest.status": "APPROVED", "overrideRequest.approvedAmount.amount": "5000.00" });
        w.pay(&sale, "1000.00").await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(statuses(&w, &sale).await, ["REVOKED", "CONSUMED"]);
    }

    async fn a_denial_has_no_limit(w: World) {
        let sale = sale_at(&w, usd("6000.00"), json!({})).await;
        for amount in [None, Some(usd("6000.00"))] {
            let request = asked(&w, &sale, amount).await;
            let answer = w.decide(&w.manager, &request, false, json!({})).await.ok();
            assert_eq!(answer["overrideRequest"]["status"], "DENIED");
        }
        assert_eq!(w.state(&sale).await, "AWAITING_PAYMENT_METHOD");
    }

    async fn administrators_have_no_limit(w: World) {
        for admin in [&w.admin, &w.superadmin] {
            for over in [json!({}), json!({ "approvedAmount": usd("1000000.00") })] {
                let sale = sale_at(&w, usd("1000000.00"), json!({})).await;
                let request = asked(&w, &sale, None).await;
                w.decide(admin, &request, true, over).await.ok();
                assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
            }
        }
    }

    async fn currencies_that_the_role_does_not_name_have_its_default_in_main_units(w: World) {
        for (currency, within, beyond) in
            [("EUR", "5000.00", "5000.01"), ("JPY", "5000", "5001"), ("KWD", "5000.000", "5000.001")]
        {
            let input = json!({ "name": currency, "currency": currency });
            let store = w.make(&w.admin, "createStore", "CreateStoreInput", input, "store").await;
            for (price, code) in [(within, ""), (beyond, "FORBIDDEN")] {
                let sale = sale_at(&w, of(price, currency), json!({ "storeId": store })).await;
                let request = asked(&w, &sale, None).await;
                let answer = w.decide(&w.manager, &request, true, json!({})).await;
                assert_eq!(answer.code(), code, "{price} {currency}: {answer:?}");
            }
        }
    }

    async fn admin_approvals_do_not_add_up(w: World) {
        let sale = sale_at(&w, usd("6000.00"), json!({})).await;
        // Two that a manager may give, 6000.00 together; each is for itself.
        for _ in 0..2 {
            approved(&w, &sale, "ADMIN", "3000.00").await;
            assert_eq!(w.sale_order(&sale).await["phase"], "SALE");
        }
        approved(&w, &sale, "ADMIN", "5000.00").await;
        assert_eq!(w.sale_order(&sale).await["phase"], "SALE");
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        let request = asked(&w, &sale, None).await;
        w.decide(&w.admin, &request, true, json!({ "approvedAmount": usd("6000.00") })).await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(statuses(&w, &sale).await, ["REVOKED", "REVOKED", "REVOKED", "CONSUMED"]);
        assert_eq!(w.exposure(&w.customer_ada).await, "6000.00");
    }

    async fn credit_approvals_do_not_add_up(w: World) {
        // 30.00 over Ada's limit; setting the method has asked already.
        let sale = w.on_credit(13).await;
        let first = text(&w.sale_order(&sale).await["overrideRequests"][0]["id"]);
        w.decide(&w.manager, &first, true, json!({ "approvedAmount": usd("20.00") })).await.ok();
        assert_eq!(w.sale_order(&sale).await["phase"], "SALE");
        approved(&w, &sale, "CREDIT", "29.99").await;
        let check = w.check(&w.biller, &sale).await;
        shows!(check, { "overage.amount": "30.00", "canAdvanceByCredit": false, "needsOverride": true });
        assert_eq!(w.sale_order(&sale).await["phase"], "SALE");
        approved(&w, &sale, "CREDIT", "30.00").await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(statuses(&w, &sale).await, ["REVOKED", "REVOKED", "CONSUMED"]);
    }

    async fn an_admin_and_a_credit_approval_do_not_add_up_either(w: World) {
        let sale = w.on_credit(13).await;
        let first = text(&w.sale_order(&sale).await["overrideRequests"][0]["id"]);
        w.decide(&w.manager, &first, true, json!({ "approvedAmount": usd("29.99") })).await.ok();
        approved(&w, &sale, "ADMIN", "129.99").await;
        assert_eq!(w.sale_order(&sale).await["phase"], "SALE");
        approved(&w, &sale, "ADMIN", "130.00").await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(statuses(&w, &sale).await, ["REVOKED", "REVOKED", "CONSUMED"]);
        assert_eq!(w.exposure(&w.customer_ada).await, "130.00");
    }
}
