//! What a store has of one `SKU`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a store has of one `SKU`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "stock")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Store.
    pub store_id: Uuid,
    /// Sku.
    pub sku: String,
    /// Never negative.
    pub on_hand: i32,
    /// Never negative, never above `on_hand`.
    pub reserved: i32,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
