//! `changeShippingAddress`: before anything has shipped, on record.

use crate::{
    both,
    builders::merged,
    harness::{Answer, User, World},
    shows,
};
use serde_json::{Value, json};

impl World {
    async fn readdress(&self, user: &User, sale: &str, over: Value) -> Answer {
        let address = json!({ "name": "Ada", "line1": "New Street 7", "line2": null, "city": "Lyon", "region": null,
            "postalCode": "69001", "countryCode": "FR", "phone": null });
        let input = merged(json!({ "saleOrderId": sale, "shippingAddress": address }), over);
        let payload = "saleOrder { id version workflowState shippingAddress { line1 city countryCode } }";
        self.mutate(user, "changeShippingAddress", "ChangeShippingAddressInput", payload, input).await
    }
}

both! {
    async fn the_address_changes_before_shipping_and_the_log_has_both(w: World) {
        let open = w.mugs(2).await;
        let (cleared, _) = w.cleared(json!({})).await;
        for sale in [&open, &cleared] {
            let (version, state) = (w.version(sale).await, w.state(sale).await);
            let over = json!({ "reasonCode": "CUSTOMER_REQUEST", "note": "She moved", "expectedVersion": version });
            let answer = w.readdress(&w.biller, sale, over).await.ok()["saleOrder"].clone();
            shows!(answer, { "shippingAddress.city": "Lyon", "version": version + 1, "workflowState": state });
            let row = w.last(sale).await;
            shows!(row, {
                "event": "SHIPPING_ADDRESS_CHANGED", "fromState": state, "toState": state, "actorId": w.biller.id,
                "reasonCode": "CUSTOMER_REQUEST", "note": "She moved", "metadata.payload.from.city": "Berlin",
                "metadata.payload.to.city": "Lyon", "metadata.payload.to.countryCode": "FR",
            });
            // The same once more is no change.
            let before = w.print().await;
            w.readdress(&w.biller, sale, json!({})).await.ok();
            w.unchanged(&before).await;
        }
    }

    async fn what_has_shipped_or_ended_goes_nowhere_else(w: World) {
        let (shipped, _, _) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let ends = [w.sale_in("CANCELLED").await, w.sale_in("COMPLETED").await, w.sale_in("SALE_EXPIRED").await];
        let before = w.print().await;
        w.readdress(&w.biller, &shipped, json!({})).await.refused("GUARD_REJECTED");
        for ended in &ends {
            w.readdress(&w.biller, ended, json!({})).await.refused("TRANSITION_NOT_ALLOWED");
        }
        w.unchanged(&before).await;
    }

    async fn one_part_that_has_shipped_is_enough(w: World) {
        let (sale, _) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 4 }] })).await;
        let (fulfilment, line) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await);
        w.split(&w.admin, &fulfilment, &[(&line, 1)]).await.ok();
        w.readdress(&w.biller, &sale, json!({})).await.ok();
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        w.readdress(&w.biller, &sale, json!({ "note": "again" })).await.refused("GUARD_REJECTED");
    }

    async fn an_address_is_checked_as_at_creation(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        for address in [
            json!({ "name": "", "line1": "Street 1", "city": "Lyon", "countryCode": "FR" }),
            json!({ "name": "Ada", "line1": "Street 1", "city": "Lyon", "countryCode": "fr" }),
        ] {
            w.readdress(&w.biller, &sale, json!({ "shippingAddress": address })).await.refused("INVALID_SHIPPING_ADDRESS");
        }
        w.readdress(&w.biller, &sale, json!({ "reasonCode": "BECAUSE" })).await.refused("BAD_INPUT");
        w.readdress(&w.biller, &sale, json!({ "note": "x".repeat(10_001) })).await.refused("BAD_INPUT");
        w.readdress(&w.biller, &sale, json!({ "expectedVersion": 9 })).await.refused("CONFLICT");
        w.unchanged(&before).await;
        let once = json!({ "idempotencyKey": "k" });
        let first = w.readdress(&w.biller, &sale, once.clone()).await.ok();
        assert_eq!(w.readdress(&w.biller, &sale, once).await.ok(), first);
    }

    async fn those_who_handle_orders_change_addresses_and_sellers_those_of_their_stores(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        for user in [&w.accountant, &w.ada, &w.bob, &w.rex] {
            w.readdress(user, &sale, json!({})).await.refused("FORBIDDEN");
        }
        w.readdress(&w.seller_elsewhere, &sale, json!({})).await.refused("NOT_FOUND");
        w.readdress(&w.biller, "sale_01h455vb4pex5vsknk084sn02q", json!({})).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        for (user, city) in [(&w.seller, "A"), (&w.operator, "B"), (&w.manager, "C"), (&w.biller, "D"), (&w.admin, "E")] {
            let address = json!({ "name": "Ada", "line1": "Street 1", "city": city, "countryCode": "FR" });
            w.readdress(user, &sale, json!({ "shippingAddress": address })).await.ok();
        }
    }
}
