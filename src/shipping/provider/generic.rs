//! The generic form, for systems of one's own and carriers that can be told what to post: Standard Webhooks 1.0.0, with a body
//! such as
//!
//! ```json
//! { "type": "shipment.updated", "timestamp": "2026-03-02T10:00:00Z",
//!   "data": { "orderId": "sale_…", "carrier": "UPS", "trackingNumber": "1Z999AA1234567890", "status": "in_transit",
//!             "location": "Chicago, IL", "estimatedDelivery": "2026-03-05", "message": "Departed",
//!             "occurredAt": "2026-03-02T09:58:00Z" } }
//! ```
//!
//! `trackingNumber` and `status` are needed. Without `occurredAt` it happened at `timestamp`. Other types are kept, and do
//! nothing.

use super::{Carrier, Delivery, News, Refusal, Stage, Tracking, day, words_of};
use crate::config::standard_key;
use crate::json;
use crate::payment::provider::{at::At, signature, standard};
use chrono::TimeDelta;

/// The generic form.
pub struct Generic;

impl Carrier for Generic {
    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], tolerance: TimeDelta) -> Result<(), Refusal> {
        let keys: Vec<_> = secrets.iter().filter_map(|secret| standard_key(secret)).collect();
        standard::verify(delivery, &keys, tolerance)
    }

    fn news(&self, delivery: &Delivery<'_>) -> Result<News, Refusal> {
        let event_id = signature::needed(delivery, standard::ID)?.to_owned();
        let body = json::parse(delivery.body)?;
        let event = At::root(&body);
        let kind = event.get("type")?.id()?;
        let of = (kind == "shipment.updated").then(|| tracking(&event)).transpose()?;
        Ok(News { event_id, kind, of })
    }
}

fn tracking(event: &At<'_>) -> Result<Tracking, Refusal> {
    let data = event.get("data")?;
    let status = data.get("status")?.id()?;
    let at = data.find("occurredAt")?.or(event.find("timestamp")?);
    Ok(Tracking {
        order: data.find("orderId")?.map_or(Ok(None), |id| id.id_or_nothing())?,
        carrier: data.find("carrier")?.map_or(Ok(None), |name| name.id_or_nothing())?,
        number: data.get("trackingNumber")?.id()?,
        stage: Stage::of(&status),
        status,
        location: words_of(&data, "location")?,
        message: words_of(&data, "message")?,
        estimated: day(&data, "estimatedDelivery")?,
        at: at.map(|at| at.instant()).transpose()?,
    })
}
