//! Lines of a sale order; a line keeps the id of its quotation line.

use crate::ProductKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Lines of a sale order; a line keeps the id of its quotation line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "sale_line")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// Order within the document, from 0.
    pub position: i32,
    /// Stock keeping unit.
    pub sku: String,
    /// Goods or service.
    pub kind: ProductKind,
    /// As sold.
    pub title: String,
    /// 1 to 1,000,000.
    pub quantity: i32,
    /// Minor units.
    pub unit_price_minor: i64,
    /// Minor units, for the whole line.
    pub discount_minor: i64,
    /// Minor units, for the whole line.
    pub tax_minor: i64,
    /// quantity × unit price − discount + tax, minor units.
    pub total_minor: i64,
    /// Units reserved here and not yet taken over by a fulfilment.
    pub reserved: i32,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
