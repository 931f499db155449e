//! The plain payload of today's integrations, under a shared secret or a Standard Webhooks signature with it.
//!
//! ```json
//! { "saleOrderId": "sale_…", "amount": "12.50", "currency": "USD", "method": "CARD", "status": "CONFIRMED",
//!   "reference": "tx-1" }
//! ```
//!
//! `amount` is in main units, a text or a number, taken digit by digit. `currency` may be left out: the order's is
//! meant. Other keys are ignored. The secret comes in `X-Webhook-Secret` or as `Authorization: Bearer`; a
//! `webhook-signature`, where there is one, decides alone.
//!
//! The event's id is `eventId` or `id` where given, else the header `webhook-id`; with the status and the amount, because
//! most senders give all that they say of one transaction the same. Senders that have none say each thing of a payment
//! once: it is made of all that they say of it, and of the path, so that a correction is seen as one, and not passed over
//! as a repetition.

use super::{
    Amount, Change, Delivery, News, Paid, PaymentNews, Provider, Refusal,
    at::{self, At},
    malformed,
    signature::{self, unauthenticated},
    standard,
};
use crate::config::standard_key;
use crate::json::{self, short};
use chrono::TimeDelta;
use entity::PartyKind;

/// The plain payload, whatever name its path has.
pub struct Plain;

const SECRET: &str = "x-webhook-secret";
/// A status and what it means.
type Status = (&'static str, fn(Paid) -> Change);
const STATUSES: &[Status] = &[
    ("PENDING", Change::Pending),
    ("INITIATED", Change::Pending),
    ("PROCESSING", Change::Pending),
    ("AUTHORIZED", Change::Authorized),
    ("AUTHORISED", Change::Authorized),
    ("CONFIRMED", Change::Captured),
    ("CAPTURED", Change::Captured),
    ("PAID", Change::Captured),
    ("SUCCESS", Change::Captured),
    ("SUCCEEDED", Change::Captured),
    ("COMPLETED", Change::Captured),
    ("FAILED", Change::Failed),
    ("DECLINED", Change::Failed),
    ("REJECTED", Change::Failed),
    ("CANCELLED", Change::Failed),
    ("CANCELED", Change::Failed),
    ("EXPIRED", Change::Failed),
];

impl Provider for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], tolerance: TimeDelta) -> Result<(), Refusal> {
        if signature::header(delivery, standard::SIGNATURE)?.is_some() {
            let key = |secret: &String| standard_key(secret).unwrap_or_else(|| secret.as_bytes().to_vec());
            let keys: Vec<_> = secrets.iter().map(key).collect();
            return standard::verify(delivery, &keys, tolerance);
        }
        let given = given_secret(delivery)?;
        // Each is compared, so that the time does not tell which one fits.
        let fits = secrets.iter().filter(|secret| signature::is_same(secret, given)).count();
        if fits > 0 { Ok(()) } else { Err(unauthenticated("the secret in the header is none of the configured ones")) }
    }

    fn news(&self, delivery: &Delivery<'_>) -> Result<Vec<News>, Refusal> {
        let body = json::parse(delivery.body)?;
        let event = At::root(&body);
        let reference = event.get("reference")?.id()?;
        let (status, change) = status(&event)?;
        let text = event.get("amount")?.decimal()?;
        let currency = event.find("currency")?.map(|currency| currency.currency()).transpose()?;
        let sale_order_id = event.sale_order_id("saleOrderId")?;
        let said = [Some(status), Some(&text), currency.as_deref(), sale_order_id.as_deref(), delivery.party.map(word)];
        let said: Vec<_> = said.map(Option::unwrap_or_default).into_iter().filter(|part| !part.is_empty()).collect();
        let event_id = match given_id(delivery, &event)? {
            Some(id) => at::event_id(format!("{id}:{status}:{text}"))?,
            None => at::event_id(format!("{reference}:{}", said.join(":")))?,
        };
        let change = change(Paid { amount: Amount::Main { text, currency }, method: event.get("method")?.method()? });
        let of = PaymentNews { reference, sale_order_id, change };
        Ok(vec![News { event_id, kind: status.to_owned(), of: Some(of) }])
    }
}

fn word(party: PartyKind) -> &'static str {
    match party {
        PartyKind::Customer => "consumer",
        PartyKind::Reseller => "reseller",
    }
}

fn given_secret<'a>(delivery: &Delivery<'a>) -> Result<&'a str, Refusal> {
    if let Some(secret) = signature::header(delivery, SECRET)? {
        return Ok(secret);
    }
    let bearer = signature::header(delivery, "authorization")?.and_then(|value| value.split_once(' '));
    match bearer {
        Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") => Ok(secret.trim()),
        _ => Err(unauthenticated(
            "it is not signed: send the shared secret in X-Webhook-Secret or as Authorization: Bearer, or sign it with \
             webhook-id, webhook-timestamp and webhook-signature",
        )),
    }
}

fn status(event: &At<'_>) -> Result<Status, Refusal> {
    let status = event.get("status")?;
    let text = status.text()?;
    let known = STATUSES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.copied().ok_or_else(|| {
        let names: Vec<_> = STATUSES.iter().map(|(name, _)| *name).collect();
        malformed(format!("status is {}; it must be one of {}", short(text), names.join(", ")))
    })
}

/// What the sender calls the event, or the transaction that it is about.
fn given_id(delivery: &Delivery<'_>, event: &At<'_>) -> Result<Option<String>, Refusal> {
    for key in ["eventId", "id"] {
        if let Some(id) = event.find(key)? {
            return id.id().map(Some);
        }
    }
    let id = signature::header(delivery, standard::ID)?;
    Ok(id.filter(|id| !id.is_empty() && id.len() <= 255).map(str::to_owned))
}
