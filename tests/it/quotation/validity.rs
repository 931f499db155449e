//! How long a quotation can be agreed on.

use crate::{
    both,
    harness::{World, at, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::json;

both! {
    async fn a_quotation_expires_when_its_validity_is_over(w: World) {
        let id = w.quote(json!({ "validUntil": w.later(TimeDelta::hours(2)) })).await;
        let timers = w.quotation(&id).await["workflow"]["timers"].clone();
        assert_eq!(timers[0]["event"], "VALIDITY_OVER");
        assert_eq!(at(&text(&timers[0]["dueAt"])), w.now() + TimeDelta::hours(2));
        w.wait(TimeDelta::minutes(119));
        w.work().await;
        assert_eq!(w.state(&id).await, "DRAFT");
        w.wait(TimeDelta::minutes(1));
        w.work().await;
        assert_eq!(w.state(&id).await, "EXPIRED");
        let row = w.last(&id).await;
        shows!(row, { "event": "VALIDITY_OVER", "actorType": "SYSTEM" });
    }

    async fn thirty_days_are_the_default(w: World) {
        let id = w.quote(json!({})).await;
        assert_eq!(at(&text(&w.quotation(&id).await["validUntil"])), w.now() + TimeDelta::days(30));
    }

    async fn every_open_state_expires(w: World) {
        for state in ["DRAFT", "IN_REVIEW", "REVISED", "APPROVED_BY_BUYER", "APPROVED_BY_SELLER"] {
            let id = w.quote_in(state).await;
            w.wait(TimeDelta::days(30));
            w.work().await;
            assert_eq!(w.state(&id).await, "EXPIRED", "{state}");
        }
    }

    async fn extending_moves_the_timer_and_stays_where_it_was(w: World) {
        for state in ["DRAFT", "IN_REVIEW", "REVISED", "APPROVED_BY_BUYER", "APPROVED_BY_SELLER"] {
            let id = w.quote_in(state).await;
            let until = w.later(TimeDelta::days(60));
            w.send_with(&w.biller, &id, "EXTEND_VALIDITY", json!({ "payload": { "validUntil": until } })).await.ok();
            let quotation = w.quotation(&id).await;
            assert_eq!(at(&text(&quotation["validUntil"])), at(&until), "{state}");
            assert_eq!(quotation["workflow"]["timers"].as_array().map(Vec::len), Some(1), "{state}");
            assert_eq!(at(&text(&quotation["workflow"]["timers"][0]["dueAt"])), at(&until), "{state}");
            w.wait(TimeDelta::days(31));
            w.work().await;
            assert_eq!(w.state(&id).await, state);
            w.wait(TimeDelta::days(29));
            w.work().await;
            assert_eq!(w.state(&id).await, "EXPIRED");
        }
    }

    async fn approvals_survive_an_extension(w: World) {
        let id = w.quote_in("APPROVED_BY_BUYER").await;
        w.send(&w.biller, &id, "EXTEND_VALIDITY").await.ok();
        assert!(w.quotation(&id).await["buyerApprovedAt"].is_string());
        w.send(&w.biller, &id, "SELLER_APPROVES").await.ok();
        assert_eq!(w.state(&id).await, "MUTUALLY_APPROVED");
    }

    async fn an_extension_into_the_past_or_of_no_time_is_refused(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        let before = w.print().await;
        let past = w.later(TimeDelta::hours(-1));
        let answer = w.send_with(&w.biller, &id, "EXTEND_VALIDITY", json!({ "payload": { "validUntil": past } })).await;
        assert!(matches!(answer.code(), "BAD_INPUT" | "GUARD_REJECTED"), "{answer:?}");
        for payload in
            [json!({}), json!({ "validUntil": "tomorrow" }), json!({ "validUntil": 5 }), json!({ "until": past })]
        {
            w.send_with(&w.biller, &id, "EXTEND_VALIDITY", json!({ "payload": payload })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }

    async fn revising_with_a_validity_moves_the_timer_too(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        let until = w.later(TimeDelta::days(90));
        w.revise(&w.biller, &id, json!({ "validUntil": until })).await.ok();
        let quotation = w.quotation(&id).await;
        assert_eq!(at(&text(&quotation["validUntil"])), at(&until));
        assert_eq!(at(&text(&quotation["workflow"]["timers"][0]["dueAt"])), at(&until));
    }

    async fn an_offer_whose_time_is_over_is_not_approved_although_no_worker_has_said_so(w: World) {
        for (state, events) in [
            ("IN_REVIEW", &["BUYER_APPROVES", "SELLER_APPROVES"][..]),
            ("APPROVED_BY_BUYER", &["SELLER_APPROVES"]),
            ("APPROVED_BY_SELLER", &["BUYER_APPROVES"]),
        ] {
            let id = w.quote_in(state).await;
            w.wait(TimeDelta::days(30));
            let before = w.print().await;
            for event in events {
                let refused = w.send(&w.biller, &id, event).await.refused("GUARD_REJECTED");
                assert_eq!(refused["guard"], "stillValid", "{state} {event}");
            }
            w.unchanged(&before).await;
            w.send(&w.biller, &id, "EXTEND_VALIDITY").await.ok();
            w.send(&w.biller, &id, events[0]).await.ok();
            w.work().await;
        }
    }

    async fn a_validity_alone_is_no_revision_and_approvals_stay(w: World) {
        let id = w.quote_in("APPROVED_BY_BUYER").await;
        let until = w.later(TimeDelta::days(45));
        let answer = w.revise(&w.biller, &id, json!({ "validUntil": until })).await.ok();
        shows!(answer, { "quotation.revision": 1, "quotation.workflowState": "APPROVED_BY_BUYER", "quotation.validUntil": until });
        assert!(answer["quotation"]["buyerApprovedAt"].is_string());
        let over = json!({ "validUntil": w.later(TimeDelta::days(46)), "lines": [{ "sku": "MUG", "quantity": 1 }] });
        let answer = w.revise(&w.biller, &id, over).await.ok();
        shows!(answer, { "quotation.revision": 2, "quotation.workflowState": "REVISED", "quotation.buyerApprovedAt": null });
    }

    async fn a_validity_that_is_over_before_it_begins_is_bad_input(w: World) {
        let before = w.print().await;
        let past = w.later(TimeDelta::minutes(-5));
        w.create_quotation(&w.biller, w.draft(json!({ "validUntil": past }))).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
    }
}
