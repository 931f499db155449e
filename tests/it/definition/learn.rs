//! Servers learn of versions that others have published.

use super::described;
use crate::{both, harness::World};
use serde_json::json;

both! {
    async fn another_server_moves_what_started_on_a_version_that_it_did_not_know(w: World) {
        let other = w.reopened(|_| {}).await;
        let machine = described(w.machine("fulfilment").await);
        w.published("fulfilment", &machine, json!({})).await;
        let (sale, _, fulfilment) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        assert_eq!(w.version_of(&fulfilment).await, 2);
        assert!(other.app.registry.definition("fulfilment", 2).is_none(), "nobody has told it yet");
        assert_eq!(other.sale_order(&sale).await["fulfilments"][0]["workflowState"], "PICK_PACK");
        other.drive(&fulfilment, &["FULFILMENT_STARTED"]).await;
        assert_eq!(other.state(&fulfilment).await, "READY_FOR_SHIPMENT");
    }

    async fn another_server_shows_what_it_did_not_know(w: World) {
        let other = w.reopened(|_| {}).await;
        let machine = described(w.machine("sale").await);
        w.published("sale", &machine, json!({})).await;
        let sale = w.mugs(1).await;
        let shown = other.sale_order(&sale).await;
        assert_eq!((&shown["phase"], &shown["workflow"]["state"]), (&json!("SALE"), &json!({ "OPEN": "AWAITING_PAYMENT_METHOD" })));
    }

    async fn what_was_published_stays_newest_when_a_server_starts_again(w: World) {
        let machine = described(w.machine("sale").await);
        w.published("sale", &machine, json!({})).await;
        let again = w.reopened(|_| {}).await;
        let newest = again.definition("sale", None).await;
        assert_eq!((&newest["version"], &newest["publishedBy"]), (&json!(2), &json!(w.admin.id)));
        let sale = again.mugs(1).await;
        assert_eq!(again.version_of(&sale).await, 2);
    }
}
