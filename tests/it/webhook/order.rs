//! News in any order, more than once, and before what they are about.

use super::{dispute, intent, refund};
use crate::{
    both,
    harness::{World, text},
    shows,
};
use axum::http::StatusCode;
use serde_json::{Value, json};

const REPLAY: &str = "mutation($input: ReplayWebhookDeliveryInput!) { replayWebhookDelivery(input: $input) { \
    delivery { status decision } } }";

fn permutations(of: &[usize]) -> Vec<Vec<usize>> {
    if of.len() < 2 {
        return vec![of.to_vec()];
    }
    let with_first = |place: usize| {
        let mut rest = of.to_vec();
        let first = rest.remove(place);
        permutations(&rest).into_iter().map(move |tail| [vec![first], tail].concat())
    };
    (0..of.len()).flat_map(with_first).collect()
}

/// Posts events in each order, each twice, on a sale of its own, and asks that every order ends as said.
async fn ends_the_same(w: &World, events: impl Fn(&str, &str) -> Vec<Value>, expected: &Value) {
    let count = events("", "").len();
    let numbers: Vec<usize> = (0..count).collect();
    for (number, order) in permutations(&numbers).iter().enumerate() {
        let sale = w.mugs(2).await;
        let news = events(&format!("pi_{number}"), &sale);
        for place in order.iter().chain(order) {
            let mut event = news[*place].clone();
            event["id"] = json!(format!("{}_{number}", text(&event["id"])));
            assert_eq!(w.stripe(&event).await.status, StatusCode::OK);
        }
        w.work().await;
        let found = w.sale_order(&sale).await;
        crate::harness::shows(&found, expected, &format!("{order:?}"));
        assert_eq!(found["payments"].as_array().map(Vec::len), Some(1), "{order:?}");
    }
    let waiting = w.inbox(json!({ "statusIn": ["PARKED", "RECEIVED", "FAILED"] })).await;
    assert_eq!(waiting, Vec::<Value>::new());
}

both! {
    async fn every_order_of_a_payment_and_its_refund_ends_the_same(w: World) {
        let events = |payment: &str, sale: &str| vec![
            intent("evt_a", "payment_intent.amount_capturable_updated", payment, Some(sale)),
            intent("evt_b", "payment_intent.succeeded", payment, Some(sale)),
            refund("evt_c", "re_1", payment, 500, "pending"),
            refund("evt_d", "re_1", payment, 500, "succeeded"),
        ];
        ends_the_same(&w, events, &json!({
            "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "15.00", "payments.0.status": "CONFIRMED",
            "payments.0.refunds.0.status": "ISSUED", "payments.0.refunds.0.amount.amount": "5.00",
        })).await;
    }

    async fn every_order_of_a_payment_and_a_dispute_that_is_lost_ends_the_same(w: World) {
        let events = |payment: &str, sale: &str| vec![
            intent("evt_a", "payment_intent.succeeded", payment, Some(sale)),
            dispute("evt_b", "charge.dispute.created", payment, "needs_response"),
            dispute("evt_c", "charge.dispute.closed", payment, "lost"),
        ];
        ends_the_same(&w, events, &json!({
            "workflowState": "PAYMENT_PENDING_CONFIRMATION", "capturedTotal.amount": "0.00",
            "payments.0.status": "REFUNDED", "flags": [], "outstanding.amount": "20.00",
        })).await;
    }

    async fn every_order_of_a_payment_and_a_dispute_that_is_won_ends_the_same(w: World) {
        let events = |payment: &str, sale: &str| vec![
            intent("evt_a", "payment_intent.payment_failed", payment, Some(sale)),
            intent("evt_b", "payment_intent.succeeded", payment, Some(sale)),
            dispute("evt_c", "charge.dispute.created", payment, "needs_response"),
            dispute("evt_d", "charge.dispute.closed", payment, "won"),
        ];
        ends_the_same(&w, events, &json!({
            "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00",
            "payments.0.status": "CONFIRMED", "flags": [],
        })).await;
    }

    async fn news_of_a_payment_that_nobody_knows_wait_until_it_is_registered(w: World) {
        let sale = w.mugs(2).await;
        w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", None)).await;
        shows!(w.inbox(json!({})).await[0], { "status": "PARKED", "settledAt": null });
        w.work().await;
        assert_eq!(w.sale_order(&sale).await["payments"], json!([]));
        let pending = json!({ "provider": "stripe", "reference": "pi_1" });
        w.register(&w.biller, &sale, "20.00", pending).await.ok();
        w.work().await;
        shows!(w.inbox(json!({})).await[0], { "status": "APPLIED" });
        shows!(w.sale_order(&sale).await, { "workflowState": "CLEARED_FOR_FULFILMENT", "payments.0.status": "CONFIRMED" });
    }

    async fn a_refund_that_was_asked_for_here_is_the_one_that_the_provider_reports(w: World) {
        let sale = w.mugs(2).await;
        w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale))).await;
        let payment = text(&w.sale_order(&sale).await["payments"][0]["id"]);
        w.refund(&w.accountant, &payment, json!({ "amount": crate::builders::money("5.00") })).await.ok();
        w.stripe(&refund("evt_2", "re_1", "pi_1", 500, "succeeded")).await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["payments"][0]["refunds"].as_array().map(Vec::len), Some(1));
        shows!(order, { "payments.0.refunds.0.status": "ISSUED", "capturedTotal.amount": "15.00" });
        // Another, made at the provider.
        w.stripe(&refund("evt_3", "re_2", "pi_1", 500, "succeeded")).await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["payments"][0]["refunds"].as_array().map(Vec::len), Some(2));
        shows!(order, { "capturedTotal.amount": "10.00" });
        // One that there is no money for.
        w.stripe(&refund("evt_4", "re_3", "pi_1", 1_001, "succeeded")).await;
        assert_eq!(w.inbox(json!({ "statusIn": ["FAILED"] })).await.len(), 1);
        w.work().await;
    }

    async fn what_was_given_up_is_replayed_when_its_cause_is_gone(w: World) {
        let sale = w.mugs(2).await;
        let wrong = json!({ "sale": "x" });
        w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&text(&wrong["sale"])))).await;
        let id = text(&w.inbox(json!({ "statusIn": ["FAILED"] })).await[0]["id"]);
        let replay = async || w.gql(&w.accountant, REPLAY, json!({ "input": { "deliveryId": id } })).await;
        assert_eq!(replay().await.ok()["delivery"]["status"], "FAILED", "nothing has changed");
        w.stripe(&intent("evt_2", "payment_intent.succeeded", "pi_2", Some(&sale))).await;
        let applied = text(&w.inbox(json!({ "statusIn": ["APPLIED"] })).await[0]["id"]);
        w.gql(&w.accountant, REPLAY, json!({ "input": { "deliveryId": applied } })).await.refused("CONFLICT");
        w.work().await;
    }
}
