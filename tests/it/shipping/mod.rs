//! What carriers post, from the request to the parcel and its order.

mod intake;
mod kill;
mod order;
mod shown;

use crate::{
    harness::{World, text},
    webhook::{
        Reply,
        speaks::{Post, standard_post},
    },
};
use axum::{body::Body, http::Request};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// The key of the system that posts the generic form.
pub const KEY: &[u8] = b"a key of a courier, thirty-two b";
/// `EasyPost`'s secret, with a letter that NFKD takes apart.
pub const EASYPOST: &str = "a-s\u{e9}cret-of-easypost";
/// The number that stories ship with.
pub const NUMBER: &str = "1Z999AA1234567890";

/// The settings of both carriers.
pub fn carriers(settings: &mut waybill::config::Settings) {
    for (name, secret) in [("courier", courier_secret()), ("easypost", EASYPOST.to_owned())] {
        settings.carriers.entry(name.to_owned()).or_default().webhook_secrets = vec![secret];
    }
}

/// The secret of the generic form's sender, as settings have it.
pub fn courier_secret() -> String {
    format!("whsec_{}", STANDARD.encode(KEY))
}

/// Its request. `at`: seconds since 1970.
pub fn courier_request(id: &str, body: &str, at: i64) -> Post {
    standard_post("courier", KEY, id, at, body.to_owned())
}

impl World {
    /// Posts to a carrier's path.
    pub async fn carrier_posts(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let mut request = Request::post(format!("/shipping/webhooks/{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = response.into_body().collect().await.expect("a whole answer").to_bytes();
        Reply { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// Posts an event of the generic form, rightly signed.
    pub async fn courier(&self, id: &str, data: &Value) -> Reply {
        let body = json!({ "type": "shipment.updated", "timestamp": self.now(), "data": data }).to_string();
        self.courier_posts(id, &body).await
    }

    /// Posts any body of the generic form's sender, rightly signed.
    pub async fn courier_posts(&self, id: &str, body: &str) -> Reply {
        let post = courier_request(id, body, self.now().timestamp());
        self.carrier_posts(post.path, &post.headers(), post.body.clone()).await
    }

    /// What became of an event that was posted once.
    pub async fn courier_delivery(&self, id: &str) -> Value {
        let rows = self.inbox(json!({})).await;
        rows.into_iter().find(|row| row["eventId"] == id).expect("it is kept")
    }

    /// An order in a lifecycle's state in which it can ship.
    pub async fn courier_order(&self, lifecycle: &str) -> String {
        if lifecycle == "marketplace" {
            self.market_in("ready_to_ship").await
        } else {
            self.processed_in("processing").await
        }
    }

    /// The states of an order's parcels.
    pub async fn courier_parcels(&self, order: &str) -> Vec<String> {
        let parts = self.sale_order(order).await["fulfilments"].as_array().cloned().expect("parts");
        parts.iter().map(|part| text(&part["workflowState"])).collect()
    }
}
