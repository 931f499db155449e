//! A person who signs in.

use crate::folding::{Worded, refolded};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "user_account")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique, lower case.
    pub email: String,
    /// Shown to people.
    pub name: String,
    /// Argon2 PHC string; none: cannot sign in by password.
    pub password_hash: Option<String>,
    /// A role of config/roles.toml.
    pub role: String,
    /// The customer that a CUSTOMER signs in for.
    pub customer_id: Option<Uuid>,
    /// The reseller that a RESELLER signs in for.
    pub reseller_id: Option<Uuid>,
    /// Disabled at.
    pub disabled_at: Option<DateTimeUtc>,
    /// Tokens of earlier epochs have ended.
    pub token_epoch: i32,
    /// The e-mail address and, on the next line, the name, folded for searching; filled when it is saved.
    pub folded: Option<String>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Worded for Entity {
    const WORDS: &'static [Column] = &[Column::Email, Column::Name];
    const FOLDED: Column = Column::Folded;
}

#[async_trait::async_trait]
impl ActiveModelBehavior for ActiveModel {
    async fn before_save<C: ConnectionTrait>(self, _: &C, insert: bool) -> Result<Self, DbErr> {
        refolded::<Entity>(self, insert)
    }
}
