//! Orders follow their parcels, and parcels their orders.

use crate::{both, harness::World, shows};
use serde_json::json;

both! {
    async fn what_is_said_of_the_order_its_parcel_hears(w: World) {
        let order = w.market_in("ready_to_ship").await;
        let sent = json!({ "carrier": "UPS", "trackingNumber": "1Z999AA1234567890", "estimatedDelivery": "2026-03-15" });
        w.go(&w.seller, &order, "SHIP", sent).await.ok();
        for (event, state) in [("IN_TRANSIT", "in_transit"), ("OUT_FOR_DELIVERY", "out_for_delivery"), ("DELIVER", "delivered")] {
            w.go(&w.seller, &order, event, json!({})).await.ok();
            shows!(w.sale_order(&order).await, { "workflowState": state, "fulfilments.0.workflowState": state });
        }
        w.work().await;
    }

    async fn what_is_said_of_the_parcel_its_order_hears_step_by_step(w: World) {
        for (events, moves) in [
            (vec!["IN_TRANSIT", "OUT_FOR_DELIVERY", "PACKAGE_DELIVERED"], vec!["in_transit", "out_for_delivery", "delivered"]),
            // The owner's table leads from shipped to out_for_delivery by in_transit alone.
            (vec!["OUT_FOR_DELIVERY", "PACKAGE_DELIVERED"], vec!["in_transit", "out_for_delivery", "delivered"]),
            (vec!["PACKAGE_DELIVERED"], vec!["delivered"]),
            (vec!["EXCEPTION", "IN_TRANSIT", "PACKAGE_DELIVERED"], vec!["in_transit", "delivered"]),
        ] {
            let order = w.market_in("shipped").await;
            let parcel = w.parts(&order).await[0].clone();
            let before = w.moves(&order).await.len();
            for event in events {
                w.send_with(&w.operator, &parcel, event, json!({})).await.ok();
            }
            let came: Vec<String> = w.moves(&order).await.split_off(before).into_iter().map(|(_, to)| to).collect();
            assert_eq!(came, moves);
            w.market_moves_are_allowed(&order).await;
        }
        w.work().await;
    }
}
