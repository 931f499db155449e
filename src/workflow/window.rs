//! Business windows: the hours in which an event may be sent, in the store's zone.
//!
//! `{"days": ["MON", …], "from": "09:00", "to": "17:30"}`; days default to all, `to` is exclusive.
//! Daylight saving counts: the window is by the wall clock.

use crate::clock::Instant;
use chrono::{DateTime, Datelike, Days, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::Value;

/// What a window says to an instant.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Open,
    Closed { until: Option<Instant>, message: String },
}

#[derive(Deserialize)]
struct Window {
    #[serde(default)]
    days: Vec<String>,
    from: String,
    to: String,
}

/// Whether a window is open. One that cannot be read is closed, and says so.
pub(super) fn ask(window: &Value, zone: &str, now: Instant) -> Answer {
    let unreadable = |why: String| Answer::Closed { until: None, message: format!("the window cannot be read: {why}") };
    let window: Window = match serde_json::from_value(window.clone()) {
        Ok(window) => window,
        Err(error) => return unreadable(error.to_string()),
    };
    let (Ok(zone), Ok(from), Ok(to)) = (
        zone.parse::<Tz>(),
        NaiveTime::parse_from_str(&window.from, "%H:%M"),
        NaiveTime::parse_from_str(&window.to, "%H:%M"),
    ) else {
        return unreadable("zone or hours".to_owned());
    };
    let local = now.with_timezone(&zone);
    let open_day = |day: Weekday| {
        window.days.is_empty() || window.days.iter().any(|name| name.parse::<Weekday>().is_ok_and(|d| d == day))
    };
    if open_day(local.weekday()) && local.time() >= from && local.time() < to {
        return Answer::Open;
    }
    let until = (0..=7)
        .filter_map(|days| local.date_naive().checked_add_days(Days::new(days)))
        .filter(|date| open_day(date.weekday()))
        .filter_map(|date| zone.from_local_datetime(&date.and_time(from)).earliest())
        .map(|at: DateTime<Tz>| at.to_utc())
        .find(|at| *at > now);
    Answer::Closed { until, message: format!("possible from {} to {} {}", window.from, window.to, zone.name()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_window_is_by_the_wall_clock_of_the_store_across_daylight_saving() {
        let window = json!({ "from": "09:00", "to": "17:00", "days": ["MON", "TUE"] });
        let at = |text: &str| text.parse::<Instant>().unwrap_or_default();
        // Berlin: UTC+1 until 29 March 2026, then UTC+2.
        assert_eq!(ask(&window, "Europe/Berlin", at("2026-03-24T08:30:00Z")), Answer::Open);
        assert_eq!(ask(&window, "Europe/Berlin", at("2026-03-31T07:30:00Z")), Answer::Open);
        let Answer::Closed { until, .. } = ask(&window, "Europe/Berlin", at("2026-03-24T16:30:00Z")) else {
            panic!("closed after five");
        };
        assert_eq!(until, Some(at("2026-03-30T07:00:00Z")));
    }
}
