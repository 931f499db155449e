//! A payer who wants money back by way of a bank or card network.

use crate::DisputeStatus;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A payer who wants money back by way of a bank or card network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "dispute")]
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
    /// The provider's own reference; unique with its payment.
    pub reference: String,
    /// Status.
    pub status: DisputeStatus,
    /// How much is disputed, where the provider says so; else all of the payment.
    pub amount_minor: Option<i64>,
    /// When it was first heard of.
    pub opened_at: DateTimeUtc,
    /// When it was heard how it ended.
    pub decided_at: Option<DateTimeUtc>,
    /// When that was decided, by the provider's own time, where it says so.
    pub told_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
