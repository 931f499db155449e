//! Standard Webhooks 1.0.0 (<https://www.standardwebhooks.com>), for any provider and for systems of one's own.
//!
//! The headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, whose names the specification fixes, and a
//! body in the form that it recommends:
//!
//! ```json
//! { "type": "payment.captured", "timestamp": "2026-03-02T10:00:00Z",
//!   "data": { "saleOrderId": "sale_…", "reference": "ch_1", "method": "CARD",
//!             "amount": { "amount": "12.50", "currency": "USD" } } }
//! ```
//!
//! | type | what `data` has |
//! |---|---|
//! | `payment.pending`, `.authorized`, `.captured`, `.failed` | reference, amount, method |
//! | `refund.sent`, `.issued`, `.failed` | reference (of the payment), refundReference, amount |
//! | `dispute.opened`, `.won`, `.lost` | reference (of the payment), disputeReference, amount where it is not all of it |
//!
//! `saleOrderId` may be left out where the payment is known by its reference. Amounts are in main units, as texts.
//! `timestamp` is when it happened: of a dispute's decisions the newest counts.

use super::{
    Amount, Change, Delivery, DisputeStage, News, Paid, PaymentNews, Provider, RefundStage, Refusal, at::At, signature,
};
use crate::config::standard_key;
use crate::json;
use crate::texts;
use chrono::TimeDelta;

/// Standard Webhooks.
pub struct Standard;

/// The header with the event's id.
pub const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";

impl Provider for Standard {
    fn name(&self) -> &'static str {
        "standard"
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], tolerance: TimeDelta) -> Result<(), Refusal> {
        let keys: Vec<_> = secrets.iter().filter_map(|secret| standard_key(secret)).collect();
        verify(delivery, &keys, tolerance)
    }

    fn news(&self, delivery: &Delivery<'_>) -> Result<Vec<News>, Refusal> {
        let event_id = signature::needed(delivery, ID)?.to_owned();
        let body = json::parse(delivery.body)?;
        let event = At::root(&body);
        let kind = event.get("type")?.id()?;
        let of = translated(&event, &kind)?;
        Ok(vec![News { event_id, kind, of }])
    }
}

/// Verifies the three headers with any of the keys. Other versions of signatures (`v1a`) are passed over.
pub fn verify(delivery: &Delivery<'_>, keys: &[Vec<u8>], tolerance: TimeDelta) -> Result<(), Refusal> {
    let (id, time) = (signature::needed(delivery, ID)?, signature::needed(delivery, TIMESTAMP)?);
    let header = signature::needed(delivery, SIGNATURE)?;
    // With a stop inside, "id.time.body" could be cut elsewhere and still fit its signature.
    if id.is_empty() || id.len() > 255 || id.contains('.') {
        return Err(signature::unauthenticated(format!(
            "{ID} must have 1 to 255 characters, none of them a full stop"
        )));
    }
    signature::check_seconds(TIMESTAMP, time)?;
    let given = header.split(' ').filter_map(|one| texts::base64(one.strip_prefix("v1,")?));
    let given: Vec<_> = given.take(signature::MAX_SIGNATURES).collect();
    let signed: [&[u8]; 5] = [id.as_bytes(), b".", time.as_bytes(), b".", delivery.body];
    if !keys.iter().any(|key| given.iter().any(|mac| signature::is_hmac_sha256(key, &signed, mac))) {
        return Err(signature::none_fits(SIGNATURE));
    }
    signature::check_age(delivery, TIMESTAMP, time, tolerance)
}

fn translated(event: &At<'_>, kind: &str) -> Result<Option<PaymentNews>, Refusal> {
    let data = || event.get("data");
    let change = match kind {
        "payment.pending" => Change::Pending(paid(&data()?)?),
        "payment.authorized" => Change::Authorized(paid(&data()?)?),
        "payment.captured" => Change::Captured(paid(&data()?)?),
        "payment.failed" => Change::Failed(paid(&data()?)?),
        "refund.sent" => refund(&data()?, RefundStage::Sent)?,
        "refund.issued" => refund(&data()?, RefundStage::Issued)?,
        "refund.failed" => refund(&data()?, RefundStage::Failed)?,
        "dispute.opened" => dispute(event, &data()?, DisputeStage::Opened)?,
        "dispute.won" => dispute(event, &data()?, DisputeStage::Won)?,
        "dispute.lost" => dispute(event, &data()?, DisputeStage::Lost)?,
        _ => return Ok(None),
    };
    let data = data()?;
    let sale_order_id = data.sale_order_id("saleOrderId")?;
    Ok(Some(PaymentNews { reference: data.get("reference")?.id()?, sale_order_id, change }))
}

fn paid(data: &At<'_>) -> Result<Paid, Refusal> {
    Ok(Paid { amount: amount(data)?, method: data.get("method")?.method()? })
}

fn amount(data: &At<'_>) -> Result<Amount, Refusal> {
    let amount = data.get("amount")?;
    // A text, so that no sender's float can have rounded it.
    amount.get("amount")?.text()?;
    Ok(Amount::Main { text: amount.get("amount")?.decimal()?, currency: Some(amount.get("currency")?.currency()?) })
}

fn refund(data: &At<'_>, stage: RefundStage) -> Result<Change, Refusal> {
    Ok(Change::Refund { reference: data.get("refundReference")?.id()?, ours: None, amount: amount(data)?, stage })
}

fn dispute(event: &At<'_>, data: &At<'_>, stage: DisputeStage) -> Result<Change, Refusal> {
    let amount = data.find("amount")?.map(|_| amount(data)).transpose()?;
    let at = event.find("timestamp")?.map(|at| at.instant()).transpose()?;
    Ok(Change::Dispute { reference: data.get("disputeReference")?.id()?, amount, stage, at })
}
