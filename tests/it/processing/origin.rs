//! Where such orders come from: a checkout, a quotation, and not the till.

use crate::{both, harness::World, harness::text, shows};
use serde_json::json;

both! {
    async fn a_quotation_of_a_store_that_says_so_becomes_one(w: World) {
        let store = json!({ "storeId": w.store, "defaultLifecycle": "order-processing" });
        w.mutate(&w.admin, "updateStore", "UpdateStoreInput", "store { id }", store).await.ok();
        let quoted = w.mugs(2).await;
        shows!(w.sale_order(&quoted).await, { "lifecycle": "order-processing", "workflowState": "pending", "phase": "SALE" });
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
        let made = text(&w.create_order(&w.ada, json!({ "customerId": null })).await.ok()["saleOrder"]["id"]);
        assert_eq!(w.state(&made).await, "pending");
        w.pay(&quoted, "20.00").await;
        for event in ["CONFIRM", "PROCESS", "SHIP", "DELIVER"] {
            w.send(&w.seller, &quoted, event).await.ok();
        }
        assert_eq!(w.state(&quoted).await, "delivered");
        w.send(&w.ada, &made, "CANCEL").await.ok();
        w.work().await;
    }

    async fn what_is_sold_over_the_counter_is_a_plain_sale(w: World) {
        let store = json!({ "storeId": w.store, "defaultLifecycle": "order-processing" });
        w.mutate(&w.admin, "updateStore", "UpdateStoreInput", "store { id }", store).await.ok();
        let sold = w.till(&w.biller, json!({})).await.ok()["saleOrder"].clone();
        shows!(sold, { "workflowState": "CLEARED_FOR_FULFILMENT" });
        assert_eq!(w.sale_order(&text(&sold["id"])).await["lifecycle"], "sale");
        w.work().await;
    }
}
