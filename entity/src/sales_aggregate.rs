//! What a party has bought and completed, by credit account.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a party has bought and completed, by credit account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "sales_aggregate")]
pub struct Model {
    /// Account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// Completed sales, minor units.
    pub cumulative_minor: i64,
    /// Completed sale orders.
    pub orders: i32,
    /// Updated at.
    pub updated_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
