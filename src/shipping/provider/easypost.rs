//! `EasyPost`, which speaks for many carriers: its events `tracker.created` and `tracker.updated`.
//!
//! `X-Hmac-Signature: hmac-sha256-hex=<hex>` is HMAC-SHA256 of the raw body under the endpoint's secret in NFKD. It has no
//! time: an old delivery is known by its event's id. A tracker names no order, so that its parcel is known by its number alone.

use super::{Carrier, Delivery, News, Refusal, Stage, Tracking, day, words, words_of};
use crate::json;
use crate::payment::provider::{at::At, signature};
use chrono::TimeDelta;
use unicode_normalization::UnicodeNormalization as _;

/// `EasyPost`.
pub struct EasyPost;

const SIGNATURE: &str = "x-hmac-signature";
const SCHEME: &str = "hmac-sha256-hex=";

impl Carrier for EasyPost {
    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], _: TimeDelta) -> Result<(), Refusal> {
        let given = signature::needed(delivery, SIGNATURE)?;
        let given = given.strip_prefix(SCHEME).and_then(|given| hex::decode(given).ok());
        let given = given.ok_or_else(|| {
            signature::unauthenticated(format!("{SIGNATURE} must be {SCHEME} and hexadecimal digits"))
        })?;
        let fits = |secret: &String| {
            let key: String = secret.nfkd().collect();
            signature::is_hmac_sha256(key.as_bytes(), &[delivery.body], &given)
        };
        if secrets.iter().any(fits) { Ok(()) } else { Err(signature::none_fits(SIGNATURE)) }
    }

    fn news(&self, delivery: &Delivery<'_>) -> Result<News, Refusal> {
        let body = json::parse(delivery.body)?;
        let event = At::root(&body);
        let (event_id, kind) = (event.get("id")?.id()?, event.get("description")?.id()?);
        let is_tracker = matches!(kind.as_str(), "tracker.created" | "tracker.updated");
        let of = is_tracker.then(|| tracking(&event.get("result")?)).transpose()?;
        Ok(News { event_id, kind, of })
    }
}

fn tracking(tracker: &At<'_>) -> Result<Tracking, Refusal> {
    let status = tracker.get("status")?.id()?;
    let newest = newest(tracker)?;
    let at = match &newest {
        Some(detail) => detail.find("datetime")?,
        None => tracker.find("updated_at")?,
    };
    let message = newest.as_ref().map(|detail| words_of(detail, "message")).transpose()?.flatten();
    Ok(Tracking {
        order: None,
        carrier: tracker.find("carrier")?.map_or(Ok(None), |name| name.id_or_nothing())?,
        number: tracker.get("tracking_code")?.id()?,
        stage: Stage::of(&status),
        status,
        location: newest.as_ref().map(location).transpose()?.flatten(),
        message,
        estimated: day(tracker, "est_delivery_date")?,
        at: at.map(|at| at.instant()).transpose()?,
    })
}

/// The newest of a tracker's details: each event repeats all that came before it.
fn newest<'j>(tracker: &At<'j>) -> Result<Option<At<'j>>, Refusal> {
    let Some(details) = tracker.find("tracking_details")? else { return Ok(None) };
    let mut newest = None;
    for detail in details.items()? {
        let at = detail.find("datetime")?.map(|at| at.instant()).transpose()?;
        if newest.as_ref().is_none_or(|(newest, _)| *newest <= at) {
            newest = Some((at, detail));
        }
    }
    Ok(newest.map(|(_, detail)| detail))
}

fn location(detail: &At<'_>) -> Result<Option<String>, Refusal> {
    let Some(place) = detail.find("tracking_location")? else { return Ok(None) };
    let mut parts = Vec::new();
    for key in ["city", "state", "country"] {
        parts.extend(words_of(&place, key)?);
    }
    Ok(words(&parts.join(", ")))
}
