//! What a storefront's key reaches.

use crate::{
    both,
    harness::{User, World, rest::document, text},
    shows,
};
use axum::http::Method;
use serde_json::{Value, json};

/// A body that each operation takes.
fn body(operation: &str) -> Value {
    match operation {
        "create_order" => json!({
            "paymentResult": { "success": true, "paymentMethod": "card" },
            "checkoutData": { "sellerId": "store", "listingId": "MUG", "totalAmount": 10, "currency": "USD" },
        }),
        "update_order_status" | "put_order_status" => json!({ "status": "processing" }),
        "create_shipment" => json!({}),
        "create_social_account" => json!({ "customerId": "cus", "platform": "instagram", "handle": "brand" }),
        "update_social_account" => json!({ "verificationStatus": "verified" }),
        "create_snapshot" => json!({ "metrics": { "followerCount": 1 }, "source": "me" }),
        "create_refill" => json!({ "provider": "growthco", "quantity": 1 }),
        "update_refill" => json!({ "status": "completed" }),
        other => panic!("a body for {other}"),
    }
}

both! {
    async fn a_key_with_proof_read_reads_the_metrics_and_nothing_else(w: World) {
        let order = w.prov_in("active").await;
        let account = w.prov_account("brand").await;
        let refill = text(&w.prov_refill(&w.operator, &order, json!({})).await.ok()["refill"]["id"]);
        let input = json!({ "name": "Storefront", "userId": w.admin.id, "scopes": ["proof.read"] });
        let made = w.gql(&w.admin, "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }", json!({ "input": input })).await.ok();
        let key = User::key(&w.admin.id, &text(&made["secret"]));
        let before = w.print().await;
        let mut open = Vec::new();
        for (path, item) in document()["paths"].as_object().expect("paths") {
            let id = match path.as_str() {
                path if path.starts_with("/social-accounts") => account.as_str(),
                path if path.starts_with("/refills") => refill.as_str(),
                path if path.starts_with("/orders/buyer") => w.customer_ada.as_str(),
                path if path.starts_with("/orders/seller") => w.store.as_str(),
                _ => order.as_str(),
            };
            for (method, operation) in item.as_object().expect("operations") {
                let body = operation.get("requestBody").map(|_| body(&text(&operation["operationId"])).to_string());
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
                let reply = w.rest(Some(&key), method.clone(), &format!("/api/v1{}", path.replace("{id}", id)), body).await;
                if reply.status.is_success() {
                    open.push(path.as_str());
                } else {
                    assert!([401, 403, 404].contains(&reply.status.as_u16()), "{method} {path}: {} {}", reply.status, reply.text);
                }
            }
        }
        open.sort_unstable();
        assert_eq!(open, ["/docs", "/openapi.json", "/orders/delivery-proof/metrics"], "the document is everybody's");
        for query in ["{ socialAccounts { nodes { id } } }", "{ saleOrders { nodes { id } } }", "{ node(id: \"sale_x\") { id } }"] {
            w.gql(&key, query, json!({})).await.refused("FORBIDDEN");
        }
        w.unchanged_but(&before, &["refused_attempt"]).await;
    }

    async fn accounts_and_measurements_come_over_rest_before_an_order_exists(w: World) {
        let body = json!({ "customerId": w.customer_ada, "platform": "instagram", "handle": "@brand" });
        let made = w.put(&w.operator, Method::POST, "/api/v1/social-accounts", &body).await;
        assert_eq!(made.status, 201);
        let made = made.ok();
        shows!(made, { "account.handle": "brand", "account.verificationStatus": "unverified", "account.customerId": w.customer_ada });
        w.put(&w.operator, Method::POST, "/api/v1/social-accounts", &body).await.problem(409, "CONFLICT");
        let path = format!("/api/v1/social-accounts/{}", text(&made["account"]["id"]));
        let verified = w.put(&w.operator, Method::PATCH, &path, &json!({ "verificationStatus": "verified" })).await.ok();
        shows!(verified, { "account.verificationStatus": "verified", "account.verifiedAt": "2026-03-02T10:00:00Z" });
        let measured = json!({ "metrics": { "followerCount": 1200, "engagementRate": 0.0312 }, "source": "scraper", "capturedAt": "2026-03-01T08:00:00Z" });
        let kept = w.put(&w.operator, Method::POST, &format!("{path}/snapshots"), &measured).await;
        assert_eq!(kept.status, 201);
        let again = w.put(&w.operator, Method::POST, &format!("{path}/snapshots"), &measured).await.ok();
        assert!(kept.text.contains("\"engagementRate\":0.0312"), "{}", kept.text);
        assert_eq!(kept.ok(), again);
        for metrics in [json!({}), json!({ "1st": 1 }), json!({ "a": 0.0000001 })] {
            let wrong = json!({ "metrics": metrics, "source": "scraper" });
            w.put(&w.operator, Method::POST, &format!("{path}/snapshots"), &wrong).await.problem(409, "BAD_INPUT");
        }
        w.put(&w.bob, Method::PATCH, &path, &json!({ "verificationStatus": "failed" })).await.problem(403, "FORBIDDEN");
        w.put(&w.seller_elsewhere, Method::POST, &format!("{path}/snapshots"), &measured).await.problem(404, "NOT_FOUND");
    }
}
