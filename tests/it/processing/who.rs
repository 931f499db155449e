//! Who may move an order.

use crate::{
    both,
    harness::{User, World},
};
use serde_json::json;

impl World {
    async fn may(&self, user: &User, order: &str, event: &str) -> &'static str {
        let answer = self.send_with(user, order, event, json!({ "payload": null })).await;
        match answer.errors.is_empty() {
            true => "ok",
            false => ["FORBIDDEN", "NOT_FOUND", "REASON_REQUIRED", "TRANSITION_NOT_ALLOWED", "PAYMENT_NOT_CONFIRMED"]
                .into_iter()
                .find(|code| answer.code() == *code)
                .unwrap_or("something else"),
        }
    }
}

both! {
    async fn buyers_cancel_and_pay_their_own_and_nothing_else(w: World) {
        for event in ["CONFIRM", "CANCEL"] {
            let order = w.processed_in("pending").await;
            for stranger in [&w.bob, &w.rex, &w.seller_elsewhere] {
                assert_eq!(w.may(stranger, &order, event).await, "NOT_FOUND", "{event}");
            }
        }
        let order = w.processed_in("pending").await;
        assert_eq!(w.may(&w.ada, &order, "CONFIRM").await, "FORBIDDEN");
        w.send(&w.ada, &order, "SET_PAYMENT_METHOD").await.ok();
        w.send(&w.seller, &order, "CONFIRM").await.ok();
        assert_eq!(w.may(&w.ada, &order, "PAY").await, "FORBIDDEN");
        w.pay(&order, "20.00").await;
        assert_eq!(w.may(&w.ada, &order, "PROCESS").await, "FORBIDDEN");
        assert_eq!(w.may(&w.ada, &order, "REFUND").await, "FORBIDDEN");
        // A buyer says why if they like; staff and sellers say it.
        assert!(!w.available(&w.ada, &order).await["CANCEL"]["requiresReason"].as_bool().expect("a word"));
        assert!(w.available(&w.manager, &order).await["CANCEL"]["requiresReason"].as_bool().expect("a word"));
        let silent = json!({ "payload": null, "reasonCode": null });
        for user in [&w.manager, &w.seller] {
            w.send_with(user, &order, "CANCEL", silent.clone()).await.refused("REASON_REQUIRED");
        }
        w.send_with(&w.ada, &order, "CANCEL", silent).await.ok();
        w.work().await;
    }

    async fn out_of_delivered_and_refunded_only_administrators_who_say_why(w: World) {
        for (state, events) in [("delivered", ["RETURN", "REFUND", "CORRECT"].as_slice()), ("refunded", &["REINSTATE"])] {
            let order = w.processed_in(state).await;
            let before = w.print().await;
            for event in events {
                for user in [&w.ada, &w.seller, &w.operator, &w.manager, &w.accountant] {
                    w.go(user, &order, event, json!({})).await.refused("FORBIDDEN");
                }
                assert_eq!(w.may(&w.admin, &order, event).await, "REASON_REQUIRED", "{event}");
            }
            w.unchanged(&before).await;
        }
        w.work().await;
    }

    async fn each_does_their_own_work(w: World) {
        let order = w.processed_in("pending").await;
        for (event, others) in [("CONFIRM", [&w.biller, &w.accountant]), ("PROCESS", [&w.biller, &w.accountant]), ("SHIP", [&w.biller, &w.accountant])] {
            for user in others {
                assert_eq!(w.may(user, &order, "CONFIRM").await, if event == "CONFIRM" { "FORBIDDEN" } else { "TRANSITION_NOT_ALLOWED" });
            }
            w.send(&w.operator, &order, event).await.ok();
            if event == "CONFIRM" {
                w.pay(&order, "20.00").await;
            }
        }
        w.send(&w.operator, &order, "DELIVER").await.ok();
        w.work().await;
    }
}
