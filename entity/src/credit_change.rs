//! Who gave a party which credit, and why. Rows are only ever added.

use crate::{ActorType, PartyKind, Tier};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A change of a party's tier, of its own limit in a currency, or of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "credit_change")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Party kind.
    pub party_kind: PartyKind,
    /// Party.
    pub party_id: Uuid,
    /// Tier as it was.
    pub tier_before: Tier,
    /// Tier as it is.
    pub tier_after: Tier,
    /// Of the limits; none: no limit changed.
    pub currency: Option<String>,
    /// Own limit as it was, minor units; none: there was none.
    pub limit_before_minor: Option<i64>,
    /// Own limit as it is, minor units; none: there is none.
    pub limit_after_minor: Option<i64>,
    /// Reason code.
    pub reason_code: String,
    /// A person’s words.
    pub note: Option<String>,
    /// Actor type.
    pub actor_type: ActorType,
    /// Actor.
    pub actor_id: String,
    /// When.
    pub occurred_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
