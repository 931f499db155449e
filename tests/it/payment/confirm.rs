//! `confirmPayment`: money is in, once.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn confirming_books_the_money_and_tells_the_sale(w: World) {
        let sale = w.mugs(2).await;
        let payment = text(&w.register(&w.biller, &sale, "20.00", json!({})).await.ok()["payment"]["id"]);
        let answer = w.confirm(&w.accountant, &payment).await.ok();
        shows!(answer, { "payment.status": "CONFIRMED", "saleOrder.workflowState": "CLEARED_FOR_FULFILMENT" });
        assert!(answer["payment"]["receivedAt"].is_string());
        let row = w.last(&sale).await;
        shows!(row, { "event": "PAYMENT_CONFIRMED", "metadata.payload.paymentId": payment });
    }

    async fn confirming_a_confirmed_payment_answers_with_it_and_changes_nothing(w: World) {
        let sale = w.mugs(2).await;
        let payment = text(&w.register(&w.biller, &sale, "20.00", json!({})).await.ok()["payment"]["id"]);
        w.confirm(&w.accountant, &payment).await.ok();
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
        let before = w.print().await;
        let again = w.confirm(&w.accountant, &payment).await.ok();
        shows!(again, { "payment.id": payment, "payment.status": "CONFIRMED" });
        w.unchanged(&before).await;
    }

    async fn a_failed_payment_may_still_turn_out_to_be_paid(w: World) {
        let sale = w.mugs(2).await;
        let payment =
            text(&w.register(&w.accountant, &sale, "20.00", json!({ "status": "FAILED" })).await.ok()["payment"]["id"]);
        assert_eq!(w.state(&sale).await, "PAYMENT_FAILED");
        w.confirm(&w.accountant, &payment).await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn only_those_with_payment_confirm_and_only_known_payments(w: World) {
        let sale = w.mugs(2).await;
        let payment = text(&w.register(&w.biller, &sale, "20.00", json!({})).await.ok()["payment"]["id"]);
        let before = w.print().await;
        for user in [&w.biller, &w.seller, &w.ada, &w.operator] {
            w.confirm(user, &payment).await.refused("FORBIDDEN");
        }
        for id in ["pay_01h455vb4pex5vsknk084sn02q", "nonsense", sale.as_str()] {
            w.confirm(&w.accountant, id).await.refused("NOT_FOUND");
        }
        w.unchanged(&before).await;
    }

    async fn confirmed_twice_at_once_is_booked_once(w: World) {
        let sale = w.mugs(2).await;
        let payment = text(&w.register(&w.biller, &sale, "20.00", json!({})).await.ok()["payment"]["id"]);
        let confirm = || {
            let (w, payment) = (w.clone(), payment.clone());
            tokio::spawn(async move { w.confirm(&w.accountant, &payment).await.ok() })
        };
        let both = [confirm(), confirm(), confirm(), confirm()];
        for answer in both {
            assert_eq!(answer.await.expect("an answer")["payment"]["status"], "CONFIRMED");
        }
        let order = w.sale_order(&sale).await;
        assert_eq!(
            (&order["capturedTotal"]["amount"], order["fulfilments"].as_array().map(Vec::len)),
            (&json!("20.00"), Some(1))
        );
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
    }

    async fn the_same_registration_at_once_makes_one_payment(w: World) {
        let sale = w.mugs(2).await;
        let register = || {
            let (w, sale) = (w.clone(), sale.clone());
            let over = json!({ "provider": "stripe", "reference": "pi_1", "status": "CONFIRMED" });
            tokio::spawn(
                async move { w.register(&w.accountant, &sale, "20.00", over).await.ok()["payment"]["id"].clone() },
            )
        };
        let all = [register(), register(), register(), register()];
        let mut ids = Vec::new();
        for answer in all {
            ids.push(text(&answer.await.expect("an answer")));
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(w.sale_order(&sale).await["capturedTotal"]["amount"], "20.00");
    }
}
