//! What is sold.

use crate::ProductKind;
use crate::folding::{Worded, fold, refolded};
use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique.
    pub sku: String,
    /// Kind.
    pub kind: ProductKind,
    /// Shown to people.
    pub title: String,
    /// Price, minor units.
    pub price_minor: i64,
    /// Reseller price, minor units.
    pub reseller_price_minor: Option<i64>,
    /// Currency code.
    pub currency: String,
    /// The SKU and, on the next line, the title, folded for searching; filled when it is saved.
    pub folded: Option<String>,
    /// The SKU, folded: unique. See [`own_spelling`].
    pub sku_folded: Option<String>,
    /// What another system calls it; unique.
    pub external_id: Option<String>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Grows by one with every change.
    pub version: i32,
    /// Since when it is not for sale any more.
    pub archived_at: Option<DateTimeUtc>,
}

/// The folded SKU of a product that was there beside one whose SKU differs by case only: its own spelling stands behind
/// it, after a blank, which no SKU has.
pub fn own_spelling(sku: &str) -> String {
    format!("{} {sku}", fold(sku))
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Worded for Entity {
    const WORDS: &'static [Column] = &[Column::Sku, Column::Title];
    const FOLDED: Column = Column::Folded;
}

#[async_trait::async_trait]
impl ActiveModelBehavior for ActiveModel {
    async fn before_save<C: ConnectionTrait>(self, _: &C, insert: bool) -> Result<Self, DbErr> {
        let mut row = refolded::<Entity>(self, insert)?;
        let (Set(sku) | Unchanged(sku)) = &row.sku else { return Ok(row) };
        let kept = match &row.sku_folded {
            Set(Some(there)) | Unchanged(Some(there)) => *there == own_spelling(sku),
            Set(None) | Unchanged(None) | NotSet => false,
        };
        if !kept {
            row.sku_folded = Set(Some(fold(sku)));
        }
        Ok(row)
    }
}
