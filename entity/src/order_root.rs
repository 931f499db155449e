//! The root of everything that grows from one quotation; its lock guards all of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The root of everything that grows from one quotation; its lock guards all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "order_root")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The digits of the quotation's and the sale order's number.
    pub number_seq: i64,
    /// Sequence of the last log row, 0 before the first.
    pub last_sequence: i64,
    /// Hash of the last log row, hex; empty before the first.
    pub last_hash: String,
    /// How many deferred events of the order wait.
    pub deferred_events: i32,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
