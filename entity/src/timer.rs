//! Delayed transitions, lapses and deferred events that are due some time.

use crate::{SubjectKind, TimerKind};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Delayed transitions, lapses and deferred events that are due some time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "timer")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Subject kind.
    pub subject_kind: SubjectKind,
    /// Subject.
    pub subject_id: Uuid,
    /// Dotted path of the state that armed it.
    pub state: String,
    /// The delay’s name, or that of the deferred event.
    pub event: String,
    /// The override request that lapses, or the deferred event; the nil UUID for delayed transitions.
    pub ref_id: Uuid,
    /// What it is of.
    pub kind: TimerKind,
    /// Due at.
    pub due_at: DateTimeUtc,
    /// Claimed by a worker until then.
    pub lease_until: Option<DateTimeUtc>,
    /// Attempts.
    pub attempts: i32,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
