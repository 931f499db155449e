//! What is reported of a buyer's touches, by whom, and who reads it.

use super::touch;
use crate::{both, harness::World, shows};
use chrono::TimeDelta;
use serde_json::json;

both! {
    async fn the_same_touch_twice_is_once(w: World) {
        let order = w.touched(json!({})).await;
        let version = w.version(&order).await;
        for _ in 0..2 {
            w.record_touches(&w.manager, &order, json!([touch(&w, "a", 9, Some("winter")), touch(&w, "d", 2, None)])).await.ok();
        }
        let found = w.attribution(&order).await;
        let clicks: Vec<_> = found["touches"].as_array().expect("touches").iter().map(|touch| (touch["clickId"].clone(), touch["campaign"].clone())).collect();
        assert_eq!(clicks, [(json!("a"), json!("spring")), (json!("b"), json!("autumn")), (json!("d"), json!(null)), (json!("c"), json!("spring"))]);
        assert_eq!(w.version(&order).await, version);
        w.work().await;
    }

    async fn what_comes_after_it_counts_is_written_down_and_no_more(w: World) {
        for worked in [true, false] {
            let order = w.touched(json!({})).await;
            w.retail_goes(&order, &["CONFIRM"]).await;
            if worked {
                w.work().await;
            }
            w.record_touches(&w.manager, &order, json!([touch(&w, "late", 0, Some("winter"))])).await.ok();
            w.work().await;
            // Whether the worker came before or after.
            assert_eq!(w.credited_to(&order).await, [("c".to_owned(), "20.00".to_owned())], "{worked}");
            shows!(w.attribution(&order).await, { "touches.3.clickId": "late", "touches.3.late": true });
        }
        let none = w.retailed(json!({})).await;
        w.retail_goes(&none, &["CONFIRM"]).await;
        w.record_touches(&w.manager, &none, json!([touch(&w, "late", 0, None)])).await.ok();
        w.retail_goes(&none, &["CANCEL", "REINSTATE"]).await;
        w.work().await;
        shows!(w.attribution(&none).await, { "state": "CREDITED", "credits": [] });
    }

    async fn a_checkout_over_rest_brings_them(w: World) {
        let body = json!({
            "paymentResult": { "success": true, "paymentMethod": "card", "paymentIntentId": "pi_1" },
            "checkoutData": {
                "buyerId": w.customer_ada, "sellerId": w.store, "listingId": "MUG", "quantity": 2, "totalAmount": 20,
                "currency": "USD", "lifecycle": "retail",
                "touches": [{ "clickId": "gclid-1", "campaign": "spring", "touchedAt": w.later(-TimeDelta::hours(1)), "data": { "page": "/" } }],
            },
        });
        let made = w.put(&w.manager, axum::http::Method::POST, "/api/v1/orders", &body).await.ok();
        let order = made["order"]["id"].as_str().expect("an id").to_owned();
        w.patch_status(&w.manager, &order, &json!({ "status": "confirmed" })).await.ok();
        w.work().await;
        assert_eq!(w.credited_to(&order).await, [("gclid-1".to_owned(), "20.00".to_owned())]);
    }

    async fn what_cannot_be_kept_is_refused_and_says_where(w: World) {
        let order = w.retailed(json!({})).await;
        let before = w.print().await;
        for (wrong, field) in [
            (json!({ "clickId": " " }), "touches.1.clickId"),
            (json!({ "campaign": "x".repeat(501) }), "touches.1.campaign"),
            (json!({ "touchedAt": w.later(TimeDelta::hours(1)) }), "touches.1.touchedAt"),
            (json!({ "data": [1] }), "touches.1.data"),
            (json!({ "data": { "x": "y".repeat(5_000) } }), "touches.1.data"),
        ] {
            let wrong = crate::builders::merged(touch(&w, "x", 1, None), wrong);
            let refused = w.record_touches(&w.manager, &order, json!([touch(&w, "y", 1, None), wrong])).await.refused("BAD_INPUT");
            assert_eq!(refused["field"], field, "{refused}");
        }
        let many: Vec<_> = (0..101).map(|n| touch(&w, &n.to_string(), 1, None)).collect();
        w.record_touches(&w.manager, &order, json!(many)).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        w.record_touches(&w.manager, &order, json!(many[..60])).await.ok();
        w.record_touches(&w.manager, &order, json!(many[50..])).await.refused("BAD_INPUT");
        w.work().await;
    }

    async fn staff_record_and_read_and_buyers_do_neither(w: World) {
        let order = w.touched(json!({})).await;
        let one = json!([touch(&w, "z", 1, None)]);
        for user in [&w.ada, &w.seller, &w.biller] {
            w.record_touches(user, &order, one.clone()).await.refused("FORBIDDEN");
            let read = w.gql(user, crate::attribution::ATTRIBUTION, json!({ "id": order })).await.ok();
            assert_eq!(read["attribution"], json!(null));
        }
        w.record_touches(&w.manager, "sale_00000000000000000000000000", one).await.refused("NOT_FOUND");
        let read = w.gql(&w.accountant, crate::attribution::ATTRIBUTION, json!({ "id": order })).await.ok();
        assert_eq!(read["attribution"]["touches"].as_array().map(Vec::len), Some(3));
        w.work().await;
    }
}
