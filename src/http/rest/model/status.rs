//! Another status for an order.

use super::super::sent::maybe_whole;
use super::events::StateEvent;
use super::words::Status;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Another status for an order, and what goes with it. The event that leads there is found by the order's lifecycle; details that
/// this event does not take are refused by name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeStatus {
    /// The status.
    pub status: Status,
    /// Why, in words.
    #[schema(max_length = 10_000, pattern = "^[^\\x00]*$")]
    pub notes: Option<String>,
    /// Why, by one of the store's codes.
    #[schema(max_length = 100, pattern = "^[^\\x00]*$")]
    pub reason_code: Option<String>,
    /// As what the caller speaks. Needs `actor.assert`; the log keeps who called.
    pub actor_type: Option<ActorType>,
    /// In whose name the caller speaks, in words for people. Needs `actor.assert`.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub actor_label: Option<String>,
    /// What is kept with it in the log, and read by nothing.
    #[serde(rename = "metadata")]
    #[schema(value_type = Option<Object>)]
    pub _metadata: Option<IgnoredAny>,
    /// Who carries it.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub carrier: Option<String>,
    /// The number to track it by.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub tracking_number: Option<String>,
    /// When it should arrive.
    #[schema(format = Date)]
    pub estimated_delivery: Option<String>,
    /// Refused when the order has moved on from this version.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 2_147_483_647)]
    pub expected_version: Option<i64>,
    /// Where only a window of the store is in the way, it waits until that opens: 202.
    pub defer: Option<bool>,
}

/// What somebody acts as.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActorType {
    System,
    Operator,
    Admin,
    Customer,
    Reseller,
    Seller,
    Automation,
    Provider,
}

impl From<ActorType> for entity::ActorType {
    fn from(kind: ActorType) -> Self {
        match kind {
            ActorType::System => Self::System,
            ActorType::Operator => Self::Operator,
            ActorType::Admin => Self::Admin,
            ActorType::Customer => Self::Customer,
            ActorType::Reseller => Self::Reseller,
            ActorType::Seller => Self::Seller,
            ActorType::Automation => Self::Automation,
            ActorType::Provider => Self::Provider,
        }
    }
}

/// The status was changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Moved {
    /// True.
    pub success: bool,
    /// The order, as it is now.
    pub order: MovedOrder,
    /// What happened.
    pub event: StateEvent,
}

/// An order whose status was changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MovedOrder {
    /// `sale_…`
    pub id: String,
    /// ORD-<year>-<six digits>.
    pub order_number: String,
    /// Where it stands.
    pub status: String,
    /// Since when.
    #[schema(format = DateTime)]
    pub status_updated_at: String,
    /// The number to track it by.
    pub tracking_number: Option<String>,
    /// Grows by one with every change.
    pub version: i32,
}
