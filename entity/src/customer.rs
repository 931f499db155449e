//! A consumer.

use crate::Tier;
use crate::folding::{Worded, refolded};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Shown to people.
    pub name: String,
    /// Email.
    pub email: Option<String>,
    /// Tier of new credit accounts.
    pub credit_tier: Tier,
    /// The e-mail address and, on the next line, the name, folded for searching; filled when it is saved.
    pub folded: Option<String>,
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
