//! Business hours: when an event may be sent, by the wall clock of a store's zone.
//!
//! A store has a calendar (`written`): opening hours, holidays, windows by name. A machine names a window of its store's, or says
//! one itself (`inline`); a store without a window of that name is always open. What begins before midnight and ends after it
//! belongs to the day on which it begins. Where the clock is put forward, what would begin in the gap begins behind it; where it
//! is put back, the hour that comes twice is in a window twice (`hours`).
//!
//! Knows calendars and clocks; knows neither machines nor what is sent.

mod hours;
mod inline;
mod times;
mod written;

pub use inline::Window;
pub use written::{Calendar, check_name};

use crate::clock::Instant;
use chrono_tz::Tz;
use entity::store;
use hours::{HORIZON, wall};
use serde_json::Value;

/// What a window says to an instant.
#[derive(Debug, PartialEq)]
pub enum Answer {
    /// It is within the window.
    Open,
    /// It is not.
    Closed {
        /// When it opens next; none when it does not within 400 days.
        until: Option<Instant>,
        /// For a person.
        message: String,
    },
}

/// Whether a window of a store is open: one that its calendar has by this name, or one that is said here. One that cannot be
/// read is closed, and says so.
pub fn ask(store: &store::Model, window: &Value, now: Instant) -> Answer {
    match (window, &store.calendar) {
        (Value::String(_), None) => Answer::Open,
        (Value::String(name), Some(calendar)) => named(name, calendar, &store.timezone, now),
        _ => inline(window, &store.timezone, now),
    }
}

/// What a window is called in what is said of it.
pub fn name(window: &Value) -> &str {
    window.as_str().unwrap_or("window")
}

fn unreadable(what: &str, why: impl std::fmt::Display) -> Answer {
    Answer::Closed { until: None, message: format!("{what} cannot be read: {why}") }
}

fn zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| format!("there is no time zone {name:?}"))
}

fn inline(window: &Value, timezone: &str, now: Instant) -> Answer {
    let read = Window::read(window).and_then(|window| Ok((window, zone(timezone)?)));
    let (window, zone) = match read {
        Ok(read) => read,
        Err(why) => return unreadable("the window", why),
    };
    let hours = window.hours();
    if hours.is_open(wall(zone, now)) {
        return Answer::Open;
    }
    Answer::Closed { until: hours.next_opening(zone, now), message: format!("possible {window} {}", zone.name()) }
}

fn named(name: &str, calendar: &Value, timezone: &str, now: Instant) -> Answer {
    let calendar = match Calendar::read("calendar", calendar) {
        Ok(calendar) => calendar,
        Err(why) => return unreadable("the store's calendar", why),
    };
    let Some(hours) = calendar.window(name) else { return Answer::Open };
    let zone = match zone(timezone) {
        Ok(zone) => zone,
        Err(why) => return unreadable("the store's calendar", why),
    };
    let wall = wall(zone, now);
    if hours.is_open(wall) {
        return Answer::Open;
    }
    let until = hours.next_opening(zone, now);
    let holiday = calendar.holiday(wall.date()).map(|name| format!(" on {name}")).unwrap_or_default();
    let opens = until.map_or_else(
        || format!("does not open within {HORIZON} days"),
        |at| {
            let at = at.with_timezone(&zone);
            format!("opens on {} {}", at.format("%a %Y-%m-%d at %H:%M"), zone.name())
        },
    );
    let what = if name == written::HOURS { "the store".to_owned() } else { format!("the store's window {name}") };
    Answer::Closed { until, message: format!("{what} is closed{holiday}; it {opens}") }
}

#[cfg(test)]
mod tests;
