//! `modifyOrder`: lines, address and wishes of an order that is still open.

use crate::{
    both,
    builders::{merged, money},
    harness::{Answer, User, World, text},
    shows,
};
use serde_json::{Value, json};

impl World {
    /// `modifyOrder`
    pub async fn modify(&self, user: &User, sale: &str, over: Value) -> Answer {
        let payload = "saleOrder { id version workflowState grandTotal { amount } outstanding { amount } shippingMethod \
            specialInstructions estimatedDelivery shippingAddress { line1 region postalCode countryCode } \
            lines { id sku quantity unitPrice { amount } } }";
        let input = merged(json!({ "saleOrderId": sale }), over);
        self.mutate(user, "modifyOrder", "ModifyOrderInput", payload, input).await
    }

    /// Mugs and setups in an order of Ada's own.
    async fn own(&self, over: Value) -> String {
        text(&self.create_order(&self.biller, over).await.ok()["saleOrder"]["id"])
    }
}

fn lines(of: &[(&str, i64)]) -> Value {
    json!({ "lines": of.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect::<Vec<_>>() })
}

both! {
    async fn prices_and_stock_follow_the_lines(w: World) {
        let sale = w.own(json!({})).await;
        let mug = w.line_of(&sale, "MUG").await;
        let more = merged(lines(&[("SETUP", 1), ("MUG", 5)]), json!({ "note": "Two more guests", "reasonCode": "CUSTOMER_REQUEST" }));
        let changed = w.modify(&w.biller, &sale, more).await.ok()["saleOrder"].clone();
        let setup = text(&changed["lines"][0]["unitPrice"]["amount"]);
        assert_eq!(changed["lines"][1]["id"], mug, "a line of the same SKU stays the same line");
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 5));
        shows!(w.last(&sale).await, {
            "event": "ORDER_MODIFIED", "note": "Two more guests", "reasonCode": "CUSTOMER_REQUEST",
            "metadata.payload.lines.from.0.quantity": 2, "metadata.payload.lines.to.1.quantity": 5,
        });
        let (whole, once) = (text(&changed["grandTotal"]["amount"]), setup.parse::<f64>().expect("a price"));
        assert_eq!(whole, format!("{:.2}", 50.0 + once));
        assert_eq!(changed["outstanding"]["amount"], whole.as_str());
        let fewer = w.modify(&w.ada, &sale, lines(&[("MUG", 1)])).await.ok()["saleOrder"].clone();
        shows!(fewer, { "grandTotal.amount": "10.00", "outstanding.amount": "10.00", "lines.0.id": mug });
        assert_eq!(fewer["lines"].as_array().map(Vec::len), Some(1));
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 1));
        w.work().await;
    }

    async fn whoever_waits_for_stock_gets_what_is_needed_no_more(w: World) {
        let has = w.own(json!({ "storeId": w.backorders, "lines": [{ "sku": "MUG", "quantity": 3 }] })).await;
        let waits = w.own(json!({ "storeId": w.backorders, "lines": [{ "sku": "MUG", "quantity": 2 }] })).await;
        w.pay(&waits, "20.00").await;
        let fulfilment = w.fulfilment_of(&waits).await;
        assert_eq!(w.state(&fulfilment).await, "BACKORDERED");
        w.modify(&w.biller, &has, lines(&[("MUG", 1)])).await.ok();
        w.work().await;
        assert_eq!(w.state(&fulfilment).await, "PICK_PACK");
        assert_eq!(w.stock(&w.backorders, "MUG").await, (3, 3));
    }

    async fn less_may_be_paid_already(w: World) {
        let sale = w.own(json!({})).await;
        w.pay(&sale, "10.00").await;
        assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
        let changed = w.modify(&w.biller, &sale, lines(&[("MUG", 1)])).await.ok();
        shows!(changed["saleOrder"], { "workflowState": "CLEARED_FOR_FULFILMENT", "outstanding.amount": "0.00" });
        w.modify(&w.biller, &sale, lines(&[("MUG", 2)])).await.refused("TRANSITION_NOT_ALLOWED");
        w.work().await;
    }

    async fn wishes_and_the_address_change_too(w: World) {
        let sale = w.own(json!({ "shippingMethod": "Courier", "specialInstructions": "Ring twice" })).await;
        let address = json!({ "name": "Ada", "street": "Side Street 2", "city": "Austin", "state": "TX", "zipCode": "78701", "country": "US" });
        let wishes = json!({ "shippingAddress": address, "shippingMethod": "Post", "specialInstructions": null, "estimatedDelivery": "2026-02-28" });
        let changed = w.modify(&w.ada, &sale, wishes.clone()).await.ok()["saleOrder"].clone();
        shows!(changed, {
            "shippingMethod": "Post", "specialInstructions": null, "estimatedDelivery": "2026-02-28",
            "shippingAddress.line1": "Side Street 2", "shippingAddress.region": "TX", "shippingAddress.postalCode": "78701",
            "shippingAddress.countryCode": "US",
        });
        // The same once more is no change.
        let before = w.print().await;
        w.modify(&w.ada, &sale, wishes).await.ok();
        w.modify(&w.ada, &sale, lines(&[("MUG", 2)])).await.ok();
        w.unchanged(&before).await;
    }

    async fn what_was_agreed_on_or_is_under_way_stays(w: World) {
        let quoted = w.mugs(2).await;
        w.modify(&w.biller, &quoted, json!({ "shippingMethod": "Post" })).await.ok();
        let cancelled = w.own(json!({})).await;
        w.send(&w.biller, &cancelled, "CANCEL").await.ok();
        let sale = w.own(json!({})).await;
        w.work().await;
        let before = w.print().await;
        w.modify(&w.biller, &quoted, lines(&[("MUG", 1)])).await.refused("GUARD_REJECTED");
        w.modify(&w.biller, &cancelled, lines(&[("MUG", 1)])).await.refused("TRANSITION_NOT_ALLOWED");
        for (over, code) in [
            (lines(&[("MUG", 101)]), "INSUFFICIENT_STOCK"),
            (lines(&[("NONE", 1)]), "LISTING_UNAVAILABLE"),
            (lines(&[]), "BAD_INPUT"),
            (json!({ "lines": [{ "sku": "MUG", "quantity": 1, "unitPrice": money("1.00") }] }), "FORBIDDEN"),
            (json!({ "shippingAddress": { "name": "A", "line1": "B", "street": "C", "city": "D", "countryCode": "DE" } }), "INVALID_SHIPPING_ADDRESS"),
            (json!({ "shippingAddress": { "name": "A", "line1": "B", "city": "D" } }), "INVALID_SHIPPING_ADDRESS"),
            (json!({ "estimatedDelivery": "2026-02-30" }), "BAD_INPUT"),
            (json!({ "specialInstructions": "x".repeat(2001) }), "BAD_INPUT"),
            (json!({ "reasonCode": "BECAUSE" }), "BAD_INPUT"),
            (json!({ "expectedVersion": 9 }), "CONFLICT"),
        ] {
            w.modify(&w.biller, &sale, over).await.refused(code);
        }
        w.modify(&w.bob, &sale, lines(&[("MUG", 1)])).await.refused("NOT_FOUND");
        w.modify(&w.seller_elsewhere, &sale, lines(&[("MUG", 1)])).await.refused("NOT_FOUND");
        w.modify(&w.accountant, &sale, lines(&[("MUG", 1)])).await.refused("FORBIDDEN");
        w.unchanged(&before).await;
    }

    async fn what_is_credited_is_not_more_than_the_order_comes_to(w: World) {
        let sale = w.own(json!({})).await;
        w.credit_note(&w.accountant, &sale, "15.00").await.ok();
        w.modify(&w.biller, &sale, lines(&[("MUG", 1)])).await.refused("GUARD_REJECTED");
        w.modify(&w.biller, &sale, lines(&[("MUG", 3)])).await.ok();
        assert_eq!(w.sale_order(&sale).await["outstanding"]["amount"], "15.00");
    }
}
