//! What providers post, from the request to the order.

mod flood;
mod identity;
mod intake;
pub mod kill;
mod order;
pub mod speaks;
mod surprises;

use crate::harness::{MYPAY, STRIPE, World};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use hmac::{Hmac, Mac as _};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sha2::Sha256;
use tower::ServiceExt as _;

const INBOX: &str = "query($f: WebhookDeliveryFilter) { webhookDeliveries(filter: $f) { nodes { id family provider party eventId \
    kind reference status decision saleOrderId paymentId headers { name value } body deliveries attempts settledAt } } }";

/// What was answered.
pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
}

impl World {
    /// Posts a body with headers to a provider's path.
    pub async fn posts(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let mut request = Request::post(format!("/payments/webhooks/{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = response.into_body().collect().await.expect("a whole answer").to_bytes();
        Reply { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// Posts an event as stripe does.
    pub async fn stripe(&self, event: &Value) -> Reply {
        let body = event.to_string();
        let signature = self.stripe_signature(&body, 0);
        self.posts("stripe", &[("stripe-signature", &signature)], body).await
    }

    /// The header for a body, signed some seconds ago.
    pub fn stripe_signature(&self, body: &str, ago: i64) -> String {
        let at = self.now().timestamp() - ago;
        let mut mac = Hmac::<Sha256>::new_from_slice(STRIPE.as_bytes()).expect("any key");
        mac.update(format!("{at}.{body}").as_bytes());
        format!("t={at},v1={}", hex::encode(mac.finalize().into_bytes()))
    }

    /// Posts the plain payload of a customer's payment.
    pub async fn mypay(&self, body: &Value) -> Reply {
        self.posts("mypay/consumer", &[("x-webhook-secret", MYPAY)], body.to_string()).await
    }

    /// The inbox, newest first.
    pub async fn inbox(&self, filter: Value) -> Vec<Value> {
        let answer = self.gql(&self.accountant, INBOX, json!({ "f": filter })).await.ok();
        answer["nodes"].as_array().cloned().unwrap_or_default()
    }
}

/// An event about a payment intent of twenty dollars.
pub fn intent(id: &str, kind: &str, reference: &str, sale: Option<&str>) -> Value {
    let metadata = sale.map_or_else(|| json!({}), |sale| json!({ "sale_order_id": sale }));
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": {
        "id": reference, "object": "payment_intent", "amount": 2000, "amount_received": 2000, "amount_capturable": 2000,
        "currency": "usd", "metadata": metadata, "payment_method_types": ["card"],
    } } })
}

/// An event about a refund of a payment intent.
pub fn refund(id: &str, reference: &str, payment: &str, amount: i64, status: &str) -> Value {
    json!({ "id": id, "object": "event", "type": "refund.updated", "data": { "object": {
        "id": reference, "object": "refund", "amount": amount, "currency": "usd", "payment_intent": payment,
        "status": status, "metadata": {},
    } } })
}

/// An event about a dispute of a payment intent.
pub fn dispute(id: &str, kind: &str, payment: &str, status: &str) -> Value {
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": {
        "id": "dp_1", "object": "dispute", "amount": 2000, "currency": "usd", "payment_intent": payment,
        "status": status, "metadata": {},
    } } })
}
