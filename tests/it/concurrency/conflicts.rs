//! 64 events at once on one order.

use super::{at_once, tally};
use crate::{
    both,
    harness::{Answer, World, text},
};
use serde_json::{Value, json};

const MANY: usize = 64;

/// Sends `MANY` events at once to one subject, taking turns with the names.
async fn storm(w: &World, subject: &str, names: &'static [&'static str], over: Value) -> Vec<Answer> {
    at_once(MANY, |number| {
        let (w, subject, over) = (w.clone(), subject.to_owned(), over.clone());
        let name = names[number % names.len()];
        async move { w.send_with(&w.admin, &subject, name, over).await }
    })
    .await
}

/// The subject's own rows follow each other from state to state, and its version counts the commits.
async fn recorded(w: &World, subject: &str, commits: i64) {
    let log = w.log(subject).await;
    for pair in log.windows(2) {
        assert_eq!(pair[0]["toState"], pair[1]["fromState"]);
        assert!(pair[0]["sequence"].as_i64() < pair[1]["sequence"].as_i64());
    }
    assert_eq!(w.version(subject).await, 1 + commits, "{log:#?}");
}

both! {
    async fn of_64_shares_of_one_draft_one_wins(w: World) {
        let id = w.quote(json!({})).await;
        let answers = storm(&w, &id, &["SHARE"], json!({})).await;
        assert_eq!(tally(&answers), "63 TRANSITION_NOT_ALLOWED, 1 ok");
        assert_eq!(w.events(&id).await, ["CREATED", "SHARE"]);
        recorded(&w, &id, 1).await;
    }

    async fn of_32_declines_and_32_withdrawals_one_wins(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        let answers = storm(&w, &id, &["DECLINE", "WITHDRAW"], json!({})).await;
        assert_eq!(tally(&answers), "63 TRANSITION_NOT_ALLOWED, 1 ok");
        let winner = answers.into_iter().find(|answer| answer.errors.is_empty()).expect("a winner").ok();
        assert_eq!(winner["subject"]["workflowState"], json!(w.state(&id).await));
        recorded(&w, &id, 2).await;
    }

    async fn of_64_approvals_two_win_and_make_one_sale(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        let answers = storm(&w, &id, &["BUYER_APPROVES", "SELLER_APPROVES"], json!({})).await;
        assert_eq!(tally(&answers), "62 TRANSITION_NOT_ALLOWED, 2 ok");
        assert_eq!(w.state(&id).await, "MUTUALLY_APPROVED");
        recorded(&w, &id, 3).await;
        let sale = text(&w.quotation(&id).await["saleOrder"]["id"]);
        assert_eq!(w.log(&sale).await.len(), 1);
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
    }

    async fn of_64_cancellations_of_a_paid_sale_one_wins_and_one_refund_is_asked_for(w: World) {
        let (sale, _) = w.cleared(json!({})).await;
        let answers = storm(&w, &sale, &["CANCEL"], json!({})).await;
        assert_eq!(tally(&answers), "63 TRANSITION_NOT_ALLOWED, 1 ok");
        assert_eq!(w.outbox("refund_requested").await.len(), 1);
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn a_parcel_that_64_people_deliver_is_delivered_once(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let before = w.version(&id).await;
        let answers = storm(&w, &id, &["PACKAGE_DELIVERED"], json!({})).await;
        assert_eq!(tally(&answers), "63 TRANSITION_NOT_ALLOWED, 1 ok");
        recorded(&w, &id, before).await;
        assert_eq!(w.stock(&w.store, "MUG").await, (98, 0));
    }

    async fn shipping_cancelling_and_failing_at_once_do_one_of_them(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        let answers = storm(&w, &id, &["PACKAGE_SHIPPED", "CANCEL", "FAIL"], json!({})).await;
        assert_eq!(tally(&answers), "63 TRANSITION_NOT_ALLOWED, 1 ok");
        let shipped = w.state(&id).await == "SHIPPED";
        let left = if shipped { 98 } else { 100 };
        assert_eq!(w.stock(&w.store, "MUG").await, (left, 0));
        assert_eq!(w.state(&sale).await, if shipped { "CLEARED_FOR_FULFILMENT" } else { "CANCELLED" });
        w.work().await;
    }

    async fn of_64_edits_of_the_same_version_one_wins(w: World) {
        let id = w.quote(json!({})).await;
        let answers = storm(&w, &id, &["EDIT"], json!({ "expectedVersion": 1 })).await;
        assert_eq!(tally(&answers), "63 CONFLICT, 1 ok");
        assert_eq!(w.quotation(&id).await["revision"], 2);
        recorded(&w, &id, 1).await;
    }

    async fn where_the_machine_takes_all_64_the_version_grows_by_64(w: World) {
        let id = w.quote(json!({})).await;
        let answers = storm(&w, &id, &["EDIT"], json!({})).await;
        assert_eq!(tally(&answers), "64 ok");
        let mut versions: Vec<_> =
            answers.iter().map(|answer| answer.data["sendWorkflowEvent"]["subject"]["version"].as_i64()).collect();
        versions.sort();
        assert_eq!(versions, (2..=65).map(Some).collect::<Vec<_>>());
        assert_eq!(w.quotation(&id).await["revision"], 65);
        recorded(&w, &id, 64).await;
    }

    async fn the_log_of_an_order_that_many_move_at_once_has_no_gap(w: World) {
        let (sale, _) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 2 }, { "sku": "SETUP", "quantity": 1 }] })).await;
        let order = w.sale_order(&sale).await;
        let parts: Vec<String> =
            order["fulfilments"].as_array().expect("fulfilments").iter().map(|part| text(&part["id"])).collect();
        assert_eq!(parts.len(), 2);
        let answers = at_once(MANY, |number| {
            let (w, part) = (w.clone(), parts[number % 2].clone());
            let name = if number % 3 == 0 { "RELEASE" } else { "HOLD" };
            async move { w.send(&w.admin, &part, name).await }
        })
        .await;
        let taken = answers.iter().filter(|answer| answer.errors.is_empty()).count();
        assert!(taken >= 42, "every hold is taken: {}", tally(&answers));
        let sequences: Vec<_> = w.timeline(&sale).await.iter().map(|row| row["sequence"].as_i64()).collect();
        assert_eq!(sequences, (1..=i64::try_from(sequences.len()).expect("a few")).map(Some).collect::<Vec<_>>());
        let moved = w.version(&parts[0]).await + w.version(&parts[1]).await - 2;
        assert_eq!(moved, i64::try_from(taken).expect("a few"));
    }
}
