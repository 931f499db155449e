//! The one queue for all asynchronous work.

use crate::OutboxKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The one queue for all asynchronous work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Root.
    pub root_id: Option<Uuid>,
    /// What is to be done.
    pub kind: OutboxKind,
    /// Payload.
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Not before then.
    pub available_at: DateTimeUtc,
    /// Lease until.
    pub lease_until: Option<DateTimeUtc>,
    /// Attempts.
    pub attempts: i32,
    /// Last error.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// Done at.
    pub done_at: Option<DateTimeUtc>,
    /// Given up; kept to be seen.
    pub dead_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
