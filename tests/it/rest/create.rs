//! `POST /orders`

use crate::{
    both,
    builders::merged,
    harness::{User, World, rest::Reply, text},
    shows,
};
use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};

/// Two mugs of Ada's, paid by escrow; `over` changes the checkout.
fn checkout(w: &World, reference: &str, over: Value) -> Value {
    let address = json!({
        "name": "John Doe", "street": "123 Main St", "city": "New York", "state": "NY", "zipCode": "10001", "country": "US",
    });
    let data = json!({
        "buyerId": w.customer_ada, "sellerId": w.store, "listingId": "MUG", "quantity": 2, "totalAmount": 20,
        "currency": "USD", "shippingAddress": address,
    });
    let paid =
        json!({ "success": true, "paymentMethod": "escrow", "transactionHash": "0xabc123", "escrowId": reference });
    json!({ "paymentResult": paid, "checkoutData": merged(data, over) })
}

impl World {
    /// The key of a checkout: it makes orders and says that they are paid, and nothing else.
    async fn checkout_key(&self) -> User {
        self.narrow_key(&self.manager, &["order.create", "payment.confirm", "actor.assert"]).await
    }

    async fn place(&self, user: &User, body: &Value) -> Reply {
        self.put(user, Method::POST, "/api/v1/orders", body).await
    }
}

both! {
    async fn a_checkout_makes_an_order_and_its_payment_in_one(w: World) {
        let shop = w.checkout_key().await;
        let over = json!({
            "shippingMethod": "standard", "specialInstructions": "ring twice", "notes": "from the app",
            "estimatedDelivery": "2026-03-09", "externalId": "order_abc123", "metadata": { "cart": 7 },
        });
        let reply = w.place(&shop, &checkout(&w, "escrow_456", over)).await;
        assert_eq!(reply.status.as_u16(), 201);
        let place = reply.headers["location"].to_str().expect("text").to_owned();
        let made = reply.ok();
        let id = text(&made["order"]["id"]);
        shows!(made, {
            "success": true, "order.status": "CLEARED_FOR_FULFILMENT", "order.totalAmount": 20, "order.currency": "USD",
            "order.estimatedDelivery": "2026-03-09", "order.trackingUrl": format!("/orders/{id}"),
        });
        assert_eq!(place, format!("/api/v1/orders/{id}"));
        let order = w.get(&w.ada, &place).await.ok()["order"].clone();
        shows!(order, {
            "id": id, "externalId": "order_abc123", "buyer.id": w.customer_ada, "seller.id": w.store,
            "payment": {
                "method": "escrow", "status": "paid", "transactionHash": null, "escrowId": "escrow_456", "paymentIntentId": null
            },
            "shipping.method": "standard", "shipping.estimatedDelivery": "2026-03-09",
            "shipping.address.street": "123 Main St", "shipping.address.zipCode": "10001", "shipping.address.country": "US",
            "specialInstructions": "ring twice",
            "metadata": { "cart": 7, "paymentResult": { "transactionHash": "0xabc123" } },
        });
        // By the other system's id too.
        assert_eq!(w.get(&w.admin, "/api/orders/order_abc123").await.ok()["order"]["id"], id);
        w.get(&w.bob, "/api/orders/order_abc123").await.problem(404, "NOT_FOUND");
        w.work().await;
    }

    async fn items_and_addresses_in_either_spelling(w: World) {
        let shop = w.checkout_key().await;
        let mut body = checkout(&w, "escrow_1", json!({
            "items": [
                { "listingId": "MUG", "quantity": 3, "unitPrice": "10.00" }, { "listingId": "CABLE", "unitPrice": 1.0 }
            ],
            "totalAmount": "31.00",
            "shippingAddress": {
                "name": "Ada", "line1": "Main Street 1", "city": "Berlin", "region": "BE", "postalCode": "10115", "countryCode": "DE"
            },
        }));
        for one in ["listingId", "quantity"] {
            body["checkoutData"].as_object_mut().expect("data").remove(one);
        }
        let made = w.place(&shop, &body).await.ok();
        let order = w.get(&w.admin, &format!("/api/v1/orders/{}", text(&made["order"]["id"]))).await.ok()["order"].clone();
        shows!(order, { "items.0.quantity": 3, "items.1.sku": "CABLE", "shipping.address.street": "Main Street 1" });
        w.work().await;
        // Both forms, or neither, is none.
        for (key, value) in [("listingId", json!("MUG")), ("items", Value::Null)] {
            let mut body = body.clone();
            body["checkoutData"][key] = value;
            shows!(w.place(&shop, &body).await.problem(409, "BAD_INPUT"), { "field": "checkoutData.items" });
        }
    }

    async fn the_sum_must_be_what_the_items_are_worth_digit_by_digit(w: World) {
        let shop = w.checkout_key().await;
        let before = w.print().await;
        for amount in ["20.01", "19.99", "2e2", "0", "\"20.01\""] {
            let body = checkout(&w, "escrow_1", json!({})).to_string().replace("\"totalAmount\":20", &format!("\"totalAmount\":{amount}"));
            let reply = w.rest(Some(&shop), Method::POST, "/api/v1/orders", Some(body)).await;
            shows!(reply.problem(409, "TOTAL_MISMATCH"), { "canRetry": false, "retryable": false }, "{amount}");
        }
        for amount in ["20.001", "20.0000000000000001", "1e14", "999999999999999.999"] {
            let body = checkout(&w, "escrow_1", json!({})).to_string().replace("\"totalAmount\":20", &format!("\"totalAmount\":{amount}"));
            let reply = w.rest(Some(&shop), Method::POST, "/api/v1/orders", Some(body)).await;
            shows!(reply.problem(409, "BAD_INPUT"), { "field": "checkoutData.totalAmount" }, "{amount}");
        }
        for (amount, status) in [("1e400", 400), ("-20", 422), ("\"2e1\"", 422), ("\"\"", 422), ("null", 422), ("20, \"totalAmount\": 20", 400)] {
            let body = checkout(&w, "escrow_1", json!({})).to_string().replace("\"totalAmount\":20", &format!("\"totalAmount\":{amount}"));
            let reply = w.rest(Some(&shop), Method::POST, "/api/v1/orders", Some(body)).await;
            reply.problem(status, "BAD_INPUT");
        }
        let wrong = json!({ "items": [{ "listingId": "MUG", "quantity": 2, "unitPrice": 9 }], "listingId": null, "quantity": null });
        let problem = w.place(&shop, &checkout(&w, "escrow_1", wrong)).await.problem(409, "TOTAL_MISMATCH");
        assert!(text(&problem["detail"]).contains("\"MUG\" costs 10.00 USD"), "{problem}");
        w.unchanged_but(&before, &["idempotency_key"]).await;
        for (reference, amount) in [("a", "20.00"), ("b", "2e1"), ("c", "\"20\""), ("d", "20.000000000000000000")] {
            let body = checkout(&w, reference, json!({})).to_string().replace("\"totalAmount\":20", &format!("\"totalAmount\":{amount}"));
            w.rest(Some(&shop), Method::POST, "/api/v1/orders", Some(body)).await.ok();
        }
        w.work().await;
    }

    async fn a_payment_that_failed_makes_no_order_and_one_that_is_taken_names_whose_it_is(w: World) {
        let shop = w.checkout_key().await;
        let mut failed = checkout(&w, "escrow_1", json!({}));
        failed["paymentResult"]["success"] = json!(false);
        let problem = w.place(&shop, &failed).await.problem(409, "PAYMENT_NOT_CONFIRMED");
        shows!(problem, { "canRetry": true, "suggestedAction": "verify the payment and try again" });
        let made = w.place(&shop, &checkout(&w, "escrow_1", json!({}))).await.ok();
        let before = w.print().await;
        let problem = w.place(&shop, &checkout(&w, "escrow_1", json!({}))).await.problem(409, "CONFLICT");
        assert!(text(&problem["detail"]).contains(&text(&made["order"]["orderNumber"])), "{problem}");
        for (over, code) in [
            (json!({ "listingId": "NO_SUCH" }), "LISTING_UNAVAILABLE"),
            (json!({ "listingId": "LAMP", "quantity": 1000, "totalAmount": 25000 }), "INSUFFICIENT_STOCK"),
            (json!({ "shippingAddress": { "name": "Ada", "street": "1", "city": "B", "country": "XX" } }), "INVALID_SHIPPING_ADDRESS"),
            (json!({ "currency": "ZZZ" }), "BAD_INPUT"),
        ] {
            w.place(&shop, &checkout(&w, "escrow_2", over)).await.problem(409, code);
        }
        for over in [json!({ "buyerId": "nobody" }), json!({ "sellerId": "nobody" })] {
            w.place(&shop, &checkout(&w, "escrow_2", over)).await.problem(404, "NOT_FOUND");
        }
        w.place(&w.accountant, &checkout(&w, "escrow_2", json!({}))).await.problem(403, "FORBIDDEN");
        w.unchanged(&before).await;
        w.work().await;
    }

    async fn the_same_key_makes_one_order(w: World) {
        let shop = w.checkout_key().await;
        let asked = async |body: Value| {
            let request = Request::post("/api/v1/orders")
                .header(shop.credential.0, shop.credential.1.as_str())
                .header("content-type", "application/json")
                .header("idempotency-key", "cart-7")
                .body(Body::from(body.to_string()));
            w.exchange(request.expect("a request")).await
        };
        let first = asked(checkout(&w, "escrow_1", json!({}))).await.ok();
        let again = asked(checkout(&w, "escrow_1", json!({}))).await.ok();
        assert_eq!(first["order"]["id"], again["order"]["id"]);
        asked(checkout(&w, "escrow_2", json!({}))).await.problem(409, "IDEMPOTENCY_MISMATCH");
        w.work().await;
    }

    async fn buyers_do_not_say_that_they_have_paid_nor_whose_payment_it_is(w: World) {
        let made = w.place(&w.ada, &checkout(&w, "escrow_of_bob", json!({}))).await.ok();
        let id = text(&made["order"]["id"]);
        let order = w.get(&w.ada, &format!("/api/v1/orders/{id}")).await.ok()["order"].clone();
        shows!(order, { "payment.status": "pending", "payment.escrowId": null, "status": "PAYMENT_INITIATED" });
        // Bob's own is not taken by it.
        let shop = w.checkout_key().await;
        w.place(&shop, &checkout(&w, "escrow_of_bob", json!({ "buyerId": w.customer_bob }))).await.ok();
        w.place(&w.ada, &checkout(&w, "x", json!({ "buyerId": w.customer_bob }))).await.problem(404, "NOT_FOUND");
        let chosen = json!({ "lifecycle": "order-processing" });
        w.place(&w.ada, &checkout(&w, "x", chosen)).await.problem(403, "FORBIDDEN");
        w.work().await;
    }

    async fn an_order_of_a_lifecycle_is_driven_by_its_statuses(w: World) {
        let body = checkout(&w, "escrow_9", json!({ "lifecycle": "order-processing" }));
        let made = w.place(&w.manager, &body).await.ok();
        let id = text(&made["order"]["id"]);
        shows!(made, { "order.status": "pending" });
        let moved = w.patch_status(&w.manager, &id, &json!({ "status": "confirmed" })).await.ok();
        assert!(moved["order"]["version"].as_i64() > Some(1), "{moved}");
        let refused = w.patch_status(&w.manager, &id, &json!({ "status": "pending" })).await;
        assert!(refused.problem(409, "TRANSITION_NOT_ALLOWED")["allowedStatuses"].is_array());
        w.work().await;
    }
}
