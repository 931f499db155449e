//! Stock that comes goes to those who wait for it: all of it, to as many as there are, and nobody waits for ever.

use crate::{
    both,
    harness::{World, text, uuid},
};
use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use std::collections::BTreeMap;
use waybill::{actor::Actor, edge, order::lines::LineInput, till::commands::CreateTillSale};

/// A sale over the counter of a store that takes backorders, paid at once.
fn sold(w: &World, mugs: i64) -> CreateTillSale {
    let line = LineInput { sku: "MUG".to_owned(), quantity: mugs, unit_price: None, discount: None, tax: None };
    CreateTillSale {
        store_id: uuid(&w.backorders),
        customer_id: None,
        lines: vec![line],
        method: entity::PaymentMethod::Cash,
        amount: None,
        reference: None,
    }
}

/// So many sales, each of so many mugs.
async fn sell(w: &World, sales: usize, mugs: i64) {
    let actor = Actor::system();
    let (app, command) = (&w.app, sold(w, mugs));
    let all = stream::iter(0..sales).map(|_| async {
        edge::run(app, &actor, None, &command).await.expect("a sale");
    });
    all.buffer_unordered(4).collect::<Vec<()>>().await;
}

/// How many fulfilments are in which state.
async fn states(w: &World) -> BTreeMap<String, usize> {
    use sea_orm::EntityTrait as _;
    let rows = entity::fulfilment::Entity::find().all(&w.app.reader).await.expect("rows");
    let mut states = BTreeMap::new();
    for row in rows {
        *states.entry(row.workflow_state).or_default() += 1;
    }
    states
}

async fn comes(w: &World, mugs: i64) {
    w.adjust(&w.admin, &w.backorders, "MUG", mugs).await.ok();
    w.work().await;
}

/// A paid order of mugs that waits: its fulfilment.
async fn waits(w: &World, mugs: i64) -> String {
    let answer =
        w.till(&w.admin, json!({ "storeId": w.backorders, "lines": [{ "sku": "MUG", "quantity": mugs }] })).await.ok();
    let fulfilment = text(&answer["saleOrder"]["fulfilments"][0]["id"]);
    w.wait(TimeDelta::minutes(1));
    fulfilment
}

async fn missing(w: &World, fulfilment: &str) -> i64 {
    w.subject(fulfilment).await["workflowContext"]["missing"].as_i64().expect("a number")
}

both! {
    async fn it_goes_on_until_the_stock_or_those_who_wait_have_an_end(w: World) {
        // The three that are there go to the first.
        sell(&w, 520, 4).await;
        sell(&w, 80, 1).await;
        assert_eq!(states(&w).await, BTreeMap::from([("BACKORDERED".to_owned(), 600)]));
        // Too little for 519 of the old ones and enough for some of those behind them.
        comes(&w, 3).await;
        assert_eq!(states(&w).await, BTreeMap::from([("BACKORDERED".to_owned(), 597), ("PICK_PACK".to_owned(), 3)]));
        assert_eq!(w.stock(&w.backorders, "MUG").await, (6, 6));
        comes(&w, 2_500).await;
        assert_eq!(states(&w).await, BTreeMap::from([("PICK_PACK".to_owned(), 600)]));
        let (on_hand, reserved) = w.stock(&w.backorders, "MUG").await;
        assert_eq!((on_hand, reserved), (2_506, 520 * 4 + 80));
    }

    async fn the_oldest_comes_first_and_what_is_too_little_for_it_serves_those_behind(w: World) {
        let (big, small, last) = (waits(&w, 23).await, waits(&w, 2).await, waits(&w, 2).await);
        // The big one has the three that were there.
        assert_eq!((missing(&w, &big).await, missing(&w, &small).await), (20, 2));
        comes(&w, 3).await;
        assert_eq!((w.state(&big).await.as_str(), w.state(&small).await.as_str(), w.state(&last).await.as_str()),
            ("BACKORDERED", "PICK_PACK", "BACKORDERED"));
        comes(&w, 20).await;
        assert_eq!((w.state(&big).await.as_str(), w.state(&last).await.as_str()), ("PICK_PACK", "BACKORDERED"));
        comes(&w, 1).await;
        assert_eq!(w.state(&last).await, "PICK_PACK");
    }

    async fn nobody_is_passed_over_for_ever(w: World) {
        let big = waits(&w, 23).await;
        for _ in 0..3 {
            let small = waits(&w, 2).await;
            comes(&w, 2).await;
            assert_eq!((w.state(&small).await.as_str(), missing(&w, &big).await), ("PICK_PACK", 20));
        }
        w.wait(TimeDelta::days(7));
        let small = waits(&w, 2).await;
        comes(&w, 12).await;
        assert_eq!((w.state(&small).await.as_str(), missing(&w, &big).await), ("BACKORDERED", 8));
        let last = w.last(&big).await;
        assert_eq!((&last["event"], &last["fromState"], &last["toState"]), (&json!("RESERVED_IN_PART"), &json!("BACKORDERED"), &json!("BACKORDERED")));
        assert_eq!(last["metadata"]["payload"], json!({ "sku": "MUG", "quantity": 12 }));
        // What is put by is nobody else's, whoever buys next.
        assert_eq!(w.stock(&w.backorders, "MUG").await, (21, 21));
        comes(&w, 9).await;
        assert_eq!((w.state(&big).await.as_str(), w.state(&small).await.as_str()), ("PICK_PACK", "BACKORDERED"));
        comes(&w, 1).await;
        assert_eq!(w.state(&small).await, "PICK_PACK");
    }

    async fn what_was_put_by_is_given_back_when_it_is_not_wanted_any_more(w: World) {
        let big = waits(&w, 23).await;
        w.wait(TimeDelta::days(8));
        let small = waits(&w, 5).await;
        comes(&w, 4).await;
        assert_eq!((missing(&w, &big).await, missing(&w, &small).await), (16, 5));
        w.send(&w.admin, &big, "CANCEL").await.ok();
        w.work().await;
        assert_eq!(w.state(&small).await, "PICK_PACK");
        assert_eq!(w.stock(&w.backorders, "MUG").await, (7, 5));
    }

    async fn without_patience_the_oldest_always_comes_first(w: World) {
        let w = w.reopened(|settings| settings.fulfilment.backorder_patience_days = 0.0).await;
        let (big, small) = (waits(&w, 23).await, waits(&w, 2).await);
        comes(&w, 19).await;
        assert_eq!((missing(&w, &big).await, w.state(&small).await.as_str()), (1, "BACKORDERED"));
        comes(&w, 3).await;
        assert_eq!((w.state(&big).await.as_str(), w.state(&small).await.as_str()), ("PICK_PACK", "PICK_PACK"));
    }

    async fn what_waits_for_another_thing_takes_no_more_than_it_misses(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 5 }, { "sku": "LAMP", "quantity": 1 }]);
        let answer = w.till(&w.admin, json!({ "storeId": w.backorders, "lines": lines })).await.ok();
        let both = text(&answer["saleOrder"]["fulfilments"][0]["id"]);
        w.wait(TimeDelta::days(8));
        let small = waits(&w, 3).await;
        comes(&w, 5).await;
        assert_eq!((missing(&w, &both).await, w.state(&small).await.as_str()), (1, "PICK_PACK"));
        w.adjust(&w.admin, &w.backorders, "LAMP", 1).await.ok();
        w.work().await;
        assert_eq!(w.state(&both).await, "PICK_PACK");
    }
}
