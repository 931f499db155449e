//! News in any order, more than once, and before what they are about.

use super::{
    intent, refund,
    speaks::{News, SPEAKERS, Speaker, all},
};
use crate::{
    both,
    harness::{World, permutations, rounds, text},
    shows,
};
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

const REPLAY: &str = "mutation($input: ReplayWebhookDeliveryInput!) { replayWebhookDelivery(input: $input) { \
    delivery { status decision } } }";

/// Posts news in each of `orders`, all of them twice, each time about a sale of its own: every order ends as the first
/// does, and with nothing left over. Answers how that is; nothing when the provider has not all of these news.
async fn ends_the_same(w: &World, speaker: Speaker, news: &[News], orders: &[Vec<usize>]) -> Option<Value> {
    let mut first: Option<Value> = None;
    for (number, order) in orders.iter().enumerate() {
        let sale = w.mugs(2).await;
        let payment = format!("{}{number}", news.iter().map(|news| format!("{news:?}")).collect::<String>());
        let at = w.now().timestamp();
        let posts: Vec<_> = news.iter().map(|news| speaker.says(*news, &payment, &sale, at)).collect::<Option<_>>()?;
        for place in order.iter().chain(order) {
            let reply = w.hears(&posts[*place]).await;
            assert_eq!(reply.status, StatusCode::OK, "{speaker:?} {news:?} {order:?}: {}", reply.body);
        }
        w.work().await;
        let end = end(w, &sale).await;
        let told: Vec<_> = order.iter().map(|place| news[*place]).collect();
        assert_eq!(&end, first.get_or_insert(end.clone()), "{speaker:?} {told:?}");
    }
    let waiting = w.inbox(json!({ "statusIn": ["PARKED", "RECEIVED", "FAILED"] })).await;
    assert_eq!(waiting, Vec::<Value>::new());
    first
}

/// All that is to be the same.
async fn end(w: &World, sale: &str) -> Value {
    let order = w.sale_order(sale).await;
    let amounts = ["capturedTotal", "outstanding", "overpaid", "credited"].map(|field| order[field]["amount"].clone());
    let payments = order["payments"].as_array().expect("payments");
    let payment = |row: &Value| {
        let refunds = row["refunds"].as_array().expect("refunds");
        let refunds: Vec<_> = refunds.iter().map(|row| json!([row["status"], row["amount"]["amount"]])).collect();
        json!([row["status"], row["amount"]["amount"], row["method"], refunds])
    };
    let fulfilments = order["fulfilments"].as_array().expect("fulfilments");
    let fulfilment = |row: &Value| {
        let mut holds: Vec<_> =
            row["holds"].as_array().expect("holds").iter().map(|hold| text(&hold["cause"])).collect();
        holds.sort();
        json!([row["workflowState"], holds])
    };
    json!({
        "state": order["workflowState"], "flags": order["flags"], "amounts": amounts,
        "payments": payments.iter().map(payment).collect::<Vec<_>>(),
        "fulfilments": fulfilments.iter().map(fulfilment).collect::<Vec<_>>(),
    })
}

/// Tells the same of every provider that has all of these news: in every order of the first, in every fourth of the
/// others, each beginning elsewhere; in a soak in every order of each. What a provider's news mean does not depend on
/// what came before them.
async fn all_end_as(w: &World, news: &[News], expected: &Value) {
    let w = w.reopened(all).await;
    w.adjust(&w.admin, &w.store, "MUG", 1_000).await.ok();
    let every = permutations(&(0..news.len()).collect::<Vec<_>>());
    let mut told = 0;
    for speaker in SPEAKERS {
        let step = if told == 0 { 1 } else { rounds(4, 1).min(every.len()) };
        let orders: Vec<_> = every.iter().skip(told % step).step_by(step).cloned().collect();
        if let Some(end) = ends_the_same(&w, speaker, news, &orders).await {
            told += 1;
            crate::harness::shows(&end, expected, &format!("{speaker:?} {news:?}"));
        }
    }
    assert!(told >= 3 || news.contains(&News::RefundSent), "{told} providers have {news:?}");
}

both! {
    async fn a_payment_and_its_refund(w: World) {
        let news = [News::Pending, News::Captured, News::RefundSent, News::RefundIssued];
        all_end_as(&w, &news, &json!({
            "state": "PAYMENT_PENDING_CONFIRMATION", "amounts": ["15.00", "5.00", "0.00", "0.00"],
            "payments.0.0": "CONFIRMED", "payments.0.3": [["ISSUED", "5.00"]], "flags": ["REVERSED"],
            "fulfilments.0.1": ["PAYMENT"],
        })).await;
    }

    async fn a_payment_that_was_authorised_first(w: World) {
        all_end_as(&w, &[News::Pending, News::Authorized, News::Failed, News::Captured], &json!({
            "state": "CLEARED_FOR_FULFILMENT", "amounts.0": "20.00", "payments.0.0": "CONFIRMED", "flags": [],
        })).await;
    }

    async fn a_payment_that_fails(w: World) {
        all_end_as(&w, &[News::Pending, News::Authorized, News::Failed], &json!({
            "state": "PAYMENT_FAILED", "amounts.0": "0.00", "payments.0.0": "FAILED", "flags": [],
        })).await;
    }

    async fn a_dispute_that_is_lost(w: World) {
        all_end_as(&w, &[News::Captured, News::Opened, News::Lost], &json!({
            "state": "PAYMENT_PENDING_CONFIRMATION", "amounts.0": "0.00", "amounts.1": "20.00",
            "payments.0.0": "REFUNDED", "flags": [], "fulfilments.0.1": ["PAYMENT"],
        })).await;
    }

    async fn a_dispute_that_is_won(w: World) {
        all_end_as(&w, &[News::Captured, News::Opened, News::Won], &json!({
            "state": "CLEARED_FOR_FULFILMENT", "amounts.0": "20.00", "payments.0.0": "CONFIRMED", "flags": [],
            "fulfilments.0.1": [],
        })).await;
    }

    async fn a_dispute_that_is_undecided(w: World) {
        all_end_as(&w, &[News::Captured, News::Opened, News::RefundIssued], &json!({
            "state": "PAYMENT_PENDING_CONFIRMATION", "amounts.0": "15.00", "payments.0.0": "DISPUTED",
            "fulfilments.0.1": ["DISPUTE", "PAYMENT"], "flags": ["DISPUTED", "REVERSED"],
        })).await;
    }

    async fn a_dispute_that_is_won_and_then_lost(w: World) {
        all_end_as(&w, &[News::Captured, News::Opened, News::Won, News::Lost], &json!({
            "state": "PAYMENT_PENDING_CONFIRMATION", "amounts.0": "0.00", "payments.0.0": "REFUNDED", "flags": [],
        })).await;
    }

    async fn a_refund_before_a_dispute_that_is_lost(w: World) {
        all_end_as(&w, &[News::Captured, News::RefundIssued, News::Opened, News::Lost], &json!({
            "state": "PAYMENT_PENDING_CONFIRMATION", "amounts": ["0.00", "20.00", "0.00", "0.00"],
            "payments.0.0": "REFUNDED", "payments.0.3": [["ISSUED", "5.00"]], "flags": [],
        })).await;
    }

    async fn a_refund_that_comes_back(w: World) {
        all_end_as(&w, &[News::Captured, News::RefundIssued, News::RefundFailed], &json!({
            "state": "CLEARED_FOR_FULFILMENT", "amounts": ["20.00", "0.00", "0.00", "0.00"],
            "payments.0.0": "CONFIRMED", "payments.0.3": [["FAILED", "5.00"]], "fulfilments.0.1": [],
        })).await;
    }

    async fn a_payment_that_its_provider_gives_back(w: World) {
        all_end_as(&w, &[News::Pending, News::Captured, News::Reversed], &json!({
            "state": "PAYMENT_PENDING_CONFIRMATION", "amounts": ["0.00", "20.00", "0.00", "0.00"],
            "payments.0.0": "REFUNDED", "flags": [], "fulfilments.0.1": ["PAYMENT"],
        })).await;
    }

    async fn a_reversal_that_comes_back(w: World) {
        all_end_as(&w, &[News::Captured, News::Reversed, News::ReversalFailed], &json!({
            "state": "CLEARED_FOR_FULFILMENT", "amounts": ["20.00", "0.00", "0.00", "0.00"],
            "payments.0.0": "CONFIRMED", "fulfilments.0.1": [],
        })).await;
    }

    async fn a_dispute_that_is_lost_and_then_won(w: World) {
        all_end_as(&w, &[News::Captured, News::Lost, News::Reinstated], &json!({
            "state": "CLEARED_FOR_FULFILMENT", "amounts": ["20.00", "0.00", "0.00", "0.00"],
            "payments.0.0": "CONFIRMED", "flags": [], "fulfilments.0.1": [],
        })).await;
    }

    async fn a_dispute_that_is_decided_three_times(w: World) {
        all_end_as(&w, &[News::Captured, News::Won, News::Lost, News::Reinstated], &json!({
            "state": "CLEARED_FOR_FULFILMENT", "amounts": ["20.00", "0.00", "0.00", "0.00"],
            "payments.0.0": "CONFIRMED", "flags": [], "fulfilments.0.1": [],
        })).await;
    }

    async fn a_reversal_and_a_dispute_that_is_won_after_all(w: World) {
        all_end_as(&w, &[News::Captured, News::RefundIssued, News::Lost, News::Reinstated], &json!({
            "state": "PAYMENT_PENDING_CONFIRMATION", "amounts": ["15.00", "5.00", "0.00", "0.00"],
            "payments.0.0": "CONFIRMED", "flags": ["REVERSED"], "fulfilments.0.1": ["PAYMENT"],
        })).await;
    }

    async fn an_authorisation_that_is_gone(w: World) {
        all_end_as(&w, &[News::Authorized, News::Failed], &json!({
            "state": "PAYMENT_FAILED", "amounts.0": "0.00", "payments.0.0": "FAILED", "flags": [],
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
        // One that there is no money for, as far as one has heard, until that has had its time.
        w.stripe(&refund("evt_4", "re_3", "pi_1", 1_001, "succeeded")).await;
        assert_eq!(w.inbox(json!({ "statusIn": ["RECEIVED"] })).await.len(), 1);
        for _ in 0..20 {
            w.wait(TimeDelta::hours(1));
            w.work().await;
        }
        assert_eq!(w.inbox(json!({ "statusIn": ["FAILED"] })).await.len(), 1);
        shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "10.00" });
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
