//! A key for programs; only its hash is kept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A key for programs; only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Shown to people.
    pub name: String,
    /// First characters, to recognise it by.
    pub prefix: String,
    /// SHA-256, hex, unique.
    pub hash: String,
    /// Whose key it is: decisions through it count as theirs.
    pub user_id: Uuid,
    /// Permissions that it is narrowed to, an array; none: all of its user’s.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub scopes: Option<Json>,
    /// Expires at.
    pub expires_at: Option<DateTimeUtc>,
    /// Revoked at.
    pub revoked_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
