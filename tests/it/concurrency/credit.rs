//! Sales that share a credit account, and decisions about one sale.

use super::{at_once, tally};
use crate::{
    both,
    harness::{World, text},
};
use serde_json::json;

both! {
    async fn of_six_credit_sales_at_once_of_which_one_fits_one_clears(w: World) {
        let mut sales = Vec::new();
        for _ in 0..6 {
            sales.push(w.mugs(6).await);
        }
        let answers = at_once(6, |number| {
            let (w, sale) = (w.clone(), sales[number].clone());
            let over = json!({ "payload": { "method": "CREDIT" } });
            async move { w.send_with(&w.biller, &sale, "SET_PAYMENT_METHOD", over).await }
        })
        .await;
        assert_eq!(tally(&answers), "6 ok");
        let mut states = Vec::new();
        for sale in &sales {
            states.push(w.state(sale).await);
        }
        states.sort();
        assert_eq!(states.iter().filter(|state| *state == "CLEARED_FOR_FULFILMENT").count(), 1, "{states:?}");
        assert_eq!(states.iter().filter(|state| *state == "OVERRIDE_REVIEW").count(), 5, "{states:?}");
        assert_eq!(w.exposure(&w.customer_ada).await, "60.00");
    }

    async fn of_16_decisions_on_one_request_one_counts(w: World) {
        let sale = w.mugs(13).await;
        let request = text(&w.ask(&w.biller, &sale, "CREDIT").await.ok()["overrideRequest"]["id"]);
        let answers = at_once(16, |number| {
            let (w, request) = (w.clone(), request.clone());
            async move { w.decide(&w.manager, &request, number % 2 == 0, json!({})).await }
        })
        .await;
        assert_eq!(tally(&answers), "15 CONFLICT, 1 ok");
    }

    async fn an_approval_that_is_revoked_and_used_at_once_ends_in_one_of_both(w: World) {
        for _ in 0..4 {
            let sale = w.mugs(3).await;
            let over = json!({ "approvedAmount": crate::builders::money("10.00") });
            let request = text(&w.ask(&w.biller, &sale, "ADMIN").await.ok()["overrideRequest"]["id"]);
            w.decide(&w.manager, &request, true, over).await.ok();
            let answers = at_once(2, |number| {
                let (w, sale, request) = (w.clone(), sale.clone(), request.clone());
                async move {
                    if number == 0 {
                        w.revoke(&w.other_admin, &request).await
                    } else {
                        w.register(&w.accountant, &sale, "20.00", json!({ "status": "CONFIRMED" })).await
                    }
                }
            })
            .await;
            assert_eq!(tally(&answers), "2 ok");
            // Whichever came first: without the approval 10.00 are not covered.
            assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
            assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "REVOKED");
        }
    }
}
