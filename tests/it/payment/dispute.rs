//! Disputes, as providers report them.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use entity::DisputeStatus::{Lost, Open as Opened, Won};
use serde_json::json;

both! {
    async fn an_opened_dispute_flags_the_order_and_the_money_counts_until_it_is_lost(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "flags": ["DISPUTED"], "capturedTotal.amount": "20.00" });
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "payments.0.status": "DISPUTED" });
        let row = w.last(&sale).await;
        shows!(row, { "event": "DISPUTE_OPENED", "actorType": "PROVIDER", "actorId": "provider:stripe" });
    }

    async fn people_report_what_no_provider_does(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let report = async |user, over: serde_json::Value| {
            let mut input = json!({ "paymentId": payment, "reference": "bank 1", "status": "OPEN" });
            input.as_object_mut().expect("an object").extend(over.as_object().expect("an object").clone());
            w.mutate(user, "reportDispute", "ReportDisputeInput", "payment { id status }", input).await
        };
        report(&w.biller, json!({})).await.refused("FORBIDDEN");
        report(&w.accountant, json!({ "reference": " " })).await.refused("BAD_INPUT");
        report(&w.accountant, json!({ "amount": crate::builders::money("0.00") })).await.refused("BAD_INPUT");
        shows!(report(&w.accountant, json!({})).await.ok(), { "payment.status": "DISPUTED" });
        // A part of it is lost: the rest stays, and ends the hold.
        let lost = json!({ "status": "LOST", "amount": crate::builders::money("5.00") });
        shows!(report(&w.accountant, lost).await.ok(), { "payment.status": "CONFIRMED" });
        shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "15.00", "outstanding.amount": "5.00", "flags": [] });
        shows!(report(&w.accountant, json!({ "status": "WON" })).await.ok(), { "payment.status": "CONFIRMED" });
        shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "15.00" });
    }

    async fn money_that_never_came_is_not_disputed(w: World) {
        let sale = w.mugs(2).await;
        let payment = text(&w.register(&w.biller, &sale, "20.00", json!({})).await.ok()["payment"]["id"]);
        let input = json!({ "paymentId": payment, "reference": "bank 1", "status": "LOST" });
        let answer = w.mutate(&w.accountant, "reportDispute", "ReportDisputeInput", "payment { id status }", input).await;
        answer.refused("CONFLICT");
        shows!(w.sale_order(&sale).await, { "payments.0.status": "PENDING" });
    }

    async fn a_dispute_blocks_refunds(w: World) {
        let (_, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        let before = w.print().await;
        w.refund(&w.accountant, &payment, json!({})).await.refused("CONFLICT");
        w.unchanged(&before).await;
        w.dispute(&payment, Won).await;
        w.refund(&w.accountant, &payment, json!({})).await.ok();
    }

    async fn a_won_dispute_leaves_all_as_it_was(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Won).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "flags": [], "capturedTotal.amount": "20.00", "payments.0.status": "CONFIRMED" });
        assert_eq!(order["fulfilments"][0]["workflowState"], "PICK_PACK");
    }

    async fn a_lost_dispute_takes_the_money_and_sends_the_sale_back(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Lost).await;
        let order = w.sale_order(&sale).await;
        shows!(order, {
            "workflowState": "PAYMENT_PENDING_CONFIRMATION",
            "capturedTotal.amount": "0.00",
            "outstanding.amount": "20.00",
        });
        let part = &order["fulfilments"][0];
        assert_eq!(
            (&part["workflowState"], &part["holds"][0]["cause"], part["holds"].as_array().map(Vec::len)),
            (&json!("ON_HOLD"), &json!("PAYMENT"), Some(1))
        );
        assert_eq!(order["flags"], json!([]));
        w.pay(&sale, "20.00").await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "fulfilments.0.workflowState": "PICK_PACK" });
        assert_eq!(order["fulfilments"].as_array().map(Vec::len), Some(1));
    }

    async fn a_dispute_lost_after_shipping_is_owed_and_the_sale_goes_on(w: World) {
        let (sale, payment, id) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        w.dispute(&payment, Opened).await;
        assert_eq!(w.state(&id).await, "SHIPPED");
        w.dispute(&payment, Lost).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "outstanding.amount": "20.00" });
        w.drive(&id, &["PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
    }

    async fn a_dispute_lost_on_what_is_covered_otherwise_changes_no_state(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.pay(&sale, "20.00").await;
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Lost).await;
        let order = w.sale_order(&sale).await;
        shows!(order, {
            "workflowState": "CLEARED_FOR_FULFILMENT",
            "outstanding.amount": "0.00",
            "overpaid.amount": "0.00",
        });
        assert_eq!(order["fulfilments"][0]["workflowState"], "PICK_PACK");
    }

    async fn a_late_paid_ends_no_dispute(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        w.confirm(&w.accountant, &payment).await.refused("CONFLICT");
        let order = w.sale_order(&sale).await;
        shows!(order, { "payments.0.status": "DISPUTED", "flags": ["DISPUTED"], "capturedTotal.amount": "20.00" });
        assert_eq!(order["fulfilments"][0]["workflowState"], "ON_HOLD");
    }

    async fn a_late_paid_by_the_providers_way_ends_none_either(w: World) {
        let sale = w.mugs(2).await;
        let paid = json!({ "provider": "stripe", "reference": "pi_1", "status": "CONFIRMED" });
        let answer = w.register(&w.accountant, &sale, "20.00", paid.clone()).await.ok();
        w.dispute(&text(&answer["payment"]["id"]), Opened).await;
        let rows = w.log(&sale).await.len();
        let again = w.register(&w.accountant, &sale, "20.00", paid).await.ok();
        assert_eq!(again["payment"]["status"], "DISPUTED");
        assert_eq!(w.log(&sale).await.len(), rows + 1, "a recorded no-op");
        let order = w.sale_order(&sale).await;
        shows!(order, { "flags": ["DISPUTED"], "fulfilments.0.workflowState": "ON_HOLD" });
    }

    async fn disputes_reported_twice_are_recorded_no_ops(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Opened).await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["fulfilments"][0]["holds"].as_array().map(Vec::len), Some(1));
        for _ in 0..2 {
            w.dispute(&payment, Lost).await;
            shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "0.00", "flags": [] });
        }
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Won).await;
        shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "0.00", "payments.0.status": "REFUNDED" });
    }

    async fn a_dispute_that_is_heard_of_when_it_is_decided_ends_the_same(w: World) {
        for (decided, captured, status) in [(Won, "20.00", "CONFIRMED"), (Lost, "0.00", "REFUNDED")] {
            let (sale, payment) = w.cleared(json!({})).await;
            w.dispute(&payment, decided).await;
            w.dispute(&payment, Opened).await;
            let order = w.sale_order(&sale).await;
            shows!(order, { "capturedTotal.amount": captured, "payments.0.status": status, "flags": [] }, "{decided:?}");
            assert!(w.events(&sale).await.contains(&"DISPUTE_OPENED".to_owned()));
        }
    }

    async fn a_refund_that_was_on_its_way_ends_no_dispute(w: World) {
        for outcome in [Won, Lost] {
            let (sale, payment) = w.cleared(json!({})).await;
            let refunds = w.refund(&w.accountant, &payment, json!({})).await.ok()["payment"]["refunds"].clone();
            w.dispute(&payment, Opened).await;
            let id = w.fulfilment_of(&sale).await;
            w.settle(&w.accountant, &text(&refunds[0]["id"]), true).await.ok();
            let order = w.sale_order(&sale).await;
            shows!(order, { "payments.0.status": "DISPUTED", "flags": ["DISPUTED"], "capturedTotal.amount": "0.00" });
            assert_eq!(w.state(&id).await, "ON_HOLD");
            w.dispute(&payment, outcome).await;
            let order = w.sale_order(&sale).await;
            shows!(order, { "payments.0.status": "REFUNDED", "flags": [], "capturedTotal.amount": "0.00" }, "{outcome:?}");
            assert_eq!(w.state(&id).await, "PICK_PACK", "the credit of the refund covers the sale");
        }
    }

    async fn a_dispute_won_leaves_what_was_not_paid_back_meanwhile(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let refund = w.refund(&w.accountant, &payment, json!({ "amount": money("5.00") })).await.ok();
        w.dispute(&payment, Opened).await;
        w.settle(&w.accountant, &text(&refund["payment"]["refunds"][0]["id"]), true).await.ok();
        w.dispute(&payment, Won).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "payments.0.status": "CONFIRMED", "capturedTotal.amount": "15.00", "flags": [] });
    }

    async fn two_disputes_hold_until_both_have_ended(w: World) {
        let sale = w.mugs(2).await;
        let (first, second) = (w.pay(&sale, "10.00").await, w.pay(&sale, "10.00").await);
        let id = w.fulfilment_of(&sale).await;
        w.dispute(&first, Opened).await;
        w.dispute(&second, Opened).await;
        w.dispute(&first, Won).await;
        assert_eq!(
            (w.state(&id).await, &w.sale_order(&sale).await["flags"]),
            ("ON_HOLD".to_owned(), &json!(["DISPUTED"]))
        );
        w.dispute(&second, Won).await;
        assert_eq!((w.state(&id).await, &w.sale_order(&sale).await["flags"]), ("PICK_PACK".to_owned(), &json!([])));
    }

    async fn disputed_money_does_not_go_back_with_a_cancellation(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CANCELLED", "payments.0.refunds": [] });
        assert_eq!(order["flags"], json!(["REFUND_OWED", "DISPUTED"]));
        w.dispute(&payment, Lost).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "0.00", "flags": [] });
        w.work().await;
    }

    async fn disputes_are_read_with_their_payment_by_both_sides(w: World) {
        let (_, payment) = w.cleared(json!({})).await;
        let input = json!({ "paymentId": payment, "reference": "bank 1", "status": "OPEN", "amount": money("5.00") });
        w.mutate(&w.accountant, "reportDispute", "ReportDisputeInput", "payment { id }", input).await.ok();
        w.wait(chrono::TimeDelta::hours(1));
        w.dispute(&payment, Lost).await;
        let document = "query($id: ID!) { node(id: $id) { ... on Payment { disputes { id reference amount { amount } \
            status openedAt decidedAt } } } }";
        for user in [&w.accountant, &w.ada] {
            let read = w.gql(user, document, json!({ "id": payment })).await.ok();
            shows!(read, {
                "disputes.0.reference": "bank 1", "disputes.0.amount.amount": "5.00", "disputes.0.status": "OPEN",
                "disputes.0.decidedAt": null, "disputes.1.reference": "dp_1", "disputes.1.amount": null,
                "disputes.1.status": "LOST", "disputes.1.decidedAt": read["disputes"][1]["openedAt"],
            });
            assert!(text(&read["disputes"][0]["id"]).starts_with("dispute_"));
            assert!(text(&read["disputes"][0]["openedAt"]) < text(&read["disputes"][1]["openedAt"]));
        }
        assert!(w.gql(&w.bob, document, json!({ "id": payment })).await.ok().is_null());
        let quiet = w.cleared(json!({})).await.1;
        shows!(w.gql(&w.ada, document, json!({ "id": quiet })).await.ok(), { "disputes": [] });
        w.work().await;
    }
}
