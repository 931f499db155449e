//! Outside its window an event is refused, with the opening.

use super::{OPENING, shipping, window_of};
use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

both! {
    async fn a_named_window_is_that_of_the_store_and_a_store_without_it_is_open(w: World) {
        let here = w.ready().await;
        let elsewhere = w.ready_in(&w.elsewhere.clone()).await;
        let answer = w.send(&w.operator, &here, "PACKAGE_SHIPPED").await;
        let message = text(&answer.errors[0]["message"]);
        assert_eq!(message, "the store's window shipping is closed; it opens on Tue 2026-03-03 at 08:00 Europe/Berlin");
        shows!(answer.refused("OUTSIDE_WINDOW"), { "until": OPENING, "currentState": "READY_FOR_SHIPMENT" });
        let available = w.available(&w.operator, &here).await;
        shows!(available["PACKAGE_SHIPPED"], {
            "enabled": false, "blockedBy.0.kind": "WINDOW", "blockedBy.0.name": "shipping", "blockedBy.0.until": OPENING,
        });
        w.send(&w.operator, &elsewhere, "PACKAGE_SHIPPED").await.ok();
        w.clock.set(crate::harness::at(OPENING));
        w.send(&w.operator, &here, "PACKAGE_SHIPPED").await.ok();
    }

    async fn a_holiday_closes_it_and_is_named(w: World) {
        let id = w.ready().await;
        let mut calendar = shipping();
        calendar["holidays"] = json!([
            { "date": "2026-03-03", "name": "Founder's day" },
            { "date": "2026-03-04", "hours": [["09:30", "12:00"]] },
        ]);
        w.set_calendar(&w.admin, &w.store, calendar).await.ok();
        w.clock.set(crate::harness::at("2026-03-03T09:00:00Z"));
        let answer = w.send(&w.operator, &id, "PACKAGE_SHIPPED").await;
        assert!(text(&answer.errors[0]["message"]).contains("closed on Founder's day; it opens on Wed"), "{:?}", answer.errors);
        assert_eq!(answer.refused("OUTSIDE_WINDOW")["until"], "2026-03-04T08:30:00Z");
    }

    async fn without_a_calendar_or_without_that_window_the_store_is_always_open(w: World) {
        let id = w.ready().await;
        for calendar in [Value::Null, json!({}), json!({ "hours": { "SUN": [["10:00", "11:00"]] } })] {
            w.set_calendar(&w.admin, &w.store, calendar.clone()).await.ok();
            assert_eq!(w.available(&w.operator, &id).await["PACKAGE_SHIPPED"]["blockedBy"], json!([]), "{calendar}");
        }
        w.send(&w.operator, &id, "PACKAGE_SHIPPED").await.ok();
    }

    async fn opening_hours_are_a_window_by_their_own_name_and_by_others(w: World) {
        w.with_windows(&[("PACKAGE_SHIPPED", json!("hours")), ("HOLD", json!("processing"))]).await;
        let id = w.ready_in(&w.store.clone()).await;
        let calendar = json!({
            "hours": { "MON": [["09:00", "10:30"], ["13:00", "24:00"]] },
            "windows": { "processing": "hours" },
        });
        w.set_calendar(&w.admin, &w.store, calendar).await.ok();
        let answer = w.send(&w.operator, &id, "PACKAGE_SHIPPED").await;
        assert!(text(&answer.errors[0]["message"]).starts_with("the store is closed; it opens on Mon"), "{:?}", answer.errors);
        for event in ["PACKAGE_SHIPPED", "HOLD"] {
            let refused = w.send(&w.operator, &id, event).await.refused("OUTSIDE_WINDOW");
            assert_eq!(refused["until"], "2026-03-02T12:00:00Z", "{event}");
        }
    }

    async fn a_window_that_never_opens_says_so_and_nothing_waits_for_it(w: World) {
        let id = w.ready().await;
        let mondays = (0..60).map(|week| {
            let date = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).expect("a date") + chrono::TimeDelta::weeks(week);
            json!({ "date": date.to_string() })
        });
        let calendar = json!({ "windows": { "shipping": { "MON": [["08:00", "10:00"]] } }, "holidays": mondays.collect::<Value>() });
        w.set_calendar(&w.admin, &w.store, calendar).await.ok();
        let before = w.print().await;
        let answer = w.defer(&w.operator, &id, "PACKAGE_SHIPPED", json!({})).await;
        assert!(text(&answer.errors[0]["message"]).ends_with("it does not open within 400 days"), "{:?}", answer.errors);
        assert_eq!(answer.refused("OUTSIDE_WINDOW")["until"], Value::Null);
        w.unchanged_but(&before, &["refused_attempt"]).await;
    }

    async fn windows_of_machines_themselves_and_names_that_no_window_has(w: World) {
        let mut machine = w.machine("fulfilment").await;
        window_of(&mut machine, "PACKAGE_SHIPPED", &json!("Shipping!"));
        let tried = w.publish(&w.admin, "fulfilment", &machine, json!({ "dryRun": true })).await.ok();
        let problem = &tried["report"]["problems"][0];
        assert!(text(&problem["message"]).contains("no name of a window"), "{tried}");
        w.with_windows(&[("PACKAGE_SHIPPED", json!({ "from": "08:00", "to": "10:00" }))]).await;
        let id = w.ready_in(&w.elsewhere.clone()).await;
        assert_eq!(w.send(&w.operator, &id, "PACKAGE_SHIPPED").await.refused("OUTSIDE_WINDOW")["until"], OPENING);
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        w.work_at(OPENING).await;
        assert_eq!(w.deferred(&deferred).await["status"], "SENT");
    }

    async fn words_of_the_log_are_no_events_of_machines(w: World) {
        for name in ["EVENT_DEFERRED", "EVENT_DEFERRED_CANCELLED", "EVENT_DEFERRED_REFUSED"] {
            let mut machine = w.machine("fulfilment").await;
            machine["on"] = json!({ name: { "meta": { "permission": "fulfilment.work" } } });
            let answer = w.publish(&w.admin, "fulfilment", &machine, json!({ "dryRun": true })).await.ok();
            let problems = answer["report"]["problems"].as_array().expect("a list").clone();
            assert!(problems.iter().any(|problem| problem["path"] == json!(format!("on.{name}"))), "{problems:?}");
        }
    }
}
