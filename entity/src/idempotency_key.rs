//! Answers already given, kept 24 hours.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Answers already given, kept 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Actor.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor: String,
    /// Mutation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mutation: String,
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Input hash.
    pub input_hash: String,
    /// The ids that the payload is built from.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub result: Option<Json>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
