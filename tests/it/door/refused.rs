//! A refused event leaves everything as it was, its facts included, however many others are taken in the same commit.

use crate::{
    both,
    builders::merged,
    harness::{World, uuid},
};
use chrono::TimeDelta;
use sea_orm::EntityTrait as _;
use serde_json::json;
use waybill::{
    actor::Actor,
    workflow::{Env, Event, Mode, Needs, Outcome, Roots, SubjectRef, Unit, Via, send, timers},
};

/// A sale on credit that has shipped, and whose context has not heard that its party has gone over the limit since.
async fn stale(w: &World) -> String {
    let sale = w.on_credit(6).await;
    let fulfilment = w.fulfilment_of(&sale).await;
    w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
    let other = w.on_credit(6).await;
    let request = w.sale_order(&other).await["overrideRequests"][0]["id"].clone();
    let over = json!({ "approvedAmount": { "amount": "20.00", "currency": "USD" }, "expiresAt": w.later(TimeDelta::hours(1)) });
    w.decide(&w.manager, request.as_str().expect("a request"), true, over).await.ok();
    assert_eq!(w.state(&other).await, "CLEARED_FOR_FULFILMENT");
    assert_eq!(w.subject(&sale).await["workflowContext"]["overage"], 0, "the context is as old as its last event");
    w.work().await;
    sale
}

fn outcomes(outcomes: &[Outcome]) -> Vec<&'static str> {
    outcomes.iter().map(|outcome| if matches!(outcome, Outcome::Taken) { "taken" } else { "refused" }).collect()
}

/// One row of a print, by the subject's id.
fn row<'a>(rows: &'a [String], id: &str) -> &'a String {
    let id = uuid(id).to_string();
    rows.iter().find(|row| row.starts_with(&format!("{{\"id\":\"{id}\""))).expect("the row")
}

both! {
    async fn in_a_batch_it_changes_nothing_and_the_others_are_taken(w: World) {
        let (refused, taken, also) = (stale(&w).await, w.mugs(1).await, w.mugs(2).await);
        let before = w.print().await;
        let actor = Actor::system();
        let env = Env { rules: &w.app.rules, actor: &actor, now: w.now() };
        let subjects = [&taken, &refused, &also].map(|sale| (SubjectRef::sale(uuid(sale)), None));
        let cancel = Event::named("CANCEL").because(Some("CUSTOMER_REQUEST".to_owned()), None);
        let txn = w.app.begin().await.expect("a transaction");
        let (_, sent) = send(&txn, env, &subjects, &cancel, Via::Client).await.expect("a batch");
        txn.commit().await.expect("a commit");
        assert_eq!(outcomes(&sent), ["taken", "refused", "taken"]);
        let after = w.print().await;
        assert_eq!(row(&after["sale_order"], &refused), row(&before["sale_order"], &refused));
        for table in ["credit_account", "credit_entry", "credit_note", "refund"] {
            assert_eq!(after[table], before[table], "{table}");
        }
        w.work().await;
    }

    async fn alone_it_changes_nothing_at_all(w: World) {
        let sale = stale(&w).await;
        let before = w.print().await;
        w.send(&w.biller, &sale, "CANCEL").await.refused("GUARD_REJECTED");
        let keyed = json!({ "idempotencyKey": "once" });
        w.send_with(&w.biller, &sale, "CANCEL", keyed).await.refused("GUARD_REJECTED");
        w.unchanged(&before).await;
    }

    async fn sent_with_others_at_the_same_time_it_changes_nothing(w: World) {
        let (refused, taken) = (stale(&w).await, w.mugs(1).await);
        let before = w.print().await;
        let (no, yes, again) = tokio::join!(
            w.send(&w.biller, &refused, "CANCEL"),
            w.send(&w.biller, &taken, "CANCEL"),
            w.send(&w.biller, &refused, "CANCEL"),
        );
        yes.ok();
        no.refused("GUARD_REJECTED");
        again.refused("GUARD_REJECTED");
        let after = w.print().await;
        assert_eq!(row(&after["sale_order"], &refused), row(&before["sale_order"], &refused));
        w.work().await;
    }

    async fn a_timer_that_its_machine_does_not_take_changes_nothing_but_itself(w: World) {
        let mut machine = w.machine("sale").await;
        let expiry = &mut machine["states"]["OPEN"]["after"]["SALE_PENDING_EXPIRY"];
        *expiry = json!([merged(expiry[1].clone(), json!({ "guard": "overridePending" }))]);
        w.published("sale", &machine, json!({})).await;
        let waiting = w.mugs(6).await;
        w.on_credit(6).await;
        w.work().await;
        w.wait(TimeDelta::days(2));
        let due = entity::timer::Entity::find().all(&w.app.reader).await.expect("timers");
        let due: Vec<_> = due.into_iter().filter(|timer| timer.subject_id == uuid(&waiting)).collect();
        assert_eq!(due.len(), 1);
        let before = w.print().await;
        let txn = w.app.begin().await.expect("a transaction");
        let fired = timers::fire(&txn, &w.app, &due, w.now()).await.expect("a firing");
        txn.commit().await.expect("a commit");
        assert_eq!(outcomes(&fired), ["refused"]);
        let mut after = w.print().await;
        let timers = after.insert("timer".to_owned(), before["timer"].clone()).expect("timers");
        assert_eq!(timers.len() + 1, before["timer"].len(), "it is forgotten");
        assert_eq!(after, before);
    }

    async fn a_subject_that_changes_without_a_log_row_is_not_written(w: World) {
        let sale = SubjectRef::sale(uuid(&w.mugs(1).await));
        let txn = w.app.begin().await.expect("a transaction");
        let mut unit = Unit::open(&txn, Roots::of_subjects(&[sale]), Mode::Write, w.now()).await.expect("the order");
        unit.load(&w.app, &txn, Needs::ALL, Mode::Write).await.expect("its parts");
        unit.only_mut().expect("one order").sale_mut().expect("the sale").workflow_context.overage = 1;
        let error = unit.flush(&txn).await.expect_err("a fault");
        assert!(error.to_string().contains("changes without a log row"), "{error}");
        txn.rollback().await.expect("undone");
    }
}
