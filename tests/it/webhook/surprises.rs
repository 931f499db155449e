//! What providers do besides: carts that grow, captures in parts, corrections, other people's mistakes.

use super::{
    intent, refund,
    speaks::{adyen_says, all},
};
use crate::{
    both,
    harness::{MYPAY, World, text},
    shows,
};
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

const REPLAY: &str = "mutation($input: ReplayWebhookDeliveryInput!) { replayWebhookDelivery(input: $input) { \
    delivery { status decision } } }";

fn of_amount(mut event: Value, amount: i64) -> Value {
    for field in ["amount", "amount_received", "amount_capturable"] {
        event["data"]["object"][field] = json!(amount);
    }
    event
}

fn plain(sale: &str, status: &str, over: Value) -> Value {
    let mut body =
        json!({ "saleOrderId": sale, "amount": "20.00", "method": "CARD", "status": status, "reference": "T-1" });
    body.as_object_mut().expect("an object").extend(over.as_object().expect("an object").clone());
    body
}

/// The only delivery that is kept of this kind.
async fn delivery(w: &World, event: &str) -> Value {
    let all = w.inbox(json!({})).await;
    all.into_iter().find(|row| row["eventId"] == event).expect("it is kept")
}

both! {
    async fn an_amount_beyond_all_bounds_is_given_up_and_nobody_else_suffers(w: World) {
        let sale = w.mugs(2).await;
        let reply = w.stripe(&of_amount(intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale)), i64::MAX)).await;
        assert_eq!(reply.status, StatusCode::OK);
        shows!(delivery(&w, "evt_1").await, { "status": "FAILED", "saleOrderId": &sale });
        w.stripe(&intent("evt_2", "payment_intent.succeeded", "pi_2", Some(&sale))).await;
        for (event, amount) in [("evt_3", i64::MAX), ("evt_4", 0), ("evt_5", 999_999_999_999_999)] {
            let reply = w.stripe(&refund(event, &format!("re_{event}"), "pi_2", amount, "pending")).await;
            assert_eq!(reply.status, StatusCode::OK);
        }
        for event in ["evt_3", "evt_4"] {
            shows!(delivery(&w, event).await, { "status": "FAILED", "saleOrderId": &sale });
        }
        shows!(delivery(&w, "evt_5").await, { "status": "RECEIVED", "attempts": 1 });
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00", "payments.0.refunds": [] });
        w.wait(TimeDelta::days(2));
        for _ in 0..20 {
            w.wait(TimeDelta::hours(1));
            w.work().await;
        }
        shows!(delivery(&w, "evt_5").await, { "status": "FAILED" });
    }

    async fn a_known_payment_is_found_by_its_reference_whatever_else_is_said(w: World) {
        let sale = w.mugs(2).await;
        let nobody = "sale_01h455vb4pex5vsknk084sn02q";
        // Of a sale that there is not: until somebody says which payment that is.
        w.mypay(&plain(nobody, "PENDING", json!({}))).await;
        shows!(w.inbox(json!({ "statusIn": ["PARKED"] })).await[0], { "paymentId": null, "saleOrderId": null });
        assert_eq!(w.mypay(&plain(&sale, "PAID", json!({}))).await.status, StatusCode::OK);
        w.work().await;
        w.work().await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00" });
        for row in w.inbox(json!({})).await {
            shows!(row, { "status": "APPLIED" });
            assert!(row["attempts"].as_i64() <= Some(2), "{row}");
        }
        // By a number that is no id, and by nothing.
        let sale = w.mugs(2).await;
        w.register(&w.accountant, &sale, "20.00", json!({ "provider": "stripe", "reference": "pi_9" })).await.ok();
        w.stripe(&intent("evt_9", "payment_intent.succeeded", "pi_9", Some("ORD-2026-000331"))).await;
        w.stripe(&intent("evt_10", "payment_intent.created", "pi_9", Some(""))).await;
        shows!(w.sale_order(&sale).await, { "workflowState": "CLEARED_FOR_FULFILMENT", "payments.0.status": "CONFIRMED" });
        w.work().await;
    }

    async fn what_comes_in_counts_and_not_what_was_announced(w: World) {
        let told = [
            ("payment_intent.created", 1500),
            ("payment_intent.payment_failed", 1600),
            ("payment_intent.amount_capturable_updated", 1700),
            ("payment_intent.succeeded", 2000),
        ];
        for turn in 0..told.len() {
            let sale = w.mugs(2).await;
            let payment = format!("pi_{turn}");
            for number in 0..told.len() {
                let (kind, amount) = told[(turn + number) % told.len()];
                let event = intent(&format!("evt_{turn}_{number}"), kind, &payment, Some(&sale));
                assert_eq!(w.stripe(&of_amount(event, amount)).await.status, StatusCode::OK);
            }
            w.work().await;
            shows!(w.sale_order(&sale).await, {
                "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00",
                "payments.0.amount.amount": "20.00", "payments.0.status": "CONFIRMED",
            });
        }
        assert_eq!(w.inbox(json!({ "statusIn": ["FAILED", "PARKED", "RECEIVED"] })).await, Vec::<Value>::new());
        // What staff write twice is still to be the same.
        let sale = w.mugs(2).await;
        let same = json!({ "provider": "stripe", "reference": "pi_same" });
        w.register(&w.accountant, &sale, "5.00", same.clone()).await.ok();
        w.register(&w.accountant, &sale, "6.00", same).await.refused("CONFLICT");
    }

    async fn captures_in_parts_add_up_in_any_order(w: World) {
        let w = w.reopened(all).await;
        w.adjust(&w.admin, &w.store, "MUG", 1_000).await.ok();
        let told = [("AUTHORISATION", "", 2000), ("CAPTURE", "C1", 1200), ("CAPTURE", "C2", 400), ("CAPTURE", "C3", 400)];
        for turn in 0..told.len() {
            let sale = w.mugs(2).await;
            let payment = format!("PSP{turn}");
            for number in (0..told.len()).chain(0..told.len()) {
                let (code, capture, amount) = told[(turn + number) % told.len()];
                let psp = if capture.is_empty() { payment.clone() } else { format!("{capture}{payment}") };
                assert_eq!(w.hears(&adyen_says(code, &psp, &payment, &sale, amount)).await.status, StatusCode::OK);
            }
            w.work().await;
            let order = w.sale_order(&sale).await;
            shows!(order, {
                "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00", "overpaid.amount": "0.00",
                "payments.0.amount.amount": "20.00", "payments.0.status": "CONFIRMED",
            });
        }
        assert_eq!(w.inbox(json!({ "statusIn": ["FAILED", "PARKED", "RECEIVED"] })).await, Vec::<Value>::new());
    }

    async fn money_of_a_capture_that_failed_ships_nothing(w: World) {
        let w = w.reopened(all).await;
        for turned in [false, true] {
            let sale = w.mugs(2).await;
            let payment = format!("PSP{turned}");
            let capture = format!("C{payment}");
            let mut told = vec![("CAPTURE", &capture), ("CAPTURE_FAILED", &capture)];
            if turned {
                told.reverse();
            }
            w.hears(&adyen_says("AUTHORISATION", &payment, &payment, &sale, 2000)).await;
            for (code, psp) in told {
                assert_eq!(w.hears(&adyen_says(code, psp, &payment, &sale, 2000)).await.status, StatusCode::OK);
            }
            w.wait(TimeDelta::seconds(2));
            w.work().await;
            shows!(w.sale_order(&sale).await, {
                "workflowState": "PAYMENT_PENDING_CONFIRMATION", "capturedTotal.amount": "0.00",
                "outstanding.amount": "20.00", "fulfilments.0.workflowState": "ON_HOLD",
            });
        }
        assert_eq!(w.inbox(json!({ "statusIn": ["FAILED", "PARKED", "RECEIVED"] })).await, Vec::<Value>::new());
    }

    async fn a_refund_is_as_large_and_in_the_currency_that_its_provider_says(w: World) {
        let sale = w.mugs(2).await;
        w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale))).await;
        for (number, currency) in ["eur", "jpy"].iter().enumerate() {
            let mut event = refund(&format!("evt_c{number}"), &format!("re_c{number}"), "pi_1", 500, "succeeded");
            event["data"]["object"]["currency"] = json!(currency);
            w.stripe(&event).await;
            shows!(delivery(&w, &format!("evt_c{number}")).await, { "status": "FAILED", "saleOrderId": &sale });
        }
        let payment = text(&w.sale_order(&sale).await["payments"][0]["id"]);
        let asked = w.refund(&w.accountant, &payment, json!({ "amount": { "amount": "8.00", "currency": "USD" } })).await.ok();
        let ours = text(&asked["payment"]["refunds"][0]["id"]);
        let mut event = refund("evt_2", "re_2", "pi_1", 700, "succeeded");
        event["data"]["object"]["metadata"] = json!({ "refund_id": ours });
        w.stripe(&event).await;
        w.work().await;
        shows!(w.sale_order(&sale).await, {
            "capturedTotal.amount": "13.00", "payments.0.refunds.0.amount.amount": "7.00",
            "payments.0.refunds.0.status": "ISSUED",
        });
    }

    async fn a_refund_of_the_dashboard_and_ours_are_two(w: World) {
        let sale = w.mugs(2).await;
        w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale))).await;
        let payment = text(&w.sale_order(&sale).await["payments"][0]["id"]);
        let asked = w.refund(&w.accountant, &payment, json!({ "amount": { "amount": "5.00", "currency": "USD" } })).await.ok();
        let ours = text(&asked["payment"]["refunds"][0]["id"]);
        w.stripe(&refund("evt_2", "re_dashboard", "pi_1", 500, "succeeded")).await;
        let mut event = refund("evt_3", "re_ours", "pi_1", 500, "succeeded");
        event["data"]["object"]["metadata"] = json!({ "refund_id": ours });
        w.stripe(&event).await;
        w.stripe(&refund("evt_4", "re_dashboard", "pi_1", 500, "succeeded")).await;
        w.work().await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "10.00" });
        assert_eq!(order["payments"][0]["refunds"].as_array().map(Vec::len), Some(2), "{order}");
    }

    async fn a_refund_that_is_on_its_way_is_on_record(w: World) {
        let sale = w.mugs(2).await;
        w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale))).await;
        let before = w.version(&sale).await;
        w.stripe(&refund("evt_2", "re_1", "pi_1", 500, "pending")).await;
        assert!(w.events(&sale).await.contains(&"REFUND_SENT".to_owned()));
        assert!(w.version(&sale).await >= before);
        w.work().await;
    }

    async fn a_refund_may_be_heard_of_before_the_one_that_failed_for_it(w: World) {
        let sale = w.mugs(2).await;
        w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale))).await;
        w.stripe(&refund("evt_2", "re_a", "pi_1", 2000, "succeeded")).await;
        w.stripe(&refund("evt_3", "re_b", "pi_1", 2000, "succeeded")).await;
        shows!(delivery(&w, "evt_3").await, { "status": "RECEIVED", "attempts": 1 });
        w.stripe(&refund("evt_4", "re_a", "pi_1", 2000, "failed")).await;
        w.wait(TimeDelta::seconds(5));
        w.work().await;
        shows!(delivery(&w, "evt_3").await, { "status": "APPLIED" });
        shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "0.00" });
    }

    async fn a_correction_of_the_plain_payload_is_one(w: World) {
        let sale = w.mugs(2).await;
        w.mypay(&plain(&sale, "PAID", json!({ "currency": "EUR" }))).await;
        w.posts("mypay/reseller", &[("x-webhook-secret", MYPAY)], plain(&sale, "PAID", json!({})).to_string()).await;
        assert_eq!(w.inbox(json!({ "statusIn": ["FAILED"] })).await.len(), 2);
        for _ in 0..2 {
            assert_eq!(w.mypay(&plain(&sale, "PAID", json!({}))).await.status, StatusCode::OK);
        }
        shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "20.00", "overpaid.amount": "0.00" });
        w.work().await;
    }

    async fn what_failed_is_found_by_its_order_and_replayed(w: World) {
        let sale = w.mugs(2).await;
        w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale))).await;
        w.stripe(&of_amount(intent("evt_2", "payment_intent.succeeded", "pi_1", Some(&sale)), 1500)).await;
        let failed = w.inbox(json!({ "saleOrderId": sale, "statusIn": ["FAILED"] })).await;
        assert_eq!(failed.len(), 1);
        assert!(failed[0]["paymentId"].is_string());
        let input = json!({ "input": { "deliveryId": failed[0]["id"] } });
        let again = w.gql(&w.accountant, REPLAY, input).await.ok();
        shows!(again, { "delivery.status": "FAILED" });
        w.work().await;
    }

    async fn long_headers_of_strangers_are_not_kept(w: World) {
        let long = "x".repeat(50_000);
        let reply = w.posts("stripe", &[("x-request-id", &long)], "{}").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        let kept = w.inbox(json!({ "statusIn": ["REFUSED"] })).await[0].to_string();
        assert!(kept.len() < 5_000, "{}", kept.len());
    }
}
