//! What a provider posted: one row an event, however often it is delivered.

use crate::{DeliveryFamily, DeliveryStatus, PartyKind};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a provider posted: one row an event, however often it is delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Of whose deliveries it is one.
    pub family: DeliveryFamily,
    /// The provider's name, as in the path.
    pub provider: String,
    /// Which kind of buyer pays, where the path said so.
    pub party: Option<PartyKind>,
    /// The provider's id of the event; none for what was refused.
    pub event_id: Option<String>,
    /// A digest of what the event says; none for what was refused, or came before there was one.
    pub said: Option<String>,
    /// Empty for the first event with its id; the digest for another that came with the same id.
    pub variant: String,
    /// Its kind, as the provider names it.
    pub kind: Option<String>,
    /// The provider's id of the payment that it is about, or the carrier's number of the parcel.
    pub reference: Option<String>,
    /// Who carries that parcel, where it says so.
    pub carrier: Option<String>,
    /// The order that a carrier's delivery names, as it is written there.
    pub order_name: Option<String>,
    /// The version of the order that such a one found, and waits to be another; none: it waits for a parcel or an order.
    pub order_version: Option<i32>,
    /// The request's headers without secrets, a JSON object.
    pub headers: String,
    /// The request's body, byte by byte.
    pub body: Vec<u8>,
    /// What became of it.
    pub status: DeliveryStatus,
    /// Why, for a person.
    pub decision: Option<String>,
    /// The sale order that it was about.
    pub sale_order_id: Option<Uuid>,
    /// The payment that it was about.
    pub payment_id: Option<Uuid>,
    /// When it came first.
    pub received_at: DateTimeUtc,
    /// When it came last.
    pub last_received_at: DateTimeUtc,
    /// How often it came.
    pub deliveries: i64,
    /// How often it was tried to be applied.
    pub attempts: i32,
    /// When it is tried next.
    pub available_at: DateTimeUtc,
    /// Until when somebody is at it.
    pub lease_until: Option<DateTimeUtc>,
    /// When it was applied, ignored or given up.
    pub settled_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
