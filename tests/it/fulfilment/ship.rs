//! Work on fulfilments: what is packed, shipped, handed over, delivered and done.

use crate::{both, harness::World, shows};
use chrono::TimeDelta;
use serde_json::json;

both! {
    async fn shipping_consumes_the_reservation(w: World) {
        for (kind, event) in [("DELIVERY", "PACKAGE_SHIPPED"), ("PICKUP", "PICKED_UP")] {
            let (on_hand, _) = w.stock(&w.store, "MUG").await;
            let (_, _, id) = w.fulfilment_in(kind, "READY_FOR_SHIPMENT").await;
            assert_eq!(w.stock(&w.store, "MUG").await, (on_hand, 2));
            w.send(&w.operator, &id, event).await.ok();
            assert_eq!(w.stock(&w.store, "MUG").await, (on_hand - 2, 0));
        }
    }

    async fn delivered_twice_takes_stock_once(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        w.send(&w.operator, &id, "PACKAGE_DELIVERED").await.ok();
        assert_eq!(w.stock(&w.store, "MUG").await, (98, 0));
        let before = w.print().await;
        w.send(&w.operator, &id, "PACKAGE_DELIVERED").await.refused("TRANSITION_NOT_ALLOWED");
        w.send(&w.operator, &id, "PACKAGE_SHIPPED").await.refused("TRANSITION_NOT_ALLOWED");
        w.unchanged(&before).await;
    }

    async fn carrier_and_tracking_number_are_kept(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        let payload = json!({ "payload": { "carrier": "DHL", "trackingNumber": "JD0140" } });
        let row = w.send_with(&w.seller, &id, "PACKAGE_SHIPPED", payload).await.ok()["transition"].clone();
        assert_eq!(row["metadata"]["payload"]["carrier"], "DHL");
        let part = w.sale_order(&sale).await["fulfilments"][0].clone();
        shows!(part, { "carrier": "DHL", "trackingNumber": "JD0140" });
    }

    async fn payloads_of_the_wrong_shape_are_bad_input(w: World) {
        let (_, _, ready) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        let (_, _, shipped) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let (_, _, service) = w.fulfilment_in("SERVICE", "PICK_PACK").await;
        let before = w.print().await;
        for (id, event, payload) in [
            (&ready, "PACKAGE_SHIPPED", json!({})),
            (&ready, "PACKAGE_SHIPPED", json!(null)),
            (&ready, "PACKAGE_SHIPPED", json!({ "carrier": "DHL" })),
            (&ready, "PACKAGE_SHIPPED", json!({ "carrier": "", "trackingNumber": "1" })),
            (&ready, "PACKAGE_SHIPPED", json!({ "carrier": "DHL", "trackingNumber": 1 })),
            (&ready, "PACKAGE_SHIPPED", json!({ "carrier": "DHL", "trackingNumber": "1", "more": true })),
            (&shipped, "PACKAGE_DELIVERED", json!({ "deliveredAt": "yesterday" })),
            (&shipped, "PACKAGE_DELIVERED", json!({ "receivedBy": 5 })),
            (&service, "SERVICE_SCHEDULED", json!({})),
            (&service, "SERVICE_SCHEDULED", json!({ "at": "noon" })),
        ] {
            w.send_with(&w.admin, id, event, json!({ "payload": payload })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }

    async fn who_received_it_and_when_may_be_told(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        w.wait(TimeDelta::hours(3));
        let delivered = w.later(TimeDelta::hours(-2));
        let payload = json!({ "payload": { "deliveredAt": delivered, "receivedBy": "A neighbour" } });
        w.send_with(&w.operator, &id, "PACKAGE_DELIVERED", payload).await.ok();
        let find = <entity::fulfilment::Entity as sea_orm::EntityTrait>::find_by_id(crate::harness::uuid(&id));
        let row = find.one(&w.app.reader).await.expect("a read").expect("the fulfilment");
        assert_eq!(row.delivered_at, Some(w.now() - TimeDelta::hours(2)));
        assert_eq!(row.received_by.as_deref(), Some("A neighbour"));
    }

    async fn a_delivered_fulfilment_completes_when_its_return_window_is_over(w: World) {
        for kind in ["DELIVERY", "PICKUP"] {
            let (sale, _, id) = w.fulfilment_in(kind, "DELIVERED").await;
            assert_eq!(w.subject(&id).await["workflow"]["timers"][0]["event"], "RETURN_WINDOW_OVER");
            w.wait(TimeDelta::days(14) - TimeDelta::seconds(1));
            w.work().await;
            assert_eq!(w.state(&id).await, "DELIVERED");
            w.wait(TimeDelta::seconds(1));
            w.work().await;
            assert_eq!((w.state(&id).await, w.state(&sale).await), ("COMPLETED".to_owned(), "COMPLETED".to_owned()));
            let row = w.last(&id).await;
            shows!(row, { "event": "RETURN_WINDOW_OVER", "actorType": "SYSTEM" });
        }
    }

    async fn the_return_window_is_a_setting(w: World) {
        let w = w.reopened(|settings| settings.fulfilment.return_window_days = 1.5).await;
        let (_, _, id) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
        w.wait(TimeDelta::hours(35));
        w.work().await;
        assert_eq!(w.state(&id).await, "DELIVERED");
        w.wait(TimeDelta::hours(1));
        w.work().await;
        assert_eq!(w.state(&id).await, "COMPLETED");
    }

    async fn services_have_no_stock_and_reserve_at_once(w: World) {
        let lines = json!([{ "sku": "SETUP", "quantity": 1000 }]);
        let (sale, _) = w.cleared(json!({ "lines": lines })).await;
        let id = w.fulfilment_of(&sale).await;
        assert_eq!(w.events(&id).await, ["CREATED", "RESERVE_OK"]);
        assert_eq!(w.state(&id).await, "PICK_PACK");
        w.drive(&id, &["SERVICE_SCHEDULED", "SERVICE_STARTED", "SERVICE_COMPLETED"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
    }

    async fn only_those_with_fulfilment_work_do_the_work(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let before = w.print().await;
        for user in [&w.ada, &w.biller, &w.accountant] {
            w.send(user, &id, "FULFILMENT_STARTED").await.refused("FORBIDDEN");
        }
        for user in [&w.bob, &w.rex, &w.seller_elsewhere] {
            w.send(user, &id, "FULFILMENT_STARTED").await.refused("NOT_FOUND");
        }
        w.unchanged(&before).await;
        w.send(&w.seller, &id, "FULFILMENT_STARTED").await.ok();
        w.send(&w.operator, &id, "PACKAGE_SHIPPED").await.ok();
        w.send(&w.manager, &id, "PACKAGE_DELIVERED").await.ok();
    }

    async fn cancelling_or_failing_gives_the_stock_back_and_needs_a_reason(w: World) {
        for event in ["CANCEL", "FAIL"] {
            for state in ["PICK_PACK", "READY_FOR_SHIPMENT", "ON_HOLD"] {
                let (_, _, id) = w.fulfilment_in("DELIVERY", state).await;
                w.send_with(&w.operator, &id, event, json!({ "reasonCode": null })).await.refused("REASON_REQUIRED");
                assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
                w.send(&w.operator, &id, event).await.ok();
                assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
                w.work().await;
            }
        }
    }
}
