//! Stripe's signatures and events.

use super::{
    OTHER, card, is_malformed, is_unauthenticated, minor, news_of, read, read_with, scaled, signatures_hold,
    times_hold, told, vectors,
};
use crate::harness::at;
use entity::PaymentMethod;
use serde_json::{Value, json};
use waybill::payment::provider::{Change, DisputeStage, Paid, RefundStage, named};

const SALE: &str = "sale_01h455vb4pex5vsknk084sn02q";

fn event(kind: &str, object: Value) -> Value {
    json!({
        "id": "evt_1Q", "object": "event", "api_version": "2025-06-30.basil", "created": 1_772_445_600,
        "livemode": true, "pending_webhooks": 1, "request": { "id": null, "idempotency_key": null }, "type": kind,
        "data": { "object": object },
    })
}

fn intent(more: Value) -> Value {
    let mut intent = json!({
        "id": "pi_1", "object": "payment_intent", "amount": 12500, "amount_capturable": 0, "amount_received": 0,
        "currency": "usd", "latest_charge": "ch_1", "metadata": { "sale_order_id": SALE },
        "payment_method_types": ["card"], "status": "processing",
    });
    intent.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    intent
}

fn refund(status: &str) -> Value {
    json!({ "id": "re_1", "object": "refund", "amount": 500, "currency": "usd", "charge": "ch_1",
        "payment_intent": "pi_1", "metadata": {}, "status": status })
}

fn dispute(status: &str) -> Value {
    json!({ "id": "du_1", "object": "dispute", "amount": 12500, "currency": "usd", "charge": "ch_1",
        "payment_intent": "pi_1", "metadata": {}, "reason": "fraudulent", "status": status })
}

fn of_dispute(stage: DisputeStage) -> Change {
    Change::Dispute {
        reference: "du_1".to_owned(),
        amount: Some(minor(12_500, "USD")),
        stage,
        at: Some(at("2026-03-02T10:00:00Z")),
    }
}

fn of_refund(reference: &str, amount: i64, stage: RefundStage) -> Change {
    Change::Refund { reference: reference.to_owned(), ours: None, amount: minor(amount, "USD"), stage }
}

#[test]
fn its_own_signatures_pass_and_others_do_not() {
    signatures_hold("stripe", OTHER, &["Stripe-Signature"]);
    times_hold("stripe");
}

#[test]
fn either_secret_of_a_rotation_passes() {
    let rotation = &vectors("stripe")[2];
    let (old, new) = (vectors("stripe")[0].secret.clone(), rotation.secret.clone());
    let stripe = named("stripe").unwrap();
    for secrets in [[old.as_str()], [new.as_str()]] {
        assert_eq!(rotation.verify_with(stripe, &secrets, rotation.body.as_bytes(), 0), Ok(()));
    }
}

#[test]
fn a_signature_of_another_scheme_alone_is_none() {
    let vector = &vectors("stripe")[0];
    let header = vector.headers["Stripe-Signature"].replace("v1=", "v0=");
    let altered = vector.with_header("Stripe-Signature", Some(&header));
    is_unauthenticated(altered.verify(named("stripe").unwrap()), &vector.secret);
}

#[test]
fn a_time_that_was_not_signed_does_not_pass() {
    let vector = &vectors("stripe")[0];
    for time in ["t=1772445601", "t=1772445600, t=1772445600", "t=-1772445600", "t=99999999999999999999", "t="] {
        let header = vector.headers["Stripe-Signature"].replace("t=1772445600", time);
        let altered = vector.with_header("Stripe-Signature", Some(&header));
        is_unauthenticated(altered.verify(named("stripe").unwrap()), &vector.secret);
    }
}

#[test]
fn an_intent_is_pending_then_authorized_then_captured() {
    let tell = |kind, more| told("stripe", &event(kind, intent(more)));
    for kind in ["payment_intent.created", "payment_intent.processing", "payment_intent.requires_action"] {
        let pending = Change::Pending(card(minor(12500, "USD")));
        assert_eq!(tell(kind, json!({})), news_of("pi_1", Some(SALE), pending));
    }
    assert_eq!(
        tell("payment_intent.amount_capturable_updated", json!({ "amount_capturable": 12000 })),
        news_of("pi_1", Some(SALE), Change::Authorized(card(minor(12000, "USD")))),
    );
    assert_eq!(
        tell("payment_intent.amount_capturable_updated", json!({ "amount_capturable": null })).change,
        Change::Authorized(card(minor(12500, "USD"))),
    );
    assert_eq!(
        tell("payment_intent.succeeded", json!({ "amount_received": 9900 })),
        news_of("pi_1", Some(SALE), Change::Captured(card(minor(9900, "USD")))),
    );
    for kind in ["payment_intent.payment_failed", "payment_intent.canceled"] {
        assert_eq!(tell(kind, json!({})).change, Change::Failed(card(minor(12500, "USD"))));
    }
}

#[test]
fn currencies_have_the_decimals_that_stripe_gives_them() {
    for (currency, amount) in [
        ("jpy", minor(500, "JPY")),
        ("kwd", minor(500, "KWD")),
        ("isk", scaled(500, "ISK", 2)),
        ("ugx", scaled(500, "UGX", 2)),
        ("mga", scaled(500, "MGA", 0)),
        ("huf", minor(500, "HUF")),
    ] {
        let body = event("payment_intent.succeeded", intent(json!({ "amount_received": 500, "currency": currency })));
        assert_eq!(told("stripe", &body).change, Change::Captured(card(amount)));
    }
}

#[test]
fn the_method_is_the_charges_where_it_is_told_and_else_the_intents() {
    let method = |more| match told("stripe", &event("payment_intent.created", intent(more))).change {
        Change::Pending(Paid { method, .. }) => method,
        other => panic!("{other:?}"),
    };
    assert_eq!(method(json!({ "payment_method_types": ["sepa_debit"] })), PaymentMethod::Bank);
    assert_eq!(method(json!({ "payment_method_types": [] })), PaymentMethod::Card);
    assert_eq!(method(json!({ "payment_method_types": ["of_tomorrow"] })), PaymentMethod::Card);
    let charges = json!({ "data": [{ "payment_method_details": { "type": "alipay" } }] });
    assert_eq!(method(json!({ "charges": charges })), PaymentMethod::Wallet);
}

#[test]
fn a_refund_passes_its_stages_by_its_id() {
    for (status, stage) in [
        ("pending", RefundStage::Sent),
        ("requires_action", RefundStage::Sent),
        ("succeeded", RefundStage::Issued),
        ("failed", RefundStage::Failed),
        ("canceled", RefundStage::Failed),
    ] {
        for kind in ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"] {
            let told = told("stripe", &event(kind, refund(status)));
            assert_eq!(told, news_of("pi_1", None, of_refund("re_1", 500, stage)));
        }
    }
    let mut of_charge = refund("succeeded");
    of_charge["payment_intent"] = Value::Null;
    assert_eq!(told("stripe", &event("refund.created", of_charge)).reference, "ch_1");
    is_malformed(
        "stripe",
        &event("refund.updated", refund("lost")),
        "data.object.status is \"lost\"; it must be pending, requires_action, succeeded, failed or canceled",
    );
}

#[test]
fn a_refund_of_no_payment_is_kept_and_not_acted_on() {
    let mut of_balance = refund("succeeded");
    of_balance["payment_intent"] = Value::Null;
    of_balance["charge"] = Value::Null;
    assert_eq!(read("stripe", &event("refund.created", of_balance)).unwrap().of, None);
}

#[test]
fn a_refunded_charge_tells_each_refund_that_it_lists() {
    let mut bare = refund("");
    bare.as_object_mut().unwrap().remove("status");
    let mut second = refund("pending");
    second["id"] = json!("re_2");
    second["amount"] = json!(700);
    let mut charge = json!({ "id": "ch_1", "object": "charge", "amount": 12500, "amount_refunded": 1200,
        "currency": "usd", "payment_intent": "pi_1", "metadata": { "sale_order_id": SALE }, "refunded": false,
        "refunds": { "object": "list", "data": [second, bare] } });
    let body = |charge: &Value| event("charge.refunded", charge.clone()).to_string();
    let news = read_with("stripe", body(&charge).as_bytes(), &[]).unwrap();
    let ids: Vec<_> = news.iter().map(|news| news.event_id.as_str()).collect();
    assert_eq!(ids, ["evt_1Q/re_2", "evt_1Q/re_1"]);
    let of: Vec<_> = news.into_iter().filter_map(|news| news.of).collect();
    let expected = [("re_2", 700, RefundStage::Sent), ("re_1", 500, RefundStage::Issued)];
    assert_eq!(of, expected.map(|(id, amount, stage)| news_of("pi_1", Some(SALE), of_refund(id, amount, stage))));

    charge["payment_intent"] = Value::Null;
    let news = read_with("stripe", body(&charge).as_bytes(), &[]).unwrap();
    assert_eq!(news[0].of.as_ref().unwrap().reference, "ch_1");

    // As from 2022-11-15 on: the refunds come as refund.created and refund.updated.
    charge.as_object_mut().unwrap().remove("refunds");
    let news = read_with("stripe", body(&charge).as_bytes(), &[]).unwrap();
    assert_eq!((news.len(), news[0].event_id.as_str(), &news[0].of), (1, "evt_1Q", &None));
}

#[test]
fn a_dispute_is_opened_and_closed() {
    let tell = |kind, status| read("stripe", &event(kind, dispute(status))).unwrap().of;
    let is = |stage| Some(news_of("pi_1", None, of_dispute(stage)));
    assert_eq!(tell("charge.dispute.created", "needs_response"), is(DisputeStage::Opened));
    assert_eq!(tell("charge.dispute.created", "warning_needs_response"), is(DisputeStage::Opened));
    assert_eq!(tell("charge.dispute.funds_withdrawn", "needs_response"), is(DisputeStage::Opened));
    assert_eq!(tell("charge.dispute.closed", "won"), is(DisputeStage::Won));
    assert_eq!(tell("charge.dispute.closed", "warning_closed"), is(DisputeStage::Won));
    assert_eq!(tell("charge.dispute.closed", "lost"), is(DisputeStage::Lost));
    assert_eq!(tell("charge.dispute.closed", "prevented"), None);
    assert_eq!(tell("charge.dispute.updated", "under_review"), None);
    assert_eq!(tell("charge.dispute.updated", "won"), is(DisputeStage::Won));
    assert_eq!(tell("charge.dispute.updated", "lost"), None);
    assert_eq!(tell("charge.dispute.funds_reinstated", "under_review"), None);
    for status in ["won", "lost"] {
        assert_eq!(tell("charge.dispute.funds_reinstated", status), is(DisputeStage::Won), "the money is back");
    }
    let mut dated = event("charge.dispute.closed", dispute("lost"));
    for wrong in [json!("2026-03-02"), json!(1e40), json!(i64::MAX)] {
        dated["created"] = wrong;
        assert!(read("stripe", &dated).is_err());
    }
    dated["created"] = Value::Null;
    assert!(matches!(told("stripe", &dated).change, Change::Dispute { at: None, .. }));
    let mut of_charge = dispute("needs_response");
    of_charge["payment_intent"] = Value::Null;
    assert_eq!(told("stripe", &event("charge.dispute.created", of_charge)).reference, "ch_1");
}

#[test]
fn another_kind_is_kept_and_not_acted_on() {
    let news = read("stripe", &event("customer.created", json!({ "id": "cus_1" }))).unwrap();
    assert_eq!((news.event_id.as_str(), news.kind.as_str(), news.of), ("evt_1Q", "customer.created", None));
}

#[test]
fn what_is_missing_or_wrong_is_named_by_its_path() {
    let with = |more| event("payment_intent.succeeded", intent(more));
    let amount = |amount| with(json!({ "amount_received": amount }));
    is_malformed("stripe", &json!({ "id": "evt_1" }), "type is missing");
    is_malformed("stripe", &json!({ "id": "evt_1", "type": "payment_intent.succeeded" }), "data is missing");
    is_malformed("stripe", &event("payment_intent.succeeded", Value::Null), "data.object is missing");
    is_malformed(
        "stripe",
        &event("payment_intent.succeeded", json!([])),
        "data.object is a list; it must be an object",
    );
    is_malformed("stripe", &amount(Value::Null), "data.object.amount_received is missing");
    let whole = "it must be a whole number of minor units, not negative";
    is_malformed("stripe", &amount(json!(12.5)), &format!("data.object.amount_received is \"12.5\"; {whole}"));
    is_malformed("stripe", &amount(json!(-1)), &format!("data.object.amount_received is \"-1\"; {whole}"));
    is_malformed(
        "stripe",
        &amount(json!(9_223_372_036_854_775_808_u64)),
        "data.object.amount_received is too large: at most 9223372036854775807",
    );
    is_malformed(
        "stripe",
        &with(json!({ "currency": "us dollars", "amount_received": 1 })),
        "data.object.currency is \"us dollars\"; it must be a currency's code such as \"USD\"",
    );
    is_malformed(
        "stripe",
        &with(json!({ "id": "", "amount_received": 1 })),
        "data.object.id must have 1 to 255 bytes and no control characters",
    );
    let text = event("payment_intent.succeeded", intent(json!({}))).to_string();
    for number in ["1e3", "1E400", "123456789012345678901234567890"] {
        let body = text.replace("\"amount_received\":0", &format!("\"amount_received\":{number}"));
        assert!(read_with("stripe", body.as_bytes(), &[]).is_err(), "{number}");
    }
}
