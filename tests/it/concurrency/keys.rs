//! One idempotency key many times at once.

use super::{at_once, tally};
use crate::{
    both,
    harness::{Answer, World, text},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn adjust(w: World, delta: i64, key: &str) -> Answer {
    let document = "mutation($input: AdjustStockInput!) { adjustStock(input: $input) { stock { id onHand } } }";
    let input =
        json!({ "storeId": w.store, "sku": "MUG", "delta": delta, "reasonCode": "CORRECTION", "idempotencyKey": key });
    w.gql(&w.operator, document, json!({ "input": input })).await
}

fn ids(answers: Vec<Answer>, id: impl Fn(&Value) -> &Value) -> BTreeSet<String> {
    answers.into_iter().map(|answer| text(id(&answer.ok()))).collect()
}

both! {
    async fn a_key_16_times_at_once_makes_one_sale_and_16_equal_answers(w: World) {
        let answers = at_once(16, |_| {
            let w = w.clone();
            async move { w.till(&w.biller, json!({ "idempotencyKey": "till-1" })).await }
        })
        .await;
        assert_eq!(tally(&answers), "16 ok");
        assert_eq!(ids(answers, |answer| &answer["saleOrder"]["id"]).len(), 1);
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
    }

    async fn a_key_16_times_at_once_moves_a_subject_once(w: World) {
        let id = w.quote(json!({})).await;
        let answers = at_once(16, |_| {
            let (w, id) = (w.clone(), id.clone());
            async move { w.send_with(&w.biller, &id, "EDIT", json!({ "idempotencyKey": "edit-1" })).await }
        })
        .await;
        assert_eq!(tally(&answers), "16 ok");
        assert_eq!(ids(answers, |answer| &answer["transition"]["id"]).len(), 1);
        assert_eq!(w.events(&id).await, ["CREATED", "EDIT"]);
    }

    async fn a_key_16_times_at_once_changes_stock_once(w: World) {
        let answers = at_once(16, |_| adjust(w.clone(), 5, "count-1")).await;
        assert_eq!(tally(&answers), "16 ok");
        assert_eq!(w.stock(&w.store, "MUG").await, (105, 0));
        w.work().await;
    }

    async fn a_key_with_16_inputs_at_once_is_taken_by_one(w: World) {
        let answers = at_once(16, |number| adjust(w.clone(), 1 + i64::try_from(number).expect("small"), "count-1")).await;
        assert_eq!(tally(&answers), "15 IDEMPOTENCY_MISMATCH, 1 ok");
        let winner = answers.iter().position(|answer| answer.errors.is_empty()).expect("a winner");
        assert_eq!(w.stock(&w.store, "MUG").await, (101 + i64::try_from(winner).expect("small"), 0));
        w.work().await;
    }

    async fn a_key_for_16_orders_at_once_is_taken_by_one(w: World) {
        let mut quotes = Vec::new();
        for _ in 0..16 {
            quotes.push(w.quote(json!({})).await);
        }
        let answers = at_once(16, |number| {
            let (w, id) = (w.clone(), quotes[number].clone());
            async move { w.send_with(&w.biller, &id, "SHARE", json!({ "idempotencyKey": "share-1" })).await }
        })
        .await;
        assert_eq!(tally(&answers), "15 IDEMPOTENCY_MISMATCH, 1 ok");
        let mut shared = 0;
        for (id, answer) in quotes.iter().zip(&answers) {
            let taken = answer.errors.is_empty();
            shared += usize::from(taken);
            assert_eq!(w.events(id).await.len(), if taken { 2 } else { 1 });
        }
        assert_eq!(shared, 1);
    }

    async fn keys_that_are_refused_at_once_can_be_used_again(w: World) {
        let over = json!({ "lines": [{ "sku": "LAMP", "quantity": 11 }], "idempotencyKey": "till-1" });
        let answers = at_once(8, |_| {
            let (w, over) = (w.clone(), over.clone());
            async move { w.till(&w.biller, over).await }
        })
        .await;
        assert_eq!(tally(&answers), "8 INSUFFICIENT_STOCK");
        w.adjust(&w.operator, &w.store, "LAMP", 1).await.ok();
        w.till(&w.biller, over).await.ok();
        w.work().await;
    }
}
