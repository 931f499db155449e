//! What only some payments have: transactions on a chain, what those cost, and what the provider keeps.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What only some payments have: transactions on a chain, what those cost, and what the provider keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "payment_detail")]
pub struct Model {
    /// Primary key: the payment's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// The transaction that paid, or that locked the escrow; one pays one order.
    pub transaction_hash: Option<String>,
    /// The transaction that gave an escrow's money to the seller.
    pub release_hash: Option<String>,
    /// The transaction that gave it back to the buyer.
    pub refund_hash: Option<String>,
    /// What the paying transaction used, a plain decimal; of no order's money.
    pub gas_used: Option<String>,
    /// What that cost, a plain decimal in `gas_currency`; of no order's money.
    pub gas_fee: Option<String>,
    /// The currency of `gas_fee`.
    pub gas_currency: Option<String>,
    /// What the provider keeps, in minor units of the payment's currency.
    pub processing_fee_minor: Option<i64>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
