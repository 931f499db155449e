//! Adyen's signatures, which are in the items, and its events.

use super::{OTHER, Vector, card, is_malformed, is_unauthenticated, minor, news_of, read, read_with, scaled, vectors};
use entity::PaymentMethod;
use serde_json::{Value, json};
use waybill::config::check_secret;
use waybill::payment::provider::{Change, DisputeStage, Paid, PaymentNews, RefundStage, Refusal, named};

const SALE: &str = "sale_01h455vb4pex5vsknk084sn02q";

fn items(items: &[Value]) -> Value {
    let wrapped = |item: &Value| json!({ "NotificationRequestItem": item });
    json!({ "live": "true", "notificationItems": items.iter().map(wrapped).collect::<Vec<_>>() })
}

fn item(code: &str, more: Value) -> Value {
    let mut item = json!({ "additionalData": { "hmacSignature": "…" }, "amount": { "currency": "EUR", "value": 1130 },
        "eventCode": code, "eventDate": "2026-03-02T10:00:00+01:00", "merchantAccountCode": "WaybillTest",
        "merchantReference": SALE, "operations": ["CANCEL", "CAPTURE", "REFUND"], "paymentMethod": "visa",
        "pspReference": "PSP1", "reason": "", "success": "true" });
    item.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    item
}

fn of(code: &str, more: Value) -> Option<PaymentNews> {
    read("adyen", &items(&[item(code, more)])).expect("it reads").of
}

fn paid() -> Paid {
    card(minor(1130, "EUR"))
}

/// Of a modification of the payment PSP1.
fn later(more: Value) -> Value {
    let mut later = json!({ "pspReference": "MOD1", "originalReference": "PSP1" });
    later.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    later
}

fn status(status: &str) -> Value {
    later(json!({ "additionalData": { "disputeStatus": status } }))
}

fn verify(vector: &Vector, secrets: &[&str], body: &str) -> Result<(), Refusal> {
    vector.verify_with(named("adyen").expect("it is there"), secrets, body.as_bytes(), 0)
}

#[test]
fn its_own_signatures_pass_and_others_do_not() {
    let another = "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";
    for vector in vectors("adyen") {
        let Vector { secret, body, name, .. } = &vector;
        assert_eq!(verify(&vector, &[secret], body), Ok(()), "{name}");
        assert_eq!(check_secret("adyen", secret), Ok(()), "{name}");
        assert_eq!(verify(&vector, &[another, secret], body), Ok(()), "the second of two secrets");
        for secrets in [&[another][..], &[], &[""], &[OTHER]] {
            is_unauthenticated(verify(&vector, secrets, body), secret);
        }
        assert!(matches!(verify(&vector, &[secret], &body[..body.len() - 1]), Err(Refusal::Malformed(_))));
    }
}

#[test]
fn every_signed_field_is_held_to_its_signature() {
    let vector = &vectors("adyen")[1];
    let body: Value = serde_json::from_str(&vector.body).unwrap();
    for field in [
        "pspReference",
        "originalReference",
        "merchantAccountCode",
        "merchantReference",
        "amount/value",
        "amount/currency",
        "eventCode",
        "success",
    ] {
        for index in 0..2 {
            let mut altered = body.clone();
            let place = format!("/notificationItems/{index}/NotificationRequestItem/{field}");
            let Some(value) = altered.pointer_mut(&place) else { continue };
            *value = if field == "amount/value" { json!(9_999_999) } else { json!("other") };
            is_unauthenticated(verify(vector, &[&vector.secret], &altered.to_string()), &vector.secret);
        }
    }
}

#[test]
fn one_bad_item_refuses_the_delivery_and_no_item_is_not_signed() {
    let vector = &vectors("adyen")[1];
    let body: Value = serde_json::from_str(&vector.body).unwrap();
    for garbage in [json!(null), json!(""), json!("AAAA"), json!("%%%")] {
        let mut altered = body.clone();
        altered["notificationItems"][1]["NotificationRequestItem"]["additionalData"]["hmacSignature"] = garbage;
        is_unauthenticated(verify(vector, &[&vector.secret], &altered.to_string()), &vector.secret);
    }
    let mut unsigned = body.clone();
    unsigned["notificationItems"][0]["NotificationRequestItem"].as_object_mut().unwrap().remove("additionalData");
    is_unauthenticated(verify(vector, &[&vector.secret], &unsigned.to_string()), &vector.secret);
    is_unauthenticated(verify(vector, &[&vector.secret], &items(&[]).to_string()), &vector.secret);
}

#[test]
fn the_signed_text_cannot_be_cut_into_other_fields() {
    let vector = &vectors("adyen")[2];
    let mut body: Value = serde_json::from_str(&vector.body).unwrap();
    let item = &mut body["notificationItems"][0]["NotificationRequestItem"];
    item["merchantAccountCode"] = json!("WaybillTest:a");
    item["merchantReference"] = json!("b\\c:d");
    let why = "notificationItems[0].NotificationRequestItem.merchantAccountCode has a colon".to_owned();
    assert_eq!(verify(vector, &[&vector.secret], &body.to_string()), Err(Refusal::Malformed(why)));

    let vector = &vectors("adyen")[0];
    let mut body: Value = serde_json::from_str(&vector.body).unwrap();
    let item = &mut body["notificationItems"][0]["NotificationRequestItem"];
    item["merchantReference"] = json!("");
    item["amount"]["value"] = json!(format!("{SALE}:1130"));
    let why = "notificationItems[0].NotificationRequestItem.amount.value has a colon".to_owned();
    assert_eq!(verify(vector, &[&vector.secret], &body.to_string()), Err(Refusal::Malformed(why)));
}

#[test]
fn it_wants_its_own_acknowledgement() {
    assert_eq!(named("adyen").unwrap().answer(), "[accepted]");
}

#[test]
fn an_authorisation_is_money_set_aside_and_a_capture_is_money() {
    let is = |change| Some(news_of("PSP1", Some(SALE), change));
    assert_eq!(of("AUTHORISATION", json!({})), is(Change::Authorized(paid())));
    assert_eq!(of("AUTHORISATION", json!({ "operations": null })), is(Change::Authorized(paid())));
    assert_eq!(of("AUTHORISATION", json!({ "success": "false" })), is(Change::Failed(paid())));
    let capture = || "MOD1".to_owned();
    assert_eq!(of("CAPTURE", later(json!({}))), is(Change::PartCaptured { capture: capture(), paid: paid() }));
    assert_eq!(of("CAPTURE", later(json!({ "success": "false" }))), None);
    let failed = Change::CaptureFailed { capture: capture(), amount: minor(1130, "EUR") };
    assert_eq!(of("CAPTURE_FAILED", later(json!({}))), is(failed));
    assert_eq!(of("PENDING", json!({})), is(Change::Pending(paid())));
    for code in ["CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE", "OFFER_CLOSED"] {
        assert_eq!(of(code, later(json!({}))), is(Change::Failed(paid())));
        assert_eq!(of(code, later(json!({ "success": "false" }))), None);
    }
    let of_nothing = json!({ "amount": { "currency": "EUR", "value": 0 } });
    assert_eq!(of("AUTHORISATION", of_nothing), None, "a card is checked");
}

#[test]
fn a_method_without_a_capture_is_in_at_once() {
    let ideal = json!({ "paymentMethod": "ideal", "operations": ["REFUND"] });
    let paid = Paid { amount: minor(1130, "EUR"), method: PaymentMethod::Bank };
    assert_eq!(of("AUTHORISATION", ideal), Some(news_of("PSP1", Some(SALE), Change::Captured(paid))));
}

#[test]
fn a_refund_is_issued_or_failed() {
    let is = |stage| {
        let change = Change::Refund { reference: "MOD1".to_owned(), ours: None, amount: minor(1130, "EUR"), stage };
        Some(news_of("PSP1", Some(SALE), change))
    };
    assert_eq!(of("REFUND", later(json!({}))), is(RefundStage::Issued));
    assert_eq!(of("REFUND", later(json!({ "success": "false" }))), is(RefundStage::Failed));
    assert_eq!(of("REFUND_FAILED", later(json!({}))), is(RefundStage::Failed));
    assert_eq!(of("REFUNDED_REVERSED", later(json!({}))), is(RefundStage::Failed));
    let reversal = |action| later(json!({ "additionalData": { "modification.action": action } }));
    assert_eq!(of("CANCEL_OR_REFUND", reversal("refund")), is(RefundStage::Issued));
    assert_eq!(of("CANCEL_OR_REFUND", reversal("cancel")), Some(news_of("PSP1", Some(SALE), Change::Failed(paid()))));
    assert_eq!(of("CANCEL_OR_REFUND", later(json!({}))), None);
}

#[test]
fn a_dispute_is_opened_and_ends() {
    let amount = Some(minor(1130, "EUR"));
    let is = |stage| {
        let change = Change::Dispute {
            reference: "MOD1".to_owned(),
            amount: amount.clone(),
            stage,
            at: Some(crate::harness::at("2026-03-02T09:00:00Z")),
        };
        Some(news_of("PSP1", Some(SALE), change))
    };
    let (opened, won, lost) = (is(DisputeStage::Opened), is(DisputeStage::Won), is(DisputeStage::Lost));
    for (code, more, expected) in [
        ("NOTIFICATION_OF_CHARGEBACK", status("Undefended"), &opened),
        ("CHARGEBACK", later(json!({})), &opened),
        ("CHARGEBACK", status("Pending"), &opened),
        ("CHARGEBACK", status("Lost"), &lost),
        ("CHARGEBACK", status("Accepted"), &lost),
        ("CHARGEBACK_REVERSED", status("Pending"), &None),
        ("CHARGEBACK_REVERSED", status("Won"), &won),
        ("CHARGEBACK_REVERSED", later(json!({})), &won),
        ("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", status("Won"), &won),
        ("PREARBITRATION_WON", status("Pending"), &None),
        ("PREARBITRATION_WON", status("Won"), &won),
        ("SCHEME_ARBITRATION_WON", status("Won"), &won),
        ("SECOND_CHARGEBACK", status("Lost"), &lost),
        ("PREARBITRATION_LOST", status("Lost"), &lost),
        ("SCHEME_ARBITRATION_LOST", status("Lost"), &lost),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", status("Undefended"), &lost),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", status("Expired"), &None),
        ("REQUEST_FOR_INFORMATION", status("Unresponded"), &None),
        ("INFORMATION_SUPPLIED", status("Pending"), &None),
        ("NOTIFICATION_OF_FRAUD", later(json!({})), &None),
    ] {
        assert_eq!(&of(code, more.clone()), expected, "{code} {more}");
    }
}

#[test]
fn each_item_is_an_event_of_its_own() {
    let body = items(&[item("AUTHORISATION", json!({})), item("CAPTURE", later(json!({ "success": true })))]);
    let news = read_with("adyen", body.to_string().as_bytes(), &[]).unwrap();
    let ids: Vec<_> = news.iter().map(|news| (news.event_id.as_str(), news.kind.as_str())).collect();
    assert_eq!(ids, [("PSP1:AUTHORISATION:true", "AUTHORISATION"), ("MOD1:CAPTURE:true", "CAPTURE")]);
}

#[test]
fn the_sale_is_the_merchants_reference_before_the_metadata() {
    let sale = |reference: Value, metadata: Value| {
        let more = json!({ "merchantReference": reference, "additionalData": { "metadata.sale_order_id": metadata } });
        of("AUTHORISATION", more).unwrap().sale_order_id
    };
    assert_eq!(sale(json!(SALE), json!("sale_other")), Some(SALE.to_owned()));
    assert_eq!(sale(json!("web-1"), json!("sale_other")), Some("sale_other".to_owned()));
    assert_eq!(sale(json!("web-1"), Value::Null), None);
    assert_eq!(sale(json!(format!(" {}", SALE.to_uppercase())), Value::Null), Some(SALE.to_owned()));
}

#[test]
fn currencies_have_the_decimals_that_adyen_gives_them() {
    for (currency, amount) in [
        ("JPY", minor(500, "JPY")),
        ("CLP", scaled(500, "CLP", 2)),
        ("CVE", scaled(500, "CVE", 0)),
        ("IDR", scaled(500, "IDR", 0)),
        ("ISK", scaled(500, "ISK", 2)),
    ] {
        let told = of("CAPTURE", json!({ "amount": { "currency": currency, "value": 500 } })).unwrap();
        assert_eq!(told.change, Change::PartCaptured { capture: "PSP1".to_owned(), paid: card(amount) });
    }
}

#[test]
fn another_kind_is_kept_and_not_acted_on() {
    let report =
        item("REPORT_AVAILABLE", json!({ "amount": { "currency": "EUR", "value": 0 }, "originalReference": "" }));
    let news = read("adyen", &items(&[report])).unwrap();
    assert_eq!((news.event_id.as_str(), news.of), ("PSP1:REPORT_AVAILABLE:true", None));
}

#[test]
fn what_is_missing_or_wrong_is_named_by_its_path() {
    let at = "notificationItems[0].NotificationRequestItem";
    is_malformed("adyen", &json!({ "live": "true" }), "notificationItems is missing");
    is_malformed(
        "adyen",
        &json!({ "notificationItems": [null] }),
        "notificationItems[0] is null; it must be an object",
    );
    is_malformed("adyen", &json!({ "notificationItems": [{}] }), &format!("{at} is missing"));
    let with = |more| items(&[item("CAPTURE", more)]);
    is_malformed("adyen", &with(json!({ "pspReference": null })), &format!("{at}.pspReference is missing"));
    is_malformed("adyen", &with(json!({ "success": "yes" })), &format!("{at}.success must be \"true\" or \"false\""));
    is_malformed("adyen", &with(json!({ "amount": null })), &format!("{at}.amount is missing"));
    is_malformed(
        "adyen",
        &with(json!({ "amount": { "value": 11.3, "currency": "EUR" } })),
        &format!("{at}.amount.value is \"11.3\"; it must be a whole number of minor units, not negative"),
    );
}
