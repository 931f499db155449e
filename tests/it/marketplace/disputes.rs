//! How disputes end, and where the money goes.

use crate::{both, harness::World, shows};
use chrono::TimeDelta;
use serde_json::json;

both! {
    async fn each_decision_leaves_the_money_where_it_says(w: World) {
        for (decision, state, outstanding) in [
            ("RESOLVE_COMPLETE", "completed", "0.00"), ("RESOLVE_REFUND", "refunded", "0.00"), ("RESOLVE_CANCEL", "cancelled", "0.00"),
        ] {
            let order = w.market_in("delivered").await;
            w.go(&w.ada, &order, "DISPUTE", json!({})).await.ok();
            w.go(&w.manager, &order, decision, json!({})).await.ok();
            w.work().await;
            let sale = w.sale_order(&order).await;
            shows!(sale, { "workflowState": state, "outstanding.amount": outstanding, "phase": "CLOSED" }, "{decision}");
            let back = sale["payments"][0]["refunds"].as_array().expect("refunds").len();
            assert_eq!(back, usize::from(decision != "RESOLVE_COMPLETE"), "{decision}");
            if back > 0 {
                w.refunds_end(&order, true).await;
                shows!(w.sale_order(&order).await, { "flags": [], "capturedTotal.amount": "0.00" });
            }
            w.market_moves_are_allowed(&order).await;
        }
    }

    async fn a_released_escrow_completes_what_was_delivered_and_waits_for_what_was_not(w: World) {
        // In its turn.
        let (order, payment) = w.market_escrow_delivered().await;
        shows!(w.sale_order(&order).await, { "outstanding.amount": "20.00", "capturedTotal.amount": "0.00" });
        w.confirm(&w.accountant, &payment).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "completed", "outstanding.amount": "0.00", "flags": [] });
        // Before it.
        let order = w.market_order(json!({})).await;
        let payment = w.market_escrow(&order, "20.00").await;
        w.confirm(&w.accountant, &payment).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "escrow_locked", "flags": ["ESCROW_RELEASED"] });
        for event in ["CONFIRM_ORDER", "PROCESS", "READY", "SHIP"] {
            w.go(&w.seller, &order, event, json!({})).await.ok();
        }
        w.go(&w.seller, &order, "DELIVER", json!({})).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "completed", "flags": [] });
        let moves = w.moves(&order).await;
        assert_eq!(moves.last().expect("a move"), &("delivered".to_owned(), "completed".to_owned()));
        w.market_moves_are_allowed(&order).await;
        w.work().await;
    }

    async fn a_completed_order_says_while_the_escrow_still_holds_its_money(w: World) {
        let (order, payment) = w.market_escrow_delivered().await;
        w.go(&w.ada, &order, "COMPLETE", json!({})).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "completed", "flags": ["ESCROW_HELD"], "outstanding.amount": "20.00" });
        w.confirm(&w.accountant, &payment).await.ok();
        shows!(w.sale_order(&order).await, { "flags": [], "outstanding.amount": "0.00" });
        let (order, _) = w.market_escrow_delivered().await;
        w.go(&w.ada, &order, "DISPUTE", json!({})).await.ok();
        w.go(&w.manager, &order, "RESOLVE_REFUND", json!({})).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "refunded", "flags": ["ESCROW_HELD"], "outstanding.amount": "0.00" });
        w.work().await;
    }

    async fn the_time_for_disputes_ends_where_the_marketplace_says_so(w: World) {
        let order = w.market_in("delivered").await;
        w.wait(TimeDelta::days(400));
        w.work().await;
        assert_eq!(w.state(&order).await, "delivered");
        let w = w.reopened(|settings| settings.marketplace.protection_days = 14.0).await;
        let order = w.market_in("delivered").await;
        let disputed = w.market_in("delivered").await;
        w.go(&w.ada, &disputed, "DISPUTE", json!({})).await.ok();
        w.wait(TimeDelta::days(14) - TimeDelta::seconds(1));
        w.work().await;
        assert_eq!(w.state(&order).await, "delivered");
        w.wait(TimeDelta::seconds(1));
        w.work().await;
        assert_eq!(w.state(&order).await, "completed");
        assert_eq!(w.state(&disputed).await, "disputed");
    }
}
