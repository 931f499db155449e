//! What is sold.

use crate::types::ProductKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique.
    pub sku: String,
    /// Kind.
    pub kind: ProductKind,
    /// Shown to people.
    pub title: String,
    /// Price, minor units.
    pub price_minor: i64,
    /// Reseller price, minor units.
    pub reseller_price_minor: Option<i64>,
    /// Currency code.
    pub currency: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Grows by one with every change.
    pub version: i32,
    /// Since when it is not for sale any more.
    pub archived_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
