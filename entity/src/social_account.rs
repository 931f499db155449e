//! Accounts of customers on platforms, whose growth orders are about.

use crate::VerificationStatus;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Accounts of customers on platforms, whose growth orders are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "social_account")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose it is.
    pub customer_id: Uuid,
    /// In small letters.
    pub platform: String,
    /// As it was written, without @.
    pub handle: String,
    /// The handle, folded: one a customer and platform.
    pub handle_folded: String,
    /// Whether it is theirs.
    pub verification_status: VerificationStatus,
    /// Since when it is verified.
    pub verified_at: Option<DateTimeUtc>,
    /// Who said so last.
    pub verified_by: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
