//! A person’s decision that stands in for payment or credit.

use crate::{OverrideKind, OverrideStatus};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A person’s decision that stands in for payment or credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "override_request")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// Kind.
    pub kind: OverrideKind,
    /// Status.
    pub status: OverrideStatus,
    /// Actor id.
    pub requested_by: String,
    /// Actor id.
    pub decided_by: Option<String>,
    /// Reason code.
    pub reason_code: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// How far over the limit the order was when it was asked.
    pub overage_minor: Option<i64>,
    /// Requested amount, minor units.
    pub requested_amount_minor: Option<i64>,
    /// ADMIN without amount: any.
    pub approved_amount_minor: Option<i64>,
    /// Expires at.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Decided at.
    pub decided_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
