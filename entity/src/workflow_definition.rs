//! Versions of machines.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Versions of machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "workflow_definition")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Shown to people.
    pub name: String,
    /// Version.
    pub version: i32,
    /// SHA-256 of the source, hex.
    pub content_hash: String,
    /// The JSON document.
    #[sea_orm(column_type = "Text")]
    pub source: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// The actor who published it; none when it came from a file.
    pub published_by: Option<String>,
    /// Where subjects go whose states it does not have: new leaf names by old ones.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub state_mapping: Option<Json>,
    /// Whether the configuration's file has been seen with this content.
    pub from_file: bool,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
