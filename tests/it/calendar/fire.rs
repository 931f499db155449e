//! An event that waited is sent: once, and as who asked, who is asked again.

use super::{OPENING, shipping};
use crate::{
    both,
    builders::merged,
    harness::{User, World, text, uuid},
    shows,
};
use chrono::TimeDelta;
use entity::timer;
use serde_json::{Value, json};
use waybill::{
    actor::Actor,
    edge, worker,
    workflow::{
        deferred::commands::SendDeferredEvent,
        timers::{self, Which},
    },
};

async fn claimed(w: &World) -> Vec<timer::Model> {
    let txn = w.app.begin().await.expect("a transaction");
    let claimed = timers::claim(&txn, Which::Others, w.now(), 100).await.expect("a claim");
    txn.commit().await.expect("a commit");
    claimed
}

/// What is expected of an event that was refused when its time came: the subject as it was, and the log says why.
async fn refused(w: &World, subject: &str, deferred: &str, code: &str, word: &str) {
    let row = w.deferred(deferred).await;
    shows!(row, { "status": "REFUSED", "outcomeCode": code, "transition.event": "EVENT_DEFERRED_REFUSED", "transition.actorId": "system" });
    assert!(text(&row["outcome"]).contains(word), "{row}");
    let log = w.log(subject).await;
    let said = log.iter().find(|row| row["event"] == "EVENT_DEFERRED_REFUSED").expect("a row");
    shows!(said, { "metadata.code": code, "metadata.message": row["outcome"], "metadata.deferredEvent": deferred });
    assert_eq!((w.count(subject, "EVENT_DEFERRED_REFUSED").await, w.count(subject, "PACKAGE_SHIPPED").await), (1, 0));
    assert_eq!(w.timers(subject).await.len(), 0);
}

both! {
    async fn what_a_dead_worker_claimed_is_sent_once_when_its_lease_ends(w: World) {
        let id = w.ready().await;
        w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        w.clock.set(crate::harness::at(OPENING));
        assert_eq!(claimed(&w).await.len(), 1);
        w.wait(TimeDelta::seconds(59));
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 0);
        w.wait(TimeDelta::seconds(1));
        w.work().await;
        assert_eq!((w.state(&id).await, w.count(&id, "PACKAGE_SHIPPED").await), ("SHIPPED".to_owned(), 1));
    }

    async fn a_worker_that_wakes_up_late_sends_nothing_twice(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let send = SendDeferredEvent { deferred_event_id: uuid(&deferred), barred: None };
        let before = w.print().await;
        edge::run(&w.app, &Actor::system(), None, &send).await.expect("it is not due yet");
        w.unchanged(&before).await;
        w.work_at(OPENING).await;
        w.drive(&id, &["PACKAGE_DELIVERED"]).await;
        let before = w.print().await;
        edge::run(&w.app, &Actor::system(), None, &send).await.expect("nothing is left to do");
        w.unchanged(&before).await;
    }

    async fn two_workers_send_it_once(w: World) {
        let id = w.ready().await;
        w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let other = w.reopened(|_| {}).await;
        w.clock.set(crate::harness::at(OPENING));
        let (one, two) = tokio::join!(worker::tick(&w.app), worker::tick(&other.app));
        one.and(two).expect("ticks");
        w.work().await;
        assert_eq!((w.state(&id).await, w.count(&id, "PACKAGE_SHIPPED").await), ("SHIPPED".to_owned(), 1));
    }

    async fn a_disabled_users_event_is_refused(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let disable = "mutation($id: ID!) { disableUser(userId: $id) { user { id } } }";
        w.gql(&w.admin, disable, json!({ "id": w.operator.id })).await.ok();
        w.work_at(OPENING).await;
        refused(&w, &id, &deferred, "FORBIDDEN", "disabled").await;
        assert_eq!(w.state(&id).await, "READY_FOR_SHIPMENT");
    }

    async fn an_event_by_a_key_that_was_revoked_or_is_over_is_refused(w: World) {
        let id = w.ready().await;
        let other = w.ready_in(&w.store.clone()).await;
        let third = w.ready_in(&w.store.clone()).await;
        let key = async |over: Value| {
            let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret } }";
            let input = merged(json!({ "name": "Robot", "userId": w.operator.id }), over);
            let made = w.gql(&w.admin, document, json!({ "input": input })).await.ok();
            (text(&made["apiKey"]["id"]), User::key(&w.operator.id, &text(&made["secret"])))
        };
        let ((revoked, robot), (_, brief), (_, good)) =
            (key(json!({})).await, key(json!({ "expiresAt": w.later(TimeDelta::hours(1)) })).await, key(json!({})).await);
        let first = w.waits(&robot, &id, "PACKAGE_SHIPPED").await;
        let second = w.waits(&brief, &other, "PACKAGE_SHIPPED").await;
        let taken = w.waits(&good, &third, "PACKAGE_SHIPPED").await;
        let revoke = "mutation($id: ID!) { revokeApiKey(apiKeyId: $id) { apiKey { id } } }";
        w.gql(&w.admin, revoke, json!({ "id": revoked })).await.ok();
        w.work_at(OPENING).await;
        refused(&w, &id, &first, "FORBIDDEN", "revoked").await;
        refused(&w, &other, &second, "FORBIDDEN", "expired").await;
        assert_eq!(w.deferred(&taken).await["status"], "SENT");
    }

    async fn the_role_counts_that_who_asked_has_then(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let input = json!({ "userId": w.operator.id, "role": "ACCOUNTANT" });
        w.mutate(&w.admin, "updateUser", "UpdateUserInput", "user { id }", input).await.ok();
        w.work_at(OPENING).await;
        refused(&w, &id, &deferred, "FORBIDDEN", "fulfilment.work").await;
    }

    async fn where_the_calendar_has_changed_it_waits_again_and_not_for_ever(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        for day in 3..=7 {
            let mut calendar = shipping();
            calendar["windows"]["shipping"]["SAT"] = json!([["08:00", "16:00"]]);
            calendar["windows"]["shipping"]["SUN"] = json!([["08:00", "16:00"]]);
            calendar["holidays"] = json!([{ "date": format!("2026-03-0{day}") }]);
            w.set_calendar(&w.admin, &w.store, calendar).await.ok();
            w.work_at(&format!("2026-03-0{day}T07:00:00Z")).await;
            let next = format!("2026-03-0{}T07:00:00Z", day + 1);
            shows!(w.deferred(&deferred).await, { "status": "WAITING", "dueAt": next, "times": day - 1 });
            shows!(w.last(&id).await, { "event": "EVENT_DEFERRED", "actorId": "system", "metadata.dueAt": next, "metadata.times": day - 1 });
            shows!(w.timers(&id).await, { "0.dueAt": next, "0.deferredEvent.id": deferred });
            w.check_sums().await;
        }
        let mut calendar = shipping();
        calendar["holidays"] = json!([{ "date": "2026-03-08" }]);
        w.set_calendar(&w.admin, &w.store, calendar).await.ok();
        w.work_at("2026-03-08T07:00:00Z").await;
        refused(&w, &id, &deferred, "OUTSIDE_WINDOW", "closed again").await;
    }

    async fn where_it_was_put_off_it_is_sent_at_the_later_opening(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let mut calendar = shipping();
        calendar["holidays"] = json!([{ "date": "2026-03-03", "hours": [["12:00", "14:00"]] }]);
        w.set_calendar(&w.admin, &w.store, calendar).await.ok();
        w.work_at(OPENING).await;
        assert_eq!(w.state(&id).await, "READY_FOR_SHIPMENT");
        w.work_at("2026-03-03T11:00:00Z").await;
        shows!(w.deferred(&deferred).await, { "status": "SENT", "times": 2 });
    }

    async fn an_event_that_its_state_does_not_know_any_more_is_refused(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        w.drive(&id, &["HOLD"]).await;
        assert_eq!(w.deferred(&deferred).await["status"], "WAITING");
        w.work_at(OPENING).await;
        refused(&w, &id, &deferred, "TRANSITION_NOT_ALLOWED", "ON_HOLD").await;
    }

    async fn guards_are_asked_when_it_is_sent(w: World) {
        w.with_windows(&[("PICKED_UP", json!("shipping"))]).await;
        let id = w.ready_in(&w.store.clone()).await;
        let deferred = w.waits(&w.operator, &id, "PICKED_UP").await;
        w.work_at(OPENING).await;
        refused(&w, &id, &deferred, "GUARD_REJECTED", "DELIVERY").await;
    }

    async fn what_waits_of_a_subject_that_ends_is_settled_with_it(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        w.drive(&id, &["CANCEL"]).await;
        refused(&w, &id, &deferred, "TRANSITION_NOT_ALLOWED", "ended in CANCELLED").await;
        let events = w.events(&id).await;
        assert!(events.iter().any(|event| event == "CANCEL"), "{events:?}");
        w.work_at(OPENING).await;
        assert_eq!(w.count(&id, "EVENT_DEFERRED_REFUSED").await, 1);
    }

    async fn an_event_with_which_its_subject_ends_settles_the_others(w: World) {
        w.with_windows(&[("CANCEL", json!("shipping")), ("PACKAGE_SHIPPED", json!({ "from": "12:00", "to": "13:00" }))]).await;
        let id = w.ready_in(&w.store.clone()).await;
        w.clock.set(crate::harness::at("2026-03-02T15:00:00Z"));
        let ends = w.waits(&w.operator, &id, "CANCEL").await;
        let waits = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        w.work_at(OPENING).await;
        assert_eq!(w.state(&id).await, "CANCELLED");
        shows!(w.deferred(&ends).await, { "status": "SENT", "transition.event": "CANCEL" });
        refused(&w, &id, &waits, "TRANSITION_NOT_ALLOWED", "ended").await;
    }

    async fn with_the_order_everything_that_waits_of_it_ends(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let sale = text(&w.gql(&w.admin, "query($id: ID!) { node(id: $id) { ... on Fulfilment { saleOrder { id } } } }", json!({ "id": id })).await.ok()["saleOrder"]["id"]);
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        w.work().await;
        assert_eq!(w.state(&id).await, "CANCELLED");
        refused(&w, &id, &deferred, "TRANSITION_NOT_ALLOWED", "ended").await;
    }
}
