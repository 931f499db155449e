//! The plain payload, under a shared secret or signed with it.

use super::{
    Vector, card, is_malformed, is_unauthenticated, main_units, news_of, provider, read_with, signatures_hold,
    times_hold, vectors,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use waybill::payment::provider::{Change, News, Paid, Refusal};

const SALE: &str = "sale_01h455vb4pex5vsknk084sn02q";
const SECRET: &str = "a shared secret of an integration";

fn event(more: Value) -> Value {
    let mut event = json!({ "saleOrderId": SALE, "amount": "12.50", "currency": "usd", "method": "CARD",
        "status": "CONFIRMED", "reference": "tx-1", "customerEmail": "ada@example.com" });
    event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    event
}

#[track_caller]
fn read(body: &str, headers: &[(&str, &str)]) -> News {
    read_with("mypay", body.as_bytes(), headers).expect("it reads").remove(0)
}

fn with(headers: &[(&str, &str)]) -> Result<(), Refusal> {
    let headers: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let vector = Vector { headers, ..vectors("plain")[0].clone() };
    vector.verify_with(provider("mypay"), &["an older secret of it", SECRET], vector.body.as_bytes(), 0)
}

#[test]
fn signatures_with_the_secret_pass_and_others_do_not() {
    signatures_hold(
        "plain",
        "another shared secret altogether",
        &["webhook-id", "webhook-timestamp", "webhook-signature"],
    );
    times_hold("plain");
}

#[test]
fn the_shared_secret_passes_in_either_header() {
    assert_eq!(with(&[("X-Webhook-Secret", SECRET)]), Ok(()));
    assert_eq!(with(&[("Authorization", &format!("Bearer {SECRET}"))]), Ok(()));
    assert_eq!(with(&[("Authorization", &format!("bearer {SECRET}"))]), Ok(()));
    assert_eq!(with(&[("X-Webhook-Secret", "an older secret of it")]), Ok(()));
}

#[test]
fn what_is_not_the_secret_does_not_pass() {
    let longer = format!("{SECRET}x");
    for wrong in ["", "wrong", &SECRET[1..], &longer, "A shared secret of an integration"] {
        is_unauthenticated(with(&[("X-Webhook-Secret", wrong)]), SECRET);
        is_unauthenticated(with(&[("Authorization", &format!("Bearer {wrong}"))]), SECRET);
    }
    is_unauthenticated(with(&[]), SECRET);
    is_unauthenticated(with(&[("Authorization", SECRET)]), SECRET);
    is_unauthenticated(with(&[("Authorization", &format!("Basic {SECRET}"))]), SECRET);
    is_unauthenticated(with(&[("X-Webhook-Secret", "wrong"), ("Authorization", &format!("Bearer {SECRET}"))]), SECRET);
}

#[test]
fn a_signature_that_is_there_decides_alone() {
    is_unauthenticated(with(&[("X-Webhook-Secret", SECRET), ("webhook-signature", "v1,AAAA")]), SECRET);
}

#[test]
fn each_status_has_its_meaning_in_whatever_case() {
    let told = |status: &str| read(&event(json!({ "status": status })).to_string(), &[]);
    type Meaning = (fn(Paid) -> Change, &'static [&'static str]);
    let changes: [Meaning; 4] = [
        (Change::Pending, &["PENDING", "initiated", "Processing"]),
        (Change::Authorized, &["AUTHORIZED", "authorised"]),
        (Change::Captured, &["CONFIRMED", "captured", "Paid", "SUCCESS", "SUCCEEDED", "COMPLETED"]),
        (Change::Failed, &["FAILED", "declined", "REJECTED", "CANCELLED", "canceled", "EXPIRED"]),
    ];
    for (change, statuses) in changes {
        for status in statuses {
            let news = told(status);
            assert_eq!(news.kind, status.to_uppercase());
            assert_eq!(news.of, Some(news_of("tx-1", Some(SALE), change(card(main_units("12.5", Some("USD")))))));
        }
    }
    let why =
        read_with("mypay", event(json!({ "status": "DONE" })).to_string().as_bytes(), &[]).unwrap_err().to_string();
    assert!(why.contains("status is \"DONE\"; it must be one of PENDING, INITIATED, "), "{why}");
}

#[test]
fn a_number_is_taken_digit_by_digit() {
    for digits in
        ["12.50", "0.1", "0", "100", "9007199254740993", "0.30000000000000004", "79228162514264337593543950.33"]
    {
        let body = event(json!({ "currency": null })).to_string().replace("\"12.50\"", digits);
        let exact = if digits == "12.50" { "12.5" } else { digits };
        let expected = Change::Captured(card(main_units(exact, None)));
        assert_eq!(read(&body, &[]).of, Some(news_of("tx-1", Some(SALE), expected)));
    }
    for digits in ["1e3", "1.5E2", "-12.50", "1e400", "12345678901234567890123456789.01"] {
        let body = event(json!({})).to_string().replace("\"12.50\"", digits);
        let why = read_with("mypay", body.as_bytes(), &[]).unwrap_err().to_string();
        assert!(why.contains("amount is \"") && why.contains("it must be a plain decimal"), "{why}");
    }
}

#[test]
fn the_event_id_is_given_or_in_the_header_or_made() {
    let id = |more, headers: &[_]| read(&event(more).to_string(), headers).event_id;
    let header = [("webhook-id", "msg_7")];
    assert_eq!(id(json!({ "eventId": "e-1", "id": "i-1" }), &header), "e-1:CONFIRMED:12.5");
    assert_eq!(id(json!({ "id": 42 }), &header), "42:CONFIRMED:12.5");
    assert_eq!(id(json!({ "id": 42, "status": "paid", "amount": "10" }), &header), "42:PAID:10");
    assert_eq!(id(json!({}), &header), "msg_7:CONFIRMED:12.5");
    assert_eq!(id(json!({}), &[]), format!("tx-1:CONFIRMED:12.5:USD:{SALE}"));
    assert_eq!(id(json!({ "status": "paid", "currency": null }), &[]), format!("tx-1:PAID:12.5:{SALE}"));
    let long = "r".repeat(255);
    assert_eq!(id(json!({ "reference": long }), &[]), format!("{long}:CONFIRMED:12.5:USD:{SALE}"));
}

#[test]
fn zeros_that_mean_nothing_are_cut() {
    for (written, exact) in
        [("1000.00", "1000"), ("200.000", "200"), ("0.0", "0"), ("10", "10"), ("0.10", "0.1"), ("100", "100")]
    {
        let body = event(json!({ "amount": written })).to_string();
        assert_eq!(read(&body, &[]).of.unwrap().change, Change::Captured(card(main_units(exact, Some("USD")))));
    }
}

#[test]
fn blanks_and_capitals_around_ids_mean_nothing() {
    let spelt = json!({ "saleOrderId": format!(" {}\n", SALE.to_uppercase()), "reference": "\u{a0}tx-1\t" });
    assert_eq!(read(&event(spelt).to_string(), &[]), read(&event(json!({})).to_string(), &[]));
    let blank = event(json!({ "saleOrderId": "  " })).to_string();
    assert_eq!(read(&blank, &[]).of.unwrap().sale_order_id, None);
    is_malformed(
        "mypay",
        &event(json!({ "reference": "  " })),
        "reference must have 1 to 255 bytes and no control characters",
    );
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    for key in ["reference", "status", "amount", "method"] {
        is_malformed("mypay", &event(json!({ key: null })), &format!("{key} is missing"));
    }
    is_malformed("mypay", &event(json!({ "amount": {} })), "amount is an object; it must be a text or a number");
    is_malformed(
        "mypay",
        &event(json!({ "reference": "a\u{0}b" })),
        "reference must have 1 to 255 bytes and no control characters",
    );
    is_malformed(
        "mypay",
        &event(json!({ "saleOrderId": [] })),
        "saleOrderId is a list; it must be an id: a text, or a whole number",
    );
}
