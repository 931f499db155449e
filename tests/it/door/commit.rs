//! What is said and kept of what was not done: the same whichever way it came to the door.

use crate::{
    both,
    chaos::trigger::On,
    harness::{Answer, World},
};
use entity::refused_attempt;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

async fn attempts(w: &World) -> u64 {
    refused_attempt::Entity::find().count(&w.app.reader).await.expect("a count")
}

/// Without an idempotency key, together with others where there are any; and with one, alone.
async fn both_ways(w: &World, sale: &str, event: &str) -> [Answer; 2] {
    let keyed = json!({ "idempotencyKey": format!("of {} letters", event.len()) });
    [w.send(&w.biller, sale, event).await, w.send_with(&w.biller, sale, event, keyed).await]
}

both! {
    async fn of_a_commit_that_fails_nobody_knows_on_any_path(w: World) {
        let sale = w.mugs(1).await;
        let before = w.print().await;
        w.poison_commit("transition_log").await;
        let [without, with] = both_ways(&w, &sale, "CANCEL").await;
        // One that is pending is no event of the sale, and would not come into the log.
        let payment = w.register(&w.accountant, &sale, "10.00", json!({ "status": "CONFIRMED" })).await;
        w.heal_commit("transition_log").await;
        for answer in [without, with, payment] {
            let message = answer.errors[0]["message"].as_str().unwrap_or_default().to_owned();
            assert!(message.contains("it is not known whether it was done; look before you send it again"), "{answer:?}");
            assert!(!format!("{answer:?}").contains(crate::chaos::trigger::WORDS), "{answer:?}");
            answer.refused("UNAVAILABLE");
        }
        w.unchanged(&before).await;
        assert_eq!(attempts(&w).await, 0, "it may have been done: no attempt that was refused");
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        w.work().await;
    }

    async fn a_refusal_that_cannot_be_kept_is_the_answer_all_the_same(w: World) {
        let (sale, ..) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let before = w.print().await;
        w.poison("refused_attempt", On::Insert).await;
        let answers = both_ways(&w, &sale, "CANCEL").await;
        let note = w.split(&w.operator, &w.fulfilment_of(&sale).await, &[]).await;
        w.heal("refused_attempt").await;
        for answer in answers {
            assert_eq!(answer.refused("GUARD_REJECTED")["guard"], "nothingShipped");
        }
        note.refused("BAD_INPUT");
        w.unchanged(&before).await;
        assert_eq!(attempts(&w).await, 0);
        let [without, with] = both_ways(&w, &sale, "CANCEL").await;
        without.refused("GUARD_REJECTED");
        with.refused("GUARD_REJECTED");
        assert_eq!(attempts(&w).await, 2);
    }

    async fn what_nobody_may_send_is_no_attempt_whichever_way_it_comes(w: World) {
        let sale = w.mugs(1).await;
        let before = w.print().await;
        for event in ["xstate.init", "", "NUL\0NUL", &"E".repeat(5_000)] {
            for answer in both_ways(&w, &sale, event).await {
                answer.refused("BAD_INPUT");
            }
        }
        assert_eq!(attempts(&w).await, 0);
        // What somebody may send is one, whatever is wrong with it.
        for answer in both_ways(&w, &sale, "SET_PAYMENT_METHOD").await {
            answer.ok();
        }
        let wrong = json!({ "payload": { "method": "SHELLS" } });
        w.send_with(&w.biller, &sale, "SET_PAYMENT_METHOD", wrong.clone()).await.refused("BAD_INPUT");
        let keyed = json!({ "payload": { "method": "SHELLS" }, "idempotencyKey": "another key" });
        w.send_with(&w.biller, &sale, "SET_PAYMENT_METHOD", keyed).await.refused("BAD_INPUT");
        assert_eq!(attempts(&w).await, 2);
        assert_eq!(before["payment"], w.print().await["payment"]);
    }
}
