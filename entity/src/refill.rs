//! What a provider was asked to deliver again, and what came of it.

use crate::RefillStatus;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a provider was asked to deliver again, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "refill")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// The line; none: the order as a whole.
    pub sale_line_id: Option<Uuid>,
    /// Who was asked.
    pub provider: String,
    /// What they call it.
    pub reference: Option<String>,
    /// How much is to be delivered again.
    pub quantity: i64,
    /// What it costs, in minor units.
    pub amount_minor: Option<i64>,
    /// Of what.
    pub currency: Option<String>,
    /// What came of it.
    pub status: RefillStatus,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: DateTimeUtc,
    /// Who said what came of it.
    pub settled_by: Option<String>,
    /// When; none: nothing has come of it yet.
    pub settled_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
