//! The same money at once.

use super::{at_once, tally};
use crate::{
    both,
    harness::{World, text},
};
use serde_json::json;
use std::collections::BTreeSet;

both! {
    async fn one_registration_16_times_at_once_makes_one_payment_and_one_log_row(w: World) {
        let sale = w.mugs(2).await;
        let over = json!({ "provider": "stripe", "reference": "pi_1", "status": "CONFIRMED" });
        let answers = at_once(16, |_| {
            let (w, sale, over) = (w.clone(), sale.clone(), over.clone());
            async move { w.register(&w.accountant, &sale, "5.00", over).await }
        })
        .await;
        assert_eq!(tally(&answers), "16 ok");
        let ids: BTreeSet<String> = answers.into_iter().map(|answer| text(&answer.ok()["payment"]["id"])).collect();
        assert_eq!(ids.len(), 1);
        let order = w.sale_order(&sale).await;
        assert_eq!((&order["capturedTotal"]["amount"], order["payments"].as_array().map(Vec::len)), (&json!("5.00"), Some(1)));
        assert_eq!(w.events(&sale).await, ["CREATED", "PAYMENT_CAPTURED"]);
    }

    async fn a_pending_registration_16_times_at_once_makes_one_payment(w: World) {
        let sale = w.mugs(2).await;
        let over = json!({ "provider": "stripe", "reference": "pi_1" });
        let answers = at_once(16, |_| {
            let (w, sale, over) = (w.clone(), sale.clone(), over.clone());
            async move { w.register(&w.accountant, &sale, "20.00", over).await }
        })
        .await;
        assert_eq!(tally(&answers), "16 ok");
        assert_eq!(w.sale_order(&sale).await["payments"].as_array().map(Vec::len), Some(1));
    }

    async fn one_reference_for_two_orders_at_once_belongs_to_one_of_them(w: World) {
        let sales = [w.mugs(2).await, w.mugs(2).await];
        let over = json!({ "provider": "stripe", "reference": "pi_1", "status": "CONFIRMED" });
        let answers = at_once(16, |number| {
            let (w, sale, over) = (w.clone(), sales[number % 2].clone(), over.clone());
            async move { w.register(&w.accountant, &sale, "20.00", over).await }
        })
        .await;
        assert_eq!(tally(&answers), "8 CONFLICT, 8 ok");
        let mut states = [w.state(&sales[0]).await, w.state(&sales[1]).await];
        states.sort();
        assert_eq!(states, ["AWAITING_PAYMENT_METHOD", "CLEARED_FOR_FULFILMENT"]);
    }

    async fn a_payment_confirmed_twice_at_once_is_confirmed_once(w: World) {
        for times in [2, 16] {
            let sale = w.mugs(2).await;
            let payment = text(&w.register(&w.accountant, &sale, "20.00", json!({})).await.ok()["payment"]["id"]);
            let answers = at_once(times, |_| {
                let (w, payment) = (w.clone(), payment.clone());
                async move { w.confirm(&w.accountant, &payment).await }
            })
            .await;
            assert_eq!(tally(&answers), format!("{times} ok"));
            let order = w.sale_order(&sale).await;
            assert_eq!((&order["capturedTotal"]["amount"], &order["version"]), (&json!("20.00"), &json!(2)));
            assert_eq!(order["fulfilments"].as_array().map(Vec::len), Some(1));
            assert_eq!(w.events(&sale).await, ["CREATED", "PAYMENT_CONFIRMED"]);
        }
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 4));
    }

    async fn of_8_refunds_of_all_of_a_payment_at_once_one_is_taken(w: World) {
        let (_, payment) = w.cleared(json!({})).await;
        let answers = at_once(8, |_| {
            let (w, payment) = (w.clone(), payment.clone());
            async move { w.refund(&w.accountant, &payment, json!({ "amount": crate::builders::money("20.00") })).await }
        })
        .await;
        assert_eq!(tally(&answers), "7 BAD_INPUT, 1 ok");
        assert_eq!(w.outbox("refund_requested").await.len(), 1);
    }

    async fn a_refund_that_is_settled_8_times_at_once_leaves_the_till_once(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let answer = w.refund(&w.accountant, &payment, json!({ "amount": crate::builders::money("5.00") })).await.ok();
        let refund = text(&answer["payment"]["refunds"][0]["id"]);
        let answers = at_once(8, |_| {
            let (w, refund) = (w.clone(), refund.clone());
            async move { w.settle(&w.accountant, &refund, true).await }
        })
        .await;
        assert_eq!(tally(&answers), "7 CONFLICT, 1 ok");
        assert_eq!(w.sale_order(&sale).await["capturedTotal"]["amount"], "15.00");
    }

    async fn a_cancellation_and_a_payment_at_once_lose_no_money(w: World) {
        for _ in 0..6 {
            let sale = w.mugs(2).await;
            let answers = at_once(2, |number| {
                let (w, sale) = (w.clone(), sale.clone());
                async move {
                    if number == 0 {
                        w.send(&w.biller, &sale, "CANCEL").await
                    } else {
                        w.register(&w.accountant, &sale, "20.00", json!({ "status": "CONFIRMED" })).await
                    }
                }
            })
            .await;
            assert_eq!(tally(&answers), "2 ok");
            let order = w.sale_order(&sale).await;
            assert_eq!((&order["workflowState"], &order["capturedTotal"]["amount"]), (&json!("CANCELLED"), &json!("20.00")));
            let asked = order["payments"][0]["refunds"].as_array().is_some_and(|refunds| !refunds.is_empty());
            let owed = order["flags"].as_array().is_some_and(|flags| flags.contains(&json!("REFUND_OWED")));
            assert!(asked || owed, "{order}");
        }
        w.work().await;
    }
}
