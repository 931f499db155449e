//! Standard Webhooks: signatures of its library, and our own form of events.

use super::{
    OTHER, card, is_malformed, is_unauthenticated, main_units, news_of, read, signatures_hold, times_hold, told,
    vectors,
};
use crate::harness::at;
use entity::PaymentMethod;
use serde_json::{Value, json};
use waybill::payment::provider::{Change, DisputeStage, Paid, RefundStage, named};

const SALE: &str = "sale_01h455vb4pex5vsknk084sn02q";

fn event(kind: &str, more: Value) -> Value {
    let mut data = json!({ "saleOrderId": SALE, "reference": "tx-1", "method": "CARD",
        "amount": { "amount": "12.50", "currency": "USD" } });
    data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    json!({ "type": kind, "timestamp": "2026-03-02T10:00:00Z", "data": data })
}

#[test]
fn its_own_signatures_pass_and_others_do_not() {
    signatures_hold("standard", OTHER, &["webhook-id", "webhook-timestamp", "webhook-signature"]);
    times_hold("standard");
}

#[test]
fn either_secret_of_a_rotation_passes() {
    let rotation = &vectors("standard")[2];
    let (old, new) = (vectors("standard")[0].secret.clone(), rotation.secret.clone());
    for secret in [old.as_str(), new.as_str()] {
        let passes = rotation.verify_with(named("standard").unwrap(), &[secret], rotation.body.as_bytes(), 0);
        assert_eq!(passes, Ok(()));
    }
}

#[test]
fn other_versions_of_signatures_are_passed_over() {
    let (vector, standard) = (&vectors("standard")[0], named("standard").unwrap());
    let ours = vector.headers["webhook-signature"].clone();
    let beside = format!("v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw== {ours} v2,00");
    assert_eq!(vector.with_header("webhook-signature", Some(&beside)).verify(standard), Ok(()));
    let alone = ours.replace("v1,", "v1a,");
    is_unauthenticated(vector.with_header("webhook-signature", Some(&alone)).verify(standard), &vector.secret);
}

#[test]
fn a_signed_text_cannot_be_cut_elsewhere() {
    let (vector, standard) = (&vectors("standard")[0], named("standard").unwrap());
    let (id, time) = (&vector.headers["webhook-id"], &vector.headers["webhook-timestamp"]);
    let moved =
        vector.with_header("webhook-id", Some(&format!("{id}.{time}"))).with_header("webhook-timestamp", Some("1"));
    is_unauthenticated(moved.verify(standard), &vector.secret);
    let other = vector.with_header("webhook-id", Some("msg_other"));
    is_unauthenticated(other.verify(standard), &vector.secret);
}

#[test]
fn a_payment_passes_its_states() {
    let paid = || card(main_units("12.5", Some("USD")));
    for (kind, change) in [
        ("payment.pending", Change::Pending(paid())),
        ("payment.authorized", Change::Authorized(paid())),
        ("payment.captured", Change::Captured(paid())),
        ("payment.failed", Change::Failed(paid())),
    ] {
        let news = read("standard", &event(kind, json!({}))).unwrap();
        assert_eq!((news.event_id.as_str(), news.kind.as_str()), ("msg_1", kind));
        assert_eq!(news.of, Some(news_of("tx-1", Some(SALE), change)));
    }
    let wallet = Paid { amount: main_units("12.5", Some("USD")), method: PaymentMethod::Wallet };
    let other = event("payment.captured", json!({ "method": "wallet", "saleOrderId": null }));
    assert_eq!(told("standard", &other), news_of("tx-1", None, Change::Captured(wallet)));
}

#[test]
fn refunds_and_disputes_name_theirs() {
    for (kind, stage) in [
        ("refund.sent", RefundStage::Sent),
        ("refund.issued", RefundStage::Issued),
        ("refund.failed", RefundStage::Failed),
    ] {
        let change =
            Change::Refund { reference: "rf-1".to_owned(), ours: None, amount: main_units("12.5", Some("USD")), stage };
        let told = told("standard", &event(kind, json!({ "refundReference": "rf-1" })));
        assert_eq!(told, news_of("tx-1", Some(SALE), change));
        is_malformed("standard", &event(kind, json!({})), "data.refundReference is missing");
    }
    for (kind, stage) in [
        ("dispute.opened", DisputeStage::Opened),
        ("dispute.won", DisputeStage::Won),
        ("dispute.lost", DisputeStage::Lost),
    ] {
        let told = told("standard", &event(kind, json!({ "disputeReference": "d-1", "amount": null })));
        assert_eq!(
            told,
            news_of(
                "tx-1",
                Some(SALE),
                Change::Dispute {
                    reference: "d-1".to_owned(),
                    amount: None,
                    stage,
                    at: Some(at("2026-03-02T10:00:00Z"))
                }
            )
        );
        is_malformed("standard", &event(kind, json!({})), "data.disputeReference is missing");
    }
}

#[test]
fn another_kind_is_kept_and_not_acted_on() {
    let news = read("standard", &json!({ "type": "user.created" })).unwrap();
    assert_eq!((news.event_id.as_str(), news.of), ("msg_1", None));
}

#[test]
fn what_is_missing_or_wrong_is_named_by_its_path() {
    let amount = |amount| event("payment.captured", json!({ "amount": { "amount": amount, "currency": "USD" } }));
    is_malformed("standard", &json!({ "type": "payment.captured" }), "data is missing");
    is_malformed("standard", &event("payment.captured", json!({ "reference": null })), "data.reference is missing");
    is_malformed(
        "standard",
        &event("payment.captured", json!({ "amount": "12.50" })),
        "data.amount is a text; it must be an object",
    );
    is_malformed("standard", &amount(json!(12.5)), "data.amount.amount is a number; it must be a text");
    for wrong in ["", "-1", "+1", "1e3", "1,5", ".5", "5.", "1.2.3", " 1", "NaN", "1234567890123456789012345678901"] {
        let why = format!(
            "data.amount.amount is {wrong:?}; it must be a plain decimal such as \"12.50\", without sign or exponent"
        );
        is_malformed("standard", &amount(json!(wrong)), &why);
    }
    is_malformed(
        "standard",
        &event("payment.captured", json!({ "method": "SHELLS" })),
        "data.method is \"SHELLS\"; it must be one of CASH, TRANSFER, CARD, WALLET, BANK, INVOICE, CREDIT, CRYPTO, \
         ESCROW, MIXED",
    );
}
