//! Stripe: `Stripe-Signature` over "time.body", events about payment intents, refunds and disputes.
//!
//! Shapes and event types: <https://docs.stripe.com/api/events/types>, <https://docs.stripe.com/webhooks/signature>;
//! decimals: <https://docs.stripe.com/currencies#special-cases>. A payment's reference is its intent's id, and its
//! charge's where there is none.

pub mod api;

use super::{
    Change, Delivery, DisputeStage, News, Paid, PaymentNews, Provider, RefundStage, Refusal,
    at::{self, At},
    malformed, signature,
};
use crate::json::{self, short};
use chrono::TimeDelta;
use entity::PaymentMethod;

/// Stripe.
pub struct Stripe;

const HEADER: &str = "Stripe-Signature";
/// Where Stripe's count of decimals is not ISO 4217's. Payouts differ further; no payment is one.
const DECIMALS: &[(&str, u8)] = &[("ISK", 2), ("MGA", 0), ("UGX", 2)];

impl Provider for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], tolerance: TimeDelta) -> Result<(), Refusal> {
        let header = signature::needed(delivery, HEADER)?;
        let pairs = || header.split(',').filter_map(|pair| pair.trim().split_once('='));
        let mut times = pairs().filter(|(key, _)| *key == "t").map(|(_, time)| time);
        let (Some(time), None) = (times.next(), times.next()) else {
            return Err(signature::unauthenticated(format!("{HEADER} must have one time: t=…,v1=…")));
        };
        signature::check_seconds(HEADER, time)?;
        let given = pairs().filter(|(key, _)| *key == "v1").filter_map(|(_, value)| hex::decode(value).ok());
        let given: Vec<_> = given.take(signature::MAX_SIGNATURES).collect();
        let signed: [&[u8]; 3] = [time.as_bytes(), b".", delivery.body];
        let fits = |secret: &String| given.iter().any(|mac| signature::is_hmac_sha256(secret.as_bytes(), &signed, mac));
        if !secrets.iter().any(fits) {
            return Err(signature::none_fits(HEADER));
        }
        signature::check_age(delivery, HEADER, time, tolerance)
    }

    fn news(&self, delivery: &Delivery<'_>) -> Result<Vec<News>, Refusal> {
        let body = json::parse(delivery.body)?;
        let event = At::root(&body);
        let event_id = event.get("id")?.id()?;
        let kind = event.get("type")?.id()?;
        if kind == "charge.refunded" {
            return refunds_of_charge(&event, &event_id, &kind);
        }
        let of = translated(&event, &kind)?;
        Ok(vec![News { event_id, kind, of }])
    }
}

fn translated(event: &At<'_>, kind: &str) -> Result<Option<PaymentNews>, Refusal> {
    let object = || event.get("data")?.get("object");
    match kind {
        "payment_intent.created" | "payment_intent.processing" | "payment_intent.requires_action" => {
            intent(&object()?, "amount", Change::Pending).map(Some)
        }
        "payment_intent.amount_capturable_updated" => {
            let object = object()?;
            let amount = object.find("amount_capturable")?.map_or("amount", |_| "amount_capturable");
            intent(&object, amount, Change::Authorized).map(Some)
        }
        "payment_intent.succeeded" => intent(&object()?, "amount_received", Change::Captured).map(Some),
        // An intent that failed may be tried again with another card, and succeed: what comes in is taken then.
        "payment_intent.payment_failed" | "payment_intent.canceled" => {
            intent(&object()?, "amount", Change::Failed).map(Some)
        }
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => refund(&object()?),
        // The money may be withdrawn later than the dispute is created, after an inquiry; from then on it is open in
        // any case, so this is a second way to learn of it.
        "charge.dispute.created" | "charge.dispute.funds_withdrawn" => {
            dispute(event, &object()?, DisputeStage::Opened).map(Some)
        }
        "charge.dispute.closed" => decided(event, &object()?),
        // It comes with every change of a dispute: one that was lost is not lost again.
        "charge.dispute.updated" if object()?.get("status")?.text()? == "won" => decided(event, &object()?),
        "charge.dispute.funds_reinstated" => reinstated(event, &object()?),
        _ => Ok(None),
    }
}

fn intent(object: &At<'_>, amount: &str, change: fn(Paid) -> Change) -> Result<PaymentNews, Refusal> {
    let amount = object.amount(amount, "currency", DECIMALS)?;
    Ok(PaymentNews {
        reference: object.get("id")?.id()?,
        sale_order_id: sale_order_id(object)?,
        change: change(Paid { amount, method: method(object)? }),
    })
}

fn sale_order_id(object: &At<'_>) -> Result<Option<String>, Refusal> {
    let Some(metadata) = object.find("metadata")? else { return Ok(None) };
    metadata.sale_order_id("sale_order_id")
}

/// How it was paid where the charge is there (older API versions), else the first way in which it may be.
fn method(intent: &At<'_>) -> Result<PaymentMethod, Refusal> {
    let charges = intent.find("charges")?.map(|charges| charges.get("data")?.items()).transpose()?.unwrap_or_default();
    let details = charges.first().map(|charge| charge.find("payment_method_details")).transpose()?.flatten();
    if let Some(details) = details {
        return Ok(method_named(details.get("type")?.text()?));
    }
    let Some(types) = intent.find("payment_method_types")? else { return Ok(PaymentMethod::Card) };
    types.items()?.first().map_or(Ok(PaymentMethod::Card), |first| Ok(method_named(first.text()?)))
}

fn method_named(name: &str) -> PaymentMethod {
    match name {
        "alipay" | "amazon_pay" | "cashapp" | "grabpay" | "kakao_pay" | "link" | "mobilepay" | "naver_pay"
        | "payco" | "paynow" | "paypal" | "promptpay" | "revolut_pay" | "samsung_pay" | "swish" | "twint"
        | "wechat_pay" => PaymentMethod::Wallet,
        "acss_debit" | "au_becs_debit" | "bacs_debit" | "bancontact" | "blik" | "eps" | "fpx" | "giropay" | "ideal"
        | "multibanco" | "p24" | "pay_by_bank" | "sepa_debit" | "sofort" | "us_bank_account" => PaymentMethod::Bank,
        "customer_balance" => PaymentMethod::Transfer,
        "affirm" | "afterpay_clearpay" | "alma" | "billie" | "klarna" | "zip" => PaymentMethod::Credit,
        "crypto" => PaymentMethod::Crypto,
        _ => PaymentMethod::Card,
    }
}

/// The payment that a refund or a dispute is of.
fn payment(object: &At<'_>) -> Result<String, Refusal> {
    match object.find("payment_intent")? {
        Some(intent) => intent.id_of(),
        None => object.get("charge")?.id_of(),
    }
}

fn refund(object: &At<'_>) -> Result<Option<PaymentNews>, Refusal> {
    // Refunds without a charge pay out of a customer's balance: of no payment.
    if object.find("payment_intent")?.is_none() && object.find("charge")?.is_none() {
        return Ok(None);
    }
    let stage = refund_stage(&object.get("status")?)?;
    let change = Change::Refund {
        reference: object.get("id")?.id()?,
        ours: our_refund(object),
        amount: object.amount("amount", "currency", DECIMALS)?,
        stage,
    };
    Ok(Some(PaymentNews { reference: payment(object)?, sale_order_id: sale_order_id(object)?, change }))
}

/// As `api` gave it. A shop's metadata may say anything: what is no id is none.
fn our_refund(refund: &At<'_>) -> Option<String> {
    refund.find("metadata").ok()??.find("refund_id").ok()??.id().ok()
}

fn refund_stage(status: &At<'_>) -> Result<RefundStage, Refusal> {
    match status.text()? {
        "pending" | "requires_action" => Ok(RefundStage::Sent),
        "succeeded" => Ok(RefundStage::Issued),
        "failed" | "canceled" => Ok(RefundStage::Failed),
        other => Err(malformed(format!(
            "{} is {}; it must be pending, requires_action, succeeded, failed or canceled",
            status.path(),
            short(other)
        ))),
    }
}

/// The refunds of a charge, each with an event id of its own since one event tells of several.
///
/// API versions before 2022-11-15 list them. Later ones say only how much went back in all, without the id that tells
/// one refund from another: nothing can be booked from that without booking it twice, and refund.created and
/// refund.updated, which come for the same refunds, must be among the endpoint's events.
fn refunds_of_charge(event: &At<'_>, event_id: &str, kind: &str) -> Result<Vec<News>, Refusal> {
    let charge = event.get("data")?.get("object")?;
    let listed = charge.find("refunds")?.map(|refunds| refunds.get("data")?.items()).transpose()?.unwrap_or_default();
    if listed.is_empty() {
        return Ok(vec![News { event_id: event_id.to_owned(), kind: kind.to_owned(), of: None }]);
    }
    let reference = match charge.find("payment_intent")? {
        Some(intent) => intent.id_of()?,
        None => charge.get("id")?.id()?,
    };
    let sale_order_id = sale_order_id(&charge)?;
    let news = |refund: At<'_>| {
        let refund_id = refund.get("id")?.id()?;
        // Old versions leave out the status of refunds that are done.
        let stage = refund.find("status")?.map_or(Ok(RefundStage::Issued), |status| refund_stage(&status))?;
        let amount = refund.amount("amount", "currency", DECIMALS)?;
        let of = PaymentNews {
            reference: reference.clone(),
            sale_order_id: sale_order_id.clone(),
            change: Change::Refund { reference: refund_id.clone(), ours: our_refund(&refund), amount, stage },
        };
        let event_id = at::event_id(format!("{event_id}/{refund_id}"))?;
        Ok(News { event_id, kind: kind.to_owned(), of: Some(of) })
    };
    listed.into_iter().map(news).collect()
}

fn dispute(event: &At<'_>, object: &At<'_>, stage: DisputeStage) -> Result<PaymentNews, Refusal> {
    let amount = object.find("amount")?.map(|_| object.amount("amount", "currency", DECIMALS)).transpose()?;
    let at = event.find("created")?.map(|created| created.seconds()).transpose()?;
    let change = Change::Dispute { reference: object.get("id")?.id()?, amount, stage, at };
    Ok(PaymentNews { reference: payment(object)?, sale_order_id: sale_order_id(object)?, change })
}

/// An inquiry that ends (`warning_closed`), and a dispute that ends because the charge was refunded, leave the money
/// where it is: that is won. Another end (`prevented`) is kept for people to judge.
fn decided(event: &At<'_>, object: &At<'_>) -> Result<Option<PaymentNews>, Refusal> {
    match object.get("status")?.text()? {
        "won" | "warning_closed" | "charge_refunded" => dispute(event, object, DisputeStage::Won).map(Some),
        "lost" => dispute(event, object, DisputeStage::Lost).map(Some),
        _ => Ok(None),
    }
}

/// Money that comes back after a loss outdoes it. Of a dispute that is not decided it is no verdict: the closing says who
/// won.
fn reinstated(event: &At<'_>, object: &At<'_>) -> Result<Option<PaymentNews>, Refusal> {
    match object.get("status")?.text()? {
        "lost" => dispute(event, object, DisputeStage::Won).map(Some),
        _ => decided(event, object),
    }
}
