//! Ledger of money per order, append only; its sum is the captured total.

use crate::PaymentEntryKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Ledger of money per order, append only; its sum is the captured total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "payment_entry")]
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
    /// Refund.
    pub refund_id: Option<Uuid>,
    /// Kind.
    pub kind: PaymentEntryKind,
    /// The provider's own reference of a capture, where it has one; unique with its payment.
    pub reference: Option<String>,
    /// Signed: captures positive, refunds and charge-backs negative.
    pub amount_minor: i64,
    /// Occurred at.
    pub occurred_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
