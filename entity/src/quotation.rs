//! An offer, driven by the quotation machine.

use crate::{Address, FulfilmentType, SaleChannel, SaleType};
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a quotation's machine remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "camelCase", default)]
pub struct Context {
    /// The revision that approvals are for.
    pub revision: i32,
    /// When the buyer approved this revision.
    pub buyer_approved_at: Option<DateTimeUtc>,
    /// When the seller approved this revision.
    pub seller_approved_at: Option<DateTimeUtc>,
    /// Whether its buyer wrote it; left out where not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drafted_by_buyer: bool,
    /// Whether it was made and approved at the till; left out where not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_till: bool,
}

/// An offer, driven by the quotation machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "quotation")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// QUO-<year>-<digits>.
    pub number: String,
    /// Sale type.
    pub sale_type: SaleType,
    /// Channel.
    pub channel: SaleChannel,
    /// Store.
    pub store_id: Uuid,
    /// Customer.
    pub customer_id: Option<Uuid>,
    /// Reseller.
    pub reseller_id: Option<Uuid>,
    /// Currency code.
    pub currency: String,
    /// Total, minor units.
    pub total_minor: i64,
    /// Grows with every accepted edit.
    pub revision: i32,
    /// Valid until.
    pub valid_until: DateTimeUtc,
    /// How its goods leave.
    pub fulfilment_type: FulfilmentType,
    /// Shipping address.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub shipping_address: Option<Address>,
    /// Of this revision.
    pub buyer_approved_at: Option<DateTimeUtc>,
    /// Of this revision.
    pub seller_approved_at: Option<DateTimeUtc>,
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
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
