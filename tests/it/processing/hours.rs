//! The windows of order-processing: a store that has a calendar prepares and ships in its hours.

use crate::{both, harness::World, shows};
use serde_json::json;

both! {
    async fn orders_are_prepared_and_shipped_in_the_hours_of_their_store(w: World) {
        let calendar = json!({ "hours": { "TUE": [["09:00", "17:00"]] }, "windows": { "processing": "hours", "shipping": { "TUE": [["08:00", "16:00"]] } } });
        let order = w.processed_in("paid").await;
        w.set_calendar(&w.admin, &w.store, calendar).await.ok();
        // It is a Monday, in March.
        let refusal = w.send(&w.seller, &order, "PROCESS").await.refused("OUTSIDE_WINDOW");
        assert_eq!(refusal["until"], "2026-03-03T08:00:00Z");
        w.send_with(&w.seller, &order, "PROCESS", json!({ "defer": true })).await.ok();
        assert_eq!(w.state(&order).await, "paid");
        w.clock.set(crate::harness::at("2026-03-03T07:59:00Z"));
        w.work().await;
        assert_eq!(w.state(&order).await, "paid");
        w.clock.set(crate::harness::at("2026-03-03T08:00:00Z"));
        w.work().await;
        shows!(w.last(&order).await, { "event": "PROCESS", "actorId": w.seller.id, "toState": "processing" });
        // By then the other window is open, too; in the afternoon it is not, but news are taken.
        w.clock.set(crate::harness::at("2026-03-03T15:30:00Z"));
        w.send(&w.seller, &order, "SHIP").await.refused("OUTSIDE_WINDOW");
        w.pay(&order, "1.00").await;
        w.clock.set(crate::harness::at("2026-03-10T07:30:00Z"));
        w.send(&w.seller, &order, "SHIP").await.ok();
        w.work().await;
    }
}
