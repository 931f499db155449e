//! What a provider is asked to deliver again.

use super::super::amount::Amount;
use super::super::given::Given;
use super::super::sent::whole;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a provider is asked to deliver again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestRefill {
    /// Of which item, `line_…`; left out: of the order as a whole.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub item_id: Option<String>,
    /// Who is asked.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub provider: String,
    /// How much.
    #[serde(deserialize_with = "whole")]
    #[schema(value_type = i32, minimum = 1, maximum = 1_000_000_000)]
    pub quantity: i64,
    /// What it costs.
    pub amount: Option<Given>,
    /// Of what; left out: the order's currency.
    #[schema(pattern = "^[A-Z0-9]{3,8}$")]
    pub currency: Option<String>,
    /// What the provider calls it.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub reference: Option<String>,
    /// Why, in words.
    #[schema(max_length = 10_000, pattern = "^[^\\x00]*$")]
    pub notes: Option<String>,
}

/// What came of a refill.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettleRefill {
    /// Whether it was delivered.
    pub status: RefillEnd,
    /// Why, in words.
    #[schema(max_length = 10_000, pattern = "^[^\\x00]*$")]
    pub notes: Option<String>,
}

/// How a refill ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RefillEnd {
    /// It was delivered.
    Completed,
    /// It was not.
    Failed,
}

impl RefillEnd {
    /// Whether it was delivered.
    pub fn is_completed(self) -> bool {
        self == Self::Completed
    }
}

/// A refill, as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefillAnswer {
    /// True.
    pub success: bool,
    /// The refill.
    pub refill: Refill,
}

/// What a provider was asked to deliver again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refill {
    /// `refill_…`
    pub id: String,
    /// `sale_…`
    pub order_id: String,
    /// `line_…`; null: the order as a whole.
    pub item_id: Option<String>,
    /// Who was asked.
    pub provider: String,
    /// How much is to be delivered again.
    pub quantity: i64,
    /// What it costs.
    pub amount: Option<Amount>,
    /// Of what.
    pub currency: Option<String>,
    /// What the provider calls it.
    pub reference: Option<String>,
    /// `requested`, `completed` or `failed`.
    pub status: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    #[schema(format = DateTime)]
    pub requested_at: String,
    /// When it was settled.
    #[schema(format = DateTime)]
    pub settled_at: Option<String>,
}
