//! Stripe's API: refunds, captures and cancellations of payment intents.
//!
//! <https://docs.stripe.com/api/refunds>, <https://docs.stripe.com/api/payment_intents>,
//! <https://docs.stripe.com/api/idempotent_requests>. Stripe remembers idempotency keys for a day at least, an hour of
//! silence may be longer: a refund that was tried before is looked for by our id in its metadata first. Captures and
//! cancellations happen once by their nature: when one is refused, the intent says whether it had happened.

use super::DECIMALS;
use crate::payment::provider::{
    RefundStage,
    api::{Api, Ask, Line, Refunded, Seen, SeenStatus},
    http::{Setback, path},
};
use futures_util::{FutureExt as _, future::BoxFuture};
use serde_json::Value;

/// Stripe's API.
pub struct StripeApi;

/// Refunds on a page, the most that Stripe gives.
const PAGE: usize = 100;
/// Pages of refunds of one payment that are looked through.
const MOST_PAGES: usize = 20;

impl Api for StripeApi {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn sets_aside(&self) -> bool {
        true
    }

    fn decimals(&self, currency: &str) -> Option<u8> {
        DECIMALS.iter().find(|(code, _)| *code == currency).map(|(_, count)| *count)
    }

    fn refund<'a>(&'a self, line: Line<'a>, ask: &'a Ask) -> BoxFuture<'a, Result<Refunded, Setback>> {
        async move {
            if ask.again
                && let Some(known) = known_refund(line, ask).await?
            {
                return refunded(&known);
            }
            let form = [
                (payment_key(&ask.reference), ask.reference.clone()),
                ("amount", ask.amount.to_string()),
                ("metadata[refund_id]", ask.intent.clone()),
                ("metadata[sale_order_id]", ask.sale_order_id.clone()),
            ];
            let url = line.url("/v1/refunds");
            let answer = line.http.post_form(&url, line.key(), &ask.intent, &form).await?;
            refunded(&answer.success(reason)?)
        }
        .boxed()
    }

    fn capture<'a>(&'a self, line: Line<'a>, ask: &'a Ask) -> BoxFuture<'a, Result<i64, Setback>> {
        async move {
            // The answer to a repetition is that of the first time, which may have been too early.
            if ask.again {
                let known = intent(line, &ask.reference).await?;
                if text(&known, "status") == "succeeded" {
                    return received(&known, ask.amount);
                }
            }
            let url = intent_url(line, &ask.reference, "/capture")?;
            let form = [("amount_to_capture", ask.amount.to_string())];
            let answer = line.http.post_form(&url, line.key(), &ask.intent, &form).await?;
            match answer.success(reason) {
                Ok(intent) => received(&intent, ask.amount),
                Err(refused @ Setback::Refused(_)) => match intent(line, &ask.reference).await? {
                    intent if text(&intent, "status") == "succeeded" => received(&intent, ask.amount),
                    _ => Err(refused),
                },
                Err(later) => Err(later),
            }
        }
        .boxed()
    }

    fn void<'a>(&'a self, line: Line<'a>, ask: &'a Ask) -> BoxFuture<'a, Result<(), Setback>> {
        async move {
            let url = intent_url(line, &ask.reference, "/cancel")?;
            let answer = line.http.post_form(&url, line.key(), &ask.intent, &[]).await?;
            match answer.success(reason) {
                Ok(intent) if text(&intent, "status") == "canceled" => Ok(()),
                Ok(intent) => Err(not_known(&intent)),
                Err(refused @ Setback::Refused(_)) => match intent(line, &ask.reference).await? {
                    intent if text(&intent, "status") == "canceled" => Ok(()),
                    _ => Err(refused),
                },
                Err(later) => Err(later),
            }
        }
        .boxed()
    }

    fn look_up<'a>(&'a self, line: Line<'a>, reference: &'a str) -> BoxFuture<'a, Result<Seen, Setback>> {
        async move {
            if !is_intent(reference) {
                return Err(Setback::Refused(format!("{reference} is no payment intent (pi_…)")));
            }
            let intent = intent(line, reference).await?;
            let status = match text(&intent, "status") {
                "succeeded" => SeenStatus::Captured,
                "requires_capture" => SeenStatus::Authorized,
                "canceled" => SeenStatus::Failed,
                "processing" | "requires_action" | "requires_confirmation" | "requires_payment_method" => {
                    SeenStatus::Pending
                }
                _ => return Err(not_known(&intent)),
            };
            if status != SeenStatus::Captured {
                return Ok(Seen { status, captured: 0, refunded: 0 });
            }
            let captured = received(&intent, amount(&intent)?)?;
            let mut refunded = 0_i64;
            for refund in refunds(line, reference).await? {
                if !matches!(text(&refund, "status"), "failed" | "canceled") {
                    refunded = refunded.saturating_add(amount(&refund)?);
                }
            }
            Ok(Seen { status, captured, refunded })
        }
        .boxed()
    }
}

fn is_intent(reference: &str) -> bool {
    reference.starts_with("pi_")
}

fn payment_key(reference: &str) -> &'static str {
    if is_intent(reference) { "payment_intent" } else { "charge" }
}

fn intent_url(line: Line<'_>, reference: &str, verb: &str) -> Result<String, Setback> {
    if is_intent(reference) {
        return Ok(line.url(&format!("/v1/payment_intents/{}{verb}", path(reference))));
    }
    Err(Setback::Refused(format!("{reference} is no payment intent (pi_…): only those are captured and cancelled")))
}

async fn intent(line: Line<'_>, reference: &str) -> Result<Value, Setback> {
    line.http.get(&intent_url(line, reference, "")?, line.key()).await?.success(reason)
}

/// What was received of an intent; `otherwise` where older versions of the API do not say it. Anything but a success
/// is no answer: nobody ships for it.
fn received(intent: &Value, otherwise: i64) -> Result<i64, Setback> {
    match (text(intent, "status"), &intent["amount_received"]) {
        ("succeeded", Value::Null) => Ok(otherwise),
        ("succeeded", received) => received
            .as_i64()
            .filter(|received| *received > 0)
            .ok_or_else(|| Setback::later(format!("the intent has succeeded, and what was received is {received}"))),
        _ => Err(not_known(intent)),
    }
}

fn not_known(intent: &Value) -> Setback {
    Setback::later(format!("the intent's status is {:?}, which is no answer to this", text(intent, "status")))
}

fn amount(of: &Value) -> Result<i64, Setback> {
    of["amount"].as_i64().ok_or_else(|| Setback::later(format!("{} is no amount", of["amount"])))
}

/// All refunds of a payment.
async fn refunds(line: Line<'_>, reference: &str) -> Result<Vec<Value>, Setback> {
    let mut found: Vec<Value> = Vec::new();
    let payment = format!("{}={}", payment_key(reference), path(reference));
    for _ in 0..MOST_PAGES {
        let after = found.last().map(|last| format!("&starting_after={}", path(text(last, "id")))).unwrap_or_default();
        let url = line.url(&format!("/v1/refunds?{payment}&limit={PAGE}{after}"));
        let mut page = line.http.get(&url, line.key()).await?.success(reason)?;
        let Some(items) = page["data"].as_array_mut() else {
            return Err(Setback::later("the list of refunds has no data"));
        };
        let (read, more) = (items.len(), items.len() == PAGE);
        found.append(items);
        if read == 0 || !(more || page["has_more"] == true) {
            return Ok(found);
        }
    }
    Err(Setback::later(format!("{reference} has more refunds than are looked through")))
}

/// The refund that was made for this intent.
async fn known_refund(line: Line<'_>, ask: &Ask) -> Result<Option<Value>, Setback> {
    let refunds = refunds(line, &ask.reference).await?;
    Ok(refunds.into_iter().find(|refund| text(&refund["metadata"], "refund_id") == ask.intent))
}

fn refunded(refund: &Value) -> Result<Refunded, Setback> {
    let stage = match text(refund, "status") {
        "pending" | "requires_action" => RefundStage::Sent,
        "succeeded" => RefundStage::Issued,
        "failed" | "canceled" => RefundStage::Failed,
        other => return Err(Setback::later(format!("the refund's status is {other:?}, which is not known"))),
    };
    let why = refund["failure_reason"].as_str().map(str::to_owned);
    let reference = text(refund, "id");
    if reference.is_empty() {
        return Err(Setback::later("the refund has no id"));
    }
    Ok(Refunded { reference: Some(reference.to_owned()), stage, why })
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// What Stripe says of a request that it does not carry out.
fn reason(body: &Value) -> Option<String> {
    let error = body.get("error")?;
    let message = error["message"].as_str().unwrap_or("no message");
    Some(match error["code"].as_str() {
        Some(code) => format!("{message} ({code})"),
        None => message.to_owned(),
    })
}
