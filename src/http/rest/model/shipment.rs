//! What leaves of an order, and what waits for its window.

use super::super::sent::maybe_whole;
use super::status::MovedOrder;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A parcel that leaves. What of it the order's lifecycle does not take is refused by name.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ship {
    /// What leaves; left out: all that is left.
    #[schema(min_items = 1, max_items = 500)]
    pub items: Option<Vec<ShippedItem>>,
    /// Who carries it.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub carrier: Option<String>,
    /// The number to track it by.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub tracking_number: Option<String>,
    /// When it should arrive.
    #[schema(format = Date)]
    pub estimated_delivery: Option<String>,
    /// Why, in words.
    #[schema(max_length = 10_000, pattern = "^[^\\x00]*$")]
    pub notes: Option<String>,
    /// Why, by one of the store's codes.
    #[schema(max_length = 100, pattern = "^[^\\x00]*$")]
    pub reason_code: Option<String>,
    /// Refused when the order has moved on from this version.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 2_147_483_647)]
    pub expected_version: Option<i64>,
    /// Where only a window of the store is in the way, it waits until that opens: 202.
    pub defer: Option<bool>,
}

/// Units of an item.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShippedItem {
    /// The item's id, `line_…`.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub item_id: String,
    /// How many of it.
    #[serde(deserialize_with = "super::super::sent::whole")]
    #[schema(value_type = i32, minimum = 1, maximum = 1_000_000)]
    pub quantity: i64,
}

/// A parcel has left.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shipped {
    /// True.
    pub success: bool,
    /// The parcel; null where everything had left before.
    pub shipment: Option<Shipment>,
    /// The order, as it is now.
    pub order: MovedOrder,
}

/// A parcel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shipment {
    /// `ful_…`
    pub id: String,
    /// Where it is.
    pub status: String,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The number to track it by.
    pub tracking_number: Option<String>,
    /// What is in it.
    pub items: Vec<ShippedItem>,
}

/// It waits for its window.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waits {
    /// True: it is kept, and sent then.
    pub success: bool,
    /// What waits.
    pub deferred: Deferred,
}

/// An event that waits for a window of its store.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deferred {
    /// `dfe_…`, by which it is taken back.
    pub id: String,
    /// Which event.
    pub event: String,
    /// When it is sent, in the caller's name.
    #[schema(format = DateTime)]
    pub due_at: String,
}
