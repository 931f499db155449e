//! Something of an advertisement that a buyer touched before they ordered.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Something of an advertisement that a buyer touched before they ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "attribution_touch")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// What the advertiser calls the click; the same at the same time is the same touch.
    pub click_id: String,
    /// Campaign.
    pub campaign: Option<String>,
    /// Ad.
    pub ad: Option<String>,
    /// Where it was seen.
    pub source: Option<String>,
    /// What the shop keeps with it: an object.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub data: Option<Json>,
    /// When it was touched.
    pub touched_at: DateTimeUtc,
    /// Whether it was written down once the order counted already: no credit is computed of it before a recompute.
    pub late: bool,
    /// When it was written down.
    pub recorded_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
