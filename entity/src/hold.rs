//! A reason why a fulfilment waits.

use crate::HoldCause;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A reason why a fulfilment waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "hold")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Fulfilment.
    pub fulfilment_id: Uuid,
    /// Cause.
    pub cause: HoldCause,
    /// Reason code.
    pub reason_code: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// Actor id.
    pub placed_by: String,
    /// Placed at.
    pub placed_at: DateTimeUtc,
    /// Lifted at.
    pub lifted_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
