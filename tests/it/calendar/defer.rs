//! `defer`: an event that only its window keeps waits for it.

use super::OPENING;
use crate::{both, harness::World, shows};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

both! {
    async fn an_event_waits_for_its_window_and_is_sent_once_as_who_asked(w: World) {
        let id = w.ready().await;
        let version = w.version(&id).await;
        let answer = w.defer(&w.operator, &id, "PACKAGE_SHIPPED", json!({ "note": "first thing" })).await.ok();
        shows!(answer, {
            "subject.workflowState": "READY_FOR_SHIPMENT", "subject.version": version, "followUps": [],
            "transition.event": "EVENT_DEFERRED", "transition.fromState": "READY_FOR_SHIPMENT",
            "transition.toState": "READY_FOR_SHIPMENT", "transition.note": "first thing",
            "transition.metadata.event": "PACKAGE_SHIPPED", "transition.metadata.dueAt": OPENING,
            "transition.metadata.payload.carrier": "DHL",
            "deferred.status": "WAITING", "deferred.dueAt": OPENING, "deferred.event": "PACKAGE_SHIPPED",
            "deferred.subjectId": id, "deferred.times": 1, "deferred.transition": null, "deferred.settledAt": null,
        });
        let deferred = answer["deferred"]["id"].as_str().expect("an id").to_owned();
        shows!(w.timers(&id).await, {
            "0.event": "PACKAGE_SHIPPED", "0.kind": "DEFERRED", "0.dueAt": OPENING, "0.state": "READY_FOR_SHIPMENT",
            "0.deferredEvent.id": deferred,
        });
        w.clock.set(crate::harness::at(OPENING) - TimeDelta::microseconds(1));
        w.work().await;
        assert_eq!(w.state(&id).await, "READY_FOR_SHIPMENT");
        w.check_sums().await;
        w.work_at(OPENING).await;
        assert_eq!(w.state(&id).await, "SHIPPED");
        shows!(w.last(&id).await, {
            "event": "PACKAGE_SHIPPED", "actorId": w.operator.id, "note": "first thing", "metadata.payload.trackingNumber": "JD014",
        });
        shows!(w.deferred(&deferred).await, {
            "status": "SENT", "settledAt": OPENING, "outcomeCode": null, "transition.event": "PACKAGE_SHIPPED",
            "transition.actorId": w.operator.id,
        });
        assert!(w.timers(&id).await.iter().all(|timer| timer["kind"] != "DEFERRED"));
        w.wait(TimeDelta::days(2));
        w.work().await;
        assert_eq!(w.count(&id, "PACKAGE_SHIPPED").await, 1);
    }

    async fn within_its_window_it_is_sent_at_once(w: World) {
        let id = w.ready().await;
        w.clock.set(crate::harness::at(OPENING));
        let answer = w.defer(&w.operator, &id, "PACKAGE_SHIPPED", json!({})).await.ok();
        shows!(answer, { "deferred": null, "transition.event": "PACKAGE_SHIPPED", "subject.workflowState": "SHIPPED" });
        assert_eq!(w.count(&id, "EVENT_DEFERRED").await, 0);
    }

    async fn one_event_waits_once_on_a_subject(w: World) {
        w.with_windows(&[("PACKAGE_SHIPPED", json!("shipping")), ("HOLD", json!("shipping"))]).await;
        let id = w.ready_in(&w.store.clone()).await;
        let first = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let before = w.print().await;
        let answer = w.defer(&w.manager, &id, "PACKAGE_SHIPPED", json!({})).await;
        assert!(answer.errors[0]["message"].as_str().is_some_and(|said| said.contains(&first)), "{:?}", answer.errors);
        answer.refused("CONFLICT");
        w.unchanged_but(&before, &["refused_attempt"]).await;
        w.defer(&w.operator, &id, "HOLD", json!({ "reasonCode": "FRAUD_CHECK" })).await.ok();
        let other = w.ready_in(&w.store.clone()).await;
        w.waits(&w.operator, &other, "PACKAGE_SHIPPED").await;
        assert_eq!(w.timers(&id).await.len(), 2);
    }

    async fn the_same_key_answers_with_the_same_event(w: World) {
        let id = w.ready().await;
        let send = async || w.defer(&w.operator, &id, "PACKAGE_SHIPPED", json!({ "idempotencyKey": "k" })).await;
        let first = send().await.ok();
        assert_eq!(send().await.ok()["deferred"], first["deferred"]);
        w.work_at(OPENING).await;
        let later = send().await.ok();
        shows!(later, { "deferred.id": first["deferred"]["id"], "deferred.status": "SENT", "transition.event": "EVENT_DEFERRED" });
        let sent = json!({ "idempotencyKey": "k", "defer": false });
        w.defer(&w.operator, &id, "PACKAGE_SHIPPED", sent).await.refused("IDEMPOTENCY_MISMATCH");
    }

    async fn whatever_else_is_in_the_way_refuses_it_as_without(w: World) {
        w.with_windows(&[("PACKAGE_SHIPPED", json!("shipping")), ("CANCEL", json!("shipping"))]).await;
        let id = w.ready_in(&w.store.clone()).await;
        let before = w.print().await;
        for (user, event, over, code) in [
            (&w.accountant, "PACKAGE_SHIPPED", json!({}), "FORBIDDEN"),
            (&w.ada, "PACKAGE_SHIPPED", json!({}), "FORBIDDEN"),
            (&w.seller_elsewhere, "PACKAGE_SHIPPED", json!({}), "NOT_FOUND"),
            (&w.operator, "PACKAGE_SHIPPED", json!({ "payload": { "carrier": 1 } }), "BAD_INPUT"),
            (&w.operator, "PACKAGE_SHIPPED", json!({ "expectedVersion": 99 }), "CONFLICT"),
            (&w.operator, "PACKAGE_SHIPPED", json!({ "note": "x".repeat(10_001) }), "BAD_INPUT"),
            (&w.operator, "CANCEL", json!({ "reasonCode": null }), "REASON_REQUIRED"),
            (&w.operator, "CANCEL", json!({ "reasonCode": "NO_SUCH" }), "BAD_INPUT"),
            (&w.operator, "PACKAGE_DELIVERED", json!({}), "TRANSITION_NOT_ALLOWED"),
            (&w.operator, "RESERVE_OK", json!({}), "TRANSITION_NOT_ALLOWED"),
        ] {
            w.defer(user, &id, event, over).await.refused(code);
        }
        w.unchanged_but(&before, &["refused_attempt"]).await;
    }

    async fn those_that_are_sent_together_wait_each_for_itself(w: World) {
        let mut all = vec![w.ready().await];
        for _ in 0..4 {
            all.push(w.ready_in(&w.store.clone()).await);
        }
        let elsewhere = w.ready_in(&w.elsewhere.clone()).await;
        all.push(elsewhere.clone());
        let answers = join_all(all.iter().map(|id| w.defer(&w.operator, id, "PACKAGE_SHIPPED", json!({})))).await;
        for (id, answer) in all.iter().zip(answers) {
            let answer = answer.ok();
            assert_eq!(answer["deferred"] == Value::Null, *id == elsewhere, "{answer}");
        }
        assert_eq!(w.state(&elsewhere).await, "SHIPPED");
        w.work_at(OPENING).await;
        for id in &all {
            assert_eq!((w.state(id).await, w.count(id, "PACKAGE_SHIPPED").await), ("SHIPPED".to_owned(), 1));
        }
    }

    async fn a_rehearsal_neither_waits_nor_sends_what_waits(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let before = w.print().await;
        let document = "query($id: ID!) { simulateWorkflowEvents(subjectId: $id, events: [{ event: \"HOLD\" }], \
            at: \"2026-03-04T00:00:00Z\") { subjects { workflowState } timers { event } } }";
        let answer = w.gql(&w.admin, document, json!({ "id": id })).await.ok();
        assert!(answer["timers"].as_array().is_some_and(|timers| timers.iter().all(|timer| timer["event"] != "PACKAGE_SHIPPED")), "{answer}");
        w.unchanged(&before).await;
        assert_eq!(w.deferred(&deferred).await["status"], "WAITING");
    }
}
