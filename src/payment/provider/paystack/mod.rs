//! Paystack: `x-paystack-signature` over the body, events about charges, refunds and disputes.
//!
//! Shapes: <https://paystack.com/docs/payments/webhooks/#supported-events>. A payment's reference is its transaction's.
//! Amounts are in hundredths, also of currencies that have none (XOF).
//!
//! Paystack sends no id of an event. Here it is the kind with the ids of what it is about, all from the signed body:
//! the same again is the same news, because a transaction is charged once, and a refund or a dispute passes each stage
//! once. Kinds that nothing here depends on have a hash of the body instead, which a repetition shares too. The
//! signature has no time; that an event acts once is what makes an old delivery harmless.

pub mod api;

use super::{
    Amount, Change, Delivery, DisputeStage, News, Paid, PaymentNews, Provider, RefundStage, Refusal,
    at::{At, event_id},
    signature,
};
use crate::clock::Instant;
use crate::json::{self, Json};
use chrono::TimeDelta;
use entity::PaymentMethod;
use sha2::{Digest as _, Sha256};

/// Paystack.
pub struct Paystack;

const HEADER: &str = "x-paystack-signature";
/// Currencies whose count of decimals at Paystack is not ISO 4217's; all others there have two in both.
const DECIMALS: &[(&str, u8)] = &[("RWF", 2), ("XOF", 2)];

impl Provider for Paystack {
    fn name(&self) -> &'static str {
        "paystack"
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], _tolerance: TimeDelta) -> Result<(), Refusal> {
        let given = hex::decode(signature::needed(delivery, HEADER)?);
        let given = given.map_err(|_| signature::unauthenticated(format!("{HEADER} is not in hexadecimal digits")))?;
        let fits = |secret: &String| signature::is_hmac_sha512(secret.as_bytes(), &[delivery.body], &given);
        if secrets.iter().any(fits) { Ok(()) } else { Err(signature::none_fits(HEADER)) }
    }

    fn news(&self, delivery: &Delivery<'_>) -> Result<Vec<News>, Refusal> {
        let body = json::parse(delivery.body)?;
        let event = At::root(&body);
        let kind = event.get("event")?.id()?;
        let data = || event.get("data");
        let (id, of) = match kind.as_str() {
            "charge.success" => charge(&data()?, Change::Captured)?,
            "charge.failed" => charge(&data()?, Change::Failed)?,
            "refund.pending" | "refund.processing" => refund(&data()?, RefundStage::Sent)?,
            "refund.processed" => refund(&data()?, RefundStage::Issued)?,
            "refund.failed" => refund(&data()?, RefundStage::Failed)?,
            "charge.dispute.create" => dispute(&data()?, Some(DisputeStage::Opened))?,
            "charge.dispute.resolve" => resolved(&data()?)?,
            _ => (hex::encode(&Sha256::digest(delivery.body)[..16]), None),
        };
        Ok(vec![News { event_id: event_id(format!("{kind}:{id}"))?, kind, of }])
    }
}

/// The part of the event's id after its kind, and what it says.
type Told = (String, Option<PaymentNews>);

fn amount(object: &At<'_>) -> Result<Amount, Refusal> {
    object.amount("amount", "currency", DECIMALS)
}

fn charge(data: &At<'_>, change: fn(Paid) -> Change) -> Result<Told, Refusal> {
    let reference = data.get("reference")?.id()?;
    // A reference is used again after a failure, with another transaction id.
    let id = data.find("id")?.map_or_else(|| Ok(reference.clone()), |id| id.id())?;
    let paid = Paid { amount: amount(data)?, method: method(data)? };
    Ok((id, Some(PaymentNews { reference, sale_order_id: sale_order_id(data)?, change: change(paid) })))
}

fn method(transaction: &At<'_>) -> Result<PaymentMethod, Refusal> {
    let Some(channel) = transaction.find("channel")? else { return Ok(PaymentMethod::Card) };
    Ok(match channel.text()? {
        "bank" | "ussd" | "eft" | "payattitude" => PaymentMethod::Bank,
        "bank_transfer" | "dedicated_nuban" => PaymentMethod::Transfer,
        "mobile_money" | "qr" | "apple_pay" => PaymentMethod::Wallet,
        _ => PaymentMethod::Card,
    })
}

/// From the transaction's metadata, which may be an object, the same as a text, or any other nothing (`""`, `0`).
fn sale_order_id(transaction: &At<'_>) -> Result<Option<String>, Refusal> {
    let Some(metadata) = transaction.find("metadata")? else { return Ok(None) };
    if metadata.is_object() {
        return metadata.sale_order_id("sale_order_id");
    }
    let Ok(text) = metadata.text() else { return Ok(None) };
    let Ok(inner) = json::parse(text.as_bytes()) else { return Ok(None) };
    match &inner {
        Json::Object(_) => At::root(&inner).sale_order_id("sale_order_id"),
        _ => Ok(None),
    }
}

/// A refund. Its id is `id` where that is sent, else `refund_reference`, which Paystack knows only once money moves:
/// what comes before has nothing by which its end would find it, and is kept without an effect.
fn refund(data: &At<'_>, stage: RefundStage) -> Result<Told, Refusal> {
    let payment = match data.find("transaction_reference")? {
        Some(reference) => reference.id()?,
        None => data.get("transaction")?.get("reference")?.id()?,
    };
    let amount = amount(data)?;
    let known = match data.find("id")? {
        Some(id) => Some(id),
        None => data.find("refund_reference")?,
    };
    let known = known.map(|id| id.id()).transpose()?;
    let of_this_size = format!("{payment}:{}", data.get("amount")?.minor()?);
    let reference = match (known, stage) {
        (Some(reference), _) => reference,
        (None, RefundStage::Sent) => return Ok((of_this_size, None)),
        (None, _) => of_this_size,
    };
    let change = Change::Refund { reference: reference.clone(), ours: None, amount, stage };
    Ok((format!("{payment}:{reference}"), Some(PaymentNews { reference: payment, sale_order_id: None, change })))
}

fn dispute(data: &At<'_>, stage: Option<DisputeStage>) -> Result<Told, Refusal> {
    let id = data.get("id")?.id()?;
    let transaction = data.find("transaction")?;
    let reference = match &transaction {
        Some(transaction) => transaction.get("reference")?.id()?,
        None => data.get("transaction_reference")?.id()?,
    };
    let sale_order_id = transaction.as_ref().map_or(Ok(None), sale_order_id)?;
    // Where it is settled for a part, that part.
    let part = data.find("refund_amount")?.is_some() && data.find("currency")?.is_some();
    let amount = part.then(|| data.amount("refund_amount", "currency", DECIMALS)).transpose()?;
    let at = told_at(data)?;
    let of = stage.map(|stage| {
        let change = Change::Dispute { reference: id.clone(), amount, stage, at };
        PaymentNews { reference, sale_order_id, change }
    });
    Ok((id, of))
}

/// When it was resolved.
fn told_at(dispute: &At<'_>) -> Result<Option<Instant>, Refusal> {
    dispute.find("resolvedAt")?.map(|at| at.instant()).transpose()
}

/// Accepted, by the merchant or because nobody answered in time: the payer has the money. Declined: it stays. What else
/// Paystack may come to say is kept for people to judge.
fn resolved(data: &At<'_>) -> Result<Told, Refusal> {
    let resolution = data.get("resolution")?;
    let (text, resolution) = (resolution.text()?, resolution.id()?);
    let stage = match text {
        "merchant-accepted" | "auto-accepted" => Some(DisputeStage::Lost),
        "declined" | "merchant-declined" => Some(DisputeStage::Won),
        _ => None,
    };
    let (id, of) = dispute(data, stage)?;
    // It may be resolved a second time, and a third.
    let at = told_at(data)?.map(|at| format!(":{}", at.timestamp())).unwrap_or_default();
    Ok((format!("{id}:{resolution}{at}"), of))
}
