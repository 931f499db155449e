//! An event is what it says, and not its id alone; a payment is one, however its provider and reference are spelt.

use super::{
    intent,
    speaks::{News, Post, SPEAKERS, Speaker, all},
};
use crate::{
    both,
    harness::{MYPAY, World, text},
    input::currency::quoted,
    shows,
};
use axum::http::StatusCode;
use entity::{payment, webhook_delivery};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, Set};
use serde_json::{Value, json};

const REPLAY: &str = "mutation($input: ReplayWebhookDeliveryInput!) { replayWebhookDelivery(input: $input) { \
    delivery { status decision } } }";

fn plain(sale: &str, status: &str, over: Value) -> Value {
    let body = json!({ "id": "tx-1", "saleOrderId": sale, "amount": "20.00", "method": "CARD", "status": status,
        "reference": "T-1" });
    crate::builders::merged(body, over)
}

/// Two requests with one id of an event: money of one payment, and money of another.
fn two_with_one_id(w: &World, speaker: Speaker, sale: &str) -> [Post; 2] {
    let at = w.now().timestamp();
    let says = |payment: &str| speaker.says(News::Captured, payment, sale, at).expect("all tell of money");
    let (first, other) = (says("one"), says("two"));
    match speaker {
        Speaker::Plain => [first, other].map(|post| {
            let mut body: Value = serde_json::from_str(&post.body).expect("JSON");
            body["id"] = json!("tx");
            Post { body: body.to_string(), ..post }
        }),
        _ => [first, speaker.says_as(News::Captured, ("two", "one"), sale, at).expect("all tell of money")],
    }
}

async fn counts(w: &World, provider: &str) -> Vec<(String, i64)> {
    let rows = w.inbox(json!({ "provider": provider })).await;
    let mut rows: Vec<_> =
        rows.iter().map(|row| (text(&row["status"]), row["deliveries"].as_i64().expect("a number"))).collect();
    rows.sort();
    rows
}

both! {
    async fn what_is_said_of_one_transaction_is_not_one_event(w: World) {
        let sale = w.mugs(2).await;
        for status in ["PENDING", "AUTHORIZED", "PAID", "PAID"] {
            assert_eq!(w.mypay(&plain(&sale, status, json!({}))).await.status, StatusCode::OK);
        }
        shows!(w.sale_order(&sale).await, {
            "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00", "payments.0.status": "CONFIRMED",
        });
        let ids: Vec<_> = w.inbox(json!({})).await.iter().map(|row| text(&row["eventId"])).collect();
        assert_eq!(ids, ["tx-1:PAID:20", "tx-1:AUTHORIZED:20", "tx-1:PENDING:20"]);
        assert_eq!(w.inbox(json!({})).await[0]["deliveries"], 2);
        w.work().await;
    }

    async fn a_known_id_with_another_body_is_shown_and_replayed(w: World) {
        let w = w.reopened(all).await;
        for speaker in SPEAKERS {
            let sale = w.mugs(4).await;
            let [first, other] = two_with_one_id(&w, speaker, &sale);
            for post in [&first, &other, &first, &other, &other] {
                assert_eq!(w.hears(post).await.status, StatusCode::OK, "{speaker:?}");
            }
            let provider = first.path.split('/').next().expect("a name");
            let expected = [("APPLIED".to_owned(), 2), ("FAILED".to_owned(), 3)];
            assert_eq!(counts(&w, provider).await, expected, "{speaker:?}");
            shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "20.00" });
            let failed = w.inbox(json!({ "provider": provider, "statusIn": ["FAILED"] })).await[0].clone();
            let known = w.inbox(json!({ "provider": provider, "statusIn": ["APPLIED"] })).await[0].clone();
            assert_eq!(failed["eventId"], known["eventId"], "{speaker:?}");
            assert!(text(&failed["decision"]).contains(&text(&known["id"])), "{failed}");
            // Whoever finds that it is right says so, and its money is in.
            let input = json!({ "input": { "deliveryId": failed["id"] } });
            let again = w.gql(&w.accountant, REPLAY, input).await.ok();
            // Of one payment, or one capture, a provider cannot have taken two amounts.
            let (status, captured) = match speaker {
                Speaker::Paystack => ("FAILED", "20.00"),
                Speaker::Adyen => ("APPLIED", "20.00"),
                _ => ("APPLIED", "40.00"),
            };
            shows!(again, { "delivery.status": status }, "{speaker:?}");
            shows!(w.sale_order(&sale).await, { "capturedTotal.amount": captured }, "{speaker:?}");
            w.work().await;
        }
    }

    async fn what_corrects_an_event_that_failed_is_applied(w: World) {
        let sale = w.mugs(2).await;
        w.mypay(&plain(&sale, "PAID", json!({ "currency": "EUR" }))).await;
        assert_eq!(counts(&w, "mypay").await, [("FAILED".to_owned(), 1)]);
        w.mypay(&plain(&sale, "PAID", json!({}))).await;
        assert_eq!(counts(&w, "mypay").await, [("APPLIED".to_owned(), 1), ("FAILED".to_owned(), 1)]);
        shows!(w.sale_order(&sale).await, { "capturedTotal.amount": "20.00" });
        w.work().await;
    }

    async fn events_that_were_kept_before_one_wrote_down_what_they_say_are_known(w: World) {
        let sale = w.mugs(2).await;
        let event = intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale));
        w.stripe(&event).await;
        let row = webhook_delivery::Entity::find().one(&w.app.reader).await.expect("a read").expect("a row");
        let mut old = row.into_active_model();
        old.said = Set(None);
        old.update(&w.app.writer).await.expect("a write");
        let mut other = event.clone();
        other["data"]["object"]["amount_received"] = json!(500);
        w.stripe(&other).await;
        w.stripe(&event).await;
        assert_eq!(counts(&w, "stripe").await, [("APPLIED".to_owned(), 2), ("FAILED".to_owned(), 1)]);
        w.stripe(&event).await;
        assert_eq!(counts(&w, "stripe").await, [("APPLIED".to_owned(), 3), ("FAILED".to_owned(), 1)]);
        w.work().await;
    }

    async fn zeros_that_mean_nothing_change_no_amount(w: World) {
        let w = w.reopened(all).await;
        let quotation = text(&quoted(&w, "JPY", "500").await.ok()["quotation"]["id"]);
        let sale = w.approve(&quotation).await;
        for (number, amount) in [json!("500.00"), json!(500.0), json!("500")].into_iter().enumerate() {
            let over = json!({ "id": number, "reference": format!("T-{number}"), "amount": amount, "currency": "JPY" });
            w.mypay(&plain(&sale, "PAID", over)).await;
        }
        shows!(w.sale_order(&sale).await, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "1500" });
        let over = json!({ "id": 9, "reference": "T-9", "amount": "1000.50", "currency": "JPY" });
        w.mypay(&plain(&sale, "PAID", over)).await;
        let failed = w.inbox(json!({ "statusIn": ["FAILED"] })).await;
        assert!(failed.len() == 1 && text(&failed[0]["decision"]).contains("JPY has 0"), "{failed:?}");
        // And what people write has exactly the currency's decimals.
        let yen = json!({ "amount": { "amount": "1.00", "currency": "JPY" } });
        w.register(&w.accountant, &sale, "1.00", yen).await.refused("BAD_INPUT");

        let quotation = text(&quoted(&w, "EUR", "100.00").await.ok()["quotation"]["id"]);
        let sale = w.approve(&quotation).await;
        let post = Speaker::Standard.says(News::Captured, "euros", &sale, w.now().timestamp()).expect("it does");
        let body = post.body.replace("20.00", "300.000").replace("USD", "EUR");
        let post = Speaker::Standard.signed(body, "msg_euros", w.now().timestamp());
        assert_eq!(w.hears(&post).await.status, StatusCode::OK);
        shows!(w.sale_order(&sale).await, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "300.00" });
        w.work().await;
    }

    async fn a_provider_in_another_spelling_is_the_same(w: World) {
        for (number, (provider, reference)) in
            [("Stripe", "pi_1"), (" STRIPE ", "pi_1"), ("stripe", " pi_1\t"), ("\u{a0}stripe", "pi_1\n")].into_iter().enumerate()
        {
            for by_hand_first in [true, false] {
                let sale = w.mugs(2).await;
                let reference = reference.replace("pi_1", &format!("pi_{number}{by_hand_first}"));
                let event = intent(&format!("evt_{reference}"), "payment_intent.succeeded", reference.trim(), Some(&sale));
                let hand = json!({ "provider": provider, "reference": reference, "status": "CONFIRMED" });
                if by_hand_first {
                    w.register(&w.accountant, &sale, "20.00", hand).await.ok();
                    w.stripe(&event).await;
                } else {
                    w.stripe(&event).await;
                    w.register(&w.accountant, &sale, "20.00", hand).await.ok();
                }
                let order = w.sale_order(&sale).await;
                shows!(order, {
                    "capturedTotal.amount": "20.00", "flags": [], "payments.0.provider": "stripe",
                    "payments.0.reference": reference.trim(),
                }, "{provider:?} {reference:?}");
                assert_eq!(order["payments"].as_array().map(Vec::len), Some(1), "{provider:?} {reference:?}");
            }
        }
        let elsewhere = w.mugs(2).await;
        let same = json!({ "provider": "STRIPE", "reference": " pi_0true" });
        w.register(&w.accountant, &elsewhere, "20.00", same).await.refused("CONFLICT");
        // Providers tell references of one letter's case apart.
        let other = json!({ "provider": "stripe", "reference": "PI_0TRUE" });
        w.register(&w.accountant, &elsewhere, "20.00", other).await.ok();
        let found = async |filter: Value| {
            let document = "query($f: PaymentFilter) { payments(filter: $f) { totalCount } }";
            w.gql(&w.accountant, document, json!({ "f": filter })).await.ok()["totalCount"].clone()
        };
        assert_eq!(found(json!({ "provider": " Stripe" })).await, 9);
        assert_eq!(w.inbox(json!({ "provider": "Stripe", "reference": " pi_0true " })).await.len(), 1);
        w.register(&w.accountant, &elsewhere, "20.00", json!({ "provider": " " })).await.refused("BAD_INPUT");
        w.work().await;
    }

    async fn the_path_of_a_webhook_is_read_as_kindly(w: World) {
        let sale = w.mugs(2).await;
        let body = plain(&sale, "PAID", json!({ "reference": " T-1 " })).to_string();
        let reply = w.posts("MyPay/consumer", &[("x-webhook-secret", MYPAY)], body).await;
        assert_eq!(reply.status, StatusCode::OK);
        shows!(w.sale_order(&sale).await, { "payments.0.provider": "mypay", "payments.0.reference": "T-1" });
        w.work().await;
    }

    async fn the_database_knows_no_second_spelling_either(w: World) {
        let sale = w.mugs(2).await;
        w.register(&w.accountant, &sale, "20.00", json!({ "provider": "stripe", "reference": "pi_1" })).await.ok();
        let row = payment::Entity::find().one(&w.app.reader).await.expect("a read").expect("a payment");
        for (provider, reference) in [("stripe", "pi_1"), ("Stripe", "pi_1"), ("stripe", "pi_1 "), (" stripe", "pi_2")] {
            let mut twin = row.clone().into_active_model().reset_all();
            twin.id = Set(waybill::id::new());
            twin.provider = Set(Some(provider.to_owned()));
            twin.reference = Set(Some(reference.to_owned()));
            let refused = twin.insert(&w.app.writer).await;
            assert!(refused.is_err(), "{provider:?} {reference:?}");
        }
    }

    async fn a_sale_is_found_however_its_id_is_written(w: World) {
        let w = w.reopened(all).await;
        for speaker in SPEAKERS {
            let sale = w.mugs(2).await;
            for (number, spelt) in [sale.to_uppercase(), format!(" {sale}\t"), format!("\u{a0}{}", sale.replace("sale_", "Sale_"))]
                .into_iter()
                .enumerate()
            {
                let payment = format!("P{number}{speaker:?}");
                let post = speaker.says(News::Pending, &payment, &spelt, w.now().timestamp());
                let post = post.or_else(|| speaker.says(News::Captured, &payment, &spelt, w.now().timestamp()));
                assert_eq!(w.hears(&post.expect("one of the two")).await.status, StatusCode::OK, "{speaker:?} {spelt:?}");
            }
            assert_eq!(w.sale_order(&sale).await["payments"].as_array().map(Vec::len), Some(3), "{speaker:?}");
        }
        assert_eq!(w.inbox(json!({ "statusIn": ["FAILED", "PARKED", "RECEIVED"] })).await, Vec::<Value>::new());
        w.work().await;
    }
}
