//! Refunds at the edges: of returns that several payments paid for, of money that a dispute took, after failures that
//! were made good, and of transfers.

use crate::{
    both,
    builders::money,
    harness::{Answer, World, text},
    shows,
};
use chrono::TimeDelta;
use entity::DisputeStatus::{Lost, Open as Opened};
use serde_json::{Value, json};

/// A refund that is asked for: its id.
async fn requested(w: &World, payment: &str, amount: &str) -> String {
    let answer = w.refund(&w.accountant, payment, json!({ "amount": money(amount) })).await.ok();
    let refunds = answer["payment"]["refunds"].as_array().cloned().expect("refunds");
    let asked = |refund: &&Value| refund["status"] == "REQUESTED" && refund["amount"]["amount"] == amount;
    text(&refunds.iter().find(asked).expect("the refund")["id"])
}

/// The refusal of an amount when nothing is left, in words that speak of no negative amount.
#[track_caller]
fn has_nothing_left(answer: Answer) {
    let said = text(&answer.errors[0]["message"]);
    let extensions = answer.refused("BAD_INPUT");
    assert_eq!(extensions["field"], "amount", "{said}");
    assert!(said.contains("0.00 USD is left") && !said.contains('-'), "{said}");
}

both! {
    async fn a_return_that_two_payments_paid_for_is_given_back_of_both(w: World) {
        let path =
            ["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "RETURN_REQUESTED", "RETURN_RECEIVED"];
        for events in [&path[..4], &path[..]] {
            let sale = w.mugs(10).await;
            let (first, second) = (w.pay_by(&sale, "50.00", "CASH").await, w.pay_by(&sale, "50.00", "CASH").await);
            let id = w.fulfilment_of(&sale).await;
            w.drive(&id, events).await;
            let of_return = json!({ "fulfilmentId": id });
            let answer = w.refund(&w.accountant, &first, of_return.clone()).await.ok();
            shows!(answer, { "payment.status": "REFUNDED", "payment.refunds.0.status": "ISSUED" });
            shows!(answer, { "payment.refunds.0.amount.amount": "50.00" });
            assert_eq!((w.state(&id).await, w.state(&sale).await), ("REFUNDED".to_owned(), "COMPLETED".to_owned()));
            // The return is worth another 50.00, and they are not left of this payment.
            has_nothing_left(w.refund(&w.accountant, &first, of_return.clone()).await);
            let more = json!({ "fulfilmentId": id, "amount": money("50.01") });
            w.refund(&w.accountant, &second, more).await.refused("BAD_INPUT");
            let answer = w.refund(&w.accountant, &second, of_return.clone()).await.ok();
            shows!(answer, { "payment.status": "REFUNDED", "payment.refunds.0.status": "ISSUED" });
            shows!(answer, { "payment.refunds.0.amount.amount": "50.00" });
            assert_eq!((w.state(&id).await, w.state(&sale).await), ("REFUNDED".to_owned(), "COMPLETED".to_owned()));
            let order = w.sale_order(&sale).await;
            shows!(order, { "capturedTotal.amount": "0.00", "credited.amount": "100.00" });
            shows!(order, { "outstanding.amount": "0.00", "flags": [] });
            let before = w.print().await;
            for payment in [&first, &second] {
                has_nothing_left(w.refund(&w.accountant, payment, json!({})).await);
                has_nothing_left(w.refund(&w.accountant, payment, json!({ "amount": money("1.00") })).await);
                // The return itself has nothing more to be settled.
                let answer = w.refund(&w.accountant, payment, of_return.clone()).await;
                assert!(!text(&answer.errors[0]["message"]).contains('-'), "{answer:?}");
                answer.refused("TRANSITION_NOT_ALLOWED");
            }
            w.unchanged(&before).await;
        }
        w.work().await;
    }

    async fn where_a_dispute_took_what_a_refund_was_asked_of_nothing_is_left(w: World) {
        let sale = w.mugs(10).await;
        let payment = w.pay(&sale, "100.00").await;
        requested(&w, &payment, "70.00").await;
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Lost).await;
        shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "0.00", "payments.0.status": "REFUNDED" });
        let before = w.print().await;
        has_nothing_left(w.refund(&w.accountant, &payment, json!({})).await);
        has_nothing_left(w.refund(&w.accountant, &payment, json!({ "amount": money("30.00") })).await);
        w.unchanged(&before).await;
    }

    async fn a_refund_that_failed_is_made_good_by_one_that_is_asked_for_afterwards(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let failed = requested(&w, &payment, "10.00").await;
        let other = requested(&w, &payment, "5.00").await;
        w.wait(TimeDelta::seconds(1));
        w.settle(&w.accountant, &other, true).await.ok();
        let answer = w.settle(&w.accountant, &failed, false).await.ok();
        shows!(answer, { "saleOrder.flags": ["REFUND_FAILED"] }, "the other was asked for before");
        shows!(w.sale_order(&sale).await, { "flags": ["REFUND_FAILED"], "capturedTotal.amount": "15.00" });
        w.wait(TimeDelta::seconds(1));
        let again = requested(&w, &payment, "10.00").await;
        shows!(w.sale_order(&sale).await, { "flags": [] });
        // And not by one that fails in its turn.
        w.wait(TimeDelta::seconds(1));
        w.settle(&w.accountant, &again, false).await.ok();
        shows!(w.sale_order(&sale).await, { "flags": ["REFUND_FAILED"] });
        w.wait(TimeDelta::seconds(1));
        let last = requested(&w, &payment, "10.00").await;
        w.settle(&w.accountant, &last, true).await.ok();
        shows!(w.sale_order(&sale).await, { "flags": [], "capturedTotal.amount": "5.00" });
    }

    async fn a_refund_that_failed_is_nobodys_work_when_nothing_is_left(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let failed = requested(&w, &payment, "10.00").await;
        w.wait(TimeDelta::seconds(1));
        w.settle(&w.accountant, &failed, false).await.ok();
        shows!(w.sale_order(&sale).await, { "flags": ["REFUND_FAILED"] });
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Lost).await;
        shows!(w.sale_order(&sale).await, { "flags": [], "capturedTotal.amount": "0.00" });
    }

    async fn a_transfer_is_asked_of_the_provider_that_it_came_through_and_else_handed_back(w: World) {
        for (provider, status, captured) in [
            (json!(null), "ISSUED", "0.00"),
            (json!("mypay"), "ISSUED", "0.00"),
            (json!("stripe"), "REQUESTED", "20.00"),
            (json!("paystack"), "REQUESTED", "20.00"),
        ] {
            for cancelled in [false, true] {
                let asked = w.outbox("refund_requested").await.len();
                let sale = w.mugs(2).await;
                let reference = format!("transfer {cancelled}");
                let over = json!({
                    "provider": provider, "reference": reference, "method": "TRANSFER", "status": "CONFIRMED",
                });
                let answer = w.register(&w.accountant, &sale, "20.00", over).await.ok();
                if cancelled {
                    w.send(&w.biller, &sale, "CANCEL").await.ok();
                } else {
                    w.refund(&w.accountant, &text(&answer["payment"]["id"]), json!({})).await.ok();
                }
                let order = w.sale_order(&sale).await;
                shows!(order, { "payments.0.refunds.0.status": status }, "{provider} {cancelled}");
                shows!(order, { "capturedTotal.amount": captured }, "{provider} {cancelled}");
                let rows = w.outbox("refund_requested").await.len() - asked;
                assert_eq!(rows, usize::from(status == "REQUESTED"), "{provider} {cancelled}");
            }
        }
        w.work().await;
    }
}
