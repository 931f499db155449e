//! A shop, its currency and its zone.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A shop, its currency and its zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "store")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Shown to people.
    pub name: String,
    /// Who sells in it, where that is not what it is called.
    pub seller_name: Option<String>,
    /// ISO 4217 or a configured extra code.
    pub currency: String,
    /// IANA name.
    pub timezone: String,
    /// Machine of new sale orders.
    pub default_lifecycle: String,
    /// Hours, holidays and windows; none: always open.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub calendar: Option<Json>,
    /// Whether a sale may reserve less than it sells.
    pub backorders: bool,
    /// What another system calls it; unique.
    pub external_id: Option<String>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Grows by one with every change.
    pub version: i32,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
