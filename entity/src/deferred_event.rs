//! An event that was sent outside its window and goes at the opening, and what became of it.

use crate::{DeferredStatus, SubjectKind};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An event that was sent outside its window and goes at the opening, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "deferred_event")]
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
    /// The event’s name.
    pub event: String,
    /// What it brings.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub payload: Option<Json>,
    /// Reason code.
    pub reason_code: Option<String>,
    /// Note.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// What its sender has kept with it.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Json>,
    /// The state in which it was asked for.
    pub state: String,
    /// Who asked.
    pub user_id: Uuid,
    /// The API key with which they asked; none with a token.
    pub api_key_id: Option<Uuid>,
    /// When it goes, or went.
    pub due_at: DateTimeUtc,
    /// How often it was put off, from 1.
    pub times: i32,
    /// What became of it.
    pub status: DeferredStatus,
    /// Why it was refused: the error’s code.
    pub outcome_code: Option<String>,
    /// Why it was refused, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    /// The log row that settled it.
    pub transition_id: Option<Uuid>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// None: it waits.
    pub settled_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
