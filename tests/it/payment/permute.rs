//! A payment only moves forward, so that every order of a provider's news ends the same.

use crate::{
    both,
    harness::{World, permutations},
    shows,
};
use serde_json::{Value, json};

async fn told(w: &World, reference: &str, news: &[&str]) -> Value {
    let sale = w.mugs(1).await;
    for status in news {
        let over = json!({ "provider": "stripe", "reference": reference, "status": status });
        w.register(&w.accountant, &sale, "10.00", over).await.ok();
    }
    w.sale_order(&sale).await
}

both! {
    async fn every_permutation_with_the_money_in_it_clears(w: World) {
        for (number, news) in permutations(&["PENDING", "AUTHORIZED", "FAILED", "CONFIRMED"]).iter().enumerate() {
            let order = told(&w, &format!("pi_{number}"), news).await;
            shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "10.00" }, "{news:?}");
            assert_eq!(
                (&order["payments"][0]["status"], order["payments"].as_array().map(Vec::len)),
                (&json!("CONFIRMED"), Some(1)),
                "{news:?}"
            );
        }
    }

    async fn every_permutation_without_it_ends_failed(w: World) {
        for (number, news) in permutations(&["PENDING", "AUTHORIZED", "FAILED"]).iter().enumerate() {
            let order = told(&w, &format!("pi_{number}"), news).await;
            shows!(order, { "payments.0.status": "FAILED", "capturedTotal.amount": "0.00" }, "{news:?}");
            assert_eq!(order["phase"], "SALE", "{news:?}");
        }
    }

    async fn what_would_move_it_back_is_recorded_and_changes_nothing(w: World) {
        let order = told(&w, "pi_1", &["CONFIRMED"]).await;
        let sale = order["id"].as_str().expect("an id");
        let (version, captured) = (order["version"].clone(), order["capturedTotal"].clone());
        let rows = w.log(sale).await.len();
        for status in ["AUTHORIZED", "FAILED"] {
            let over = json!({ "provider": "stripe", "reference": "pi_1", "status": status });
            let answer = w.register(&w.accountant, sale, "10.00", over).await.ok();
            assert_eq!(answer["payment"]["status"], "CONFIRMED");
        }
        let order = w.sale_order(sale).await;
        shows!(order, { "version": version, "capturedTotal": captured });
        assert_eq!(w.log(sale).await.len(), rows + 2, "recorded no-ops");
    }

    async fn a_smaller_capture_and_what_was_before_it_come_in_any_order(w: World) {
        for (number, news) in permutations(&["PENDING", "AUTHORIZED", "FAILED", "CONFIRMED"]).iter().enumerate() {
            let sale = w.mugs(2).await;
            for status in news {
                let amount = if *status == "CONFIRMED" { "15.00" } else { "20.00" };
                let over = json!({ "provider": "stripe", "reference": format!("pi_{number}"), "status": status });
                let captured = w.sale_order(&sale).await["capturedTotal"]["amount"] == "15.00";
                let answer = w.register(&w.accountant, &sale, amount, over).await;
                // Registering it as new with another amount is a conflict, and changes nothing either.
                if *status == "PENDING" && captured { drop(answer.refused("CONFLICT")) } else { drop(answer.ok()) }
            }
            let order = w.sale_order(&sale).await;
            shows!(order, { "capturedTotal.amount": "15.00", "payments.0.status": "CONFIRMED" }, "{news:?}");
            assert_eq!(order["workflowState"], "PAYMENT_PENDING_CONFIRMATION", "{news:?}");
        }
    }
}
