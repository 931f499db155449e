//! What a touch is credited with of its order.

use crate::AttributionModel;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a touch is credited with of its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "attribution_credit")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// Touch.
    pub touch_id: Uuid,
    /// How the order was split.
    pub model: AttributionModel,
    /// Of the order, in millionths; those of an order make a million.
    pub share_millionths: i32,
    /// Of the order's total, minor units; those of an order make its total.
    pub amount_minor: i64,
    /// The order's total when they were computed, minor units.
    pub total_minor: i64,
    /// Currency code.
    pub currency: String,
    /// When the order began to count.
    pub credited_at: DateTimeUtc,
    /// Since when it counts no more.
    pub reversed_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
