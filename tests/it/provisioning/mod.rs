//! The lifecycle provisioning: services that grow accounts, what was measured of these, and the proof.

mod export;
mod lift;
mod money;
mod pairs;
mod proof;
mod refills;
mod routes;
mod who;

use crate::{
    builders::merged,
    harness::{Answer, User, World, text},
};
use serde_json::{Value, json};

/// The states that an order rests in.
pub const STATES: [&str; 6] = ["pending", "processing", "active", "on_hold", "completed", "canceled"];
/// From and to, as the owner's table has them.
pub const PAIRS: [(&str, &str); 15] = [
    ("pending", "processing"),
    ("pending", "active"),
    ("pending", "completed"),
    ("pending", "canceled"),
    ("processing", "active"),
    ("processing", "completed"),
    ("processing", "on_hold"),
    ("processing", "canceled"),
    ("active", "completed"),
    ("active", "on_hold"),
    ("active", "canceled"),
    ("on_hold", "processing"),
    ("on_hold", "active"),
    ("on_hold", "canceled"),
    ("completed", "active"),
];
/// Events by the state that they lead to.
pub const EVENTS: [(&str, &str); 8] = [
    ("pending", "RESTART"),
    ("processing", "START"),
    ("active", "ACTIVATE"),
    ("active", "REOPEN"),
    ("active", "REFILL_REQUESTED"),
    ("on_hold", "HOLD"),
    ("completed", "COMPLETE"),
    ("canceled", "CANCEL"),
];

impl World {
    /// An order of a service for Ada, 40.00, that nobody has paid.
    pub async fn prov_order(&self, over: Value) -> String {
        let base = json!({ "lifecycle": "provisioning", "lines": [{ "sku": "SETUP", "quantity": 1 }] });
        text(&self.create_order(&self.manager, merged(base, over)).await.ok()["saleOrder"]["id"])
    }

    /// The same in a state.
    pub async fn prov_in(&self, state: &str) -> String {
        let order = self.prov_order(json!({})).await;
        let way: &[&str] = match state {
            "pending" => &[],
            "processing" => &["START"],
            "active" => &["ACTIVATE"],
            "on_hold" => &["START", "HOLD"],
            "completed" => &["ACTIVATE", "COMPLETE"],
            "canceled" => &["CANCEL"],
            other => panic!("no way to {other}"),
        };
        for event in way {
            self.prov_go(&self.admin, &order, event).await.ok();
        }
        assert_eq!(self.state(&order).await, state);
        order
    }

    /// Sends an event with a reason and a note.
    pub async fn prov_go(&self, user: &User, order: &str, event: &str) -> Answer {
        let over = json!({ "reasonCode": "SLA_MISSED", "note": "as agreed", "payload": null });
        self.send_with(user, order, event, over).await
    }

    /// An account of Ada's, verified.
    pub async fn prov_account(&self, handle: &str) -> String {
        let input = json!({
            "customerId": self.customer_ada, "platform": "Instagram", "handle": handle, "verificationStatus": "VERIFIED",
        });
        self.make(&self.operator, "createSocialAccount", "CreateSocialAccountInput", input, "socialAccount").await
    }

    /// Followers of an account, as they were then.
    pub async fn prov_measured(&self, account: &str, followers: i64, at: &str) -> Answer {
        let input = json!({
            "socialAccountId": account, "source": "scraper", "metrics": { "followerCount": followers }, "capturedAt": at,
        });
        self.mutate(&self.operator, "recordMetrics", "RecordMetricsInput", "snapshot { id metrics }", input).await
    }

    /// Says that the first line of an order is delivered to an account.
    pub async fn prov_link(&self, user: &User, order: &str, account: &str) -> Answer {
        let line = text(&self.sale_order(order).await["lines"][0]["id"]);
        let input = json!({ "orderLineId": line, "socialAccountId": account });
        self.mutate(user, "linkSocialAccount", "LinkSocialAccountInput", "saleOrder { id version }", input).await
    }

    /// The proof of an order.
    pub async fn prov_proof(&self, order: &str) -> Value {
        self.get(&self.operator, &format!("/api/v1/orders/{order}/delivery-proof")).await.ok()
    }

    /// Asks for a refill.
    pub async fn prov_refill(&self, user: &User, order: &str, over: Value) -> Answer {
        let base = json!({
            "saleOrderId": order, "provider": "growthco", "quantity": 100, "amount": { "amount": "12.50", "currency": "USD" },
        });
        let payload = "refill { id status provider quantity amount { amount currency } requestedBy settledAt }";
        self.mutate(user, "requestRefill", "RequestRefillInput", payload, merged(base, over)).await
    }

    /// Says what came of a refill.
    pub async fn prov_settle(&self, user: &User, refill: &str, completed: bool) -> Answer {
        let input = json!({ "refillId": refill, "completed": completed });
        self.mutate(user, "settleRefill", "SettleRefillInput", "refill { id status settledBy }", input).await
    }
}
