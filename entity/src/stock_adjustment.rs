//! Every correction of stock by hand, append only.

use crate::ActorType;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Every correction of stock by hand, append only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "stock_adjustment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Stock.
    pub stock_id: Uuid,
    /// Delta.
    pub delta: i32,
    /// On hand after.
    pub on_hand_after: i32,
    /// Reason code.
    pub reason_code: String,
    /// Note.
    pub note: Option<String>,
    /// Actor type.
    pub actor_type: ActorType,
    /// Actor.
    pub actor_id: Option<String>,
    /// Occurred at.
    pub occurred_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
