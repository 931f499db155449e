//! Versions, and what expects them.

use crate::{both, harness::World};
use serde_json::json;

both! {
    async fn a_subject_that_has_moved_on_is_a_conflict(w: World) {
        let id = w.quote(json!({})).await;
        let expect = |version: i64| json!({ "expectedVersion": version });
        w.send_with(&w.biller, &id, "SHARE", expect(1)).await.ok();
        let before = w.print().await;
        for version in [1, 3, 0, -1] {
            w.send_with(&w.biller, &id, "SELLER_APPROVES", expect(version)).await.refused("CONFLICT");
        }
        // The version is looked at before the event is.
        w.send_with(&w.biller, &id, "NO_SUCH_EVENT", expect(1)).await.refused("CONFLICT");
        w.unchanged(&before).await;
        w.send_with(&w.biller, &id, "SELLER_APPROVES", expect(2)).await.ok();
    }

    async fn a_commit_is_one_version_however_many_follow_ups_ran(w: World) {
        let sale = w.mugs(2).await;
        assert_eq!(w.version(&sale).await, 1);
        w.pay(&sale, "20.00").await;
        assert_eq!(w.version(&sale).await, 2);
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        assert_eq!(w.version(&sale).await, 3);
        assert_eq!(w.version(&w.fulfilment_of(&sale).await).await, 2);
        w.work().await;
    }

    async fn sixty_four_conflicting_events_at_once_let_exactly_one_win(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        let send = |number: usize| {
            let (w, id) = (w.clone(), id.clone());
            let event = if number.is_multiple_of(2) { "DECLINE" } else { "WITHDRAW" };
            tokio::spawn(async move { w.send(&w.biller, &id, event).await })
        };
        let all: Vec<_> = (0..64).map(send).collect();
        let mut won = 0;
        for sent in all {
            let answer = sent.await.expect("an answer");
            match answer.code() {
                "" => won += 1,
                code => assert_eq!(code, "TRANSITION_NOT_ALLOWED", "{answer:?}"),
            }
        }
        assert_eq!((won, w.log(&id).await.len(), w.version(&id).await), (1, 3, 3));
    }

    async fn of_many_with_the_same_expected_version_one_wins(w: World) {
        let id = w.quote(json!({})).await;
        let send = || {
            let (w, id) = (w.clone(), id.clone());
            tokio::spawn(async move { w.send_with(&w.biller, &id, "EDIT", json!({ "expectedVersion": 1 })).await })
        };
        let all: Vec<_> = (0..16).map(|_| send()).collect();
        let mut won = 0;
        for sent in all {
            match sent.await.expect("an answer").code() {
                "" => won += 1,
                code => assert_eq!(code, "CONFLICT"),
            }
        }
        assert_eq!((won, w.version(&id).await), (1, 2));
    }

    async fn fifty_sales_for_the_last_ten_units_reserve_ten(w: World) {
        let mut quotations = Vec::new();
        for _ in 0..50 {
            let id = w.quote(json!({ "lines": [{ "sku": "LAMP", "quantity": 1 }] })).await;
            w.send(&w.biller, &id, "SHARE").await.ok();
            w.send(&w.biller, &id, "BUYER_APPROVES").await.ok();
            quotations.push(id);
        }
        let send = |id: String| {
            let w = w.clone();
            tokio::spawn(async move { w.send(&w.biller, &id, "SELLER_APPROVES").await })
        };
        let all: Vec<_> = quotations.into_iter().map(send).collect();
        let mut won = 0;
        for sent in all {
            match sent.await.expect("an answer").code() {
                "" => won += 1,
                code => assert_eq!(code, "INSUFFICIENT_STOCK"),
            }
        }
        assert_eq!((won, w.stock(&w.store, "LAMP").await), (10, (10, 10)));
    }

    async fn of_six_credit_sales_of_which_one_fits_one_clears(w: World) {
        let mut sales = Vec::new();
        for _ in 0..6 {
            sales.push(w.mugs(6).await);
        }
        let send = |id: String| {
            let w = w.clone();
            let over = json!({ "payload": { "method": "CREDIT" } });
            tokio::spawn(async move {
                w.send_with(&w.biller, &id, "SET_PAYMENT_METHOD", over).await.ok()["subject"]["workflowState"].clone()
            })
        };
        let all: Vec<_> = sales.into_iter().map(send).collect();
        let mut states = Vec::new();
        for sent in all {
            states.push(sent.await.expect("an answer"));
        }
        let count = |state: &str| states.iter().filter(|found| *found == state).count();
        assert_eq!((count("CLEARED_FOR_FULFILMENT"), count("OVERRIDE_REVIEW")), (1, 5));
        assert_eq!(w.exposure(&w.customer_ada).await, "60.00");
    }
}
