//! The lifecycle order-processing, and its parcels.

mod history;
mod money;
mod pairs;
mod parcels;
mod who;

use crate::{
    builders::{merged, money as usd},
    harness::{Answer, User, World, text},
};
use serde_json::{Value, json};

/// The states that an order rests in.
pub const STATES: [&str; 9] =
    ["pending", "confirmed", "paid", "processing", "shipped", "delivered", "returned", "refunded", "cancelled"];
/// From and to: what somebody may do by hand, administrators among them.
pub const PAIRS: [(&str, &str); 17] = [
    ("pending", "confirmed"),
    ("pending", "cancelled"),
    ("confirmed", "paid"),
    ("confirmed", "cancelled"),
    ("paid", "processing"),
    ("paid", "cancelled"),
    ("paid", "refunded"),
    ("processing", "shipped"),
    ("processing", "cancelled"),
    ("processing", "refunded"),
    ("shipped", "delivered"),
    ("shipped", "refunded"),
    ("delivered", "returned"),
    ("delivered", "refunded"),
    ("delivered", "shipped"),
    ("returned", "refunded"),
    ("refunded", "paid"),
];
/// Events by the state that they lead to.
pub const EVENTS: [(&str, &str); 11] = [
    ("confirmed", "CONFIRM"),
    ("paid", "PAY"),
    ("paid", "REINSTATE"),
    ("processing", "PROCESS"),
    ("shipped", "SHIP"),
    ("shipped", "CORRECT"),
    ("shipped", "DROP_REST"),
    ("delivered", "DELIVER"),
    ("returned", "RETURN"),
    ("refunded", "REFUND"),
    ("cancelled", "CANCEL"),
];

impl World {
    /// An order of two mugs for Ada, 20.00, that nobody has confirmed.
    pub async fn processed(&self, over: Value) -> String {
        let base = json!({ "lifecycle": "order-processing", "lines": [{ "sku": "MUG", "quantity": 2 }] });
        text(&self.create_order(&self.manager, merged(base, over)).await.ok()["saleOrder"]["id"])
    }

    /// The same in a state.
    pub async fn processed_in(&self, state: &str) -> String {
        let order = self.processed(json!({})).await;
        let way: &[&str] = match state {
            "pending" => &[],
            "confirmed" => &["CONFIRM"],
            "paid" => &["CONFIRM", "pay"],
            "processing" => &["CONFIRM", "pay", "PROCESS"],
            "shipped" => &["CONFIRM", "pay", "PROCESS", "SHIP"],
            "delivered" => &["CONFIRM", "pay", "PROCESS", "SHIP", "DELIVER"],
            "returned" => &["CONFIRM", "pay", "PROCESS", "SHIP", "DELIVER", "RETURN"],
            "refunded" => &["CONFIRM", "pay", "REFUND"],
            "cancelled" => &["CANCEL"],
            other => panic!("no way to {other}"),
        };
        for step in way {
            match *step {
                "pay" => drop(self.pay(&order, "20.00").await),
                event => drop(self.go(&self.admin, &order, event, json!({})).await.ok()),
            }
        }
        assert_eq!(self.state(&order).await, state);
        order
    }

    /// Sends an event with a reason.
    pub async fn go(&self, user: &User, order: &str, event: &str, payload: Value) -> Answer {
        let over = json!({ "reasonCode": "CUSTOMER_REQUEST", "payload": payload });
        self.send_with(user, order, event, over).await
    }

    /// Ships units of lines in a parcel of their own.
    pub async fn ship(&self, order: &str, lines: &[(&str, i64)]) -> Answer {
        let lines: Vec<Value> =
            lines.iter().map(|(line, units)| json!({ "orderLineId": line, "quantity": units })).collect();
        let payload = json!({ "carrier": "UPS", "trackingNumber": "1Z", "lines": lines });
        self.go(&self.seller, order, "SHIP", payload).await
    }

    /// The ids of an order's parts, oldest first.
    pub async fn parts(&self, order: &str) -> Vec<String> {
        let parts = self.sale_order(order).await["fulfilments"].as_array().cloned().expect("parts");
        parts.iter().map(|part| text(&part["id"])).collect()
    }

    /// Says how every refund of an order that is on its way ended.
    pub async fn refunds_end(&self, order: &str, issued: bool) {
        for payment in self.sale_order(order).await["payments"].as_array().expect("payments") {
            for refund in payment["refunds"].as_array().expect("refunds") {
                if ["REQUESTED", "SENT"].contains(&text(&refund["status"]).as_str()) {
                    self.settle(&self.accountant, &text(&refund["id"]), issued).await.ok();
                }
            }
        }
    }

    /// The moves between states that an order's log has.
    pub async fn moves(&self, order: &str) -> Vec<(String, String)> {
        let rows = self.log(order).await.into_iter().filter(|row| !row["fromState"].is_null());
        let moves = rows.map(|row| (text(&row["fromState"]), text(&row["toState"])));
        moves.filter(|(from, to)| from != to).collect()
    }

    /// A line of mugs with a discount, so that its total is no multiple of its units.
    pub fn odd_line(&self, units: i64) -> Value {
        json!([{ "sku": "MUG", "quantity": units, "discount": usd("0.01") }])
    }
}
