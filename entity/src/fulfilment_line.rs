//! Which part of a sale line a fulfilment carries.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Which part of a sale line a fulfilment carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "fulfilment_line")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Fulfilment.
    pub fulfilment_id: Uuid,
    /// Sale line.
    pub sale_line_id: Uuid,
    /// The first of the sale line's units that it carries, counted from 0: its units are these and the next ones.
    pub first_unit: i32,
    /// Quantity.
    pub quantity: i32,
    /// Units reserved for it.
    pub reserved: i32,
    /// Units that left the stock.
    pub shipped: i32,
    /// Units the buyer wants to send back.
    pub return_requested: i32,
    /// Units that came back.
    pub returned: i32,
    /// Of those, units that did not go back on the shelf.
    pub written_off: i32,
    /// Units of the return that is under way.
    pub returning: i32,
    /// Units whose returns are settled.
    pub settled: i32,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
