//! Everything that happened, hash-chained per order, append only.

use crate::{ActorType, SubjectKind};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Everything that happened, hash-chained per order, append only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "transition_log")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Gapless per order, from 1.
    pub sequence: i64,
    /// Subject kind.
    pub subject_kind: SubjectKind,
    /// Subject.
    pub subject_id: Uuid,
    /// None: the subject came to be.
    pub from_state: Option<String>,
    /// To state.
    pub to_state: String,
    /// Event.
    pub event: String,
    /// Actor type.
    pub actor_type: ActorType,
    /// Actor.
    pub actor_id: Option<String>,
    /// Actor label.
    pub actor_label: Option<String>,
    /// Reason code.
    pub reason_code: Option<String>,
    /// Note.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// The note, folded for searching; no part of the chain.
    #[sea_orm(column_type = "Text", nullable)]
    pub note_folded: Option<String>,
    /// Metadata.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Json>,
    /// Hex; salts the digests of label, note and metadata.
    pub salt: String,
    /// Digest of label, note and metadata; what the chain keeps of them after erasure.
    pub private_digest: String,
    /// Occurred at.
    pub occurred_at: DateTimeUtc,
    /// Hex; empty for the first.
    pub previous_hash: String,
    /// Hex.
    pub hash: String,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
