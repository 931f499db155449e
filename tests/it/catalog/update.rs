//! `updateProduct`: title, prices, and what is not for sale any more.

use crate::{
    both,
    builders::{merged, money},
    harness::{Answer, User, World, text},
    shows,
};
use serde_json::{Value, json};

const PRODUCT: &str = "id sku title price { amount currency } resellerPrice { amount } archivedAt version";

impl World {
    /// A product by its SKU.
    pub async fn product(&self, sku: &str) -> Value {
        let document = format!("query($sku: String!) {{ product(sku: $sku) {{ {PRODUCT} }} }}");
        self.gql(&self.admin, &document, json!({ "sku": sku })).await.ok()
    }

    /// `updateProduct`
    pub async fn update_product(&self, user: &User, sku: &str, over: Value) -> Answer {
        let input = merged(json!({ "productId": self.product(sku).await["id"] }), over);
        self.mutate(user, "updateProduct", "UpdateProductInput", &format!("product {{ {PRODUCT} }}"), input).await
    }

    async fn listed(&self, archived: Option<Value>) -> Vec<String> {
        let document = match archived {
            None => "{ products(first: 200) { nodes { sku } } }".to_owned(),
            Some(archived) => format!("{{ products(first: 200, archived: {archived}) {{ nodes {{ sku }} }} }}"),
        };
        let found = self.gql(&self.biller, &document, json!({})).await.ok();
        found["nodes"].as_array().expect("nodes").iter().map(|node| text(&node["sku"])).collect()
    }
}

both! {
    async fn what_is_left_out_of_an_update_stays_and_null_takes_the_reseller_price_away(w: World) {
        let answer = w.update_product(&w.manager, "MUG", json!({ "title": "  A large mug " })).await.ok();
        shows!(answer["product"], { "title": "A large mug", "price.amount": "10.00", "resellerPrice.amount": "8.00", "version": 2 });
        let answer = w.update_product(&w.manager, "MUG", json!({ "price": money("11.50") })).await.ok();
        shows!(answer["product"], { "title": "A large mug", "price.amount": "11.50", "resellerPrice.amount": "8.00", "version": 3 });
        let answer = w.update_product(&w.manager, "MUG", json!({ "resellerPrice": null, "title": null })).await.ok();
        shows!(answer["product"], { "title": "A large mug", "resellerPrice": null, "version": 4 });
        let answer = w.update_product(&w.manager, "MUG", json!({ "resellerPrice": money("9.00") })).await.ok();
        shows!(answer["product"], { "resellerPrice.amount": "9.00", "version": 5 });
    }

    async fn an_update_that_changes_nothing_makes_no_version(w: World) {
        let before = w.print().await;
        w.update_product(&w.manager, "MUG", json!({ "title": "A MUG", "price": money("10.00"), "archived": false })).await.ok();
        w.update_product(&w.manager, "MUG", json!({})).await.ok();
        w.unchanged(&before).await;
    }

    async fn what_was_quoted_and_sold_keeps_its_title_and_price(w: World) {
        let quotation = w.quote(json!({})).await;
        let (sold, _) = w.cleared(json!({})).await;
        w.update_product(&w.manager, "MUG", json!({ "title": "Dear mug", "price": money("99.00") })).await.ok();
        shows!(w.quotation(&quotation).await, { "total.amount": "20.00" });
        shows!(w.sale_order(&sold).await, { "grandTotal.amount": "20.00", "lines.0.unitPrice.amount": "10.00" });
        shows!(w.sale_order(&w.mugs(1).await).await, { "grandTotal.amount": "99.00" });
    }

    async fn what_is_archived_is_not_sold_any_more_and_stays_on_what_was_sold(w: World) {
        let (sold, _) = w.cleared(json!({})).await;
        let draft = w.quote(json!({})).await;
        let half = w.quote_in("APPROVED_BY_SELLER").await;
        let answer = w.update_product(&w.manager, "MUG", json!({ "archived": true })).await.ok();
        assert!(answer["product"]["archivedAt"].is_string());
        let before = w.print().await;
        w.create_quotation(&w.biller, w.draft(json!({}))).await.refused("LISTING_UNAVAILABLE");
        w.till(&w.biller, json!({})).await.refused("LISTING_UNAVAILABLE");
        w.revise(&w.biller, &draft, json!({ "lines": [{ "sku": "MUG", "quantity": 3 }] })).await.refused("LISTING_UNAVAILABLE");
        // What is offered already is not sold either: the approval that would sell it says why not.
        let shown = w.available(&w.ada, &half).await["BUYER_APPROVES"].clone();
        shows!(shown, { "enabled": false, "blockedBy.0.name": "stillListed" });
        let refusal = w.send(&w.ada, &half, "BUYER_APPROVES").await.refused("LISTING_UNAVAILABLE");
        assert_eq!(refusal["guard"], "stillListed");
        w.unchanged(&before).await;
        // What was sold goes on.
        shows!(w.sale_order(&sold).await, { "lines.0.sku": "MUG" });
        let fulfilment = w.fulfilment_of(&sold).await;
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(w.state(&sold).await, "COMPLETED");
        // Brought back, it is for sale again.
        w.update_product(&w.manager, "MUG", json!({ "archived": false })).await.ok();
        w.send(&w.ada, &half, "BUYER_APPROVES").await.ok();
        assert_eq!(w.state(&half).await, "MUTUALLY_APPROVED");
    }

    async fn lists_leave_out_what_is_archived_unless_they_are_asked(w: World) {
        w.update_product(&w.manager, "LAMP", json!({ "archived": true })).await.ok();
        let now = w.listed(None).await;
        assert!(!now.contains(&"LAMP".to_owned()) && now.contains(&"MUG".to_owned()), "{now:?}");
        assert_eq!(w.listed(Some(json!(false))).await, now);
        assert_eq!(w.listed(Some(json!(true))).await, ["LAMP"]);
        assert_eq!(w.listed(Some(json!(null))).await.len(), now.len() + 1);
        // By its name it is found.
        shows!(w.product("LAMP").await, { "sku": "LAMP" });
    }

    async fn archiving_twice_keeps_the_first_time(w: World) {
        let first = w.update_product(&w.manager, "LAMP", json!({ "archived": true })).await.ok();
        w.wait(chrono::TimeDelta::hours(1));
        let again = w.update_product(&w.manager, "LAMP", json!({ "archived": true })).await.ok();
        assert_eq!(first["product"], again["product"]);
    }

    async fn what_creating_refuses_updating_refuses(w: World) {
        let before = w.print().await;
        let euros = json!({ "amount": "9.00", "currency": "EUR" });
        for (over, field) in [
            (json!({ "title": " " }), "title"),
            (json!({ "title": "x".repeat(501) }), "title"),
            (json!({ "price": money("-1.00") }), "price"),
            (json!({ "price": money("1.001") }), "price"),
            (json!({ "resellerPrice": money("-1.00") }), "resellerPrice"),
            (json!({ "resellerPrice": euros }), "resellerPrice"),
            // The reseller price that stays would be in another currency.
            (json!({ "price": euros }), "resellerPrice"),
        ] {
            let refusal = w.update_product(&w.manager, "MUG", over.clone()).await.refused("BAD_INPUT");
            assert_eq!(refusal["field"], field, "{over}");
        }
        w.unchanged(&before).await;
        // Both at once are in one currency again.
        let both = json!({ "price": { "amount": "10.00", "currency": "EUR" }, "resellerPrice": null });
        shows!(w.update_product(&w.manager, "MUG", both).await.ok()["product"], { "price.currency": "EUR" });
    }

    async fn versions_keys_and_permissions_hold_as_everywhere(w: World) {
        let id = text(&w.product("MUG").await["id"]);
        for user in [&w.biller, &w.accountant, &w.operator, &w.seller, &w.ada, &w.rex] {
            w.update_product(user, "MUG", json!({ "title": "X" })).await.refused("FORBIDDEN");
        }
        let send = async |over: Value| {
            let input = merged(json!({ "productId": id }), over);
            w.mutate(&w.manager, "updateProduct", "UpdateProductInput", &format!("product {{ {PRODUCT} }}"), input).await
        };
        send(json!({ "title": "X", "expectedVersion": 2 })).await.refused("CONFLICT");
        let once = json!({ "title": "Once", "expectedVersion": 1, "idempotencyKey": "k" });
        shows!(send(once.clone()).await.ok()["product"], { "title": "Once", "version": 2 });
        // The key answers before the version is asked for.
        shows!(send(once.clone()).await.ok()["product"], { "title": "Once", "version": 2 });
        send(json!({ "title": "Twice", "idempotencyKey": "k" })).await.refused("IDEMPOTENCY_MISMATCH");
        // Left out and null are two inputs.
        send(json!({ "resellerPrice": null, "idempotencyKey": "n" })).await.ok();
        send(json!({ "idempotencyKey": "n" })).await.refused("IDEMPOTENCY_MISMATCH");
        for unknown in ["prod_01h455vb4pex5vsknk084sn02q", "MUG", w.store.as_str()] {
            send(json!({ "productId": unknown, "title": "X" })).await.refused("NOT_FOUND");
        }
    }
}
