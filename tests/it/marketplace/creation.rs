//! Orders as a checkout reports them: where they begin, whose payment it is, and why one was not made.

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

/// Two mugs for Ada on the marketplace; `paid` is what is said of the payment.
pub fn bought(w: &World, paid: Value, over: Value) -> Value {
    let data = json!({
        "buyerId": w.customer_ada, "sellerId": w.store, "listingId": "MUG", "quantity": 2, "totalAmount": 20, "currency": "USD",
        "lifecycle": "marketplace", "shippingAddress": {
            "name": "John Doe", "street": "123 Main St", "city": "New York", "state": "NY", "zipCode": "10001", "country": "US",
        },
    });
    let base = json!({ "success": true, "paymentMethod": "escrow" });
    json!({ "paymentResult": merged(base, paid), "checkoutData": merged(data, over) })
}

impl World {
    /// POST /orders
    pub async fn market_buys(&self, user: &User, body: &Value) -> Reply {
        self.put(user, Method::POST, "/api/v1/orders", body).await
    }
}

both! {
    async fn an_order_begins_where_its_money_is(w: World) {
        for (method, state, status) in [
            ("escrow", "escrow_locked", "locked"), ("crypto", "payment_confirmed", "paid"), ("fiat", "payment_confirmed", "paid"),
        ] {
            let paid = json!({
                "paymentMethod": method, "transactionHash": format!("0x{method}"), "escrowId": format!("e_{method}"),
                "paymentIntentId": format!("pi_{method}"),
            });
            let made = w.market_buys(&w.admin, &bought(&w, paid, json!({}))).await.ok();
            shows!(made, { "order.status": state }, "{method}");
            let id = text(&made["order"]["id"]);
            let order = w.get(&w.admin, &format!("/api/v1/orders/{id}")).await.ok()["order"].clone();
            shows!(order, { "payment.status": status, "payment.transactionHash": format!("0x{method}"), "metadata": null }, "{method}");
            assert!(w.moves(&id).await.is_empty(), "{method}: no status before it");
        }
        w.work().await;
    }

    async fn without_the_right_to_confirm_it_waits_for_its_payment(w: World) {
        let paid = json!({ "transactionHash": "0x1", "escrowId": "e1" });
        let clerk = w.narrow_key_of_market().await;
        let made = w.market_buys(&clerk, &bought(&w, paid, json!({}))).await.ok();
        shows!(made, { "order.status": "payment_pending" });
        let order = w.get(&w.admin, &format!("/api/v1/orders/{}", text(&made["order"]["id"]))).await.ok()["order"].clone();
        shows!(order, { "payment.status": "pending", "payment.transactionHash": null, "payment.escrowId": null });
        w.work().await;
    }

    async fn one_escrow_and_one_transaction_pay_one_order(w: World) {
        let body = |escrow: &str, hash: &str| bought(&w, json!({ "escrowId": escrow, "transactionHash": hash }), json!({}));
        let made = w.market_buys(&w.admin, &body("e1", "0xab1")).await.ok();
        let number = text(&made["order"]["orderNumber"]);
        let before = w.print().await;
        for (escrow, hash) in [("e1", "0xab2"), ("e2", "0xab1"), ("e2", "0XAB1"), ("e2", " 0xAb1"), ("e1", "0xab1")] {
            let problem = w.market_buys(&w.admin, &body(escrow, hash)).await.problem(409, "CONFLICT");
            assert!(text(&problem["detail"]).contains(&number), "{problem}");
        }
        w.unchanged(&before).await;
        let same = body("e3", "0x3");
        let (one, other) = futures_util::join!(w.market_buys(&w.admin, &same), w.market_buys(&w.admin, &same));
        let (made, not) = if one.status.is_success() { (one, other) } else { (other, one) };
        made.ok();
        not.problem(409, "CONFLICT");
        w.work().await;
    }

    async fn the_same_key_is_a_replay(w: World) {
        let body = bought(&w, json!({ "escrowId": "e1", "transactionHash": "0x1" }), json!({}));
        let asked = async || {
            let request = Request::post("/api/v1/orders")
                .header(w.admin.credential.0, w.admin.credential.1.as_str())
                .header("content-type", "application/json")
                .header("idempotency-key", "cart-8")
                .body(Body::from(body.to_string()));
            w.exchange(request.expect("a request")).await.ok()
        };
        assert_eq!(asked().await["order"]["id"], asked().await["order"]["id"]);
        w.work().await;
    }

    async fn promises_to_pay_are_refused(w: World) {
        let before = w.print().await;
        for method in ["invoice", "credit"] {
            let problem = w.market_buys(&w.admin, &bought(&w, json!({ "paymentMethod": method }), json!({}))).await;
            shows!(problem.problem(409, "BAD_INPUT"), { "field": "paymentResult.paymentMethod" }, "{method}");
        }
        w.unchanged(&before).await;
    }

    async fn what_went_wrong_is_told_in_the_words_of_checkouts(w: World) {
        let gone = json!({ "listingId": "NO_SUCH" });
        let many = json!({ "listingId": "LAMP", "quantity": 1000, "totalAmount": 25000 });
        let nowhere = json!({ "shippingAddress": { "name": "Ada", "street": "1", "city": "B", "country": "XX" } });
        let any = ("Unable to create order. Please contact support.", true, "Try again or contact support");
        let before = w.print().await;
        for (paid, over, code, word, (message, retry, action)) in [
            (json!({ "success": false }), json!({}), "PAYMENT_NOT_CONFIRMED", "PAYMENT_NOT_CONFIRMED",
                ("Payment not confirmed. Please try again.", true, "Verify payment status and retry")),
            (json!({}), gone, "LISTING_UNAVAILABLE", "LISTING_UNAVAILABLE",
                ("This item is no longer available.", false, "Browse similar items")),
            (json!({}), many, "INSUFFICIENT_STOCK", "INSUFFICIENT_INVENTORY", any),
            (json!({}), nowhere, "INVALID_SHIPPING_ADDRESS", "INVALID_SHIPPING_ADDRESS", any),
        ] {
            let problem = w.market_buys(&w.admin, &bought(&w, paid, over)).await.problem(409, code);
            shows!(problem, { "creationError": word, "message": message, "canRetry": retry, "suggestedAction": action }, "{code}");
            assert_ne!(problem["detail"], problem["message"], "{code}: what is wrong is said too");
        }
        w.unchanged(&before).await;
        // What checkouts have no word for is told as elsewhere, and so are the same errors on other routes.
        let problem = w.market_buys(&w.admin, &bought(&w, json!({}), json!({ "totalAmount": 21 }))).await.problem(409, "TOTAL_MISMATCH");
        assert_eq!(problem.get("creationError"), None);
        assert_eq!(problem["message"], problem["detail"]);
    }

    async fn a_database_that_fails_is_told_as_such(w: World) {
        w.sql("ALTER TABLE payment RENAME TO payment_gone").await;
        let problem = w.market_buys(&w.admin, &bought(&w, json!({ "escrowId": "e1" }), json!({}))).await.problem(500, "INTERNAL");
        shows!(problem, {
            "creationError": "DATABASE_ERROR", "message": "Unable to create order. Please contact support.", "canRetry": true,
            "suggestedAction": "Try again or contact support", "retryable": true,
        });
        w.sql("ALTER TABLE payment_gone RENAME TO payment").await;
    }
}

impl World {
    /// A key that makes orders and says nothing of payments.
    async fn narrow_key_of_market(&self) -> User {
        let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let input = json!({ "name": "Clerk", "userId": self.manager.id, "scopes": ["order.create"] });
        let made = self.gql(&self.admin, document, json!({ "input": input })).await.ok();
        User::key(&self.manager.id, &text(&made["secret"]))
    }
}
