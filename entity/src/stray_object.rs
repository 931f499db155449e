//! An object in the store that is no payment's receipt: not yet, or not any more.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An object in the store that is no payment's receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "stray_object")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The store's bucket.
    pub bucket: String,
    /// Its key.
    pub object_key: String,
    /// When it was announced, or let go.
    pub created_at: DateTimeUtc,
    /// From when on it is deleted.
    pub due_at: DateTimeUtc,
    /// When somebody went to delete it; from then on nothing may name it.
    pub claimed_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
