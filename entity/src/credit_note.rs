//! What is no longer owed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What is no longer owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "credit_note")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// Fulfilment.
    pub fulfilment_id: Option<Uuid>,
    /// Amount, minor units.
    pub amount_minor: i64,
    /// Written because the fulfilment fell through; nobody issued it by hand.
    pub fell_through: bool,
    /// Reason code.
    pub reason_code: String,
    /// Note.
    pub note: Option<String>,
    /// Actor id.
    pub issued_by: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
