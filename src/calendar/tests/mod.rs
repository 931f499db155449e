//! Windows against clocks: what is said of them, and what one finds by watching.

mod named;

use super::{
    hours::{changes, wall},
    times::{DAY, DAYS},
    *,
};
use chrono::{DateTime, Datelike, Timelike};
use serde_json::json;
use std::collections::BTreeSet;

fn at(text: &str) -> Instant {
    crate::clock::parse(text).unwrap()
}

fn until(window: &Value, zone: &str, now: &str) -> Option<Instant> {
    match inline(window, zone, at(now)) {
        Answer::Open => None,
        Answer::Closed { until, .. } => Some(until.unwrap()),
    }
}

#[test]
fn a_window_is_by_the_wall_clock_of_the_store_across_daylight_saving() {
    let window = json!({ "from": "09:00", "to": "17:00", "days": ["MON", "TUE"] });
    // Berlin: UTC+1 until 29 March 2026, then UTC+2.
    for open in ["2026-03-24T08:30:00Z", "2026-03-31T07:30:00Z", "2026-03-24T15:59:59.999999Z"] {
        assert_eq!(inline(&window, "Europe/Berlin", at(open)), Answer::Open, "{open}");
    }
    assert_eq!(until(&window, "Europe/Berlin", "2026-03-24T16:30:00Z"), Some(at("2026-03-30T07:00:00Z")));
}

#[test]
fn what_would_open_in_a_gap_opens_behind_it_and_a_doubled_hour_is_open_twice() {
    // Berlin skips 02:00 to 03:00 at 01:00 UTC on 29 March 2026, and has it twice on 25 October, until 01:00 UTC.
    let early = json!({ "from": "02:30", "to": "17:00" });
    assert_eq!(until(&early, "Europe/Berlin", "2026-03-29T00:59:59Z"), Some(at("2026-03-29T01:00:00Z")));
    assert_eq!(until(&early, "Europe/Berlin", "2026-03-29T01:00:00Z"), None);
    let within = json!({ "from": "02:15", "to": "02:45" });
    assert_eq!(until(&within, "Europe/Berlin", "2026-03-29T00:30:00Z"), Some(at("2026-03-30T00:15:00Z")));
    assert_eq!(until(&within, "Europe/Berlin", "2026-10-25T00:00:00Z"), Some(at("2026-10-25T00:15:00Z")));
    assert_eq!(until(&within, "Europe/Berlin", "2026-10-25T00:45:00Z"), Some(at("2026-10-25T01:15:00Z")));
    assert_eq!(until(&within, "Europe/Berlin", "2026-10-25T01:45:00Z"), Some(at("2026-10-26T01:15:00Z")));
    // It ends at 02:30, and begins anew as the clock is put back to 02:00.
    let late = json!({ "from": "01:00", "to": "02:30" });
    assert_eq!(until(&late, "Europe/Berlin", "2026-10-25T00:30:00Z"), Some(at("2026-10-25T01:00:00Z")));
    assert_eq!(until(&late, "Europe/Berlin", "2026-10-25T01:29:59Z"), None);
}

#[test]
fn windows_go_over_midnight_and_to_it() {
    let night = json!({ "from": "22:00", "to": "02:00", "days": ["FRI"] });
    // 6 March 2026 is a Friday.
    for (now, next) in [
        ("2026-03-06T21:59:59Z", Some("2026-03-06T22:00:00Z")),
        ("2026-03-06T22:00:00Z", None),
        ("2026-03-07T01:59:59Z", None),
        ("2026-03-07T02:00:00Z", Some("2026-03-13T22:00:00Z")),
        ("2026-03-07T22:30:00Z", Some("2026-03-13T22:00:00Z")),
        ("2026-03-06T01:00:00Z", Some("2026-03-06T22:00:00Z")),
    ] {
        assert_eq!(until(&night, "UTC", now), next.map(at), "{now}");
    }
    for end in ["24:00", "00:00"] {
        let evening = json!({ "from": "18:00", "to": end });
        assert_eq!(until(&evening, "UTC", "2026-03-06T23:59:59.999Z"), None);
        assert_eq!(until(&evening, "UTC", "2026-03-07T00:00:00Z"), Some(at("2026-03-07T18:00:00Z")));
    }
    let whole = json!({ "from": "00:00", "to": "24:00", "days": ["SAT"] });
    assert_eq!(until(&whole, "UTC", "2026-03-06T23:59:59Z"), Some(at("2026-03-07T00:00:00Z")));
    assert_eq!(until(&whole, "UTC", "2026-03-07T12:00:00Z"), None);
}

#[test]
fn what_is_no_window_is_closed_and_says_why() {
    for (window, why) in [
        (json!({ "from": "+0:00", "to": "17:00" }), "from"),
        (json!({ "from": "09:00", "to": "+17:00" }), "to"),
        (json!({ "from": "9:5", "to": "17:00" }), "no time of day"),
        (json!({ "from": "09:60", "to": "17:00" }), "no time of day"),
        (json!({ "from": "24:00", "to": "17:00" }), "where a day ends"),
        (json!({ "from": "09:00", "to": "24:01" }), "no time of day"),
        (json!({ "from": "09:00", "to": "09:00" }), "the same"),
        (json!({ "from": "09:00" }), "missing"),
        (json!({ "from": 9, "to": 17 }), "no time of day"),
        (json!({ "from": "09:00", "to": "17:00", "days": [] }), "leave it out"),
        (json!({ "from": "09:00", "to": "17:00", "days": ["SOMEDAY"] }), "no day"),
        (json!({ "from": "09:00", "to": "17:00", "days": "MON" }), "list"),
        (json!("always"), "missing"),
    ] {
        let Answer::Closed { until: None, message } = inline(&window, "UTC", at("2026-03-06T12:00:00Z")) else {
            panic!("{window}");
        };
        assert!(message.contains(why), "{window}: {message}");
    }
    let hours = json!({ "from": "9:00", "to": "17:00" });
    assert!(matches!(inline(&hours, "Mars/Olympus", at("2026-03-06T12:00:00Z")), Answer::Closed { until: None, .. }));
    assert_eq!(inline(&hours, "UTC", at("2026-03-06T09:00:00Z")), Answer::Open);
}

/// What the wall clock shows each minute around a change, read from nothing but the zone's own hands.
struct Minutes {
    begin: i64,
    /// Weekday from Monday, and minutes after midnight.
    shown: Vec<(usize, u32)>,
}

impl Minutes {
    fn around(zone: Tz, change: i64) -> Self {
        let begin = (change - 2 * 86_400).div_euclid(60) * 60;
        let shown = (0..12 * 1440).map(|minute| {
            let wall = wall(zone, DateTime::from_timestamp(begin + minute * 60, 0).unwrap());
            (wall.weekday().num_days_from_monday() as usize, wall.hour() * 60 + wall.minute())
        });
        Self { begin, shown: shown.collect() }
    }

    /// Whether it is within the window, from hour to hour: it walks back to where the window would have begun.
    fn open(&self, window: &(Vec<usize>, u32, u32), minute: usize) -> bool {
        let (days, from, to) = window;
        let (day, time) = self.shown[minute];
        if from < to {
            days.contains(&day) && (*from..*to).contains(&time)
        } else if time >= *from {
            days.contains(&day)
        } else {
            time < *to && days.contains(&((day + 6) % 7))
        }
    }
}

/// Every way in which clocks of the world are put forward or back in these years, once: when, from and to which offset.
fn changes_of_the_world(years: std::ops::Range<i32>) -> Vec<(i64, Tz)> {
    let day = |year: i32| chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    let (begin, end) = (day(years.start), day(years.end));
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for zone in chrono_tz::TZ_VARIANTS {
        let offset = |at: i64| wall(zone, DateTime::from_timestamp(at, 0).unwrap()).and_utc().timestamp() - at;
        for change in changes(zone, begin, end).map(|at| at.timestamp()) {
            if seen.insert((change, offset(change - 1), offset(change))) {
                found.push((change, zone));
            }
        }
    }
    found
}

/// Draws numbers below a bound, the same ones each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(most)).unwrap()
    }
}

#[test]
fn openings_are_those_that_one_finds_by_watching_the_clock() {
    const SEED: u64 = 20_261_014;
    let changes = changes_of_the_world(2015..2027);
    assert!(changes.len() > 500, "{}", changes.len());
    let mut dice = Dice(SEED);
    let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let (mut closed, mut over_midnight) = (0, 0);
    for (change, zone) in changes {
        let minutes = Minutes::around(zone, change);
        // The clock as it stands just before and behind the change: windows begin and end about there.
        let near = minutes.shown[usize::try_from((change - minutes.begin) / 60).unwrap()].1;
        for _ in 0..6 {
            let from = (near + DAY + dice.below(360) - 240) % DAY;
            let length = if dice.below(2) == 0 { 120 } else { DAY - 1 };
            let to = (from + 1 + dice.below(length)) % DAY;
            let days: Vec<usize> = (0..7).filter(|_| dice.below(3) > 0).collect();
            if from == to || days.is_empty() {
                continue;
            }
            let on: Vec<_> = days.iter().map(|day| DAYS[*day]).collect();
            let written = json!({ "from": time(from), "to": time(to), "days": on });
            let window = (days, from, to);
            over_midnight += u32::from(to < from);
            let now = usize::try_from(dice.below(4 * 1440)).unwrap();
            let instant = |minute: usize| {
                DateTime::from_timestamp(minutes.begin + 60 * i64::try_from(minute).unwrap(), 0).unwrap()
            };
            let expected = (now..minutes.shown.len()).find(|minute| minutes.open(&window, *minute));
            let said = inline(&written, zone.name(), instant(now));
            let place = format!("{zone} {written} at {}, seed {SEED}", instant(now));
            match (expected, said) {
                (Some(minute), Answer::Open) => assert_eq!(minute, now, "{place}"),
                (Some(minute), Answer::Closed { until, .. }) => {
                    closed += 1;
                    assert_eq!(until, Some(instant(minute)), "{place}");
                }
                // Beyond what was watched.
                (None, Answer::Closed { until, .. }) => {
                    assert!(until.unwrap() >= instant(minutes.shown.len()), "{place}");
                }
                (None, Answer::Open) => panic!("{place}"),
            }
        }
    }
    assert!(closed > 1_000 && over_midnight > 500, "{closed} {over_midnight}");
}
