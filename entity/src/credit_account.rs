//! Credit of one party in one currency.

use crate::{PartyKind, Tier};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Credit of one party in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "credit_account")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Party kind.
    pub party_kind: PartyKind,
    /// Party.
    pub party_id: Uuid,
    /// Currency code.
    pub currency: String,
    /// Tier.
    pub tier: Tier,
    /// Agreed limit; none: the tier’s cap.
    pub own_limit_minor: Option<i64>,
    /// Sum of its ledger, minor units.
    pub exposure_minor: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
