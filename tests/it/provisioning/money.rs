//! Money and stock of services.

use crate::{both, harness::World, shows};
use serde_json::json;

both! {
    async fn an_unpaid_order_is_delivered_unless_it_is_to_be_prepaid(w: World) {
        let order = w.prov_in("completed").await;
        shows!(w.sale_order(&order).await, { "outstanding.amount": "40.00" });
        let w = w.reopened(|settings| settings.provisioning.prepaid = true).await;
        let order = w.prov_in("pending").await;
        let before = w.print().await;
        for event in ["ACTIVATE", "COMPLETE"] {
            w.prov_go(&w.admin, &order, event).await.refused("PAYMENT_NOT_CONFIRMED");
        }
        w.unchanged_but(&before, &["refused_attempt"]).await;
        w.prov_go(&w.operator, &order, "START").await.ok();
        for event in ["ACTIVATE", "COMPLETE"] {
            w.prov_go(&w.operator, &order, event).await.refused("PAYMENT_NOT_CONFIRMED");
        }
        w.pay(&order, "40.00").await;
        w.prov_go(&w.operator, &order, "ACTIVATE").await.ok();
        w.prov_go(&w.operator, &order, "COMPLETE").await.ok();
    }

    async fn money_moves_no_order_and_goes_back_when_it_is_canceled(w: World) {
        let order = w.prov_in("pending").await;
        w.pay(&order, "40.00").await;
        assert_eq!(w.state(&order).await, "pending");
        w.prov_go(&w.operator, &order, "START").await.ok();
        w.prov_go(&w.operator, &order, "CANCEL").await.ok();
        w.refunds_end(&order, true).await;
        shows!(w.sale_order(&order).await, { "workflowState": "canceled", "capturedTotal.amount": "0.00", "outstanding.amount": "0.00" });
        let events = w.get(&w.admin, &format!("/api/v1/orders/{order}/state-events")).await.ok();
        let kinds: Vec<_> = events["events"].as_array().expect("events").iter().map(|event| event["event_type"].clone()).collect();
        assert!(kinds.contains(&json!("refund_completed")), "{kinds:?}");
        w.work().await;
    }

    async fn goods_are_kept_for_an_order_and_given_back_when_it_is_canceled(w: World) {
        let (on_hand, reserved) = w.stock(&w.store, "MUG").await;
        let mugs = json!({ "lines": [{ "sku": "MUG", "quantity": 2 }] });
        let order = w.prov_order(mugs).await;
        assert_eq!(w.stock(&w.store, "MUG").await, (on_hand, reserved + 2));
        w.prov_go(&w.operator, &order, "CANCEL").await.ok();
        w.work().await;
        assert_eq!(w.stock(&w.store, "MUG").await, (on_hand, reserved));
    }
}
