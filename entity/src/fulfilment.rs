//! Goods or services on their way, driven by the fulfilment machine.

use crate::FulfilmentType;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a fulfilment's machine remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "camelCase", default)]
pub struct Context {
    /// Holds that are not lifted.
    pub holds: i32,
    /// Units that no stock is reserved for.
    pub missing: i32,
    /// Returns that have ended.
    #[serde(skip_serializing_if = "is_zero")]
    pub returns: i32,
    /// What it was worth when it fell through and its sale did not, minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fell_through: Option<i64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// Goods or services on their way, driven by the fulfilment machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "fulfilment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// Store.
    pub store_id: Uuid,
    /// Fulfilment type.
    pub fulfilment_type: FulfilmentType,
    /// Carrier.
    pub carrier: Option<String>,
    /// Tracking number.
    pub tracking_number: Option<String>,
    /// First time it was shipped, picked up or started.
    pub shipped_at: Option<DateTimeUtc>,
    /// Delivered at.
    pub delivered_at: Option<DateTimeUtc>,
    /// Received by.
    pub received_by: Option<String>,
    /// Scheduled at.
    pub scheduled_at: Option<DateTimeUtc>,
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
