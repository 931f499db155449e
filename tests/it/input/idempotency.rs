//! Idempotency keys.

use crate::{
    both,
    builders::{merged, money},
    harness::{World, text},
    shows,
};
use entity::idempotency_key;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _};
use serde_json::json;

both! {
    async fn the_same_key_and_input_answer_with_the_first_result(w: World) {
        let input = w.draft(json!({ "idempotencyKey": "k1" }));
        let first = w.create_quotation(&w.biller, input.clone()).await.ok();
        let before = w.print().await;
        let again = w.create_quotation(&w.biller, input).await.ok();
        assert_eq!(first["quotation"], again["quotation"]);
        w.unchanged(&before).await;
    }

    async fn the_answer_is_read_fresh(w: World) {
        let sale = w.mugs(2).await;
        let over = json!({ "status": "AUTHORIZED", "idempotencyKey": "k1" });
        let first = w.register(&w.accountant, &sale, "20.00", over.clone()).await.ok();
        w.confirm(&w.accountant, &text(&first["payment"]["id"])).await.ok();
        let again = w.register(&w.accountant, &sale, "20.00", over).await.ok();
        shows!(again, { "payment.id": first["payment"]["id"], "payment.status": "CONFIRMED" });
        assert_eq!(w.sale_order(&sale).await["payments"].as_array().map(Vec::len), Some(1));
    }

    async fn another_input_is_a_mismatch(w: World) {
        w.create_quotation(&w.biller, w.draft(json!({ "idempotencyKey": "k1" }))).await.ok();
        let before = w.print().await;
        let other = w.draft(json!({ "idempotencyKey": "k1", "lines": [{ "sku": "MUG", "quantity": 3 }] }));
        w.create_quotation(&w.biller, other).await.refused("IDEMPOTENCY_MISMATCH");
        w.unchanged(&before).await;
    }

    async fn keys_are_of_one_actor_and_one_mutation(w: World) {
        let input = w.draft(json!({ "idempotencyKey": "k1" }));
        let first = w.create_quotation(&w.biller, input.clone()).await.ok();
        let other = w.create_quotation(&w.manager, input).await.ok();
        assert_ne!(first["quotation"]["id"], other["quotation"]["id"]);
        let id = text(&first["quotation"]["id"]);
        w.send_with(&w.biller, &id, "SHARE", json!({ "idempotencyKey": "k1" })).await.ok();
        assert_eq!(w.state(&id).await, "IN_REVIEW");
    }

    async fn an_event_sent_again_happens_once_and_tells_the_same_story(w: World) {
        let sale = w.mugs(2).await;
        w.pay(&sale, "20.00").await;
        let over = json!({ "idempotencyKey": "k1" });
        let first = w.send_with(&w.biller, &sale, "CANCEL", over.clone()).await.ok();
        w.work().await;
        let before = w.print().await;
        let again = w.send_with(&w.biller, &sale, "CANCEL", over.clone()).await.ok();
        shows!(first, { "transition": again["transition"], "followUps": again["followUps"] });
        w.send_with(&w.biller, &sale, "CANCEL", merged(over, json!({ "note": "Other" })))
            .await
            .refused("IDEMPOTENCY_MISMATCH");
        w.unchanged(&before).await;
    }

    async fn a_refusal_stores_nothing(w: World) {
        let id = w.quote(json!({ "lines": [{ "sku": "LAMP", "quantity": 11 }] })).await;
        for event in ["SHARE", "BUYER_APPROVES"] {
            w.send(&w.biller, &id, event).await.ok();
        }
        let over = json!({ "idempotencyKey": "k1" });
        w.send_with(&w.biller, &id, "SELLER_APPROVES", over.clone()).await.refused("INSUFFICIENT_STOCK");
        w.adjust(&w.operator, &w.store, "LAMP", 1).await.ok();
        w.send_with(&w.biller, &id, "SELLER_APPROVES", over).await.ok();
        w.work().await;
    }

    async fn events_with_keys_that_arrive_together_happen_once_each(w: World) {
        let mut quotes = Vec::new();
        for _ in 0..10 {
            quotes.push(w.quote(json!({})).await);
        }
        // Each three times, all at once; and between them what is refused, and one key for two inputs.
        let mut all = tokio::task::JoinSet::new();
        for round in 0..3 {
            for (number, id) in quotes.iter().cloned().enumerate() {
                let w = w.clone();
                all.spawn(async move {
                    let event = if number == 9 { "SELLER_APPROVES" } else { "SHARE" };
                    let key = if number == 8 { format!("two {round}") } else { format!("k{number}") };
                    let answer = w.send_with(&w.biller, &id, event, json!({ "idempotencyKey": key })).await;
                    (number, answer)
                });
            }
        }
        let mut first: std::collections::BTreeMap<usize, serde_json::Value> = std::collections::BTreeMap::new();
        let mut refused = 0;
        for (number, answer) in all.join_all().await {
            match number {
                9 => drop(answer.refused("TRANSITION_NOT_ALLOWED")),
                // Three keys are three events, of which one finds the state that it is for.
                8 if answer.errors.is_empty() => assert!(first.insert(8, answer.data).is_none()),
                8 => {
                    answer.refused("TRANSITION_NOT_ALLOWED");
                    refused += 1;
                }
                _ => {
                    let told = answer.ok()["transition"].clone();
                    assert_eq!(*first.entry(number).or_insert_with(|| told.clone()), told, "one story");
                }
            }
        }
        assert_eq!((first.len(), refused), (9, 2));
        for id in &quotes[..9] {
            assert_eq!(w.events(id).await, ["CREATED", "SHARE"]);
        }
        let before = w.print().await;
        for (number, id) in quotes.iter().enumerate().take(8) {
            let again = w.send_with(&w.biller, id, "SHARE", json!({ "idempotencyKey": format!("k{number}") })).await.ok();
            assert_eq!(again["transition"], first[&number], "told again");
            let other = json!({ "idempotencyKey": format!("k{number}"), "note": "Other" });
            w.send_with(&w.biller, id, "SHARE", other).await.refused("IDEMPOTENCY_MISMATCH");
        }
        w.unchanged(&before).await;
        // What was refused keeps no key.
        w.send_with(&w.biller, &quotes[9], "SHARE", json!({ "idempotencyKey": "k9" })).await.ok();
    }

    async fn what_the_version_before_remembered_is_still_answered(w: World) {
        let input = w.draft(json!({ "idempotencyKey": "k1" }));
        let first = w.create_quotation(&w.biller, input.clone()).await.ok();
        let id = text(&first["quotation"]["id"]);
        let over = json!({ "idempotencyKey": "k2" });
        let sent = w.send_with(&w.biller, &id, "SHARE", over.clone()).await.ok();
        // It kept every id that any command could make, most of them null.
        for row in idempotency_key::Entity::find().all(&w.app.reader).await.expect("keys") {
            let mut result = row.result.clone().expect("a result");
            let fields = result.as_object_mut().expect("an object");
            let names = ["quotation", "sale", "fulfilment", "payment", "refund", "store", "customer", "definition"];
            for name in names {
                fields.entry(name).or_insert(serde_json::Value::Null);
            }
            fields.entry("payments").or_insert(json!([]));
            fields.entry("follow_ups").or_insert(json!([]));
            idempotency_key::ActiveModel { result: Set(Some(result)), ..row.into() }
                .update(&w.app.writer)
                .await
                .expect("a key of before");
        }
        assert_eq!(w.create_quotation(&w.biller, input).await.ok()["quotation"]["id"], first["quotation"]["id"]);
        assert_eq!(w.send_with(&w.biller, &id, "SHARE", over).await.ok()["transition"], sent["transition"]);
    }

    async fn a_key_is_kept_for_a_day(w: World) {
        let input = w.draft(json!({ "idempotencyKey": "k1" }));
        let first = w.create_quotation(&w.biller, input.clone()).await.ok();
        w.wait(chrono::TimeDelta::hours(23));
        assert_eq!(
            w.create_quotation(&w.biller, input.clone()).await.ok()["quotation"]["id"],
            first["quotation"]["id"]
        );
        w.wait(chrono::TimeDelta::hours(2));
        assert_ne!(w.create_quotation(&w.biller, input).await.ok()["quotation"]["id"], first["quotation"]["id"]);
    }

    async fn the_same_key_many_times_at_once_makes_one(w: World) {
        let send = || {
            let w = w.clone();
            tokio::spawn(async move {
                let over = json!({ "idempotencyKey": "k1", "reference": "Slip 1" });
                text(&w.till(&w.biller, over).await.ok()["saleOrder"]["id"])
            })
        };
        let all: Vec<_> = (0..8).map(|_| send()).collect();
        let mut ids = Vec::new();
        for sent in all {
            ids.push(sent.await.expect("an answer"));
        }
        ids.dedup();
        assert_eq!((ids.len(), w.stock(&w.store, "MUG").await), (1, (100, 2)));
    }

    async fn every_mutation_takes_a_key(w: World) {
        let sale = w.mugs(13).await;
        let key = |key: &str| json!({ "idempotencyKey": key });
        for _ in 0..2 {
            w.grant_credit(&w.admin, &sale, "1.00", key("a")).await.ok();
            w.register(&w.accountant, &sale, "30.00", merged(json!({ "status": "CONFIRMED" }), key("b"))).await.ok();
        }
        let order = w.sale_order(&sale).await;
        assert_eq!(
            (order["overrideRequests"].as_array().map(Vec::len), order["payments"].as_array().map(Vec::len)),
            (Some(1), Some(1))
        );
        let payment = text(&order["payments"][0]["id"]);
        for _ in 0..2 {
            w.refund(&w.accountant, &payment, merged(json!({ "amount": money("10.00") }), key("c"))).await.ok();
        }
        assert_eq!(w.sale_order(&sale).await["payments"][0]["refunds"].as_array().map(Vec::len), Some(1));
    }

    async fn keys_that_are_none_are_bad_input(w: World) {
        let before = w.print().await;
        for key in [String::new(), "x".repeat(256)] {
            w.create_quotation(&w.biller, w.draft(json!({ "idempotencyKey": key }))).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }
}
