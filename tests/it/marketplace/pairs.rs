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
    async fn market_prepared(&self, from: &str, to: &str) -> String {
        // Money that would move it by itself is short by what a credit note takes off later.
        let order = match (from, to) {
            ("payment_pending", "payment_confirmed") => {
                let order = self.market_in(from).await;
                self.pay(&order, "15.00").await;
                order
            }
            ("payment_pending", "escrow_locked") => {
                let order = self.market_in(from).await;
                self.market_escrow(&order, "15.00").await;
                order
            }
            _ => return self.market_in(from).await,
        };
        self.credit_note(&self.accountant, &order, "5.00").await.ok();
        assert_eq!(self.state(&order).await, from);
        order
    }
}

both! {
    async fn of_225_exactly_the_26_succeed_each_with_one_row_and_the_others_change_nothing(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 500).await.ok();
        let mut done = Vec::new();
        for from in STATES {
            // What is refused changes nothing: one order serves for all of it.
            let still = w.market_in(from).await;
            for to in STATES {
                let allowed = PAIRS.contains(&(from, to));
                let order = if allowed { w.market_prepared(from, to).await } else { still.clone() };
                let (moves, before) = (w.moves(&order).await.len(), w.print().await);
                for (_, event) in EVENTS.iter().filter(|(leads, _)| *leads == to) {
                    let answer = w.go(&w.admin, &order, event, json!({})).await;
                    if answer.errors.is_empty() {
                        done.push((from, to));
                        let moves = w.moves(&order).await.split_off(moves);
                        assert_eq!(moves, [(from.to_owned(), to.to_owned())], "{event}");
                        break;
                    }
                    let code = answer.code().to_owned();
                    let refusal = answer.refused(&code);
                    assert_eq!(refusal["currentState"], from, "{event} to {to}: {refusal}");
                    w.unchanged(&before).await;
                }
            }
            w.work().await;
        }
        let mut pairs = PAIRS.to_vec();
        pairs.sort_unstable();
        done.sort_unstable();
        assert_eq!(done, pairs);
    }

    async fn by_the_name_of_a_status_the_same_ones_succeed_and_the_others_name_those_that_would(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 500).await.ok();
        let mut done = Vec::new();
        for from in STATES {
            let mut allowed: Vec<&str> = PAIRS.iter().filter(|(pair, _)| *pair == from).map(|(_, to)| *to).collect();
            allowed.sort_unstable();
            let still = w.market_in(from).await;
            for to in STATES {
                let order = if allowed.contains(&to) { w.market_prepared(from, to).await } else { still.clone() };
                let before = w.print().await;
                let body = json!({ "status": to, "reasonCode": "CUSTOMER_REQUEST", "notes": "asked for" });
                let reply = w.patch_status(&w.admin, &order, &body).await;
                if reply.status.is_success() {
                    done.push((from, to));
                    shows!(reply.ok(), { "success": true, "order.status": to, "event.from": from, "event.to": to });
                } else {
                    let refused = reply.problem(409, "TRANSITION_NOT_ALLOWED");
                    let mut named: Vec<String> = refused["allowedStatuses"].as_array().expect("a list").iter().map(text).collect();
                    named.sort();
                    assert_eq!(named, allowed, "from {from}");
                    assert_eq!(refused["currentStatus"], from);
                    w.unchanged_but(&before, &["refused_attempt"]).await;
                }
            }
            w.work().await;
        }
        let mut pairs = PAIRS.to_vec();
        pairs.sort_unstable();
        done.sort_unstable();
        assert_eq!(done, pairs);
    }
}
