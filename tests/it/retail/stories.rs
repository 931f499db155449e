//! Money and stock of retail orders that are cancelled, refunded and taken back.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

impl World {
    async fn retail_word(&self, order: &str) -> Value {
        self.get(&self.admin, &format!("/api/v1/orders/{order}")).await.ok()["order"]["payment"]["status"].clone()
    }
}

both! {
    async fn it_is_sold_unpaid_and_counts_against_credit(w: World) {
        let order = w.retailed_in("delivered", false, json!({})).await;
        shows!(w.sale_order(&order).await, { "outstanding.amount": "20.00", "phase": "CLOSED" });
        assert_eq!(w.exposure(&w.customer_ada).await, "20.00");
        assert_eq!(w.stock(&w.store, "MUG").await, (98, 0));
        let part = w.parts(&order).await;
        assert_eq!(part.len(), 1);
        assert_eq!(w.state(&part[0]).await, "delivered");
        w.pay(&order, "20.00").await;
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        w.work().await;
    }

    async fn cancelling_gives_back_and_reinstating_takes_again(w: World) {
        for state in ["pending", "confirmed", "processing", "ready_for_pickup"] {
            let order = w.retailed_in(state, true, json!({})).await;
            w.retail_goes(&order, &["CANCEL"]).await;
            w.go(&w.admin, &order, "REINSTATE", json!({})).await.refused("GUARD_REJECTED");
            w.refunds_end(&order, true).await;
            shows!(w.sale_order(&order).await, { "outstanding.amount": "0.00", "capturedTotal.amount": "0.00" });
            assert_eq!(w.stock(&w.store, "MUG").await, (100, 0), "{state}");
            w.retail_goes(&order, &["REINSTATE"]).await;
            shows!(w.sale_order(&order).await, { "workflowState": state, "outstanding.amount": "20.00", "flags": [] });
            assert_eq!(w.stock(&w.store, "MUG").await, (100, 2), "{state}");
            let exposure = if state == "pending" { "0.00" } else { "20.00" };
            assert_eq!(w.exposure(&w.customer_ada).await, exposure);
            w.retail_goes(&order, &["CANCEL"]).await;
            w.work().await;
        }
    }

    async fn what_was_given_back_must_be_there_again(w: World) {
        let order = w.retailed_in("confirmed", false, json!({})).await;
        w.retail_goes(&order, &["CANCEL"]).await;
        w.adjust(&w.operator, &w.store, "MUG", -99).await.ok();
        let before = w.print().await;
        w.go(&w.admin, &order, "REINSTATE", json!({})).await.refused("INSUFFICIENT_STOCK");
        w.unchanged(&before).await;
        w.work().await;
    }

    async fn a_parcel_that_left_is_not_sent_twice_and_one_that_came_back_ends_it(w: World) {
        let order = w.retailed_in("shipped", true, json!({})).await;
        w.go(&w.manager, &order, "CANCEL", json!({})).await.ok();
        w.refunds_end(&order, true).await;
        assert_eq!(w.stock(&w.store, "MUG").await, (98, 0));
        w.retail_goes(&order, &["REINSTATE"]).await;
        shows!(w.sale_order(&order).await, { "workflowState": "shipped", "outstanding.amount": "20.00" });
        assert_eq!((w.parts(&order).await.len(), w.stock(&w.store, "MUG").await), (1, (98, 0)));
        w.go(&w.manager, &order, "CANCEL", json!({})).await.ok();
        w.send(&w.operator, &order, "RETURN").await.ok();
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        assert_eq!(w.state(&order).await, "cancelled");
        w.go(&w.admin, &order, "REINSTATE", json!({})).await.refused("GUARD_REJECTED");
        w.work().await;
    }

    async fn a_carriers_word_delivers_it(w: World) {
        let order = w.retailed_in("shipped", false, json!({})).await;
        let part = w.parts(&order).await.remove(0);
        w.send(&w.operator, &part, "PACKAGE_DELIVERED").await.ok();
        assert_eq!(w.state(&order).await, "delivered");
        w.work().await;
    }

    async fn the_payment_words_are_the_seeds(w: World) {
        let order = w.retailed_in("confirmed", false, json!({})).await;
        assert_eq!(w.retail_word(&order).await, "pending");
        w.register(&w.accountant, &order, "20.00", json!({ "status": "FAILED" })).await.ok();
        assert_eq!(w.retail_word(&order).await, "failed");
        w.wait(chrono::TimeDelta::seconds(1));
        w.pay(&order, "5.00").await;
        assert_eq!(w.retail_word(&order).await, "pending");
        w.pay(&order, "15.00").await;
        assert_eq!(w.retail_word(&order).await, "paid");
        w.retail_goes(&order, &["REFUND"]).await;
        w.refunds_end(&order, true).await;
        assert_eq!(w.retail_word(&order).await, "refunded");
        let unpaid = w.retailed_in("confirmed", false, json!({})).await;
        w.retail_goes(&unpaid, &["CANCEL"]).await;
        assert_eq!(w.retail_word(&unpaid).await, "pending");
        assert_eq!(text(&w.sale_order(&unpaid).await["outstanding"]["amount"]), "0.00");
        w.work().await;
    }
}
