//! What becomes of an order until it is paid.

use crate::{both, harness::World, shows};
use chrono::TimeDelta;
use serde_json::json;

both! {
    async fn a_part_of_the_money_moves_nothing_and_the_rest_does(w: World) {
        for (method, state) in [("CARD", "payment_confirmed"), ("ESCROW", "escrow_locked")] {
            let status = if method == "CARD" { "CONFIRMED" } else { "AUTHORIZED" };
            let over = json!({ "method": method, "status": status });
            let order = w.market_order(json!({})).await;
            w.register(&w.accountant, &order, "19.99", over.clone()).await.ok();
            assert_eq!(w.state(&order).await, "payment_pending", "{method}");
            for event in ["CONFIRM_PAYMENT", "LOCK_ESCROW"] {
                w.go(&w.admin, &order, event, json!({})).await.refused("PAYMENT_NOT_CONFIRMED");
            }
            w.register(&w.accountant, &order, "0.01", over).await.ok();
            assert_eq!(w.state(&order).await, state);
        }
        // Part by card and part in escrow.
        let order = w.market_order(json!({})).await;
        w.pay(&order, "5.00").await;
        w.market_escrow(&order, "15.00").await;
        assert_eq!(w.state(&order).await, "escrow_locked");
        // Set aside on a card is not held in escrow.
        let order = w.market_order(json!({})).await;
        w.register(&w.accountant, &order, "20.00", json!({ "status": "AUTHORIZED" })).await.ok();
        assert_eq!(w.state(&order).await, "payment_pending");
        w.work().await;
    }

    async fn it_expires_as_cancelled_or_as_failed_and_not_with_money_in_it(w: World) {
        let (nothing, failed, part) =
            (w.market_order(json!({})).await, w.market_order(json!({})).await, w.market_order(json!({})).await);
        w.register(&w.accountant, &failed, "20.00", json!({ "status": "FAILED" })).await.ok();
        shows!(w.sale_order(&failed).await, { "workflowState": "payment_pending", "flags": ["PAYMENT_FAILED"] });
        w.pay(&part, "5.00").await;
        w.wait(TimeDelta::minutes(1441));
        w.sweep().await;
        for (order, state) in [(&nothing, "cancelled"), (&failed, "failed"), (&part, "payment_pending")] {
            assert_eq!(w.state(order).await, state);
        }
        shows!(w.sale_order(&part).await, { "flags": ["EXPIRY_BLOCKED"] });
        w.work().await;
    }

    async fn no_work_is_done_on_what_the_escrow_has_paid_back(w: World) {
        let order = w.market_order(json!({})).await;
        let news = |status: &str| json!({
            "saleOrderId": order, "amount": "20.00", "method": "ESCROW", "status": status, "reference": "escrow_1"
        });
        w.mypay(&news("AUTHORIZED")).await;
        assert_eq!(w.state(&order).await, "escrow_locked");
        w.go(&w.seller, &order, "CONFIRM_ORDER", json!({})).await.ok();
        w.mypay(&news("FAILED")).await;
        shows!(w.sale_order(&order).await, { "workflowState": "order_confirmed", "flags": ["ESCROW_REFUNDED"] });
        let refused = w.go(&w.seller, &order, "PROCESS", json!({})).await.refused("PAYMENT_NOT_CONFIRMED");
        shows!(refused, { "guard": "paymentSecured" });
        w.go(&w.ada, &order, "CANCEL", json!({})).await.ok();
        w.work().await;
    }
}
