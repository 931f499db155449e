//! *Covered*: what clears a sale, and what does not.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn the_whole_money_clears_from_every_leaf(w: World) {
        for state in crate::sale::table::OPEN {
            let sale = w.sale_in(state).await;
            w.pay(&sale, "20.00").await;
            let order = w.sale_order(&sale).await;
            shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "outstanding.amount": "0.00" }, "{state}");
            assert_eq!(order["clearedAt"], w.later(chrono::TimeDelta::zero()));
        }
    }

    async fn partial_payment_does_not_clear_the_sale(w: World) {
        for state in crate::sale::table::OPEN {
            let sale = w.sale_in(state).await;
            w.pay(&sale, "19.99").await;
            let expected = if state == "OVERRIDE_REVIEW" { state } else { "PAYMENT_PENDING_CONFIRMATION" };
            let order = w.sale_order(&sale).await;
            assert_eq!(order["workflowState"], expected, "{state}");
            shows!(order, { "capturedTotal.amount": "19.99", "outstanding.amount": "0.01" });
            assert_eq!(order["fulfilments"], json!([]));
            w.pay(&sale, "0.01").await;
            assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT", "{state}");
        }
    }

    async fn one_of_five_thousand_does_not_clear(w: World) {
        let line = w.line("MUG", 1, "5000.00");
        let quotation = w.create_quotation(&w.manager, w.draft(json!({ "lines": [line] }))).await.ok();
        let sale = w.approve(&text(&quotation["quotation"]["id"])).await;
        w.pay(&sale, "1.00").await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "PAYMENT_PENDING_CONFIRMATION", "phase": "SALE" });
        let before = w.print().await;
        for amount in ["0.00", "-100.00", "0", "-0.01"] {
            w.register(&w.accountant, &sale, amount, json!({ "status": "CONFIRMED" })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }

    async fn money_that_is_not_confirmed_does_not_clear(w: World) {
        for status in ["PENDING", "AUTHORIZED", "FAILED"] {
            let sale = w.mugs(2).await;
            w.register(&w.accountant, &sale, "20.00", json!({ "status": status })).await.ok();
            let order = w.sale_order(&sale).await;
            shows!(order, { "phase": "SALE", "capturedTotal.amount": "0.00" }, "{status}");
        }
    }

    async fn several_payments_add_up(w: World) {
        let sale = w.mugs(2).await;
        for amount in ["5.00", "5.00", "9.99"] {
            w.pay(&sale, amount).await;
            assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
        }
        w.pay(&sale, "0.01").await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn an_admin_approval_without_amount_clears_whatever_is_owed(w: World) {
        let sale = w.mugs(50).await;
        w.grant_admin(&w.admin, &sale, json!({})).await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "outstanding.amount": "500.00" });
        // What clears with money outstanding reserves exactly that; only an admin override skips the check.
        assert_eq!(
            (w.exposure(&w.customer_ada).await, &order["workflowContext"]["reserved"]),
            ("500.00".to_owned(), &json!(50_000))
        );
        assert_eq!(order["overrideRequests"][0]["status"], "CONSUMED");
    }

    async fn a_credit_approval_counts_only_with_credit_or_invoice(w: World) {
        let sale = w.mugs(13).await;
        w.grant_credit(&w.admin, &sale, "500.00", json!({})).await.ok();
        w.send(&w.biller, &sale, "SET_PAYMENT_METHOD").await.ok();
        assert_eq!(w.state(&sale).await, "PAYMENT_INITIATED");
        w.choose(&sale, "INVOICE").await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn a_credit_override_that_is_too_small_does_not_clear(w: World) {
        let sale = w.on_credit(13).await;
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
        w.grant_credit(&w.admin, &sale, "29.99", json!({})).await.ok();
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
        // Approvals do not add up.
        w.grant_credit(&w.admin, &sale, "29.99", json!({})).await.ok();
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
        w.grant_credit(&w.admin, &sale, "30.00", json!({})).await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(w.exposure(&w.customer_ada).await, "130.00");
    }

    async fn a_lapsed_credit_override_does_not_clear(w: World) {
        let sale = w.mugs(13).await;
        let until = w.later(chrono::TimeDelta::hours(1));
        w.grant_credit(&w.admin, &sale, "30.00", json!({ "expiresAt": until })).await.ok();
        w.wait(chrono::TimeDelta::hours(1));
        // Not even before the timer has fired.
        w.choose(&sale, "CREDIT").await.ok();
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
        w.work().await;
        assert_eq!(w.sale_order(&sale).await["phase"], "SALE");
    }

    async fn money_that_lowers_the_overage_clears_what_is_on_credit(w: World) {
        let sale = w.on_credit(13).await;
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
        w.pay(&sale, "29.99").await;
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
        w.pay(&sale, "0.01").await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(w.exposure(&w.customer_ada).await, "100.00");
    }

    async fn clearing_makes_a_fulfilment_for_goods_and_one_for_services(w: World) {
        let lines = json!([{ "sku": "SETUP", "quantity": 1 }, { "sku": "MUG", "quantity": 2 }, { "sku": "TUNING", "quantity": 1 }, { "sku": "CABLE", "quantity": 3 }]);
        let (sale, _) = w.cleared(json!({ "lines": lines })).await;
        let order = w.sale_order(&sale).await;
        let fulfilments = order["fulfilments"].as_array().expect("fulfilments");
        assert_eq!(fulfilments.len(), 2);
        let skus = |kind: &str| {
            let of = fulfilments.iter().find(|f| f["type"] == kind).expect("a fulfilment of the kind");
            assert_eq!(of["workflowState"], "PICK_PACK");
            of["lines"]
                .as_array()
                .expect("lines")
                .iter()
                .map(|line| text(&line["orderLine"]["sku"]))
                .collect::<Vec<_>>()
        };
        let (mut goods, mut services) = (skus("DELIVERY"), skus("SERVICE"));
        goods.sort();
        services.sort();
        assert_eq!(
            (goods, services),
            (vec!["CABLE".to_owned(), "MUG".to_owned()], vec!["SETUP".to_owned(), "TUNING".to_owned()])
        );
    }

    async fn an_unpaid_order_cannot_be_fulfilled(w: World) {
        for state in crate::sale::table::OPEN {
            let sale = w.sale_in(state).await;
            assert_eq!(w.sale_order(&sale).await["fulfilments"], json!([]), "{state}");
            let before = w.print().await;
            for event in ["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PICKED_UP"] {
                w.send(&w.admin, &sale, event).await.refused("TRANSITION_NOT_ALLOWED");
            }
            w.unchanged(&before).await;
        }
    }

    async fn one_clearing_is_one_version_and_its_follow_ups_are_in_order(w: World) {
        let sale = w.mugs(2).await;
        w.pay(&sale, "20.00").await;
        assert_eq!(w.version(&sale).await, 2);
        assert_eq!(w.version(&w.fulfilment_of(&sale).await).await, 1);
        let events: Vec<_> = w.timeline(&sale).await.iter().skip(5).map(|row| text(&row["event"])).collect();
        assert_eq!(events, ["PAYMENT_CAPTURED", "CREATED", "RESERVE_OK"]);
    }
}
