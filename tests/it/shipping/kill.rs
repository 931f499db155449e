//! The program is killed over what a carrier posts.

use super::{NUMBER, carriers, courier_request, courier_secret};
use crate::{
    both,
    chaos::process::{Start, audit_is_clean},
    harness::{World, text, uuid},
    shows,
    webhook::kill::{ARRIVED, Killing, Point},
};
use chrono::Utc;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

impl World {
    /// The deliveries that brought what is kept of a number.
    async fn courier_tracked(&self, number: &str) -> Vec<::uuid::Uuid> {
        use entity::tracking_event::{Column, Entity};
        let rows = Entity::find().filter(Column::TrackingNumber.eq(number)).all(&self.app.reader).await.expect("rows");
        rows.into_iter().map(|row| row.delivery_id).collect()
    }
}

both! {
    async fn a_kill_over_a_parcel_loses_nothing_and_doubles_nothing(w: World) {
        let w = w.reopened(carriers).await;
        w.clock.set(Utc::now());
        for point in ARRIVED {
            let order = w.courier_order("marketplace").await;
            let number = format!("{NUMBER}{point:?}");
            w.go(&w.seller, &order, "SHIP", json!({ "carrier": "UPS", "trackingNumber": number })).await.ok();
            let parcel = w.fulfilment_of(&order).await;
            let data = json!({ "orderId": order, "carrier": "UPS", "trackingNumber": number, "status": "delivered" });
            let body = json!({ "type": "shipment.updated", "timestamp": w.now(), "data": data }).to_string();
            let killing = Killing {
                start: Start::over(&w).with("WAYBILL__CARRIERS__COURIER__WEBHOOK_SECRETS", courier_secret()),
                family: "shipping", written: "tracking_event", reference: number.clone(), sale: order.clone(),
                says: |at| courier_request(&format!("msg_{number}"), &body, at),
            };
            killing.at(point).await;
            let (state, kept) = if point == Point::Answering { ("delivered", 1) } else { ("shipped", 0) };
            assert_eq!((w.state(&order).await, w.state(&parcel).await), (state.to_owned(), state.to_owned()), "{point:?}");
            assert_eq!(w.courier_tracked(&number).await.len(), kept, "{point:?}");
            killing.again().await;
            let deliveries = w.inbox(json!({ "reference": number })).await;
            assert_eq!(deliveries.len(), 1, "{point:?} {deliveries:?}");
            shows!(deliveries[0], { "status": "APPLIED", "family": "SHIPPING", "saleOrderId": &order }, "{point:?}");
            assert_eq!(w.courier_tracked(&number).await, [uuid(&text(&deliveries[0]["id"]))], "{point:?}");
            assert_eq!(w.courier_parcels(&order).await, ["delivered"], "{point:?}");
            assert_eq!(w.state(&order).await, "delivered", "{point:?}");
            let arrived = w.events(&parcel).await.into_iter().filter(|event| event == "PACKAGE_DELIVERED").count();
            assert_eq!(arrived, 1, "{point:?}");
            w.market_moves_are_allowed(&order).await;
        }
        audit_is_clean(&w).await;
    }
}
