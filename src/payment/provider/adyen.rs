//! Adyen: items in a body, each with its own signature, events about payments, modifications and disputes.
//!
//! Shapes and event codes: <https://docs.adyen.com/development-resources/webhooks/webhook-types>; disputes:
//! <https://docs.adyen.com/risk-management/disputes-api/dispute-notifications>. A payment's reference is the
//! `pspReference` of its authorisation.
//!
//! **What is signed** is eight fields, not the body: `additionalData`, `paymentMethod` and `operations` are believed
//! only where nothing signed says as much. There is no time in it; that an event acts once makes an old delivery
//! harmless.
//!
//! **Capture.** AUTHORISATION is money set aside, and CAPTURE is money: an account that captures by itself sends no
//! CAPTURE unless Adyen's support turns that on, which this needs. The other way round a sale would be cleared by money
//! that is never captured. Only methods that have no capture of their own (`operations` without CAPTURE: iDEAL and the
//! like) are in at once.

use super::{
    Amount, Change, Delivery, DisputeStage, News, Paid, PaymentNews, Provider, RefundStage, Refusal,
    at::{At, event_id},
    malformed, signature,
};
use crate::clock::Instant;
use crate::json;
use crate::texts;
use chrono::TimeDelta;
use entity::PaymentMethod;

/// Adyen.
pub struct Adyen;

/// Where Adyen's count of decimals is not ISO 4217's.
const DECIMALS: &[(&str, u8)] = &[("CLP", 2), ("CVE", 0), ("IDR", 0), ("ISK", 2)];

impl Provider for Adyen {
    fn name(&self) -> &'static str {
        "adyen"
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], _tolerance: TimeDelta) -> Result<(), Refusal> {
        let keys: Vec<_> = secrets.iter().filter_map(|secret| hex::decode(secret).ok()).collect();
        let body = json::parse(delivery.body)?;
        let items = items(&At::root(&body))?;
        if items.is_empty() {
            return Err(signature::unauthenticated("notificationItems is empty: nothing in it is signed"));
        }
        items.iter().try_for_each(|item| verify(item, &keys))
    }

    fn news(&self, delivery: &Delivery<'_>) -> Result<Vec<News>, Refusal> {
        let body = json::parse(delivery.body)?;
        items(&At::root(&body))?.iter().map(news).collect()
    }

    fn answer(&self) -> &'static str {
        "[accepted]"
    }
}

fn items<'j>(body: &At<'j>) -> Result<Vec<At<'j>>, Refusal> {
    let items = body.get("notificationItems")?.items()?;
    items.iter().map(|item| item.get("NotificationRequestItem")).collect()
}

/// The signed text joins fields with colons and escapes none, as Adyen's own libraries do. Only merchantReference may
/// have colons, so that the text cannot be cut into other fields.
fn verify(item: &At<'_>, keys: &[Vec<u8>]) -> Result<(), Refusal> {
    let amount = item.get("amount")?;
    let signed = [
        without_colon(item, "pspReference")?,
        without_colon(item, "originalReference")?,
        without_colon(item, "merchantAccountCode")?,
        written(item, "merchantReference")?,
        without_colon(&amount, "value")?,
        without_colon(&amount, "currency")?,
        without_colon(item, "eventCode")?,
        without_colon(item, "success")?,
    ]
    .join(":");
    let given = item.find("additionalData")?.map(|data| data.find("hmacSignature")).transpose()?.flatten();
    let given = given.ok_or_else(|| unsigned(item, "is missing; HMAC signatures must be on for the webhook"))?;
    let given = texts::base64(given.text()?).ok_or_else(|| unsigned(item, "is not in base64"))?;
    let fits = keys.iter().any(|key| signature::is_hmac_sha256(key, &[signed.as_bytes()], &given));
    if fits { Ok(()) } else { Err(unsigned(item, "fits no configured key")) }
}

/// A field as it is written; nothing where it is missing.
fn written<'j>(object: &At<'j>, name: &str) -> Result<&'j str, Refusal> {
    object.find(name)?.map_or(Ok(""), |value| value.scalar())
}

fn without_colon<'j>(object: &At<'j>, name: &str) -> Result<&'j str, Refusal> {
    match written(object, name)? {
        text if text.contains(':') => Err(malformed(format!("{}.{name} has a colon", object.path()))),
        text => Ok(text),
    }
}

fn unsigned(item: &At<'_>, why: &str) -> Refusal {
    signature::unauthenticated(format!("{}.additionalData.hmacSignature {why}", item.path()))
}

fn news(item: &At<'_>) -> Result<News, Refusal> {
    let kind = item.get("eventCode")?.id()?;
    let psp = item.get("pspReference")?.id()?;
    let success = match item.get("success")?.scalar()? {
        "true" => true,
        "false" => false,
        _ => return Err(malformed(format!("{}.success must be \"true\" or \"false\"", item.path()))),
    };
    let of = translated(item, &kind, &psp, success)?;
    // A dispute's events may come again with the same code: with another status of it, and at another time.
    let status = additional(item, "disputeStatus")?.map(|status| format!(":{status}")).unwrap_or_default();
    let at = match &of {
        Some(PaymentNews { change: Change::Dispute { at: Some(at), .. }, .. }) => format!(":{}", at.timestamp()),
        _ => String::new(),
    };
    Ok(News { event_id: event_id(format!("{psp}:{kind}:{success}{status}{at}"))?, kind, of })
}

/// When it happened. It is not signed, and decides nothing but which of a dispute's decisions is the newest.
fn told_at(item: &At<'_>) -> Result<Option<Instant>, Refusal> {
    item.find("eventDate")?.map(|date| date.instant()).transpose()
}

fn translated(item: &At<'_>, kind: &str, psp: &str, success: bool) -> Result<Option<PaymentNews>, Refusal> {
    let change = match (kind, success) {
        // An authorisation of nothing checks a card.
        ("AUTHORISATION", true) if item.get("amount")?.get("value")?.minor()? == 0 => None,
        ("AUTHORISATION", true) if captures_at_once(item)? => Some(Change::Captured(paid(item)?)),
        ("AUTHORISATION", true) => Some(Change::Authorized(paid(item)?)),
        ("PENDING", _) => Some(Change::Pending(paid(item)?)),
        ("AUTHORISATION", false) | ("CANCELLATION" | "TECHNICAL_CANCEL" | "EXPIRE" | "OFFER_CLOSED", true) => {
            Some(Change::Failed(paid(item)?))
        }
        ("CAPTURE", true) => Some(Change::PartCaptured { capture: psp.to_owned(), paid: paid(item)? }),
        // The scheme refused what was told as captured. Without that it changes nothing: the payment is still authorised.
        ("CAPTURE_FAILED", _) => Some(Change::CaptureFailed { capture: psp.to_owned(), amount: amount(item)? }),
        ("REFUND", _) => Some(refund(item, psp, success)?),
        ("REFUND_FAILED" | "REFUNDED_REVERSED", _) => Some(refund(item, psp, false)?),
        ("CANCEL_OR_REFUND", true) => match additional(item, "modification.action")? {
            Some("cancel") => Some(Change::Failed(paid(item)?)),
            Some("refund") => Some(refund(item, psp, true)?),
            _ => None,
        },
        // CAPTURE without success: the request was refused; the payment is still authorised, and may be captured again.
        _ => match dispute_stage(item, kind)? {
            Some(stage) => {
                let (reference, amount) = (psp.to_owned(), Some(amount(item)?));
                Some(Change::Dispute { reference, amount, stage, at: told_at(item)? })
            }
            None => None,
        },
    };
    let Some(change) = change else { return Ok(None) };
    let original = item.find("originalReference")?.filter(|original| original.text() != Ok(""));
    let reference = original.map_or_else(|| Ok(psp.to_owned()), |original| original.id())?;
    Ok(Some(PaymentNews { reference, sale_order_id: sale_order_id(item)?, change }))
}

/// What a dispute event decides; all events of one dispute have its pspReference.
///
/// A request for information moves no money, and nothing tells of its end: it opens nothing. `CHARGEBACK_REVERSED`
/// and `PREARBITRATION_WON` that are still `Pending` may be lost after all; the issuer's silence or a later event ends
/// them.
fn dispute_stage(item: &At<'_>, kind: &str) -> Result<Option<DisputeStage>, Refusal> {
    let status = || additional(item, "disputeStatus");
    Ok(match kind {
        "NOTIFICATION_OF_CHARGEBACK" => Some(DisputeStage::Opened),
        "CHARGEBACK" => match status()? {
            Some("Lost" | "Accepted") => Some(DisputeStage::Lost),
            _ => Some(DisputeStage::Opened),
        },
        "CHARGEBACK_REVERSED" | "PREARBITRATION_WON" if status()? == Some("Pending") => None,
        "CHARGEBACK_REVERSED"
        | "PREARBITRATION_WON"
        | "SCHEME_ARBITRATION_WON"
        | "ISSUER_RESPONSE_TIMEFRAME_EXPIRED" => Some(DisputeStage::Won),
        "SECOND_CHARGEBACK" | "PREARBITRATION_LOST" | "SCHEME_ARBITRATION_LOST" => Some(DisputeStage::Lost),
        // Nobody defended it in time; the states of a request for information mean the end of that only.
        "DISPUTE_DEFENSE_PERIOD_ENDED" => match status()? {
            Some("Expired" | "Responded" | "Unresponded") => None,
            _ => Some(DisputeStage::Lost),
        },
        _ => None,
    })
}

fn captures_at_once(item: &At<'_>) -> Result<bool, Refusal> {
    let Some(operations) = item.find("operations")? else { return Ok(false) };
    let operations = operations.items()?;
    Ok(!operations.is_empty() && !operations.iter().any(|one| one.text() == Ok("CAPTURE")))
}

fn amount(item: &At<'_>) -> Result<Amount, Refusal> {
    item.get("amount")?.amount("value", "currency", DECIMALS)
}

fn paid(item: &At<'_>) -> Result<Paid, Refusal> {
    let method = item.find("paymentMethod")?.map_or(Ok(""), |method| method.text())?;
    Ok(Paid { amount: amount(item)?, method: method_named(method) })
}

fn method_named(name: &str) -> PaymentMethod {
    let is = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if is(&["applepay", "googlepay", "paypal", "alipay", "wechatpay", "amazonpay", "gcash", "swish", "vipps", "twint"])
    {
        PaymentMethod::Wallet
    } else if is(&["bankTransfer"]) {
        PaymentMethod::Transfer
    } else if is(&["klarna", "afterpay", "clearpay", "affirm", "zip", "ratepay"]) {
        PaymentMethod::Credit
    } else if is(&["ideal", "sepadirectdebit", "directdebit", "ach", "trustly", "onlineBanking", "ebanking", "bcmc"]) {
        PaymentMethod::Bank
    } else {
        PaymentMethod::Card
    }
}

fn refund(item: &At<'_>, psp: &str, success: bool) -> Result<Change, Refusal> {
    let stage = if success { RefundStage::Issued } else { RefundStage::Failed };
    Ok(Change::Refund { reference: psp.to_owned(), ours: None, amount: amount(item)?, stage })
}

/// The merchant's reference where it is a sale's id, which is signed; else what the metadata say.
fn sale_order_id(item: &At<'_>) -> Result<Option<String>, Refusal> {
    let merchants = item.find("merchantReference")?.and_then(|it| it.text().ok()).unwrap_or_default();
    if merchants.trim().to_ascii_lowercase().starts_with("sale_") {
        return item.sale_order_id("merchantReference");
    }
    item.find("additionalData")?.map_or(Ok(None), |data| data.sale_order_id("metadata.sale_order_id"))
}

fn additional<'j>(item: &At<'j>, key: &str) -> Result<Option<&'j str>, Refusal> {
    let Some(data) = item.find("additionalData")? else { return Ok(None) };
    data.find(key)?.map(|value| value.text()).transpose()
}
