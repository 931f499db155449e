//! Where what carriers said is shown.

use super::{NUMBER, carriers};
use crate::{both, harness::World, shows};
use serde_json::json;

const TRACKED: &str = "query($o: ID!, $n: String!) { trackShipment(orderId: $o, trackingNumber: $n) { carrier trackingNumber \
    status location estimatedDelivery events { status message occurredAt } } }";

both! {
    async fn the_timeline_tells_once_what_moved_the_order_and_what_did_not(w: World) {
        let w = w.reopened(carriers).await;
        let order = w.courier_order("marketplace").await;
        for (id, status, place) in [("e1", "picked_up", "Depot"), ("e2", "in_transit", "Chicago"), ("e3", "in_transit", "Boston")] {
            let said = json!({ "orderId": order, "carrier": "UPS", "trackingNumber": NUMBER, "status": status, "location": place });
            w.courier(id, &said).await;
        }
        let timeline = w.get(&w.ada, &format!("/api/v1/orders/{order}/timeline")).await.ok()["timeline"].clone();
        let entries = timeline.as_array().expect("entries");
        let theirs: Vec<_> = entries.iter().filter(|entry| entry["source"] == "shipping_provider").cloned().collect();
        assert_eq!(theirs.len(), 3, "{theirs:?}");
        shows!(json!(theirs), {
            "0.status": "shipped", "0.location": "Depot", "1.status": "in_transit", "1.location": "Chicago",
            "2.status": "in_transit", "2.location": "Boston", "2.metadata": { "carrier": "UPS", "trackingNumber": NUMBER },
        });
        w.work().await;
    }

    async fn a_shipment_is_tracked_by_whoever_sees_its_order(w: World) {
        let w = w.reopened(carriers).await;
        let order = w.courier_order("marketplace").await;
        let said = |status: &str, day: &str, at: &str| json!({
            "orderId": order, "carrier": "UPS", "trackingNumber": NUMBER, "status": status, "location": "Chicago",
            "estimatedDelivery": day, "occurredAt": at,
        });
        w.courier("e1", &said("in_transit", "2026-03-09", "2026-03-02T09:00:00Z")).await;
        w.courier("e2", &said("picked_up", "2026-03-07", "2026-03-01T09:00:00Z")).await;
        let ask = json!({ "o": order, "n": NUMBER.to_lowercase() });
        shows!(w.gql(&w.ada, TRACKED, ask.clone()).await.ok(), {
            "carrier": "UPS", "trackingNumber": NUMBER, "status": "in_transit", "location": "Chicago",
            "estimatedDelivery": "2026-03-09", "events.0.status": "picked_up", "events.1.status": "in_transit",
        });
        assert!(w.gql(&w.ada, TRACKED, json!({ "o": order, "n": "1Z0" })).await.ok().is_null());
        let shown = w.get(&w.ada, &format!("/api/v1/orders/{order}")).await.ok();
        assert!(shown.to_string().contains("2026-03-09"), "{shown}");
        w.work().await;
    }
}
