//! All pairs of states.

use super::{EVENTS, PAIRS, STATES};
use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

impl World {
    /// An order in a state, from which all that the table allows can be done.
    async fn prepared_in(&self, from: &str, to: &str) -> String {
        if (from, to) == ("confirmed", "paid") {
            // On credit that is given after it was confirmed: nothing tells the order.
            let buyer = json!({ "name": "Carla" });
            let buyer = self.make(&self.biller, "createCustomer", "CreateCustomerInput", buyer, "customer").await;
            let order = self.processed(json!({ "customerId": buyer, "paymentMethod": "CREDIT" })).await;
            self.send(&self.admin, &order, "CONFIRM").await.ok();
            let credit = json!({ "partyId": buyer, "creditTier": "GOLD", "reasonCode": "LOYAL_CUSTOMER" });
            self.mutate(&self.admin, "setPartyCredit", "SetPartyCreditInput", "customer { id }", credit).await.ok();
            assert_eq!(self.state(&order).await, from);
            return order;
        }
        let order = self.processed_in(from).await;
        if from == "refunded" {
            self.refunds_end(&order, false).await;
        }
        order
    }
}

both! {
    async fn exactly_the_allowed_ones_succeed_each_with_one_row_and_the_others_change_nothing(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 200).await.ok();
        let mut done = Vec::new();
        for from in STATES {
            for to in STATES {
                let order = w.prepared_in(from, to).await;
                let moves = w.moves(&order).await.len();
                let before = w.print().await;
                for (_, event) in EVENTS.iter().filter(|(leads, _)| *leads == to) {
                    let answer = w.go(&w.admin, &order, event, json!({})).await;
                    if answer.errors.is_empty() {
                        done.push((from, to));
                        let moves = w.moves(&order).await.split_off(moves);
                        assert_eq!(moves, [(from.to_owned(), to.to_owned())], "{event}");
                        break;
                    }
                    // In which state it is in, and what could be done there, is told.
                    let code = answer.code().to_owned();
                    let refusal = answer.refused(&code);
                    assert_eq!(refusal["currentState"], from, "{event} to {to}: {refusal}");
                    let allowed = refusal["allowedEvents"].as_array().expect("events");
                    let known = w.available(&w.admin, &order).await;
                    assert!(allowed.iter().all(|event| known.contains_key(&text(event))), "{refusal}");
                    w.unchanged(&before).await;
                }
                w.work().await;
            }
        }
        assert_eq!(done, STATES.iter().flat_map(|from| {
            STATES.iter().filter(move |to| PAIRS.contains(&(*from, **to))).map(move |to| (*from, *to))
        }).collect::<Vec<_>>());
    }

    async fn by_the_name_of_a_status_the_same_ones_succeed_and_the_others_name_those_that_would(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 200).await.ok();
        let mut done = Vec::new();
        for from in STATES {
            let allowed: Vec<&str> = PAIRS.iter().filter(|(pair, _)| *pair == from).map(|(_, to)| *to).collect();
            for to in STATES {
                let order = w.prepared_in(from, to).await;
                let moves = w.moves(&order).await.len();
                let before = w.print().await;
                let body = json!({ "status": to, "reasonCode": "CUSTOMER_REQUEST", "notes": "asked for" });
                let reply = w.patch_status(&w.admin, &order, &body).await;
                if reply.status.is_success() {
                    done.push((from, to));
                    let moved = reply.ok();
                    shows!(moved, { "success": true, "order.status": to, "event.from": from, "event.to": to, "event.notes": "asked for" });
                    let moves = w.moves(&order).await.split_off(moves);
                    assert_eq!(moves, [(from.to_owned(), to.to_owned())]);
                } else {
                    let refused = reply.problem(409, "TRANSITION_NOT_ALLOWED");
                    let mut named: Vec<String> = refused["allowedStatuses"].as_array().expect("a list").iter().map(text).collect();
                    named.sort();
                    let mut allowed: Vec<&str> = allowed.clone();
                    allowed.sort_unstable();
                    assert_eq!(named, allowed, "from {from}");
                    assert_eq!(refused["currentStatus"], from);
                    w.unchanged_but(&before, &["refused_attempt"]).await;
                }
                w.work().await;
            }
        }
        let mut pairs = PAIRS.to_vec();
        pairs.sort_unstable();
        done.sort_unstable();
        assert_eq!(done, pairs);
    }

    async fn what_only_programs_say_is_not_sent_by_hand(w: World) {
        let order = w.processed_in("confirmed").await;
        for event in ["COVERED", "PAYMENT_CAPTURED", "SALE_PENDING_EXPIRY"] {
            w.send_with(&w.admin, &order, event, json!({ "payload": null })).await.refused("FORBIDDEN");
        }
        let order = w.processed_in("shipped").await;
        w.send_with(&w.admin, &order, "PARCEL_DELIVERED", json!({ "payload": null })).await.refused("FORBIDDEN");
    }
}
