//! All pairs of statuses.

use super::{PAIRS, STATES};
use crate::{
    both,
    harness::{World, text},
};
use serde_json::json;

/// The states that an order can be cancelled or refunded from, and so be taken back to.
fn left_for<'a>(end: &'a str) -> impl Iterator<Item = &'static str> + 'a {
    PAIRS.iter().filter(move |(_, to)| *to == end).map(|(from, _)| *from)
}

const EVENTS: [&str; 8] =
    ["CONFIRM", "PROCESS", "READY_FOR_PICKUP", "SHIP", "DELIVER", "CANCEL", "REFUND", "REINSTATE"];

impl World {
    /// An order in a state, whose buyer fetches it where that is asked for. Money is in it.
    async fn retail_before(&self, from: &str, was: &str, to: &str) -> String {
        let fetched = (from, to) == ("processing", "ready_for_pickup");
        let over = if fetched { json!({ "fulfilmentType": "PICKUP" }) } else { json!({}) };
        match from {
            "cancelled" | "refunded" => {
                let order = self.retailed_in(was, true, json!({})).await;
                self.retail_goes(&order, &[if from == "cancelled" { "CANCEL" } else { "REFUND" }]).await;
                self.refunds_end(&order, true).await;
                order
            }
            from => self.retailed_in(from, true, over).await,
        }
    }

    /// Every place to begin at: a state, and for those that are taken back where they were.
    fn retail_places() -> Vec<(&'static str, &'static str)> {
        let mut places: Vec<_> = STATES[..6].iter().map(|state| (*state, "")).collect();
        for end in ["cancelled", "refunded"] {
            places.extend(left_for(end).map(|was| (end, was)));
        }
        places
    }

    fn retail_allows(from: &str, was: &str, to: &str) -> bool {
        PAIRS.contains(&(from, to)) || was == to
    }
}

both! {
    async fn by_the_name_of_a_status_exactly_the_seeds_pairs_succeed_and_reinstatement_to_where_it_was(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 900).await.ok();
        for (from, was) in World::retail_places() {
            for to in STATES {
                let order = w.retail_before(from, was, to).await;
                let moves = w.moves(&order).await.len();
                let before = w.print().await;
                let body = json!({ "status": to, "reasonCode": "CUSTOMER_REQUEST", "notes": "asked for" });
                let reply = w.patch_status(&w.admin, &order, &body).await;
                let allowed = World::retail_allows(from, was, to);
                assert_eq!(reply.status.is_success(), allowed, "{from} (was {was}) to {to}: {}", reply.text);
                if allowed {
                    let moves = w.moves(&order).await.split_off(moves);
                    assert_eq!(moves, [(from.to_owned(), to.to_owned())]);
                } else {
                    let refused = reply.problem(409, "TRANSITION_NOT_ALLOWED");
                    assert_eq!(refused["currentStatus"], from);
                    let mut named: Vec<String> = refused["allowedStatuses"].as_array().expect("a list").iter().map(text).collect();
                    named.sort();
                    let mut there: Vec<&str> = STATES.into_iter().filter(|to| World::retail_allows(from, was, to)).collect();
                    there.sort_unstable();
                    assert_eq!(named, there, "from {from}");
                    w.unchanged_but(&before, &["refused_attempt"]).await;
                }
                w.work().await;
            }
        }
    }

    async fn by_event_exactly_the_same_and_what_is_refused_changes_nothing(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 900).await.ok();
        for (from, was) in World::retail_places() {
            let mut reached = Vec::new();
            for event in EVENTS {
                let order = w.retail_before(from, was, if event == "READY_FOR_PICKUP" { "ready_for_pickup" } else { "" }).await;
                let before = w.print().await;
                if w.go(&w.admin, &order, event, json!({})).await.errors.is_empty() {
                    reached.push(w.state(&order).await);
                } else {
                    w.unchanged(&before).await;
                }
                w.work().await;
            }
            reached.sort();
            let mut there: Vec<&str> = STATES.into_iter().filter(|to| World::retail_allows(from, was, to)).collect();
            there.sort_unstable();
            assert_eq!(reached, there, "{from} (was {was})");
        }
    }

    async fn what_is_fetched_is_not_shipped_and_what_is_sent_is_not_fetched(w: World) {
        let sent = w.retailed_in("processing", false, json!({})).await;
        w.send(&w.seller, &sent, "READY_FOR_PICKUP").await.refused("GUARD_REJECTED");
        w.send(&w.seller, &sent, "SHIP").await.ok();
        let fetched = w.retailed_in("processing", false, json!({ "fulfilmentType": "PICKUP" })).await;
        w.send(&w.seller, &fetched, "SHIP").await.refused("GUARD_REJECTED");
        w.send(&w.seller, &fetched, "READY_FOR_PICKUP").await.ok();
        w.work().await;
    }

    async fn the_seeds_questions_and_scopes_are_filters_by_state_and_tag(w: World) {
        let list = "query($filter: SaleOrderFilter!) { saleOrders(first: 50, filter: $filter) { totalCount nodes { id workflowState } } }";
        for state in STATES[..6].iter() {
            let order = w.retailed_in(state, false, json!({})).await;
            let filter = json!({ "stateIn": [state], "lifecycleIn": ["retail"] });
            let found = w.gql(&w.admin, list, json!({ "filter": filter })).await.ok();
            assert_eq!((found["totalCount"].as_i64(), &found["nodes"][0]["id"]), (Some(1), &json!(order)), "{state}");
        }
        let filter = json!({ "tagIn": ["countable"], "lifecycleIn": ["retail"] });
        assert_eq!(w.gql(&w.admin, list, json!({ "filter": filter })).await.ok()["totalCount"], 4);
        w.work().await;
    }
}
