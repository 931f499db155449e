//! Refunds: rows of their own, that the sale's state does not wait for.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use entity::DisputeStatus::{Lost, Open as Opened};
use serde_json::json;

both! {
    async fn a_refund_is_what_is_left_of_the_payment_when_no_amount_is_named(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let refund = w.refund(&w.accountant, &payment, json!({})).await.ok()["payment"]["refunds"][0].clone();
        shows!(refund, { "amount.amount": "20.00", "status": "REQUESTED", "reasonCode": "CUSTOMER_REQUEST" });
        assert!(text(&refund["id"]).starts_with("refund_"));
        // Requested, not issued: the money is still there.
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "20.00", "workflowState": "CLEARED_FOR_FULFILMENT" });
        assert_eq!(w.outbox("refund_requested").await.len(), 1);
    }

    async fn from_requested_on_it_counts_against_what_is_refundable(w: World) {
        let (_, payment) = w.cleared(json!({})).await;
        w.refund(&w.accountant, &payment, json!({ "amount": money("15.00") })).await.ok();
        let before = w.print().await;
        for amount in ["5.01", "20.00", "0.00", "-1.00"] {
            w.refund(&w.accountant, &payment, json!({ "amount": money(amount) })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        let refunds = w.refund(&w.accountant, &payment, json!({})).await.ok()["payment"]["refunds"].clone();
        assert_eq!(refunds[1]["amount"]["amount"], "5.00");
        w.refund(&w.accountant, &payment, json!({})).await.refused("BAD_INPUT");
    }

    async fn a_failed_refund_can_be_refunded_again_and_flags_the_order(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let refund = text(&w.refund(&w.accountant, &payment, json!({})).await.ok()["payment"]["refunds"][0]["id"]);
        let answer = w.settle(&w.accountant, &refund, false).await.ok();
        shows!(answer, { "payment.refunds.0.status": "FAILED", "saleOrder.flags": ["REFUND_FAILED"] });
        assert_eq!(w.sale_order(&sale).await["capturedTotal"]["amount"], "20.00");
        w.refund(&w.accountant, &payment, json!({})).await.ok();
    }

    async fn issued_after_clearing_it_is_credit_beyond_over_payment(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.paid_back(&payment, json!({ "amount": money("8.00") })).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "12.00", "credited.amount": "8.00", "outstanding.amount": "0.00" });
        assert_eq!(order["workflowState"], "CLEARED_FOR_FULFILMENT");
    }

    async fn of_an_over_payment_only_what_goes_beyond_is_credit(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.pay(&sale, "5.00").await;
        w.paid_back(&payment, json!({ "amount": money("8.00") })).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "17.00", "credited.amount": "3.00" });
        shows!(order, { "outstanding.amount": "0.00", "overpaid.amount": "0.00", "flags": [] });
    }

    async fn issued_while_a_sale_is_open_again_it_is_owed_again(w: World) {
        let (sale, first) = w.cleared(json!({})).await;
        w.dispute(&first, Opened).await;
        w.dispute(&first, Lost).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "phase": "SALE", "clearedAt": null, "outstanding.amount": "20.00" });
        let deposit = w.pay(&sale, "19.99").await;
        w.paid_back(&deposit, json!({})).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "credited.amount": "0.00", "outstanding.amount": "20.00" });
        w.pay(&sale, "0.01").await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "phase": "SALE", "fulfilments.0.workflowState": "ON_HOLD" });
        w.pay(&sale, "19.99").await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "phase": "FULFILMENT", "fulfilments.0.workflowState": "PICK_PACK" });
        assert!(order["clearedAt"].is_string());
    }

    async fn issued_before_clearing_it_is_owed_again(w: World) {
        let sale = w.mugs(2).await;
        let payment = w.pay(&sale, "15.00").await;
        w.paid_back(&payment, json!({})).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "0.00", "credited.amount": "0.00", "outstanding.amount": "20.00" });
        assert_eq!(order["phase"], "SALE");
        w.pay(&sale, "5.00").await;
        assert_eq!(w.sale_order(&sale).await["phase"], "SALE");
    }

    async fn a_payment_that_went_back_whole_is_refunded(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.paid_back(&payment, json!({ "amount": money("8.00") })).await;
        assert_eq!(w.sale_order(&sale).await["payments"][0]["status"], "CONFIRMED");
        w.paid_back(&payment, json!({})).await;
        assert_eq!(w.sale_order(&sale).await["payments"][0]["status"], "REFUNDED");
        w.register(&w.accountant, &sale, "20.00", json!({ "status": "CONFIRMED" })).await.ok();
    }

    async fn money_that_is_not_there_is_not_refunded(w: World) {
        let sale = w.mugs(2).await;
        for status in ["PENDING", "AUTHORIZED", "FAILED"] {
            let payment = text(
                &w.register(&w.accountant, &sale, "20.00", json!({ "status": status })).await.ok()["payment"]["id"],
            );
            let before = w.print().await;
            let answer = w.refund(&w.accountant, &payment, json!({})).await;
            assert!(
                matches!(answer.code(), "BAD_INPUT" | "PAYMENT_NOT_CONFIRMED" | "CONFLICT"),
                "{status}: {answer:?}"
            );
            w.unchanged(&before).await;
        }
    }

    async fn settling_a_settled_refund_is_a_conflict(w: World) {
        let (_, payment) = w.cleared(json!({})).await;
        for issued in [false, true] {
            let refunds = w.refund(&w.accountant, &payment, json!({})).await.ok()["payment"]["refunds"].clone();
            let refund = text(&refunds.as_array().and_then(|refunds| refunds.last()).expect("a refund")["id"]);
            w.settle(&w.accountant, &refund, issued).await.ok();
            let before = w.print().await;
            for again in [true, false] {
                w.settle(&w.accountant, &refund, again).await.refused("CONFLICT");
            }
            w.unchanged(&before).await;
        }
    }

    async fn refunds_authorise_themselves_and_check_what_they_name(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let (_, _, foreign) = w.fulfilment_in("DELIVERY", "RETURN_REQUESTED").await;
        let own = w.fulfilment_of(&sale).await;
        let before = w.print().await;
        for user in [&w.biller, &w.ada, &w.seller, &w.operator] {
            w.refund(user, &payment, json!({})).await.refused("FORBIDDEN");
            w.settle(user, "refund_01h455vb4pex5vsknk084sn02q", true).await.refused("FORBIDDEN");
        }
        w.refund(&w.accountant, "pay_01h455vb4pex5vsknk084sn02q", json!({})).await.refused("NOT_FOUND");
        w.settle(&w.accountant, "refund_01h455vb4pex5vsknk084sn02q", true).await.refused("NOT_FOUND");
        w.refund(&w.accountant, &payment, json!({ "reasonCode": "BECAUSE" })).await.refused("BAD_INPUT");
        w.refund(&w.accountant, &payment, json!({ "amount": { "amount": "1.00", "currency": "EUR" } }))
            .await
            .refused("BAD_INPUT");
        w.refund(&w.accountant, &payment, json!({ "fulfilmentId": foreign })).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        // What has reached its buyer is given nothing back for by name, but for a return.
        w.drive(&own, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        let before = w.print().await;
        w.refund(&w.accountant, &payment, json!({ "fulfilmentId": own })).await.refused("TRANSITION_NOT_ALLOWED");
        w.unchanged(&before).await;
    }

    async fn a_refund_does_not_reopen_what_is_closed(w: World) {
        let (sale, payment) = w.completed().await;
        w.paid_back(&payment, json!({ "amount": money("5.00") })).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "COMPLETED", "capturedTotal.amount": "15.00", "credited.amount": "5.00" });
    }
}
