//! Number sequences where the database has none (SQLite).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Number sequences where the database has none (SQLite).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "number_counter")]
pub struct Model {
    /// Shown to people.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Value.
    pub value: i64,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
