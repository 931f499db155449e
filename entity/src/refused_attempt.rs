//! What a person tried and was refused.

use crate::{ActorType, SubjectKind};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a person tried and was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "refused_attempt")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Subject kind.
    pub subject_kind: SubjectKind,
    /// Subject.
    pub subject_id: Uuid,
    /// Event.
    pub event: String,
    /// State.
    pub state: Option<String>,
    /// Code.
    pub code: String,
    /// Message.
    pub message: String,
    /// Guard.
    pub guard: Option<String>,
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
