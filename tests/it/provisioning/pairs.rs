//! All pairs of states.

use super::{EVENTS, PAIRS, STATES};
use crate::{
    both,
    harness::{World, text},
};
use serde_json::json;

both! {
    async fn exactly_the_owners_succeed_each_with_one_row_and_the_others_change_nothing(w: World) {
        let mut done = Vec::new();
        for from in STATES {
            for to in STATES {
                let order = w.prov_in(from).await;
                let (moves, rows) = (w.moves(&order).await.len(), w.log(&order).await.len());
                let before = w.print().await;
                for (_, event) in EVENTS.iter().filter(|(leads, _)| *leads == to) {
                    let answer = w.prov_go(&w.admin, &order, event).await;
                    if answer.errors.is_empty() {
                        done.push((from, to));
                        let moves = w.moves(&order).await.split_off(moves);
                        assert_eq!(moves, [(from.to_owned(), to.to_owned())], "{event}");
                        assert_eq!(w.log(&order).await.len(), rows + 1);
                        break;
                    }
                    w.unchanged(&before).await;
                }
                w.work().await;
            }
        }
        done.sort_unstable();
        let mut pairs = PAIRS;
        pairs.sort_unstable();
        assert_eq!(done, pairs);
    }

    async fn by_the_name_of_a_status_the_same_ones_succeed(w: World) {
        let mut done = Vec::new();
        for from in STATES {
            for to in STATES {
                let order = w.prov_in(from).await;
                let (moves, before) = (w.moves(&order).await.len(), w.print().await);
                let body = json!({ "status": to, "reasonCode": "PROVIDER_FAILOVER", "notes": "as agreed" });
                let reply = w.patch_status(&w.admin, &order, &body).await;
                if reply.status.is_success() {
                    done.push((from, to));
                    assert_eq!(w.moves(&order).await.split_off(moves), [(from.to_owned(), to.to_owned())]);
                } else {
                    let refused = reply.problem(409, "TRANSITION_NOT_ALLOWED");
                    let mut named: Vec<String> = refused["allowedStatuses"].as_array().expect("a list").iter().map(text).collect();
                    named.sort();
                    let mut allowed: Vec<&str> = PAIRS.iter().filter(|(pair, _)| *pair == from).map(|(_, to)| *to).collect();
                    allowed.sort_unstable();
                    assert_eq!(named, allowed, "from {from}");
                    w.unchanged_but(&before, &["refused_attempt"]).await;
                }
                w.work().await;
            }
        }
        done.sort_unstable();
        let mut pairs = PAIRS;
        pairs.sort_unstable();
        assert_eq!(done, pairs);
    }
}
