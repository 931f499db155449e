//! The lifecycle retail: sold without asking for money, and taken back to where it was.

mod history;
mod pairs;
mod stories;
mod who;

use crate::{
    builders::merged,
    harness::{World, text},
};
use serde_json::{Value, json};

/// The seed's statuses.
pub const STATES: [&str; 8] =
    ["pending", "confirmed", "processing", "ready_for_pickup", "shipped", "delivered", "cancelled", "refunded"];
/// From and to, as the seed has them.
pub const PAIRS: [(&str, &str); 17] = [
    ("pending", "confirmed"),
    ("pending", "cancelled"),
    ("confirmed", "processing"),
    ("confirmed", "cancelled"),
    ("confirmed", "refunded"),
    ("processing", "ready_for_pickup"),
    ("processing", "shipped"),
    ("processing", "delivered"),
    ("processing", "cancelled"),
    ("processing", "refunded"),
    ("ready_for_pickup", "delivered"),
    ("ready_for_pickup", "cancelled"),
    ("ready_for_pickup", "refunded"),
    ("shipped", "delivered"),
    ("shipped", "cancelled"),
    ("shipped", "refunded"),
    ("delivered", "refunded"),
];

impl World {
    /// A retail order of two mugs for Ada, 20.00, that nobody has confirmed.
    pub async fn retailed(&self, over: Value) -> String {
        let base = json!({ "lifecycle": "retail", "lines": [{ "sku": "MUG", "quantity": 2 }] });
        text(&self.create_order(&self.manager, merged(base, over)).await.ok()["saleOrder"]["id"])
    }

    /// The same in a state; `paid`: with its money in.
    pub async fn retailed_in(&self, state: &str, paid: bool, over: Value) -> String {
        let way: &[&str] = match state {
            "pending" => &[],
            "confirmed" => &["CONFIRM"],
            "processing" => &["CONFIRM", "PROCESS"],
            "ready_for_pickup" => &["CONFIRM", "PROCESS", "READY_FOR_PICKUP"],
            "shipped" => &["CONFIRM", "PROCESS", "SHIP"],
            "delivered" => &["CONFIRM", "PROCESS", "DELIVER"],
            other => panic!("no way to {other}"),
        };
        let by = if state == "ready_for_pickup" { "PICKUP" } else { "DELIVERY" };
        let order = self.retailed(merged(json!({ "fulfilmentType": by }), over)).await;
        if paid {
            self.pay(&order, "20.00").await;
        }
        self.retail_goes(&order, way).await;
        assert_eq!(self.state(&order).await, state);
        order
    }

    /// Sends events as an administrator who says why.
    pub async fn retail_goes(&self, order: &str, events: &[&str]) {
        for event in events {
            self.go(&self.admin, order, event, json!({})).await.ok();
        }
    }
}
