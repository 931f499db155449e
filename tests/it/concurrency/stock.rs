//! The last units on a shelf.

use super::{at_once, tally};
use crate::{both, harness::World};
use serde_json::json;

both! {
    async fn of_50_till_sales_at_once_for_the_last_10_units_10_get_one(w: World) {
        assert_eq!(w.stock(&w.store, "LAMP").await, (10, 0));
        let answers = at_once(50, |_| {
            let w = w.clone();
            async move { w.till(&w.biller, json!({ "lines": [{ "sku": "LAMP", "quantity": 1 }] })).await }
        })
        .await;
        assert_eq!(tally(&answers), "40 INSUFFICIENT_STOCK, 10 ok");
        assert_eq!(w.stock(&w.store, "LAMP").await, (10, 10));
    }

    async fn of_50_orders_at_once_for_the_last_10_units_10_are_made(w: World) {
        let answers = at_once(50, |_| {
            let w = w.clone();
            async move { w.create_order(&w.biller, json!({ "lines": [{ "sku": "LAMP", "quantity": 1 }] })).await }
        })
        .await;
        assert_eq!(tally(&answers), "40 INSUFFICIENT_STOCK, 10 ok");
        assert_eq!(w.stock(&w.store, "LAMP").await, (10, 10));
    }

    async fn of_50_approvals_at_once_for_the_last_10_units_10_make_a_sale(w: World) {
        let quotations = at_once(50, |_| {
            let w = w.clone();
            async move {
                let id = w.quote(json!({ "lines": [{ "sku": "LAMP", "quantity": 1 }] })).await;
                for event in ["SHARE", "BUYER_APPROVES"] {
                    w.send(&w.biller, &id, event).await.ok();
                }
                id
            }
        })
        .await;
        let answers = at_once(50, |number| {
            let (w, id) = (w.clone(), quotations[number].clone());
            async move { w.send(&w.biller, &id, "SELLER_APPROVES").await }
        })
        .await;
        assert_eq!(tally(&answers), "40 INSUFFICIENT_STOCK, 10 ok");
        assert_eq!(w.stock(&w.store, "LAMP").await, (10, 10));
        for (id, answer) in quotations.iter().zip(answers) {
            let sold = w.quotation(id).await["saleOrder"].is_object();
            assert_eq!(sold, answer.errors.is_empty(), "{id}");
        }
    }

    async fn sales_that_want_the_same_things_in_another_order_do_not_wait_for_each_other(w: World) {
        let answers = at_once(48, |number| {
            let w = w.clone();
            let line = |sku: &str| json!({ "sku": sku, "quantity": 1 });
            let mut lines = vec![line("MUG"), line("CABLE"), line("GIFT")];
            lines.rotate_left(number % 3);
            if number % 2 == 0 {
                lines.reverse();
            }
            async move { w.till(&w.biller, json!({ "lines": lines })).await }
        })
        .await;
        assert_eq!(tally(&answers), "48 ok");
        assert_eq!(w.stock(&w.store, "CABLE").await, (100, 48));
    }

    async fn sales_and_corrections_at_once_never_leave_less_than_nothing(w: World) {
        let answers = at_once(40, |number| {
            let w = w.clone();
            async move {
                if number % 2 == 0 {
                    w.till(&w.biller, json!({ "lines": [{ "sku": "LAMP", "quantity": 1 }] })).await
                } else {
                    w.adjust(&w.operator, &w.store, "LAMP", -1).await
                }
            }
        })
        .await;
        assert_eq!(tally(&answers), "30 INSUFFICIENT_STOCK, 10 ok");
        let (on_hand, reserved) = w.stock(&w.store, "LAMP").await;
        assert_eq!(on_hand, reserved);
    }
}
