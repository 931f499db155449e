//! Money that a reseller paid on account, and how much of it orders have had.

use crate::PaymentMethod;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Money that a reseller paid on account, and how much of it orders have had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "reseller_settlement")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who paid.
    pub reseller_id: Uuid,
    /// Currency code.
    pub currency: String,
    /// Amount, minor units.
    pub amount_minor: i64,
    /// How much of it has become payments of orders.
    pub applied_minor: i64,
    /// Method.
    pub method: PaymentMethod,
    /// As the bank or the receipt calls it.
    pub reference: String,
    /// The same for comparing: trimmed, in lower case. What was booked twice in two spellings has an id behind it.
    pub reference_key: String,
    /// When the money came in, as whoever booked it says.
    pub received_at: DateTimeUtc,
    /// Who took it.
    pub received_by_id: Option<Uuid>,
    /// Actor id.
    pub booked_by: String,
    /// When it was booked.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
