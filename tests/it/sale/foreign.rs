//! Ids of other systems: what finds stores, buyers and products, and what an order is called elsewhere.

use crate::{
    both,
    builders::{merged, money},
    harness::{Answer, World, text},
    shows,
};
use serde_json::{Value, json};

const CALLED: &str = "query($id: ID!) { saleOrder(id: $id) { externalId externalSource shippingMethod specialInstructions \
    estimatedDelivery metadata paymentMethod customer { externalId } store { externalId } timeline(first: 1) { nodes { event note } } } }";

impl World {
    /// A store, a customer, a reseller and a product that another system knows by these names.
    async fn known_elsewhere(&self) {
        let store = json!({ "name": "Shop", "currency": "USD", "externalId": "seller456" });
        self.make(&self.admin, "createStore", "CreateStoreInput", store, "store").await;
        let buyer = json!({ "name": "Bea", "externalId": "buyer123" });
        self.make(&self.biller, "createCustomer", "CreateCustomerInput", buyer.clone(), "customer").await;
        let reseller = merged(buyer, json!({ "externalId": "reseller-1" }));
        self.make(&self.biller, "createReseller", "CreateResellerInput", reseller, "reseller").await;
        let product = json!({ "sku": "LANTERN", "kind": "SERVICE", "title": "Lantern", "price": money("100.00"), "externalId": "listing789" });
        self.make(&self.admin, "createProduct", "CreateProductInput", product, "product").await;
    }
}

/// What a refusal with this code says.
fn said(answer: Answer, code: &str) -> String {
    let message = answer.errors.first().map(|error| text(&error["message"])).unwrap_or_default();
    answer.refused(code);
    message
}

fn order(over: Value) -> Value {
    let base =
        json!({ "storeId": "seller456", "customerId": "buyer123", "lines": [{ "sku": "listing789", "quantity": 2 }] });
    merged(base, over)
}

both! {
    async fn an_order_is_made_and_found_by_them(w: World) {
        w.known_elsewhere().await;
        let besides = json!({
            "externalId": "order_abc123", "externalSource": "shop1", "shippingMethod": "standard", "note": "From the shop",
            "specialInstructions": "Leave at the door\nand ring", "estimatedDelivery": "2026-02-28", "metadata": { "cart": [1, "two"] },
            "paymentMethod": "CARD",
        });
        let made = w.create_order(&w.admin, order(besides.clone())).await.ok()["saleOrder"].clone();
        shows!(made, { "grandTotal.amount": "200.00", "lines.0.sku": "LANTERN", "workflowState": "PAYMENT_INITIATED" });
        let found = w.gql(&w.admin, CALLED, json!({ "id": made["id"] })).await.ok();
        shows!(found, {
            "externalId": "order_abc123", "externalSource": "shop1", "shippingMethod": "standard", "paymentMethod": "CARD",
            "specialInstructions": "Leave at the door\nand ring", "estimatedDelivery": "2026-02-28",
            "metadata.cart.1": "two", "customer.externalId": "buyer123", "store.externalId": "seller456",
            "timeline.nodes.0.event": "SET_PAYMENT_METHOD",
        });
        assert_eq!(w.log(&text(&made["id"])).await[0]["note"], "From the shop");
        // Once in each system.
        let again = w.create_order(&w.admin, order(besides.clone())).await;
        assert!(said(again, "CONFLICT").contains(&text(&made["number"])));
        for source in [json!("shop2"), Value::Null] {
            w.create_order(&w.admin, order(merged(besides.clone(), json!({ "externalSource": source })))).await.ok();
        }
        let nameless = json!({ "externalId": "order_abc123" });
        w.create_order(&w.admin, order(nameless)).await.refused("CONFLICT");
        let resold = order(json!({ "customerId": null, "resellerId": "reseller-1" }));
        assert_eq!(w.create_order(&w.admin, resold).await.ok()["saleOrder"]["type"], "RESELLER");
    }

    async fn an_id_that_nobody_has_or_that_is_not_ones_own_is_unknown(w: World) {
        w.known_elsewhere().await;
        let before = w.print().await;
        for over in [json!({ "storeId": "none" }), json!({ "customerId": "none" }), json!({ "resellerId": "buyer123" })] {
            w.create_order(&w.admin, order(over)).await.refused("NOT_FOUND");
        }
        w.create_order(&w.admin, order(json!({ "lines": [{ "sku": "buyer123", "quantity": 1 }] }))).await.refused("LISTING_UNAVAILABLE");
        let others = w.create_order(&w.ada, order(json!({}))).await;
        let nobodys = w.create_order(&w.ada, order(json!({ "customerId": "nobody" }))).await;
        assert_eq!(said(others, "NOT_FOUND").replace("buyer123", "nobody"), said(nobodys, "NOT_FOUND"));
        let own = w.create_order(&w.seller, order(json!({}))).await;
        own.refused("NOT_FOUND");
        for (over, names) in [
            (json!({ "externalId": w.store }), "could be an id of ours"),
            (json!({ "externalId": " " }), "externalId"),
            (json!({ "externalId": "x".repeat(201) }), "externalId"),
            (json!({ "externalSource": "shop1" }), "externalSource"),
            (json!({ "shippingMethod": "a\u{0}b" }), "NUL"),
            (json!({ "shippingMethod": "a\nb" }), "shippingMethod"),
            (json!({ "specialInstructions": " " }), "specialInstructions"),
            (json!({ "metadata": [1] }), "metadata"),
            (json!({ "metadata": { "long": "x".repeat(16 * 1024) } }), "metadata"),
            (json!({ "estimatedDelivery": "28.02.2026" }), "no day of the calendar"),
            (json!({ "note": "x".repeat(10_001) }), "note"),
        ] {
            let said = said(w.create_order(&w.admin, order(over.clone())).await, "BAD_INPUT");
            assert!(said.contains(names), "{over}: {said}");
        }
        w.unchanged(&before).await;
    }

    async fn one_has_it_at_a_time(w: World) {
        w.known_elsewhere().await;
        let customer = json!({ "customerId": w.customer_ada, "externalId": "buyer123" });
        let taken = w.mutate(&w.biller, "updateCustomer", "UpdateCustomerInput", "customer { externalId }", customer).await;
        assert!(said(taken, "CONFLICT").contains("another customer has this external id"));
        for (mutation, kind, field, id) in [
            ("updateCustomer", "UpdateCustomerInput", "customer", json!({ "customerId": w.customer_ada })),
            ("updateStore", "UpdateStoreInput", "store", json!({ "storeId": w.store })),
        ] {
            let payload = format!("{field} {{ externalId version }}");
            let set = merged(id.clone(), json!({ "externalId": "mine" }));
            shows!(w.mutate(&w.admin, mutation, kind, &payload, set).await.ok()[field], { "externalId": "mine" });
            let kept = w.mutate(&w.admin, mutation, kind, &payload, merged(id.clone(), json!({ "name": "Another" }))).await;
            shows!(kept.ok()[field], { "externalId": "mine" });
            let gone = w.mutate(&w.admin, mutation, kind, &payload, merged(id, json!({ "externalId": null }))).await;
            shows!(gone.ok()[field], { "externalId": null });
        }
    }
}
