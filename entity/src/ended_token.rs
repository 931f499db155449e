//! A token that its user ended before its time.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A token that its user ended before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "ended_token")]
pub struct Model {
    /// Its `jti`; of one without, the SHA-256 of the token, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token: String,
    /// Whose it was.
    pub user_id: Uuid,
    /// When it was ended.
    pub ended_at: DateTimeUtc,
    /// When it would have ended by itself, so that nobody needs the row any more.
    pub expires_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
