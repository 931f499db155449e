//! Which account a line of an order is delivered to.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Which account a line of an order is delivered to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "line_account")]
pub struct Model {
    /// The line; it goes with it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sale_line_id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// The account.
    pub social_account_id: Uuid,
    /// Who said so.
    pub linked_by: String,
    /// When.
    pub linked_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
