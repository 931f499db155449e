//! Rows as the façade's JSON: instants, names, events of the log.

use super::model::{Buyer, Seller, StateEvent, TimelineEntry};
use crate::actor::Actor;
use crate::clock::Instant;
use crate::config::Settings;
use crate::id::{self, Prefix};
use crate::workflow::log::{CALLED_BY, GIVEN};
use crate::workflow::queries::Standing;
use crate::workflow::words;
use chrono::SecondsFormat;
use entity::{ActorType, customer, reseller, sale_order, store, tracking_event, transition_log};
use serde_json::{Map, Value, json};

/// An instant, as RFC 3339.
pub fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A word of a closed set, in small letters.
pub fn word(word: &impl ToString) -> String {
    word.to_string().to_ascii_lowercase()
}

/// Since when a sale order has its status.
pub fn since(row: &sale_order::Model) -> String {
    instant(row.state_since.unwrap_or(row.created_at))
}

/// The id of a sale order.
pub fn order_id(row: &sale_order::Model) -> String {
    id::encode(Prefix::Sale, row.id)
}

impl From<&customer::Model> for Buyer {
    fn from(row: &customer::Model) -> Self {
        Self { id: id::encode(Prefix::Customer, row.id), name: row.name.clone(), email: row.email.clone() }
    }
}

impl From<&reseller::Model> for Buyer {
    fn from(row: &reseller::Model) -> Self {
        Self { id: id::encode(Prefix::Reseller, row.id), name: row.name.clone(), email: row.email.clone() }
    }
}

impl From<&store::Model> for Seller {
    fn from(row: &store::Model) -> Self {
        Self {
            id: id::encode(Prefix::Store, row.id),
            name: row.seller_name.as_ref().unwrap_or(&row.name).clone(),
            store_name: row.name.clone(),
        }
    }
}

/// A row of the log, without what is not for the reader.
pub fn event(actor: &Actor, row: &transition_log::Model) -> StateEvent {
    let is_for = words::are_for(actor, row);
    let changed = row.from_state.as_ref() != Some(&row.to_state);
    let kind = match row.event.as_str() {
        _ if changed => "state_change".to_owned(),
        // As the owner's documents call it.
        "REFUND_ISSUED" => "refund_completed".to_owned(),
        event => word(&event),
    };
    StateEvent {
        id: id::encode(Prefix::Event, row.id),
        sequence: row.sequence,
        event_kind: kind.clone(),
        event_type: kind,
        event: row.event.clone(),
        from: row.from_state.clone(),
        to: row.to_state.clone(),
        actor_type: word(&row.actor_type),
        actor_label: row.actor_label.clone().filter(|_| is_for),
        actor_id: row.actor_id.clone().filter(|_| is_for),
        reason_code: row.reason_code.clone(),
        notes: row.note.clone().filter(|_| is_for),
        metadata: metadata(is_for, row),
        occurred_at: instant(row.occurred_at),
    }
}

/// A row of the log in which an order came to a status.
pub fn entry(settings: &Settings, actor: &Actor, standing: &Standing, row: &transition_log::Model) -> TimelineEntry {
    let is_for = words::are_for(actor, row);
    let metadata = metadata(is_for, row);
    let text = |key: &str| metadata.get(key).and_then(Value::as_str).map(str::to_owned);
    let description = match (row.note.clone().filter(|_| is_for), text("carrier")) {
        (Some(note), _) => note,
        (None, Some(carrier)) => format!("{} via {carrier}", standing.describe(&row.to_state)),
        (None, None) => standing.describe(&row.to_state),
    };
    TimelineEntry {
        id: id::encode(Prefix::Event, row.id),
        status: row.to_state.clone(),
        timestamp: instant(row.occurred_at),
        description,
        source: source(settings, row).to_owned(),
        tracking_number: text("trackingNumber"),
        location: text("location"),
        metadata,
    }
}

/// What a carrier said of a parcel, in which the order came to no other status.
pub fn tracked(row: &tracking_event::Model) -> TimelineEntry {
    let mut entry = TimelineEntry {
        id: id::encode(Prefix::Event, row.id),
        status: row.status.clone(),
        timestamp: instant(row.occurred_at),
        description: row.message.clone().unwrap_or_else(|| row.status.clone()),
        source: CARRIER.to_owned(),
        tracking_number: None,
        location: None,
        metadata: Map::new(),
    };
    tell(&mut entry, row);
    entry
}

/// Adds to an entry what the carrier said that led to it.
pub fn tell(entry: &mut TimelineEntry, row: &tracking_event::Model) {
    entry.tracking_number = Some(row.tracking_number.clone());
    entry.location = row.location.clone().or(entry.location.take());
    entry.metadata.insert("trackingNumber".to_owned(), json!(row.tracking_number));
    if let Some(carrier) = &row.carrier {
        entry.metadata.insert("carrier".to_owned(), json!(carrier));
    }
}

/// The details of the event and what its sender had kept, side by side; beneath them what the machine noted.
fn metadata(is_for: bool, row: &transition_log::Model) -> Map<String, Value> {
    let Some(Value::Object(mut noted)) = words::metadata(is_for, row) else { return Map::new() };
    let mut parts = [noted.remove("payload"), noted.remove(GIVEN)];
    let caller = noted.remove(CALLED_BY);
    let mut all = noted;
    for part in parts.iter_mut().filter_map(Option::as_mut).filter_map(Value::as_object_mut) {
        all.append(part);
    }
    if let Some(caller) = caller {
        all.insert(CALLED_BY.to_owned(), caller);
    }
    all
}

/// The side of carriers.
const CARRIER: &str = "shipping_provider";

/// On which side something was done.
fn source(settings: &Settings, row: &transition_log::Model) -> &'static str {
    match row.actor_type {
        ActorType::System | ActorType::Automation => "system",
        ActorType::Customer | ActorType::Reseller => "buyer",
        ActorType::Seller | ActorType::Operator | ActorType::Admin => "seller",
        ActorType::Provider => {
            let id = row.actor_id.as_deref().unwrap_or_default();
            let pays = id.strip_prefix("provider:").is_some_and(|name| settings.providers.contains_key(name));
            if pays { "payment_processor" } else { CARRIER }
        }
    }
}
