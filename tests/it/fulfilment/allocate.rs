//! Where the stock of a fulfilment comes from, now or later.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

/// A paid sale of the store with backorders: sale and fulfilment.
async fn backorder(w: &World, quantity: i64) -> (String, String) {
    let lines = json!([{ "sku": "MUG", "quantity": quantity }]);
    let (sale, _) = w.cleared(json!({ "storeId": w.backorders, "lines": lines })).await;
    let fulfilment = w.fulfilment_of(&sale).await;
    (sale, fulfilment)
}

both! {
    async fn allocating_takes_over_the_sales_reservation(w: World) {
        let sale = w.mugs(5).await;
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 5));
        w.pay(&sale, "50.00").await;
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 5));
        let id = w.fulfilment_of(&sale).await;
        assert_eq!(w.events(&id).await, ["CREATED", "RESERVE_OK"]);
        assert_eq!(w.log(&id).await[0]["toState"], "ALLOCATING_STOCK");
    }

    async fn what_is_missing_waits_in_backorder(w: World) {
        let (_, id) = backorder(&w, 5).await;
        assert_eq!(w.state(&id).await, "BACKORDERED");
        assert_eq!(w.events(&id).await, ["CREATED", "RESERVE_MISS"]);
        assert_eq!(w.stock(&w.backorders, "MUG").await, (3, 3));
        assert!(w.available(&w.admin, &id).await.contains_key("RESERVE_OK"));
    }

    async fn allocation_reserves_only_what_is_missing_when_stock_came_in_between(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 5 }]);
        let sale = w.sale(json!({ "storeId": w.backorders, "lines": lines })).await;
        assert_eq!(w.stock(&w.backorders, "MUG").await, (3, 3));
        w.adjust(&w.operator, &w.backorders, "MUG", 10).await.ok();
        w.work().await;
        w.pay(&sale, "50.00").await;
        let id = w.fulfilment_of(&sale).await;
        assert_eq!(w.state(&id).await, "PICK_PACK");
        assert_eq!(w.stock(&w.backorders, "MUG").await, (13, 5));
    }

    async fn new_stock_goes_to_those_who_wait_oldest_first(w: World) {
        let (_, first) = backorder(&w, 5).await;
        w.wait(chrono::TimeDelta::minutes(1));
        let (_, second) = backorder(&w, 2).await;
        w.wait(chrono::TimeDelta::minutes(1));
        let (_, third) = backorder(&w, 1).await;
        assert_eq!(w.stock(&w.backorders, "MUG").await, (3, 3));
        w.adjust(&w.operator, &w.backorders, "MUG", 4).await.ok();
        assert_eq!(w.state(&first).await, "BACKORDERED");
        w.work().await;
        assert_eq!((w.state(&first).await, w.state(&second).await), ("PICK_PACK".to_owned(), "PICK_PACK".to_owned()));
        assert_eq!(w.state(&third).await, "BACKORDERED");
        assert_eq!(w.stock(&w.backorders, "MUG").await, (7, 7));
        let row = w.last(&first).await;
        shows!(row, { "event": "RESERVE_OK", "fromState": "BACKORDERED", "actorType": "SYSTEM" });
    }

    async fn too_little_new_stock_leaves_it_waiting(w: World) {
        let (_, id) = backorder(&w, 9).await;
        w.adjust(&w.operator, &w.backorders, "MUG", 5).await.ok();
        w.work().await;
        assert_eq!(w.state(&id).await, "BACKORDERED");
        w.adjust(&w.operator, &w.backorders, "MUG", 1).await.ok();
        w.work().await;
        assert_eq!(w.state(&id).await, "PICK_PACK");
        assert_eq!(w.stock(&w.backorders, "MUG").await, (9, 9));
    }

    async fn stock_that_a_cancelled_order_gives_back_goes_to_those_who_wait(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 3 }]);
        let taken = w.sale(json!({ "storeId": w.backorders, "lines": lines })).await;
        let (_, waiting) = backorder(&w, 2).await;
        assert_eq!(w.state(&waiting).await, "BACKORDERED");
        w.send(&w.biller, &taken, "CANCEL").await.ok();
        assert!(!w.outbox("stock_available").await.is_empty());
        w.work().await;
        assert_eq!(w.state(&waiting).await, "PICK_PACK");
        assert_eq!(w.stock(&w.backorders, "MUG").await, (3, 2));
    }

    async fn backordered_looks_again_when_history_returns_to_it(w: World) {
        let (_, id) = backorder(&w, 5).await;
        w.drive(&id, &["HOLD"]).await;
        w.adjust(&w.operator, &w.backorders, "MUG", 10).await.ok();
        w.work().await;
        assert_eq!(w.state(&id).await, "ON_HOLD");
        w.drive(&id, &["RELEASE"]).await;
        assert_eq!(w.state(&id).await, "PICK_PACK");
        let events = w.events(&id).await;
        assert_eq!(events[events.len() - 2..], ["RELEASE", "RESERVE_OK"]);
    }

    async fn backordered_stays_when_there_is_still_nothing(w: World) {
        let (_, id) = backorder(&w, 5).await;
        w.drive(&id, &["HOLD", "RELEASE"]).await;
        assert_eq!(w.state(&id).await, "BACKORDERED");
        w.adjust(&w.operator, &w.backorders, "MUG", 2).await.ok();
        w.work().await;
        assert_eq!(w.state(&id).await, "PICK_PACK");
    }

    async fn stock_is_never_below_what_is_there(w: World) {
        let before = w.print().await;
        w.adjust(&w.operator, &w.store, "LAMP", -11).await.refused("INSUFFICIENT_STOCK");
        w.unchanged(&before).await;
        w.sale(json!({ "lines": [{ "sku": "LAMP", "quantity": 8 }] })).await;
        let before = w.print().await;
        // What is reserved is not there to be taken away.
        w.adjust(&w.operator, &w.store, "LAMP", -3).await.refused("INSUFFICIENT_STOCK");
        w.unchanged(&before).await;
        w.adjust(&w.operator, &w.store, "LAMP", -2).await.ok();
        assert_eq!(w.stock(&w.store, "LAMP").await, (8, 8));
    }

    async fn adjusting_stock_is_for_those_who_may_with_a_reason_and_a_known_product(w: World) {
        let before = w.print().await;
        for user in [&w.ada, &w.biller, &w.accountant, &w.seller] {
            w.adjust(user, &w.store, "MUG", 1).await.refused("FORBIDDEN");
        }
        let code = w.adjust(&w.admin, &w.store, "UNICORN", 1).await;
        assert!(matches!(code.code(), "LISTING_UNAVAILABLE" | "NOT_FOUND"), "{code:?}");
        w.adjust(&w.admin, &w.store, "MUG", 0).await.refused("BAD_INPUT");
        w.adjust(&w.admin, "store_01h455vb4pex5vsknk084sn02q", "MUG", 1).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        let stock = w.adjust(&w.operator, &w.store, "MUG", -1).await.ok()["stock"].clone();
        shows!(stock, { "onHand": 99, "available": 99 });
        assert!(text(&stock["id"]).starts_with("stock_"));
    }
}
