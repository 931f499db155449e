//! A one-time token with which a user sets a new password; only its hash is kept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A one-time token with which a user sets a new password; only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "password_reset")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose password it sets.
    pub user_id: Uuid,
    /// SHA-256, hex, unique.
    pub hash: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Until when it is good.
    pub expires_at: DateTimeUtc,
    /// When it was used; then it is good no more.
    pub used_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
