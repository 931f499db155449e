//! Windows that the calendar of a store has.

use super::{super::*, Dice, at, changes_of_the_world};
use crate::calendar::times::{DAY, DAYS, minutes};
use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use serde_json::json;

fn store(zone: &str, calendar: &Value) -> store::Model {
    let calendar = Some(Calendar::read("calendar", calendar).unwrap().written());
    store::Model {
        id: crate::id::new(),
        name: "Main Street".to_owned(),
        seller_name: None,
        currency: "EUR".to_owned(),
        timezone: zone.to_owned(),
        default_lifecycle: "sale".to_owned(),
        calendar,
        backorders: false,
        external_id: None,
        created_at: at("2026-01-01T00:00:00Z"),
        version: 1,
    }
}

/// When a window of a store opens; none: it is open.
fn until(store: &store::Model, window: &str, now: &str) -> Option<Instant> {
    match ask(store, &json!(window), at(now)) {
        Answer::Open => None,
        Answer::Closed { until, .. } => Some(until.unwrap()),
    }
}

fn message(store: &store::Model, window: &str, now: &str) -> String {
    match ask(store, &json!(window), at(now)) {
        Answer::Open => String::new(),
        Answer::Closed { message, .. } => message,
    }
}

#[test]
fn a_day_has_several_parts_and_a_day_that_is_not_named_is_closed() {
    let store = store("UTC", &json!({ "hours": { "MON": [["09:00", "12:30"], ["13:30", "17:30"]] } }));
    // 2 March 2026 is a Monday.
    for (now, next) in [
        ("2026-03-02T09:00:00Z", None),
        ("2026-03-02T12:29:59Z", None),
        ("2026-03-02T12:30:00Z", Some("2026-03-02T13:30:00Z")),
        ("2026-03-02T17:30:00Z", Some("2026-03-09T09:00:00Z")),
        ("2026-03-04T12:00:00Z", Some("2026-03-09T09:00:00Z")),
    ] {
        assert_eq!(until(&store, "hours", now), next.map(at), "{now}");
    }
    assert_eq!(until(&store, "shipping", "2026-03-04T12:00:00Z"), None, "it has no such window");
}

#[test]
fn a_holiday_closes_every_window_for_what_begins_that_day() {
    let every_day = |spans: Value| Value::Object(DAYS.iter().map(|day| ((*day).to_owned(), spans.clone())).collect());
    let store = store(
        "Europe/Berlin",
        &json!({
            "hours": every_day(json!([["09:00", "18:00"]])),
            "windows": {
                "processing": "hours", "shipping": every_day(json!([["08:00", "16:00"]])), "night": every_day(json!([["22:00", "02:00"]])),
            },
            "holidays": [
                { "date": "2026-12-24", "hours": [["08:30", "12:00"]] },
                { "date": "2026-12-25", "name": "Christmas" },
                { "date": "2026-12-26" },
                { "date": "2026-12-31", "hours": [["20:00", "24:00"]] },
            ],
        }),
    );
    for (window, now, next) in [
        // Hours of a holiday take the place of the opening hours, and cut other windows.
        ("hours", "2026-12-24T06:00:00Z", Some("2026-12-24T07:30:00Z")),
        ("processing", "2026-12-24T06:00:00Z", Some("2026-12-24T07:30:00Z")),
        ("shipping", "2026-12-24T07:15:00Z", Some("2026-12-24T07:30:00Z")),
        ("shipping", "2026-12-24T11:00:00Z", Some("2026-12-27T07:00:00Z")),
        ("hours", "2026-12-25T12:00:00Z", Some("2026-12-27T08:00:00Z")),
        // What began the evening before goes on.
        ("night", "2026-12-24T00:30:00Z", None),
        ("night", "2026-12-24T01:00:00Z", Some("2026-12-27T21:00:00Z")),
        ("night", "2026-12-31T22:59:59Z", None),
        ("night", "2026-12-31T23:00:00Z", Some("2027-01-01T21:00:00Z")),
        ("hours", "2026-12-31T22:59:59Z", None),
    ] {
        assert_eq!(until(&store, window, now), next.map(at), "{window} {now}");
    }
    assert_eq!(
        message(&store, "shipping", "2026-12-25T12:00:00Z"),
        "the store's window shipping is closed on Christmas; it opens on Sun 2026-12-27 at 08:00 Europe/Berlin"
    );
    assert!(message(&store, "hours", "2026-12-26T12:00:00Z").starts_with("the store is closed on a holiday; it opens"));
}

#[test]
fn windows_stand_on_both_nights_on_which_the_clock_is_moved_north_and_south() {
    // Berlin skips 02:00 to 03:00 at 01:00 UTC on 28 March 2027, and has it twice until 01:00 UTC on 25 October 2026.
    let berlin = store("Europe/Berlin", &json!({ "windows": { "early": { "SUN": [["02:30", "06:00"]] } } }));
    // Sydney puts its clock forward at 16:00 UTC on 3 October 2026, and back at 16:00 UTC on 3 April 2027.
    let sydney = store("Australia/Sydney", &json!({ "windows": { "early": { "SUN": [["02:30", "06:00"]] } } }));
    for (store, now, next) in [
        (&berlin, "2027-03-28T00:59:59Z", Some("2027-03-28T01:00:00Z")),
        (&berlin, "2027-03-28T01:00:00Z", None),
        (&berlin, "2027-03-28T04:00:00Z", Some("2027-04-04T00:30:00Z")),
        (&berlin, "2026-10-25T00:29:59Z", Some("2026-10-25T00:30:00Z")),
        (&berlin, "2026-10-25T00:59:59Z", None),
        (&berlin, "2026-10-25T01:00:00Z", Some("2026-10-25T01:30:00Z")),
        (&berlin, "2026-10-25T04:59:59Z", None),
        (&sydney, "2026-10-03T15:59:59Z", Some("2026-10-03T16:00:00Z")),
        (&sydney, "2026-10-03T16:00:00Z", None),
        (&sydney, "2027-04-03T15:29:59Z", Some("2027-04-03T15:30:00Z")),
        (&sydney, "2027-04-03T16:00:00Z", Some("2027-04-03T16:30:00Z")),
        (&sydney, "2027-04-03T19:59:59Z", None),
    ] {
        assert_eq!(until(store, "early", now), next.map(at), "{} {now}", store.timezone);
    }
}

#[test]
fn what_the_database_has_and_nobody_can_read_is_closed_and_says_so() {
    let mut store = store("UTC", &json!({ "hours": { "MON": [["09:00", "24:00"]] } }));
    store.calendar = Some(json!({ "hours": { "MON": "always" } }));
    let said = message(&store, "hours", "2026-03-02T12:00:00Z");
    assert!(said.starts_with("the store's calendar cannot be read: calendar.hours.MON: it is no list"), "{said}");
    store.calendar = Some(json!({ "hours": { "MON": [["09:00", "24:00"]] } }));
    store.timezone = "Mars/Olympus".to_owned();
    assert!(message(&store, "hours", "2026-03-02T12:00:00Z").contains("no time zone"));
}

#[test]
fn names_of_windows_are_short_and_plain() {
    for name in ["shipping", "a", "hours", "cut-off_2"] {
        assert_eq!(check_name(name), Ok(()), "{name}");
    }
    for name in ["", "Shipping", "2nd", "-x", "a b", "größe", &"x".repeat(65)] {
        assert!(check_name(name).is_err(), "{name}");
    }
}

/// Whether a calendar as it is written has a store open at a wall clock's minute: read anew, and looked up span by span.
fn open(calendar: &Value, date: NaiveDate, minute: u32) -> bool {
    let begun = |date: NaiveDate, minute: u32| {
        let time = |value: &Value| minutes(value).unwrap();
        let holds = |spans: &Value, minute: u32| {
            spans.as_array().into_iter().flatten().any(|span| {
                let (from, to) = (time(&span[0]), time(&span[1]));
                minute >= from && minute < if to <= from { to + DAY } else { to }
            })
        };
        let usual = &calendar["windows"]["own"][DAYS[date.weekday().num_days_from_monday() as usize]];
        let mut holidays = calendar["holidays"].as_array().into_iter().flatten();
        let holiday = holidays.find(|holiday| holiday["date"] == json!(date.to_string()));
        holds(usual, minute) && holiday.is_none_or(|holiday| holds(&holiday["hours"], minute))
    };
    begun(date, minute) || begun(date.pred_opt().unwrap(), minute + DAY)
}

/// One or two parts of a day that do not overlap.
fn spans(dice: &mut Dice, about: u32) -> Value {
    let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let from = (about + DAY + dice.below(360) - 240) % DAY;
    let (first, pause, second) = (1 + dice.below(300), 1 + dice.below(60), 1 + dice.below(700));
    let one = json!([time(from), time((from + first) % DAY)]);
    let begin = from + first + pause;
    if dice.below(2) == 0 || begin >= DAY {
        return json!([one]);
    }
    json!([one, [time(begin), time((begin + second) % DAY)]])
}

#[test]
fn openings_of_calendars_are_those_that_one_finds_by_watching_the_clock() {
    const SEED: u64 = 20_270_328;
    const WATCHED: i64 = 12 * 1440;
    let mut dice = Dice(SEED);
    let (mut closed, mut tried) = (0, 0);
    for (change, zone) in changes_of_the_world(2024..2027) {
        let begin = (change - 2 * 86_400).div_euclid(60) * 60;
        let instant = |minute: i64| DateTime::from_timestamp(begin + minute * 60, 0).unwrap();
        let near = wall(zone, instant((change - begin) / 60));
        let about = near.num_seconds_from_midnight() / 60;
        for _ in 0..2 {
            let days = DAYS.iter().filter(|_| dice.below(3) > 0).copied().collect::<Vec<_>>();
            let week: serde_json::Map<_, _> =
                days.into_iter().map(|day| (day.to_owned(), spans(&mut dice, about))).collect();
            let holidays = (0..6).filter(|_| dice.below(3) == 0).collect::<Vec<_>>();
            let holidays: Vec<Value> = holidays
                .into_iter()
                .map(|day| {
                    let date = (near.date() + chrono::TimeDelta::days(day - 2)).to_string();
                    if dice.below(2) == 0 {
                        json!({ "date": date })
                    } else {
                        json!({ "date": date, "hours": spans(&mut dice, about) })
                    }
                })
                .collect();
            let calendar = json!({ "windows": { "own": week }, "holidays": holidays });
            // Nothing that would be refused: no day at all, or times that meet.
            if Calendar::read("calendar", &calendar).is_err() {
                continue;
            }
            let store = store(zone.name(), &calendar);
            let now = i64::from(dice.below(4 * 1440));
            let is_open = |minute: &i64| {
                let wall = wall(zone, instant(*minute));
                open(&calendar, wall.date(), wall.num_seconds_from_midnight() / 60)
            };
            let expected = (now..WATCHED).find(is_open);
            let place = format!("{zone} {calendar} at {}, seed {SEED}", instant(now));
            tried += 1;
            match (expected, ask(&store, &json!("own"), instant(now))) {
                (Some(minute), Answer::Open) => assert_eq!(minute, now, "{place}"),
                (Some(minute), Answer::Closed { until, .. }) => {
                    closed += 1;
                    assert_eq!(until, Some(instant(minute)), "{place}");
                }
                // Beyond what was watched, or never.
                (None, Answer::Closed { until, .. }) => {
                    assert!(until.is_none_or(|at| at >= instant(WATCHED)), "{place}");
                }
                (None, Answer::Open) => panic!("{place}"),
            }
        }
    }
    assert!(tried > 100 && closed > 60, "{tried} {closed}");
}
