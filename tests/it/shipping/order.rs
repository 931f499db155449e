//! News in any order and any number end in the same place, by the owner's pairs alone.

use super::{NUMBER, carriers};
use crate::{
    both,
    harness::{World, permutations},
    processing, shows,
};
use futures_util::future::join;
use serde_json::{Value, json};

const STATUSES: [&str; 4] = ["picked_up", "in_transit", "out_for_delivery", "delivered"];

fn said(order: &str, status: &str, number: &str) -> Value {
    json!({ "orderId": order, "carrier": "UPS", "trackingNumber": number, "status": status })
}

impl World {
    /// It has arrived, in one parcel, and came there by allowed pairs.
    async fn courier_has_delivered(&self, lifecycle: &str, order: &str) {
        assert_eq!(self.state(order).await, "delivered");
        assert_eq!(self.courier_parcels(order).await, ["delivered"]);
        if lifecycle == "marketplace" {
            self.market_moves_are_allowed(order).await;
        } else {
            for (from, to) in self.moves(order).await {
                assert!(processing::PAIRS.contains(&(&from, &to)), "{from} to {to}");
            }
        }
    }
}

both! {
    async fn every_order_of_four_updates_each_twice_ends_delivered(w: World) {
        let w = w.reopened(carriers).await;
        for lifecycle in ["marketplace", "order-processing"] {
            for (turn, statuses) in permutations(&STATUSES).into_iter().enumerate() {
                let order = w.courier_order(lifecycle).await;
                let number = format!("{NUMBER}{lifecycle}{turn}");
                for (at, status) in statuses.iter().chain(&statuses).enumerate() {
                    let id = format!("{number}-{at}");
                    assert_eq!(w.courier(&id, &said(&order, status, &number)).await.status, 200);
                    assert_eq!(w.courier_delivery(&id).await["status"], "APPLIED", "{statuses:?}");
                }
                w.courier_has_delivered(lifecycle, &order).await;
            }
        }
        w.work().await;
    }

    async fn two_at_a_time_end_there_too(w: World) {
        let w = w.reopened(carriers).await;
        for (turn, pair) in [[0, 3], [3, 1], [2, 3], [1, 2]].into_iter().enumerate() {
            let order = w.courier_order("marketplace").await;
            let number = format!("{NUMBER}{turn}");
            let one = format!("{number}-a");
            let other = format!("{number}-b");
            let (first, second) = (said(&order, STATUSES[pair[0]], &number), said(&order, STATUSES[pair[1]], &number));
            let (first, second) = join(w.courier(&one, &first), w.courier(&other, &second)).await;
            assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200));
            w.work().await;
            assert_eq!(w.courier(&format!("{number}-c"), &said(&order, "delivered", &number)).await.status, 200);
            w.courier_has_delivered("marketplace", &order).await;
        }
        w.work().await;
    }

    async fn what_lies_between_is_implied_and_says_so(w: World) {
        let w = w.reopened(carriers).await;
        let order = w.courier_order("marketplace").await;
        w.courier("evt-1", &said(&order, "delivered", NUMBER)).await;
        let parcel = w.parts(&order).await[0].clone();
        let rows = w.log(&parcel).await;
        let implied = rows.iter().filter(|row| row["metadata"]["given"]["implied"] == true).count();
        assert_eq!(implied, 2, "{rows:?}");
        w.courier_has_delivered("marketplace", &order).await;
        w.work().await;
    }

    async fn what_comes_before_the_order_can_ship_waits_for_it(w: World) {
        let w = w.reopened(carriers).await;
        let order = w.processed_in("paid").await;
        w.courier("evt-1", &said(&order, "in_transit", NUMBER)).await;
        shows!(w.courier_delivery("evt-1").await, { "status": "PARKED", "saleOrderId": &order });
        assert_eq!(w.state(&order).await, "paid");
        w.work().await;
        shows!(w.courier_delivery("evt-1").await, { "status": "PARKED", "attempts": 1 });
        w.go(&w.seller, &order, "PROCESS", json!({})).await.ok();
        w.work().await;
        shows!(w.courier_delivery("evt-1").await, { "status": "APPLIED" });
        assert_eq!((w.state(&order).await, w.courier_parcels(&order).await), ("shipped".to_owned(), vec!["in_transit".to_owned()]));
        w.work().await;
    }

    async fn a_number_that_nobody_knows_waits_for_its_parcel(w: World) {
        let w = w.reopened(carriers).await;
        let order = w.courier_order("order-processing").await;
        let other = w.courier_order("order-processing").await;
        let news = json!({ "carrier": "ups", "trackingNumber": NUMBER.to_lowercase(), "status": "delivered" });
        w.courier("evt-1", &news).await;
        shows!(w.courier_delivery("evt-1").await, { "status": "PARKED", "saleOrderId": null });
        w.go(&w.seller, &other, "SHIP", json!({ "carrier": "DHL", "trackingNumber": NUMBER })).await.ok();
        w.work().await;
        shows!(w.courier_delivery("evt-1").await, { "status": "PARKED", "attempts": 1 });
        w.go(&w.seller, &order, "SHIP", json!({ "carrier": "UPS", "trackingNumber": NUMBER })).await.ok();
        w.work().await;
        shows!(w.courier_delivery("evt-1").await, { "status": "APPLIED", "saleOrderId": &order });
        assert_eq!((w.state(&order).await, w.state(&other).await), ("delivered".to_owned(), "shipped".to_owned()));
        w.work().await;
    }

    async fn trouble_is_the_parcels_and_passes(w: World) {
        let w = w.reopened(carriers).await;
        let order = w.courier_order("order-processing").await;
        for (id, status, state) in [
            ("evt-1", "picked_up", "shipped"),
            ("evt-2", "label_created", "shipped"),
            ("evt-3", "exception", "exception"),
            ("evt-4", "out_for_delivery", "out_for_delivery"),
        ] {
            w.courier(id, &said(&order, status, NUMBER)).await;
            assert_eq!(w.courier_parcels(&order).await, [state], "{status}");
        }
        let mut late = said(&order, "exception", NUMBER);
        late["occurredAt"] = json!("2020-01-01T00:00:00Z");
        w.courier("evt-5", &late).await;
        assert_eq!(w.courier_parcels(&order).await, ["out_for_delivery"]);
        w.work().await;
    }
}
