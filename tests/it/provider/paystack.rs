//! Paystack's signatures and events.

use super::{card, is_malformed, minor, news_of, read, scaled, signatures_hold, told};
use entity::PaymentMethod;
use serde_json::{Value, json};
use waybill::payment::provider::{Change, DisputeStage, Paid, RefundStage};

const SALE: &str = "sale_01h455vb4pex5vsknk084sn02q";

fn charge(more: Value) -> Value {
    let mut data = json!({ "id": 4_099_260_516_u64, "domain": "live", "status": "success", "reference": "wb-1",
        "amount": 1_250_000, "gateway_response": "Approved", "channel": "card", "currency": "NGN",
        "metadata": { "sale_order_id": SALE }, "fees": null, "plan": {}, "log": { "history": [] } });
    data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    data
}

fn event(kind: &str, data: Value) -> Value {
    json!({ "event": kind, "data": data })
}

fn refund(more: Value) -> Value {
    let mut data = json!({ "status": "processed", "transaction_reference": "wb-1", "refund_reference": "132013318360",
        "amount": "500000", "currency": "NGN", "processor": "mpgs_zen", "customer": { "email": "ada@example.com" },
        "integration": 412_829, "domain": "live" });
    data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    data
}

fn dispute(resolution: Value) -> Value {
    json!({ "id": 358_950, "refund_amount": 1_250_000, "currency": "NGN", "status": "resolved",
        "resolution": resolution, "transaction": charge(json!({ "status": "reversed" })), "transaction_reference": null,
        "category": "chargeback",
        "dueAt": "2026-03-03T18:00:00.000Z" })
}

fn of_refund(reference: &str, stage: RefundStage) -> Option<waybill::payment::provider::PaymentNews> {
    let change = Change::Refund { reference: reference.to_owned(), ours: None, amount: minor(500_000, "NGN"), stage };
    Some(news_of("wb-1", None, change))
}

#[test]
fn its_own_signatures_pass_and_others_do_not() {
    signatures_hold("paystack", "sk_test_another_secret_key_of_paystack", &["x-paystack-signature"]);
}

#[test]
fn a_charge_succeeds_or_fails() {
    let news = read("paystack", &event("charge.success", charge(json!({})))).unwrap();
    assert_eq!(news.event_id, "charge.success:4099260516");
    let captured = Change::Captured(card(minor(1_250_000, "NGN")));
    assert_eq!(news.of, Some(news_of("wb-1", Some(SALE), captured)));
    let failed = Change::Failed(card(minor(1_250_000, "NGN")));
    assert_eq!(told("paystack", &event("charge.failed", charge(json!({})))), news_of("wb-1", Some(SALE), failed));
    let news = read("paystack", &event("charge.success", charge(json!({ "id": null })))).unwrap();
    assert_eq!(news.event_id, "charge.success:wb-1");
}

#[test]
fn every_currency_is_in_hundredths() {
    for (currency, amount) in [
        ("GHS", minor(500, "GHS")),
        ("ZAR", minor(500, "ZAR")),
        ("KES", minor(500, "KES")),
        ("XOF", scaled(500, "XOF", 2)),
        ("RWF", scaled(500, "RWF", 2)),
    ] {
        let body = event("charge.success", charge(json!({ "amount": 500, "currency": currency })));
        assert_eq!(told("paystack", &body).change, Change::Captured(card(amount)));
    }
}

#[test]
fn the_channel_is_the_method() {
    for (channel, method) in [
        ("bank", PaymentMethod::Bank),
        ("bank_transfer", PaymentMethod::Transfer),
        ("mobile_money", PaymentMethod::Wallet),
        ("of_tomorrow", PaymentMethod::Card),
    ] {
        let body = event("charge.success", charge(json!({ "channel": channel })));
        assert_eq!(told("paystack", &body).change, Change::Captured(Paid { amount: minor(1_250_000, "NGN"), method }));
    }
}

#[test]
fn metadata_may_be_text_or_nothing() {
    let sale =
        |metadata| told("paystack", &event("charge.success", charge(json!({ "metadata": metadata })))).sale_order_id;
    assert_eq!(sale(json!({ "sale_order_id": SALE })), Some(SALE.to_owned()));
    assert_eq!(sale(json!(format!("{{\"sale_order_id\":\"{SALE}\"}}"))), Some(SALE.to_owned()));
    for nothing in
        [json!(null), json!(""), json!(0), json!({}), json!([]), json!("{"), json!("[1]"), json!("{\"a\":1,\"a\":2}")]
    {
        assert_eq!(sale(nothing), None);
    }
}

#[test]
fn a_refund_is_told_once_it_can_be_recognised() {
    let tell = |kind, more| read("paystack", &event(kind, refund(more))).unwrap();
    let processed = tell("refund.processed", json!({}));
    assert_eq!(processed.event_id, "refund.processed:wb-1:132013318360");
    assert_eq!(processed.of, of_refund("132013318360", RefundStage::Issued));
    assert_eq!(tell("refund.failed", json!({ "amount": 500_000 })).of, of_refund("132013318360", RefundStage::Failed));
    for kind in ["refund.pending", "refund.processing"] {
        assert_eq!(tell(kind, json!({ "refund_reference": null })).of, None);
        assert_eq!(tell(kind, json!({ "id": 77, "refund_reference": null })).of, of_refund("77", RefundStage::Sent));
    }
    assert_eq!(tell("refund.processed", json!({ "id": 77 })).of, of_refund("77", RefundStage::Issued));
    let nameless = tell("refund.failed", json!({ "refund_reference": null }));
    assert_eq!(nameless.of, of_refund("wb-1:500000", RefundStage::Failed));
    let nested = json!({ "transaction_reference": null, "transaction": { "reference": "wb-1" } });
    assert_eq!(tell("refund.processed", nested).of, of_refund("132013318360", RefundStage::Issued));
}

#[test]
fn a_dispute_is_opened_and_resolved() {
    let tell = |kind, resolution| read("paystack", &event(kind, dispute(resolution))).unwrap();
    let is = |stage| {
        let amount = Some(minor(1_250_000, "NGN"));
        Some(news_of("wb-1", Some(SALE), Change::Dispute { reference: "358950".to_owned(), amount, stage, at: None }))
    };
    let opened = tell("charge.dispute.create", Value::Null);
    assert_eq!((opened.event_id.as_str(), opened.of), ("charge.dispute.create:358950", is(DisputeStage::Opened)));
    let lost = tell("charge.dispute.resolve", json!("merchant-accepted"));
    assert_eq!(lost.event_id, "charge.dispute.resolve:358950:merchant-accepted");
    assert_eq!(lost.of, is(DisputeStage::Lost));
    assert_eq!(tell("charge.dispute.resolve", json!("auto-accepted")).of, is(DisputeStage::Lost));
    assert_eq!(tell("charge.dispute.resolve", json!("declined")).of, is(DisputeStage::Won));
    assert_eq!(tell("charge.dispute.resolve", json!("of-tomorrow")).of, None);
    let mut dated = dispute(json!("declined"));
    dated["resolvedAt"] = json!("2026-03-02T10:00:00.000Z");
    let dated = read("paystack", &event("charge.dispute.resolve", dated)).unwrap();
    assert_eq!(dated.event_id, "charge.dispute.resolve:358950:declined:1772445600");
    let at = crate::harness::at("2026-03-02T10:00:00Z");
    assert!(matches!(dated.of.unwrap().change, Change::Dispute { at: Some(is), .. } if is == at));
    is_malformed("paystack", &event("charge.dispute.resolve", dispute(Value::Null)), "data.resolution is missing");
}

#[test]
fn another_kind_is_kept_and_not_acted_on() {
    let tell = |kind, data| read("paystack", &event(kind, data)).unwrap();
    let remind = tell("charge.dispute.remind", dispute(Value::Null));
    assert_eq!((remind.kind.as_str(), remind.of), ("charge.dispute.remind", None));
    let (one, other) = (tell("transfer.success", json!({ "id": 1 })), tell("transfer.success", json!({ "id": 2 })));
    assert_ne!(one.event_id, other.event_id);
    assert_eq!(one.event_id, tell("transfer.success", json!({ "id": 1 })).event_id);
    assert_eq!(tell("subscription.expiring_cards", json!([{ "brand": "visa" }])).of, None);
}

#[test]
fn what_is_missing_or_wrong_is_named_by_its_path() {
    is_malformed("paystack", &json!({ "data": {} }), "event is missing");
    is_malformed("paystack", &json!({ "event": "charge.success" }), "data is missing");
    is_malformed(
        "paystack",
        &event("charge.success", charge(json!({ "reference": null }))),
        "data.reference is missing",
    );
    is_malformed(
        "paystack",
        &event("refund.processed", refund(json!({ "amount": "50.00" }))),
        "data.amount is \"50.00\"; it must be a whole number of minor units, not negative",
    );
    let mut without = dispute(Value::Null);
    without["transaction"] = Value::Null;
    is_malformed("paystack", &event("charge.dispute.create", without), "data.transaction_reference is missing");
}
