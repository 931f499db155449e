//! What was measured of an account.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What was measured of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "metric_snapshot")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The account.
    pub social_account_id: Uuid,
    /// Who measured.
    pub source: String,
    /// Names to whole numbers: millionths.
    #[sea_orm(column_type = "JsonBinary")]
    pub metrics: Json,
    /// When it was so.
    pub captured_at: DateTimeUtc,
    /// Who said so.
    pub recorded_by: String,
    /// When they did.
    pub recorded_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
