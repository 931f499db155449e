//! Ledger of credit accounts, append only.

use crate::CreditEntryKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Ledger of credit accounts, append only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "credit_entry")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Account.
    pub account_id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// Kind.
    pub kind: CreditEntryKind,
    /// Always positive.
    pub amount_minor: i64,
    /// The account’s exposure after it.
    pub exposure_after_minor: i64,
    /// Occurred at.
    pub occurred_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
