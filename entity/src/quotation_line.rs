//! Lines of a quotation’s current revision.

use crate::ProductKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Lines of a quotation’s current revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "quotation_line")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Quotation.
    pub quotation_id: Uuid,
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
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
