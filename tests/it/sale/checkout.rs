//! `createOrder`: orders that were agreed on elsewhere and have no quotation.

use crate::{
    both,
    builders::{merged, money},
    harness::{User, World, text},
    shows,
};
use serde_json::{Value, json};

const OWN: &str = "query($sale: ID!, $line: ID!, $row: ID!) { saleOrder(id: $sale) { id lines { id } \
    timeline(first: 1) { nodes { id } } } line: node(id: $line) { id } row: node(id: $row) { id } \
    saleOrders { nodes { id } } }";
const ROW: &str = "query($id: ID!) { saleOrder(id: $id) { timeline(first: 1) { nodes { id } } } }";

/// What somebody is shown of an order: itself, its line, its log row, and whether their list has it.
async fn seen(w: &World, user: &User, [sale, line, row]: [&str; 3]) -> [bool; 4] {
    let found = w.gql(user, OWN, json!({ "sale": sale, "line": line, "row": row })).await;
    let data = found.data;
    let listed =
        data["saleOrders"]["nodes"].as_array().is_some_and(|nodes| nodes.iter().any(|node| node["id"] == sale));
    [data["saleOrder"]["id"] == sale, data["line"]["id"] == line, data["row"]["id"] == row, listed]
}

both! {
    async fn it_is_sold_without_a_quotation_and_goes_its_way(w: World) {
        let made = w.create_order(&w.biller, json!({ "shippingAddress": w.draft(json!({}))["shippingAddress"] })).await.ok();
        let order = &made["saleOrder"];
        shows!(order, {
            "type": "CONSUMER", "channel": "WEB", "lifecycle": "sale", "workflowState": "AWAITING_PAYMENT_METHOD",
            "phase": "SALE", "version": 1, "grandTotal.amount": "20.00", "grandTotal.currency": "USD", "quotation": null,
            "lines.0.sku": "MUG", "lines.0.quantity": 2, "lines.0.unitPrice.amount": "10.00",
        });
        assert!(text(&order["number"]).starts_with("ORD-"), "{order}");
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
        let sale = text(&order["id"]);
        assert_eq!(w.events(&sale).await, ["CREATED"]);
        w.pay(&sale, "20.00").await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        let fulfilment = w.fulfilment_of(&sale).await;
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
        assert_eq!(w.stock(&w.store, "MUG").await, (98, 0));
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "20.00");
        w.work().await;
    }

    async fn its_number_is_no_other_orders(w: World) {
        let quoted = text(&w.sale_order(&w.mugs(1).await).await["number"]);
        let made = text(&w.create_order(&w.biller, json!({})).await.ok()["saleOrder"]["number"]);
        let again = text(&w.sale_order(&w.mugs(1).await).await["number"]);
        assert!(quoted < made && made < again, "{quoted} {made} {again}");
    }

    async fn it_expires_and_is_cancelled_like_any_sale_and_gives_its_stock_back(w: World) {
        let expires = text(&w.create_order(&w.biller, json!({})).await.ok()["saleOrder"]["id"]);
        let called_off = text(&w.create_order(&w.biller, json!({})).await.ok()["saleOrder"]["id"]);
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 4));
        w.send(&w.biller, &called_off, "CANCEL").await.ok();
        w.wait(chrono::TimeDelta::minutes(1441));
        w.sweep().await;
        assert_eq!((w.state(&expires).await, w.state(&called_off).await), ("SALE_EXPIRED".into(), "CANCELLED".into()));
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn whoever_buys_and_whoever_sells_reads_it_and_nobody_else(w: World) {
        let own = w.create_order(&w.ada, json!({ "customerId": null, "lifecycle": "sale" })).await.ok()["saleOrder"].clone();
        let to_rex = w.create_order(&w.rex, json!({ "customerId": null })).await.ok()["saleOrder"].clone();
        shows!(own, { "type": "CONSUMER", "lines.0.unitPrice.amount": "10.00" });
        shows!(to_rex, { "type": "RESELLER", "lines.0.unitPrice.amount": "8.00" });
        let whole = [true; 4];
        for (order, buyer, others) in [(&own, &w.ada, [&w.bob, &w.rex]), (&to_rex, &w.rex, [&w.ada, &w.rita])] {
            let (sale, line) = (text(&order["id"]), text(&order["lines"][0]["id"]));
            let row = text(&w.gql(&w.admin, ROW, json!({ "id": sale })).await.ok()["timeline"]["nodes"][0]["id"]);
            let ids = [sale.as_str(), line.as_str(), row.as_str()];
            for reader in [buyer, &w.seller, &w.biller] {
                assert_eq!(seen(&w, reader, ids).await, whole, "{} reads {sale}", reader.id);
            }
            for stranger in others.into_iter().chain([&w.seller_elsewhere]) {
                assert_eq!(seen(&w, stranger, ids).await, [false; 4], "{} reads {sale}", stranger.id);
            }
        }
    }

    async fn what_would_be_is_told_of_it_too(w: World) {
        let sale = text(&w.create_order(&w.biller, json!({})).await.ok()["saleOrder"]["id"]);
        let events = json!([{ "event": "CANCEL", "reasonCode": "OTHER" }]);
        let told = w.simulate(&w.biller, &sale, events, None).await.ok();
        shows!(told, { "steps.0.refusal": null, "subjects.0.subjectId": sale, "subjects.0.workflowState": "CANCELLED" });
        assert_eq!(told["subjects"].as_array().map(Vec::len), Some(1));
        assert!(w.available(&w.biller, &sale).await.contains_key("CANCEL"));
    }

    async fn what_is_refused_leaves_nothing(w: World) {
        let (sale_machine, name) = (w.machine("sale").await, "from-quotations");
        let only = merged(sale_machine, json!({ "meta": { "subject": "sale", "from": ["quotation"] } }));
        w.published(name, &only, json!({})).await;
        let store = json!({ "name": "By offer", "currency": "USD", "defaultLifecycle": name });
        let by_offer = w.make(&w.admin, "createStore", "CreateStoreInput", store, "store").await;
        let before = w.print().await;
        let line = |over: Value| json!([merged(json!({ "sku": "MUG", "quantity": 1 }), over)]);
        for (over, code, names) in [
            (json!({ "lifecycle": "none" }), "BAD_INPUT", "\"none\" is no lifecycle of orders from a checkout; there are "),
            (json!({ "lifecycle": "quotation" }), "BAD_INPUT", "\"quotation\" is no lifecycle"),
            (json!({ "lifecycle": name }), "BAD_INPUT", "\"from-quotations\" is no lifecycle of orders from a checkout"),
            (json!({ "storeId": by_offer }), "BAD_INPUT", "the store's"),
            (json!({ "currency": "ZZZ" }), "BAD_INPUT", "currency"),
            (json!({ "currency": "EUR" }), "BAD_INPUT", "MUG is priced in USD, but the order is in EUR"),
            (json!({ "lines": [] }), "BAD_INPUT", "1 to 500"),
            (json!({ "lines": line(json!({ "quantity": 0 })) }), "BAD_INPUT", "lines.0.quantity"),
            (json!({ "lines": line(json!({ "sku": "NONE" })) }), "LISTING_UNAVAILABLE", "\"NONE\" is not for sale"),
            (json!({ "lines": line(json!({ "quantity": 101 })) }), "INSUFFICIENT_STOCK", "101 wanted, 100 available"),
            (json!({ "lines": line(json!({ "unitPrice": money("1.00") })) }), "FORBIDDEN", "price.override"),
            (json!({ "fulfilmentType": "SERVICE" }), "BAD_INPUT", "goods leave by"),
            (json!({ "shippingAddress": { "name": "A", "line1": "B", "city": "C", "countryCode": "XX" } }), "INVALID_SHIPPING_ADDRESS", "XX"),
            (json!({ "type": "RESELLER" }), "BAD_INPUT", "resellerId"),
            (json!({ "customerId": w.store }), "NOT_FOUND", "that you may see"),
        ] {
            let answer = w.create_order(&w.biller, over.clone()).await;
            let said = answer.errors.first().map(|error| text(&error["message"])).unwrap_or_default();
            assert!(answer.code() == code && said.contains(names), "{over}: {said}");
        }
        // The lifecycle is not the buyer's to choose; naming the store's is no choice.
        let over = json!({ "storeId": by_offer, "lifecycle": "sale" });
        w.create_order(&w.ada, over.clone()).await.refused("FORBIDDEN");
        w.create_order(&w.rex, merged(over, json!({ "customerId": null }))).await.refused("FORBIDDEN");
        // Not for others, and not at others' stores.
        w.create_order(&w.ada, json!({ "customerId": w.customer_bob })).await.refused("NOT_FOUND");
        w.create_order(&w.seller_elsewhere, json!({})).await.refused("NOT_FOUND");
        for (role, user) in w.everybody() {
            if ["ACCOUNTANT", "OPERATOR"].contains(&role) {
                w.create_order(user, json!({})).await.refused("FORBIDDEN");
            }
        }
        w.unchanged(&before).await;
    }

    async fn a_store_that_takes_backorders_sells_what_it_has_not(w: World) {
        let over = json!({ "storeId": w.backorders, "lines": [{ "sku": "MUG", "quantity": 5 }] });
        let sale = text(&w.create_order(&w.biller, over).await.ok()["saleOrder"]["id"]);
        assert_eq!(w.stock(&w.backorders, "MUG").await, (3, 3));
        w.pay(&sale, "50.00").await;
        let fulfilment = w.fulfilment_of(&sale).await;
        assert_eq!(w.state(&fulfilment).await, "BACKORDERED");
        w.work().await;
    }

    async fn whoever_sets_prices_sells_in_another_currency(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 3, "unitPrice": { "amount": "9.50", "currency": "EUR" } }]);
        let made = w.create_order(&w.manager, json!({ "currency": "EUR", "lines": lines })).await.ok();
        shows!(made["saleOrder"], { "grandTotal.amount": "28.50", "grandTotal.currency": "EUR" });
    }

    async fn the_lifecycle_is_the_one_that_was_asked_for_else_the_stores(w: World) {
        let machine = merged(w.machine("sale").await, json!({ "description": "Sold in the shop" }));
        w.published("shop-sale", &machine, json!({})).await;
        let store = json!({ "name": "Shop", "currency": "USD", "defaultLifecycle": "shop-sale" });
        let shop = w.make(&w.admin, "createStore", "CreateStoreInput", store, "store").await;
        let lines = json!([{ "sku": "SETUP", "quantity": 1 }]);
        let of_store = w.create_order(&w.biller, json!({ "storeId": shop, "lines": lines })).await.ok();
        let asked = w.create_order(&w.biller, json!({ "lifecycle": "shop-sale" })).await.ok();
        let other = w.create_order(&w.biller, json!({ "storeId": shop, "lines": lines, "lifecycle": "sale" })).await.ok();
        let lifecycle = |made: &Value| text(&made["saleOrder"]["lifecycle"]);
        assert_eq!([lifecycle(&of_store), lifecycle(&asked), lifecycle(&other)], ["shop-sale", "shop-sale", "sale"]);
    }

    async fn a_quotation_of_a_store_whose_lifecycle_takes_none_becomes_a_plain_sale(w: World) {
        let machine = merged(w.machine("sale").await, json!({ "meta": { "subject": "sale", "from": ["checkout"] } }));
        w.published("web-only", &machine, json!({})).await;
        let store = json!({ "name": "Web", "currency": "USD", "defaultLifecycle": "web-only" });
        let web = w.make(&w.admin, "createStore", "CreateStoreInput", store, "store").await;
        let lines = json!([{ "sku": "SETUP", "quantity": 1 }]);
        let quoted = w.sale(json!({ "storeId": web, "lines": lines })).await;
        let checked_out = w.create_order(&w.biller, json!({ "storeId": web, "lines": lines })).await.ok();
        assert_eq!(w.sale_order(&quoted).await["lifecycle"], "sale");
        assert_eq!(checked_out["saleOrder"]["lifecycle"], "web-only");
    }

    async fn the_same_key_makes_one_order(w: World) {
        let over = json!({ "idempotencyKey": "checkout-1" });
        let first = w.create_order(&w.biller, over.clone()).await.ok();
        let again = w.create_order(&w.biller, over.clone()).await.ok();
        assert_eq!(first["saleOrder"]["id"], again["saleOrder"]["id"]);
        let other = merged(over, json!({ "lines": [{ "sku": "MUG", "quantity": 3 }] }));
        w.create_order(&w.biller, other).await.refused("IDEMPOTENCY_MISMATCH");
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
    }
}
