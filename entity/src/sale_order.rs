//! A sale, driven by the machine that its lifecycle names.

use crate::{Address, AttributionState, FulfilmentType, OrderFlag, PaymentMethod, SaleChannel, SaleType};
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a sale's machine remembers. Amounts are integer minor units of the order's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "camelCase", default)]
pub struct Context {
    /// How the buyer wants to pay.
    pub method: Option<PaymentMethod>,
    /// Confirmed money in, less refunds issued and charge-backs lost.
    pub captured: i64,
    /// Credit notes, and refunds issued after clearing beyond over-payment.
    pub credited: i64,
    /// Still owed, never negative.
    pub outstanding: i64,
    /// Money beyond what is owed.
    pub overpaid: i64,
    /// How far over its limit the party was when last asked.
    pub overage: i64,
    /// Credit that this sale reserves of its party's account.
    pub reserved: i64,
    /// What staff should look at.
    pub flags: Vec<OrderFlag>,
    /// What it counts for among its party's completed sales; none while it is not completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<i64>,
}

/// A sale, driven by the machine that its lifecycle names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "sale_order")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Quotation.
    pub quotation_id: Option<Uuid>,
    /// ORD-<year>-<digits>.
    pub number: String,
    /// Sale type.
    pub sale_type: SaleType,
    /// Channel.
    pub channel: SaleChannel,
    /// Lifecycle.
    pub lifecycle: String,
    /// Store.
    pub store_id: Uuid,
    /// Customer.
    pub customer_id: Option<Uuid>,
    /// Reseller.
    pub reseller_id: Option<Uuid>,
    /// Currency code.
    pub currency: String,
    /// Grand total, minor units.
    pub grand_total_minor: i64,
    /// Fulfilment type.
    pub fulfilment_type: FulfilmentType,
    /// Shipping address.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub shipping_address: Option<Address>,
    /// The approved revision as it was sold: prices are frozen here.
    #[sea_orm(column_type = "JsonBinary")]
    pub sold_terms: Json,
    /// What the system that it comes from calls it; unique within `external_source`.
    pub external_id: Option<String>,
    /// The system that `external_id` is of.
    pub external_source: Option<String>,
    /// How the buyer wants it sent, in the shop's words.
    pub shipping_method: Option<String>,
    /// What the buyer asks for, in words.
    pub special_instructions: Option<String>,
    /// On which day it is expected to arrive.
    pub estimated_delivery: Option<Date>,
    /// What the shop keeps with it: an object.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Json>,
    /// Name of the definition that drives the row.
    pub workflow_definition: String,
    /// The definition's version.
    pub workflow_version: i32,
    /// Active leaf names, joined by `+`.
    pub workflow_state: String,
    /// What the machine remembers.
    #[sea_orm(column_type = "JsonBinary")]
    pub workflow_context: Context,
    /// Remembered history, by dotted path of its parent state.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub workflow_history: Option<Json>,
    /// When it came to its state; none where it has not moved since that is kept.
    pub state_since: Option<DateTimeUtc>,
    /// Grows by one with every committed change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was last cleared for fulfilment.
    pub cleared_at: Option<DateTimeUtc>,
    /// When it was closed: its state is final or tagged `closed`.
    pub closed_at: Option<DateTimeUtc>,
    /// When its state was first tagged `shipped`.
    pub shipped_at: Option<DateTimeUtc>,
    /// When its state was first tagged `delivered`.
    pub delivered_at: Option<DateTimeUtc>,
    /// When it was completed: tagged `done`, or final and `cleared`.
    pub completed_at: Option<DateTimeUtc>,
    /// When it fell through: tagged `void`, or final and not `cleared`.
    pub cancelled_at: Option<DateTimeUtc>,
    /// Whether it counts for the advertisements that led to it; none while it never did.
    pub attribution: Option<AttributionState>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
