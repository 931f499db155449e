//! What is let in, and what is not.

use super::{EASYPOST, NUMBER, carriers};
use crate::{both, harness::World, shows};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// Of its secret as NFKD writes it: an e, and an accent of its own.
fn easypost_signature(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice("a-se\u{301}cret-of-easypost".as_bytes()).expect("any key");
    mac.update(body.as_bytes());
    format!("hmac-sha256-hex={}", hex::encode(mac.finalize().into_bytes()))
}

fn tracker(id: &str, status: &str) -> Value {
    let place =
        json!({ "object": "TrackingLocation", "city": "Chicago", "state": "IL", "country": "US", "zip": "60601" });
    json!({ "id": id, "object": "Event", "mode": "production", "description": "tracker.updated", "result": {
        "id": "trk_1", "object": "Tracker", "tracking_code": NUMBER, "status": status, "carrier": "UPS",
        "est_delivery_date": "2026-03-09T00:00:00Z", "updated_at": "2026-03-02T09:00:00Z",
        "tracking_details": [
            { "object": "TrackingDetail", "message": "Label made", "status": "pre_transit", "datetime": "2026-03-01T08:00:00Z", "tracking_location": null },
            { "object": "TrackingDetail", "message": "Departed", "status": status, "datetime": "2026-03-02T08:00:00Z", "tracking_location": place },
        ],
    } })
}

both! {
    async fn easyposts_signature_and_form_are_understood(w: World) {
        assert_ne!(EASYPOST, "a-se\u{301}cret-of-easypost");
        let w = w.reopened(carriers).await;
        let order = w.courier_order("marketplace").await;
        w.go(&w.seller, &order, "SHIP", json!({ "carrier": "UPS", "trackingNumber": NUMBER })).await.ok();
        let body = tracker("evt_1", "in_transit").to_string();
        let signature = easypost_signature(&body);
        assert_eq!(w.carrier_posts("easypost", &[("x-hmac-signature", &signature)], body.clone()).await.status, 200);
        shows!(w.courier_delivery("evt_1").await, { "status": "APPLIED", "provider": "easypost", "reference": NUMBER });
        assert_eq!(w.state(&order).await, "in_transit");
        for wrong in ["", "hmac-sha256-hex=", "hmac-sha256-hex=zz", &signature[16..], &easypost_signature("{}")] {
            let reply = w.carrier_posts("easypost", &[("x-hmac-signature", wrong)], body.clone()).await;
            assert_eq!(reply.status, 401, "{wrong}");
        }
        w.work().await;
    }

    async fn what_cannot_be_read_or_is_not_signed_changes_nothing(w: World) {
        let w = w.reopened(carriers).await;
        let order = w.courier_order("order-processing").await;
        let before = w.log(&order).await.len();
        for (id, body) in [
            ("e1", "{".to_owned()),
            ("e2", "[]".to_owned()),
            ("e3", json!({ "type": "shipment.updated", "data": { "status": "delivered" } }).to_string()),
            ("e4", json!({ "type": "shipment.updated", "data": { "orderId": order, "trackingNumber": "1\u{0}Z", "status": "delivered" } }).to_string()),
            ("e5", json!({ "type": "shipment.updated", "data": { "orderId": order, "trackingNumber": "1Z", "status": "delivered", "estimatedDelivery": "2026-02-30" } }).to_string()),
        ] {
            assert_eq!(w.courier_posts(id, &body).await.status, 400, "{id}");
        }
        let signed = [("webhook-id", "e6"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,AAAA")];
        assert_eq!(w.carrier_posts("courier", &signed, "{}").await.status, 401);
        assert_eq!(w.carrier_posts("courier", &[], "{}").await.status, 401);
        assert_eq!(w.carrier_posts("nobody", &[], "{}").await.status, 404);
        assert_eq!(w.carrier_posts("stripe", &[], "{}").await.status, 404);
        assert_eq!(w.carrier_posts("courier", &[], vec![b' '; 1_048_577]).await.status, 413);
        assert_eq!((w.state(&order).await, w.log(&order).await.len()), ("processing".to_owned(), before));
        assert!(w.inbox(json!({ "family": "PAYMENT" })).await.is_empty());
        w.work().await;
    }

    async fn a_known_id_with_another_body_is_kept_beside_and_failed(w: World) {
        let w = w.reopened(carriers).await;
        let order = w.courier_order("order-processing").await;
        let said = |status: &str| json!({ "orderId": order, "trackingNumber": "ÜPS 1", "status": status });
        w.courier("evt-1", &said("picked_up")).await;
        w.courier("evt-1", &said("picked_up")).await;
        w.courier("evt-1", &said("delivered")).await;
        let rows = w.inbox(json!({ "family": "SHIPPING" })).await;
        let mut found: Vec<_> = rows.iter().map(|row| (row["status"].clone(), row["deliveries"].clone())).collect();
        found.sort_by_key(|(status, _)| status.to_string());
        assert_eq!(found, [(json!("APPLIED"), json!(2)), (json!("FAILED"), json!(1))]);
        assert_eq!(w.courier_parcels(&order).await, ["shipped"]);
        w.work().await;
    }

    async fn a_number_that_two_stores_use_is_the_newest_parcels_on_its_way(w: World) {
        let w = w.reopened(carriers).await;
        let (first, second) = (w.courier_order("order-processing").await, w.courier_order("order-processing").await);
        for order in [&first, &second] {
            w.go(&w.seller, order, "SHIP", json!({ "carrier": "UPS", "trackingNumber": NUMBER })).await.ok();
        }
        let news = json!({ "carrier": "UPS", "trackingNumber": NUMBER, "status": "delivered" });
        let named = json!({ "orderId": first, "carrier": "UPS", "trackingNumber": NUMBER, "status": "in_transit" });
        w.courier("evt-1", &named).await;
        assert_eq!((w.courier_parcels(&first).await, w.courier_parcels(&second).await), (vec!["in_transit".to_owned()], vec!["shipped".to_owned()]));
        w.courier("evt-2", &news).await;
        assert_eq!(w.state(&second).await, "delivered");
        w.courier("evt-3", &news).await;
        assert_eq!(w.state(&first).await, "delivered");
        w.work().await;
    }
}
