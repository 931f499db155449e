//! `setStoreCalendar`

use super::shipping;
use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

both! {
    async fn a_calendar_is_replaced_whole_read_back_and_taken_away(w: World) {
        let written = json!({
            "hours": { "MON": [["13:30", "17:30"], ["9:00", "12:30"]], "FRI": [["22:00", "02:00"]], "SUN": [] },
            "holidays": [{ "date": "2026-12-25", "name": " Christmas " }, { "date": "2026-12-24", "hours": [["09:00", "12:00"]] }],
            "windows": { "processing": "hours", "shipping": { "SAT": [["00:00", "24:00"]] } },
        });
        let kept = json!({
            "hours": { "MON": [["09:00", "12:30"], ["13:30", "17:30"]], "FRI": [["22:00", "02:00"]] },
            "holidays": [{ "date": "2026-12-24", "hours": [["09:00", "12:00"]] }, { "date": "2026-12-25", "name": "Christmas" }],
            "windows": { "processing": "hours", "shipping": { "SAT": [["00:00", "24:00"]] } },
        });
        let answer = w.set_calendar(&w.admin, &w.store, written).await.ok();
        shows!(answer, { "store.calendar": kept, "store.version": 2 });
        let again = w.set_calendar(&w.admin, &w.store, kept.clone()).await.ok();
        assert_eq!(again["store"]["version"], 2, "what is as it was changes nothing");
        let read = "query($id: ID!) { store(id: $id) { calendar } }";
        assert_eq!(w.gql(&w.biller, read, json!({ "id": w.store })).await.ok()["calendar"], kept);
        let taken = w.set_calendar(&w.admin, &w.store, Value::Null).await.ok();
        shows!(taken, { "store.calendar": null, "store.version": 3 });
        assert_eq!(w.gql(&w.biller, read, json!({ "id": w.elsewhere })).await.ok()["calendar"], Value::Null);
    }

    async fn it_needs_its_permission_the_version_and_a_calendar(w: World) {
        for (_, user) in w.everybody().iter().filter(|(role, _)| !["SUPERADMIN", "ADMIN"].contains(role)) {
            w.set_calendar(user, &w.store, shipping()).await.refused("FORBIDDEN");
        }
        let set = async |input: Value| w.mutate(&w.admin, "setStoreCalendar", "SetStoreCalendarInput", "store { version }", input).await;
        set(json!({ "storeId": w.store, "calendar": {}, "expectedVersion": 9 })).await.refused("CONFLICT");
        assert_eq!(set(json!({ "storeId": w.store })).await.refused("BAD_INPUT")["field"], "calendar");
        set(json!({ "storeId": "store_01h455vb4pex5vsknk084sn02q", "calendar": {} })).await.refused("NOT_FOUND");
        let keyed = json!({ "storeId": w.store, "calendar": shipping(), "expectedVersion": 1, "idempotencyKey": "k" });
        assert_eq!(set(keyed.clone()).await.ok(), set(keyed).await.ok());
    }

    async fn what_is_no_calendar_is_refused_with_its_place(w: World) {
        let monday = |spans: Value| json!({ "hours": { "MON": spans } });
        let holiday = |holiday: Value| json!({ "holidays": [{ "date": "2026-12-26" }, holiday] });
        let many = |what: Value, times: usize| Value::Array(vec![what; times]);
        let before = w.print().await;
        for (calendar, field, word) in [
            (json!("always"), "calendar", "no object"),
            (json!([]), "calendar", "no object"),
            (json!({ "cutoffs": {} }), "calendar.cutoffs", "say hours, holidays, windows"),
            (json!({ "hours": [] }), "calendar.hours", "no object"),
            (json!({ "hours": {} }), "calendar.hours", "never open"),
            (json!({ "hours": { "MON": [] } }), "calendar.hours", "never open"),
            (json!({ "hours": { "Monday": [] } }), "calendar.hours.Monday", "say MON"),
            (json!({ "hours": { "mon": [["09:00", "10:00"]] } }), "calendar.hours.mon", "say MON"),
            (monday(json!("9-5")), "calendar.hours.MON", "no list"),
            (monday(json!(["09:00", "10:00"])), "calendar.hours.MON.0", "no beginning and end"),
            (monday(json!([["09:00"]])), "calendar.hours.MON.0", "no beginning and end"),
            (monday(json!([["09:00", "10:00", "11:00"]])), "calendar.hours.MON.0", "no beginning and end"),
            (monday(json!([["9", "10:00"]])), "calendar.hours.MON.0.0", "no time of day"),
            (monday(json!([["09:00", "24:01"]])), "calendar.hours.MON.0.1", "no time of day"),
            (monday(json!([["09:00", 17]])), "calendar.hours.MON.0.1", "no time of day"),
            (monday(json!([["09:00", "09:00"]])), "calendar.hours.MON.0", "the same"),
            (monday(json!([["24:00", "09:00"]])), "calendar.hours.MON.0", "none begins"),
            (monday(json!([["09:00", "12:00"], ["11:59", "13:00"]])), "calendar.hours.MON.1", "overlaps 09:00 to 12:00"),
            (monday(many(json!(["09:00", "10:00"]), 25)), "calendar.hours.MON", "at most 24"),
            (json!({ "holidays": {} }), "calendar.holidays", "no list"),
            (holiday(json!("2026-12-25")), "calendar.holidays.1", "no object"),
            (holiday(json!({})), "calendar.holidays.1.date", "no date"),
            (holiday(json!({ "date": "25.12.2026" })), "calendar.holidays.1.date", "no date"),
            (holiday(json!({ "date": "2026-02-30" })), "calendar.holidays.1.date", "no date"),
            (holiday(json!({ "date": "2026-12-26" })), "calendar.holidays.1.date", "stands there already"),
            (holiday(json!({ "date": "2026-12-25", "name": "" })), "calendar.holidays.1.name", "nothing to see"),
            (holiday(json!({ "date": "2026-12-25", "name": 1 })), "calendar.holidays.1.name", "no text"),
            (holiday(json!({ "date": "2026-12-25", "open": true })), "calendar.holidays.1.open", "nobody reads"),
            (holiday(json!({ "date": "2026-12-25", "hours": [["x", "y"]] })), "calendar.holidays.1.hours.0.0", "no time of day"),
            (json!({ "holidays": many(json!({}), 1_001) }), "calendar.holidays", "at most 1000"),
            (json!({ "windows": [] }), "calendar.windows", "no object"),
            (json!({ "windows": { "Shipping": "hours" } }), "calendar.windows.Shipping", "no name of a window"),
            (json!({ "windows": { "hours": "hours" } }), "calendar.windows.hours", "another name"),
            (json!({ "windows": { "shipping": "hours" } }), "calendar.windows.shipping", "has no `hours`"),
            (json!({ "windows": { "shipping": "always" } }), "calendar.windows.shipping", "no window"),
            (json!({ "windows": { "shipping": {} } }), "calendar.windows.shipping", "never open"),
            (json!({ "windows": { "shipping": { "MON": [["08:00"]] } } }), "calendar.windows.shipping.MON.0", "no beginning and end"),
        ] {
            let answer = w.set_calendar(&w.admin, &w.store, calendar.clone()).await;
            let message = answer.errors.first().map(|error| text(&error["message"])).unwrap_or_default();
            assert!(message.contains(word), "{calendar}: {message}");
            assert_eq!(answer.refused("BAD_INPUT")["field"], field, "{calendar}: {message}");
        }
        w.unchanged(&before).await;
    }
}
