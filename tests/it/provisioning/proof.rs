//! The proof of an order.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The owner's example, as it is answered.
const GOLDEN: &str = include_str!("proof.json");

impl World {
    /// The owner's example: an account with 1,200 followers before, and 1,500 after.
    pub async fn prov_example(&self) -> String {
        let product =
            json!({ "kind": "SERVICE", "sku": "GROWTH", "title": "Instagram Growth", "price": money("40.00") });
        self.make(&self.admin, "createProduct", "CreateProductInput", product, "product").await;
        let account = self.prov_account("@brand").await;
        self.prov_measured(&account, 1200, "2026-03-01T08:00:00Z").await.ok();
        let order = self.prov_order(json!({ "lines": [{ "sku": "GROWTH", "quantity": 1 }] })).await;
        self.prov_link(&self.operator, &order, &account).await.ok();
        self.prov_go(&self.operator, &order, "ACTIVATE").await.ok();
        self.wait(TimeDelta::hours(2));
        self.prov_measured(&account, 1500, "2026-03-02T11:00:00Z").await.ok();
        self.prov_go(&self.operator, &order, "COMPLETE").await.ok();
        order
    }

    /// What the owner's example is answered with.
    pub async fn prov_golden(&self, order: &str, generated_at: &Value) -> Value {
        let line = text(&self.sale_order(order).await["lines"][0]["id"]);
        let golden =
            GOLDEN.replace("ORDER", order).replace("ITEM", &line).replace("\"NOW\"", &generated_at.to_string());
        serde_json::from_str(&golden).expect("JSON")
    }
}

both! {
    async fn the_owners_example_is_answered_field_by_field(w: World) {
        let order = w.prov_example().await;
        let proof = w.prov_proof(&order).await;
        assert_eq!(proof["generatedAt"], "2026-03-02T12:00:00Z");
        assert_eq!(proof, w.prov_golden(&order, &proof["generatedAt"]).await);
        // The buyer shows it around.
        assert_eq!(w.get(&w.ada, &format!("/api/v1/orders/{order}/delivery-proof")).await.ok()["items"], proof["items"]);
        let asked = "query($id: ID!) { saleOrder(id: $id) { deliveryProof { orderId generatedAt items { itemId productTitle \
            account { handle platform verificationStatus } baseline { metrics source capturedAt } \
            latest { metrics source capturedAt } history { metrics source capturedAt } } } } }";
        let told = w.gql(&w.ada, asked, json!({ "id": order })).await.ok();
        assert_eq!(told["deliveryProof"], proof);
        // As the owner's documents write the key's header.
        let input = json!({ "name": "Checkout", "userId": w.operator.id, "scopes": ["order.read"] });
        let made = w.gql(&w.admin, "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }", json!({ "input": input })).await.ok();
        let key = crate::harness::User { id: String::new(), credential: ("authorization", format!("X-API-Key: {}", text(&made["secret"]))) };
        assert_eq!(w.get(&key, &format!("/api/v1/orders/{order}/delivery-proof")).await.ok(), proof);
    }

    async fn before_it_begins_there_is_a_baseline_and_without_an_account_nothing(w: World) {
        let order = w.prov_order(json!({})).await;
        shows!(w.prov_proof(&order).await["items"][0].clone(), { "account": null, "baseline": null, "latest": null, "history": [] });
        let account = w.prov_account("brand").await;
        for (followers, at) in [(5, "2026-03-01T00:00:00Z"), (7, "2026-03-02T00:00:00Z")] {
            w.prov_measured(&account, followers, at).await.ok();
        }
        w.prov_link(&w.operator, &order, &account).await.ok();
        shows!(w.prov_proof(&order).await["items"][0].clone(), { "baseline.metrics.followerCount": 7, "latest": null });
        w.prov_measured(&account, 9, "2027-03-02T00:00:00Z").await.refused("BAD_INPUT");
        w.prov_measured(&account, 7, "2026-03-02T00:00:00Z").await.ok();
        w.prov_measured(&account, 8, "2026-03-02T00:00:00Z").await.refused("CONFLICT");
    }

    async fn measurements_give_the_same_proof_in_whatever_order_they_come(w: World) {
        let mut drawn: u64 = 0x5eed;
        let mut next = |below: usize| {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(drawn >> 33).expect("31 bits") % below
        };
        for history in 0..crate::harness::rounds(6, 60) {
            // Each order is active after an hour and completed after four; measured at minutes around that.
            let mut minutes: Vec<i64> = (0..8).map(|_| i64::try_from(next(360)).expect("small")).collect();
            minutes.sort_unstable();
            minutes.dedup();
            let beginning = w.now();
            let mut orders = Vec::new();
            for copy in 0..2 {
                let order = w.prov_order(json!({})).await;
                orders.push((order, w.prov_account(&format!("brand.{history}.{copy}")).await));
            }
            for (order, account) in &orders {
                w.prov_link(&w.operator, order, account).await.ok();
            }
            for (hours, event) in [(1, "ACTIVATE"), (3, "COMPLETE"), (2, "")] {
                w.wait(TimeDelta::hours(hours));
                for (order, _) in orders.iter().filter(|_| !event.is_empty()) {
                    w.prov_go(&w.operator, order, event).await.ok();
                }
            }
            let mut proofs = Vec::new();
            for (order, account) in &orders {
                let mut left = minutes.clone();
                while !left.is_empty() {
                    let minute = left.remove(next(left.len()));
                    let at = (beginning + TimeDelta::minutes(minute)).to_rfc3339();
                    w.prov_measured(account, 1000 + minute, &at).await.ok();
                }
                let item = w.prov_proof(order).await["items"][0].clone();
                let count = |of: &str| item[of]["metrics"]["followerCount"].as_i64().map(|count| count - 1000);
                assert_eq!(count("baseline"), minutes.iter().rfind(|minute| **minute <= 60).copied(), "{minutes:?}");
                let after = minutes.iter().rfind(|minute| (61..=240).contains(*minute)).copied();
                assert_eq!(count("latest"), after, "{minutes:?}");
                proofs.push([item["baseline"].clone(), item["latest"].clone(), item["history"].clone()]);
            }
            assert_eq!(proofs[0], proofs[1], "{minutes:?}");
        }
    }
}
