//! Sales of other kinds than a customer's paid order of goods: on a marketplace, of services only, for nothing, and
//! those whose fulfilments all fall through while they are open again.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::json;

const PARTIES: &str = "query($id: ID!) { saleOrder(id: $id) { type customerId resellerId payments { __typename \
    ... on ConsumerPayment { customerId } } } }";

/// A sale that was let go with money outstanding and is open again, its fulfilments held: sale and fulfilments.
async fn open_again(w: &World, over: serde_json::Value, paid: &str, method: &str) -> (String, Vec<String>) {
    let sale = w.sale(over).await;
    w.pay_by(&sale, paid, method).await;
    let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
    w.revoke(&w.other_admin, &granted).await.ok();
    let order = w.sale_order(&sale).await;
    shows!(order, { "workflowState": "PAYMENT_PENDING_CONFIRMATION", "phase": "SALE" });
    let parts = order["fulfilments"].as_array().expect("fulfilments");
    assert!(parts.iter().all(|part| part["workflowState"] == "ON_HOLD"), "{order}");
    let parts = parts.iter().map(|part| text(&part["id"])).collect();
    (sale, parts)
}

both! {
    async fn a_marketplace_sale_is_to_its_customer_at_the_products_price(w: World) {
        let sale = w.sale(json!({ "type": "MARKETPLACE" })).await;
        let order = w.sale_order(&sale).await;
        // Not at the price for resellers, which is 8.00.
        shows!(order, { "type": "MARKETPLACE", "grandTotal.amount": "20.00", "lines.0.unitPrice.amount": "10.00" });
        shows!(order, { "lifecycle": "sale", "workflowState": "AWAITING_PAYMENT_METHOD" });
        let parties = w.gql(&w.ada, PARTIES, json!({ "id": sale })).await.ok();
        shows!(parties, { "customerId": w.customer_ada, "resellerId": null });
        // Whoever comes by buys there too, and customers do so themselves.
        let nobody = w.sale(json!({ "type": "MARKETPLACE", "customerId": null })).await;
        assert_eq!(w.sale_order(&nobody).await["type"], "MARKETPLACE");
        let own = w.create_quotation(&w.ada, w.draft(json!({ "type": "MARKETPLACE" }))).await.ok();
        assert_eq!(own["quotation"]["type"], "MARKETPLACE");
    }

    async fn a_marketplace_sale_is_to_no_reseller(w: World) {
        let before = w.print().await;
        let input = w.draft(json!({ "type": "MARKETPLACE", "customerId": null, "resellerId": w.reseller_rex }));
        w.create_quotation(&w.biller, input.clone()).await.refused("BAD_INPUT");
        w.create_quotation(&w.rex, input).await.refused("BAD_INPUT");
        let unnamed = w.draft(json!({ "type": "MARKETPLACE", "customerId": null }));
        w.create_quotation(&w.rex, unnamed).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
    }

    async fn a_marketplace_sale_is_paid_as_a_customer_pays(w: World) {
        let sale = w.sale(json!({ "type": "MARKETPLACE" })).await;
        let before = w.print().await;
        let paid = json!({ "status": "CONFIRMED" });
        w.register_reseller(&w.accountant, &sale, "20.00", paid.clone()).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        let answer = w.register(&w.accountant, &sale, "20.00", paid).await.ok();
        shows!(answer, { "payment.status": "CONFIRMED", "saleOrder.workflowState": "CLEARED_FOR_FULFILMENT" });
        let parties = w.gql(&w.biller, PARTIES, json!({ "id": sale })).await.ok();
        let payment = &parties["payments"][0];
        shows!(payment, { "__typename": "ConsumerPayment", "customerId": w.customer_ada });
        w.drive(&w.fulfilment_of(&sale).await, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await;
        w.drive(&w.fulfilment_of(&sale).await, &["COMPLETE"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "20.00");
    }

    async fn a_marketplace_sale_on_credit_is_on_its_customers(w: World) {
        let mugs = |quantity: i64| json!({ "type": "MARKETPLACE", "lines": [{ "sku": "MUG", "quantity": quantity }] });
        let sale = w.sale(mugs(9)).await;
        w.choose(&sale, "CREDIT").await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(w.exposure(&w.customer_ada).await, "90.00");
        let second = w.sale(mugs(2)).await;
        w.choose(&second, "CREDIT").await.ok();
        let order = w.sale_order(&second).await;
        shows!(order, { "workflowState": "OVERRIDE_REVIEW", "overrideRequests.0.overage.amount": "10.00" });
    }

    async fn goods_are_no_service(w: World) {
        let before = w.print().await;
        for lines in [
            json!([{ "sku": "MUG", "quantity": 1 }]),
            json!([{ "sku": "SETUP", "quantity": 1 }, { "sku": "MUG", "quantity": 1 }]),
            json!([{ "sku": "GIFT", "quantity": 1 }]),
        ] {
            for channel in ["WEB", "IN_STORE"] {
                let input = w.draft(json!({ "fulfilmentType": "SERVICE", "channel": channel, "lines": lines }));
                let refusal = w.create_quotation(&w.biller, input).await.refused("BAD_INPUT");
                assert_eq!(refusal["field"], "fulfilmentType", "{lines}");
            }
        }
        w.unchanged(&before).await;
    }

    async fn services_alone_are_fulfilled_as_services_whatever_way_goods_would_take(w: World) {
        let lines = json!([{ "sku": "SETUP", "quantity": 1 }, { "sku": "TUNING", "quantity": 2 }]);
        for kind in [json!("SERVICE"), json!("DELIVERY"), json!("PICKUP"), json!(null)] {
            let (sale, _) = w.cleared(json!({ "fulfilmentType": kind, "lines": lines })).await;
            let order = w.sale_order(&sale).await;
            assert_eq!(order["fulfilments"].as_array().map(Vec::len), Some(1), "{kind}");
            shows!(order, { "fulfilments.0.type": "SERVICE", "fulfilments.0.workflowState": "PICK_PACK" }, "{kind}");
            let service = w.fulfilment_of(&sale).await;
            w.send(&w.operator, &service, "FULFILMENT_STARTED").await.refused("GUARD_REJECTED");
            w.drive(&service, &["SERVICE_SCHEDULED", "SERVICE_STARTED", "SERVICE_COMPLETED"]).await;
            assert_eq!(w.state(&sale).await, "COMPLETED", "{kind}");
        }
    }

    async fn a_till_sale_that_costs_nothing_is_cleared_without_a_payment(w: World) {
        // Not even a method that somebody else would have to confirm, or that somebody would have to owe.
        for (number, method) in (1..).zip(["CASH", "TRANSFER", "CREDIT"]) {
            let lines = json!([{ "sku": "GIFT", "quantity": 2 }]);
            let over = json!({ "lines": lines, "method": method, "customerId": w.customer_ada });
            let sale = w.till(&w.biller, over).await.ok()["saleOrder"].clone();
            shows!(sale, { "workflowState": "CLEARED_FOR_FULFILMENT", "grandTotal.amount": "0.00" }, "{method}");
            shows!(sale, { "payments": [], "capturedTotal.amount": "0.00", "version": 1 }, "{method}");
            shows!(sale, { "fulfilments.0.type": "PICKUP", "fulfilments.0.workflowState": "PICK_PACK" }, "{method}");
            assert_eq!(w.stock(&w.store, "GIFT").await, (102 - 2 * number, 2), "{method}");
            let sale = text(&sale["id"]);
            w.drive(&w.fulfilment_of(&sale).await, &["FULFILMENT_STARTED", "PICKED_UP", "COMPLETE"]).await;
            assert_eq!(w.state(&sale).await, "COMPLETED", "{method}");
            assert_eq!(w.stock(&w.store, "GIFT").await, (100 - 2 * number, 0), "{method}");
        }
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
    }

    async fn money_for_what_costs_nothing_is_kept_and_flagged(w: World) {
        let gift = json!([{ "sku": "GIFT", "quantity": 1 }]);
        let over = json!({ "lines": gift, "method": "CARD", "amount": money("5.00") });
        let sale = text(&w.till(&w.biller, over).await.ok()["saleOrder"]["id"]);
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "5.00" });
        shows!(order, { "overpaid.amount": "5.00", "flags": ["OVERPAID"] });
        // What is handed over in cash beyond it is change.
        let paid = w.till(&w.biller, json!({ "lines": gift, "amount": money("5.00") })).await.ok();
        shows!(paid, { "saleOrder.capturedTotal.amount": "0.00", "change.amount": "5.00" });
    }

    async fn a_sale_that_is_open_again_is_cancelled_with_its_last_fulfilment_and_the_money_goes_back(w: World) {
        for (event, state, method, status, captured) in [
            ("CANCEL", "CANCELLED", "CARD", "REQUESTED", "5.00"),
            ("FAIL", "FAILED", "CASH", "ISSUED", "0.00"),
        ] {
            let mugs = json!({ "lines": [{ "sku": "MUG", "quantity": 13 }] });
            let (sale, parts) = open_again(&w, mugs, "5.00", method).await;
            // Somebody asks again; then the goods turn out not to be there.
            w.ask(&w.biller, &sale, "ADMIN").await.ok();
            w.drive(&parts[0], &[event]).await;
            let order = w.sale_order(&sale).await;
            shows!(order, { "workflowState": "CANCELLED", "phase": "CLOSED", "workflow.timers": [] }, "{event}");
            shows!(order, { "fulfilments.0.workflowState": state, "outstanding.amount": "0.00" }, "{event}");
            let refunds = order["payments"][0]["refunds"].as_array().expect("refunds");
            assert_eq!(refunds.len(), 1, "{event}");
            shows!(refunds, { "0.status": status, "0.amount.amount": "5.00" }, "{event}");
            shows!(order, { "capturedTotal.amount": captured, "credited.amount": "0.00", "flags": [] }, "{event}");
            for request in order["overrideRequests"].as_array().expect("requests") {
                assert_eq!(request["status"], "REVOKED", "{event}");
            }
            let row = w.last(&sale).await;
            shows!(row, { "event": "FULFILMENT_CLOSED", "fromState": "OVERRIDE_REVIEW", "toState": "CANCELLED" });
            assert_eq!(w.stock(&w.store, "MUG").await, (100, 0), "{event}");
            assert_eq!(w.exposure(&w.customer_ada).await, "0.00", "{event}");
        }
        assert_eq!(w.outbox("refund_requested").await.len(), 1);
        w.work().await;
    }

    async fn all_parts_must_fall_through_to_cancel_a_sale_that_is_open_again(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 2 }, { "sku": "SETUP", "quantity": 1 }]);
        for first in ["CANCEL", "FAIL"] {
            let (sale, parts) = open_again(&w, json!({ "lines": lines }), "5.00", "CARD").await;
            assert_eq!(parts.len(), 2);
            w.drive(&parts[0], &[first]).await;
            let order = w.sale_order(&sale).await;
            assert_eq!(order["phase"], "SALE", "{first}");
            assert_eq!(order["payments"][0]["refunds"], json!([]), "{first}");
            w.drive(&parts[1], &["CANCEL"]).await;
            let order = w.sale_order(&sale).await;
            assert_eq!(order["workflowState"], "CANCELLED", "{first}");
            let refunds = &order["payments"][0]["refunds"];
            shows!(refunds, { "0.status": "REQUESTED", "0.amount.amount": "5.00" }, "{first}");
        }
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn a_part_that_falls_through_while_the_sale_is_open_again_lowers_what_is_owed(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 2 }, { "sku": "SETUP", "quantity": 1 }]);
        let (sale, _) = open_again(&w, json!({ "lines": lines }), "5.00", "CARD").await;
        let order = w.sale_order(&sale).await;
        let parts = order["fulfilments"].as_array().expect("fulfilments");
        let goods = parts.iter().find(|part| part["type"] == "DELIVERY").expect("the goods");
        w.drive(&text(&goods["id"]), &["CANCEL"]).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "credited.amount": "20.00", "outstanding.amount": "35.00" });
        assert_eq!(order["workflowState"], "PAYMENT_PENDING_CONFIRMATION");
        w.pay(&sale, "35.00").await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "overpaid.amount": "0.00", "flags": [] });
        let parts = order["fulfilments"].as_array().expect("fulfilments");
        let states: Vec<_> = parts.iter().map(|part| (&part["type"], &part["workflowState"])).collect();
        assert!(states.contains(&(&json!("SERVICE"), &json!("PICK_PACK"))), "{states:?}");
        assert!(states.contains(&(&json!("DELIVERY"), &json!("CANCELLED"))), "{states:?}");
        w.work().await;
    }
}
