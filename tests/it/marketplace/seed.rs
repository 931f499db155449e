//! The owner's own examples (`seed/`, copied from their document), sent as they are written and answered field by field.

use crate::{
    both,
    harness::{User, World, text},
    shows,
};
use axum::http::Method;
use serde_json::{Value, json};

/// What is made here and cannot be what the example has: it is there, and of the same kind.
const MADE_HERE: [&str; 8] =
    ["id", "orderNumber", "statusUpdatedAt", "timestamp", "createdAt", "trackingUrl", "total", "totalPages"];

fn seed(name: &str) -> Value {
    let path = format!("{}/tests/it/marketplace/seed/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every field of the example is answered with its value; ours may have more.
fn answers(example: &Value, ours: &Value, at: &str) {
    match (example, ours) {
        (Value::Object(example), Value::Object(ours)) => {
            for (name, value) in example {
                let found = ours.get(name).unwrap_or_else(|| panic!("there is no {at}.{name}"));
                if MADE_HERE.contains(&name.as_str()) {
                    let kind = |value: &Value| (value.is_string(), value.is_number());
                    assert_eq!(kind(found), kind(value), "{at}.{name}: {found}");
                    assert_ne!(found, "", "{at}.{name}");
                } else {
                    answers(value, found, &format!("{at}.{name}"));
                }
            }
        }
        // Of a timeline the example shows some entries; every one of them is there, in this order.
        (Value::Array(example), Value::Array(ours)) if at.ends_with(".timeline") => {
            let mut left = ours.iter();
            for entry in example {
                let found = left.find(|found| found["status"] == entry["status"]);
                answers(entry, found.unwrap_or_else(|| panic!("{at}: {}", entry["status"])), at);
            }
        }
        (Value::Array(example), Value::Array(ours)) => {
            assert_eq!(example.len(), ours.len(), "{at}");
            example.iter().zip(ours).for_each(|(example, ours)| answers(example, ours, &format!("{at}[]")));
        }
        (example, ours) => assert_eq!(ours, example, "{at}"),
    }
}

impl World {
    /// What the examples name: a seller of headphones for USDC, and John.
    async fn market_of_the_seed(&self) -> User {
        let store = json!({
            "name": "Alice's Electronics", "sellerName": "Alice Store", "currency": "USDC", "externalId": "seller456",
            "defaultLifecycle": "marketplace",
        });
        let store = self.make(&self.admin, "createStore", "CreateStoreInput", store, "store").await;
        let price = json!({ "amount": "100.00", "currency": "USDC" });
        let product = json!({
            "sku": "HEADPHONES", "title": "Wireless Headphones", "kind": "GOODS", "price": price, "externalId": "listing789",
        });
        self.make(&self.admin, "createProduct", "CreateProductInput", product, "product").await;
        let buyer = json!({ "name": "John Doe", "email": "john@example.com", "externalId": "buyer123" });
        self.make(&self.admin, "createCustomer", "CreateCustomerInput", buyer, "customer").await;
        self.adjust(&self.admin, &store, "HEADPHONES", 10).await.ok();
        let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let scopes = ["order.create", "order.read", "order.work", "payment.confirm"];
        let input = json!({ "name": "Checkout", "userId": self.manager.id, "scopes": scopes });
        let made = self.gql(&self.admin, document, json!({ "input": input })).await.ok();
        User::key(&self.manager.id, &text(&made["secret"]))
    }
}

both! {
    async fn every_example_of_the_order_management_system_is_answered_field_by_field(w: World) {
        let shop = w.market_of_the_seed().await;
        let made = w.put(&shop, Method::POST, "/api/orders", &seed("create.request")).await.ok();
        let mut example = seed("create.response");
        // Nobody has said yet when it should arrive.
        assert_eq!(made["order"]["estimatedDelivery"], Value::Null);
        example["order"].as_object_mut().expect("an order").remove("estimatedDelivery");
        answers(&example, &made, "create");
        let order = text(&made["order"]["id"]);
        assert_eq!(made["order"]["trackingUrl"], format!("/orders/{order}"));
        for status in ["order_confirmed", "processing", "ready_to_ship"] {
            w.put(&shop, Method::PUT, &format!("/api/orders/{order}/status"), &json!({ "status": status })).await.ok();
        }
        let moved = w.put(&shop, Method::PUT, &format!("/api/orders/{order}/status"), &seed("status.request")).await.ok();
        answers(&seed("status.response"), &moved, "status");
        let shown = w.get(&shop, &format!("/api/orders/{order}")).await.ok();
        let mut example = seed("order.response");
        // Its own request names no way of shipping.
        assert_eq!(shown["order"]["shipping"]["method"], "delivery");
        example["order"]["shipping"].as_object_mut().expect("shipping").remove("method");
        answers(&example, &shown, "get");
        let mut example = seed("timeline.response");
        // The example names a carrier that its own request does not.
        example["timeline"][1]["metadata"].as_object_mut().expect("metadata").remove("carrier");
        // A checkout that comes with a key of the staff's is on the seller's side; the example's is a system of its own.
        example["timeline"][0].as_object_mut().expect("an entry").remove("source");
        answers(&example, &w.get(&shop, &format!("/api/orders/{order}/timeline")).await.ok(), "timeline");
        let mut example = seed("buyer.response");
        answers(&example, &w.get(&shop, "/api/orders/buyer/buyer123?page=1&limit=20").await.ok(), "buyer");
        // "Similar to buyer orders but with buyer information instead of seller."
        let buyer = json!({ "id": "", "name": "John Doe", "email": "john@example.com" });
        let listed = example["orders"][0].as_object_mut().expect("an order");
        listed.remove("seller");
        listed.insert("buyer".to_owned(), buyer);
        answers(&example, &w.get(&shop, "/api/orders/seller/seller456?status=shipped&sortBy=createdAt&sortOrder=desc").await.ok(), "seller");
        let timeline = w.get(&shop, &format!("/api/orders/{order}/timeline")).await.ok();
        shows!(timeline, { "timeline.0.source": "seller" });
        w.work().await;
    }
}
