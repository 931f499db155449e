//! What happened to an order.

use super::order::Metadata;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of what happened, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateEvents {
    /// `sale_…`
    pub order_id: String,
    /// Newest first.
    pub events: Vec<StateEvent>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

/// Something that happened, as the log has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateEvent {
    /// `evt_…`
    pub id: String,
    /// Its place in everything that happened to the order and its parts, from 1.
    pub sequence: i64,
    /// The same as `eventType`.
    #[serde(rename = "event_type")]
    pub event_kind: String,
    /// `state_change` where the status changed, else what was put on record, in small letters.
    pub event_type: String,
    /// What was sent.
    pub event: String,
    /// The status before; null when the order came to be.
    pub from: Option<String>,
    /// The status after.
    pub to: String,
    /// `system`, `operator`, `admin`, `customer`, `reseller`, `seller`, `automation` or `provider`.
    pub actor_type: String,
    /// Who did it; null for buyers when it was staff.
    pub actor_label: Option<String>,
    /// Their id; likewise.
    pub actor_id: Option<String>,
    /// Why, by code.
    pub reason_code: Option<String>,
    /// Why, in words; null for buyers when staff wrote it.
    pub notes: Option<String>,
    /// What belongs to it: the event's details, and what its sender had kept with it.
    #[schema(value_type = Object)]
    pub metadata: Metadata,
    /// When.
    #[schema(format = DateTime)]
    pub occurred_at: String,
}

/// How an order came to its status.
#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// Oldest first; of very many the newest 500.
    pub timeline: Vec<TimelineEntry>,
}

/// When an order came to a status, or what a carrier said beside that.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// `evt_…`
    pub id: String,
    /// The status; of a carrier's event that led to none its own word.
    pub status: String,
    /// Since when.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// What the status means.
    pub description: String,
    /// `system`, `buyer`, `seller`, `shipping_provider` or `payment_processor`.
    pub source: String,
    /// The number to track it by, where it was said then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// Where it happened, where that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What belongs to it.
    #[schema(value_type = Object)]
    pub metadata: Metadata,
}
