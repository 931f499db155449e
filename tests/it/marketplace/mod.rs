//! The lifecycle marketplace: payment at once or into escrow, parcels on their way, disputes and those who decide them.

mod creation;
mod dashboards;
mod disputes;
mod escrow;
mod fees;
mod kill;
mod pairs;
mod parcels;
mod pending;
mod seed;
mod who;

use crate::{
    builders::merged,
    harness::{World, text},
};
use serde_json::{Value, json};

/// The states that an order rests in.
pub const STATES: [&str; 15] = [
    "payment_pending",
    "payment_confirmed",
    "escrow_locked",
    "order_confirmed",
    "processing",
    "ready_to_ship",
    "shipped",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "completed",
    "disputed",
    "cancelled",
    "refunded",
    "failed",
];
/// From and to, as the owner's table has them.
pub const PAIRS: [(&str, &str); 26] = [
    ("payment_pending", "payment_confirmed"),
    ("payment_pending", "escrow_locked"),
    ("payment_pending", "cancelled"),
    ("payment_pending", "failed"),
    ("payment_confirmed", "order_confirmed"),
    ("payment_confirmed", "cancelled"),
    ("payment_confirmed", "refunded"),
    ("escrow_locked", "order_confirmed"),
    ("escrow_locked", "disputed"),
    ("escrow_locked", "cancelled"),
    ("order_confirmed", "processing"),
    ("order_confirmed", "cancelled"),
    ("processing", "ready_to_ship"),
    ("processing", "cancelled"),
    ("ready_to_ship", "shipped"),
    ("ready_to_ship", "cancelled"),
    ("shipped", "in_transit"),
    ("shipped", "delivered"),
    ("in_transit", "out_for_delivery"),
    ("in_transit", "delivered"),
    ("out_for_delivery", "delivered"),
    ("delivered", "completed"),
    ("delivered", "disputed"),
    ("disputed", "completed"),
    ("disputed", "refunded"),
    ("disputed", "cancelled"),
];
/// Events by the state that they lead to.
pub const EVENTS: [(&str, &str); 18] = [
    ("payment_confirmed", "CONFIRM_PAYMENT"),
    ("escrow_locked", "LOCK_ESCROW"),
    ("order_confirmed", "CONFIRM_ORDER"),
    ("processing", "PROCESS"),
    ("ready_to_ship", "READY"),
    ("shipped", "SHIP"),
    ("in_transit", "IN_TRANSIT"),
    ("out_for_delivery", "OUT_FOR_DELIVERY"),
    ("delivered", "DELIVER"),
    ("completed", "COMPLETE"),
    ("completed", "RESOLVE_COMPLETE"),
    ("disputed", "DISPUTE"),
    ("cancelled", "CANCEL"),
    ("cancelled", "RESOLVE_CANCEL"),
    ("refunded", "REFUND"),
    ("refunded", "RESOLVE_REFUND"),
    ("failed", "FAIL"),
    ("payment_pending", "RESTART"),
];

impl World {
    /// An order of two mugs for Ada, 20.00, that nobody has paid.
    pub async fn market_order(&self, over: Value) -> String {
        let base = json!({ "lifecycle": "marketplace", "lines": [{ "sku": "MUG", "quantity": 2 }] });
        text(&self.create_order(&self.manager, merged(base, over)).await.ok()["saleOrder"]["id"])
    }

    /// An escrow that holds `amount` of an order: the payment's id.
    pub async fn market_escrow(&self, order: &str, amount: &str) -> String {
        let over = json!({ "method": "ESCROW", "status": "AUTHORIZED" });
        text(&self.register(&self.accountant, order, amount, over).await.ok()["payment"]["id"])
    }

    /// An order in a state, by the shortest way.
    pub async fn market_in(&self, state: &str) -> String {
        let order = self.market_order(json!({})).await;
        let way: &[&str] = match state {
            "payment_pending" => &[],
            "payment_confirmed" => &["pay"],
            "escrow_locked" => &["lock"],
            "order_confirmed" => &["pay", "CONFIRM_ORDER"],
            "processing" => &["pay", "CONFIRM_ORDER", "PROCESS"],
            "ready_to_ship" => &["pay", "CONFIRM_ORDER", "PROCESS", "READY"],
            "shipped" => &["pay", "CONFIRM_ORDER", "PROCESS", "READY", "SHIP"],
            "in_transit" => &["pay", "CONFIRM_ORDER", "PROCESS", "READY", "SHIP", "IN_TRANSIT"],
            "out_for_delivery" => {
                &["pay", "CONFIRM_ORDER", "PROCESS", "READY", "SHIP", "IN_TRANSIT", "OUT_FOR_DELIVERY"]
            }
            "delivered" => &["pay", "CONFIRM_ORDER", "PROCESS", "READY", "SHIP", "DELIVER"],
            "completed" => &["pay", "CONFIRM_ORDER", "PROCESS", "READY", "SHIP", "DELIVER", "COMPLETE"],
            "disputed" => &["lock", "DISPUTE"],
            "cancelled" => &["CANCEL"],
            "refunded" => &["pay", "REFUND"],
            "failed" => &["FAIL"],
            other => panic!("no way to {other}"),
        };
        for step in way {
            match *step {
                "pay" => drop(self.pay(&order, "20.00").await),
                "lock" => drop(self.market_escrow(&order, "20.00").await),
                event => drop(self.go(&self.admin, &order, event, json!({})).await.ok()),
            }
        }
        assert_eq!(self.state(&order).await, state);
        order
    }

    /// An order in escrow that has arrived: its id, and its payment's.
    pub async fn market_escrow_delivered(&self) -> (String, String) {
        let order = self.market_order(json!({})).await;
        let payment = self.market_escrow(&order, "20.00").await;
        for event in ["CONFIRM_ORDER", "PROCESS", "READY", "SHIP", "DELIVER"] {
            self.go(&self.seller, &order, event, json!({})).await.ok();
        }
        assert_eq!(self.state(&order).await, "delivered");
        (order, payment)
    }

    /// That an order came to where it is by the owner's pairs alone.
    pub async fn market_moves_are_allowed(&self, order: &str) {
        for (from, to) in self.moves(order).await {
            assert!(PAIRS.contains(&(&from, &to)), "{from} to {to}");
        }
    }
}
