//! Money on its way back.

use crate::RefundStatus;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Money on its way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// Payment.
    pub payment_id: Uuid,
    /// The fulfilment that it is for.
    pub fulfilment_id: Option<Uuid>,
    /// The return of that fulfilment that it settles: how many had ended before. None: it settles no return.
    pub return_no: Option<i32>,
    /// Amount, minor units.
    pub amount_minor: i64,
    /// The part that, once issued, is no longer owed either.
    pub credited_minor: i64,
    /// The part that, once issued, gave back more than was over-paid: it counts for what falls through.
    pub given_minor: i64,
    /// Status.
    pub status: RefundStatus,
    /// Reason code.
    pub reason_code: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// Actor id.
    pub requested_by: String,
    /// The provider's own reference of it.
    pub reference: Option<String>,
    /// Whether nobody here asked for it: the provider gave the money back by itself.
    pub unasked: bool,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Settled at.
    pub settled_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
