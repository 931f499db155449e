//! The time, as something that can be held still.
//!
//! The only place that asks the operating system what time it is. Instants are UTC and cut to the microsecond,
//! which is what both databases keep, so that a time read back equals the time written. And the only place that reads
//! instants from outside: what RFC 3339 cannot write, neither database keeps as the other does.

use crate::error::Error;
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use std::sync::{Arc, Mutex, PoisonError};

/// An instant, UTC, to the microsecond.
pub type Instant = DateTime<Utc>;

/// Tells the time. Two implementations: the system's, and one that tests move by hand.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Now, to the microsecond.
    fn now(&self) -> Instant;
}

/// The operating system's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks")]
    fn now(&self) -> Instant {
        to_micros(Utc::now())
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Clone)]
pub struct HeldClock(Arc<Mutex<Instant>>);

impl HeldClock {
    /// Held at `at`.
    pub fn at(at: Instant) -> Self {
        Self(Arc::new(Mutex::new(to_micros(at))))
    }

    /// Moves it by `by`, backwards when negative.
    pub fn advance(&self, by: TimeDelta) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *held += by;
    }

    /// Puts it to `at`.
    pub fn set(&self, at: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = to_micros(at);
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cuts an instant to the microsecond.
pub fn to_micros(at: Instant) -> Instant {
    // Not `duration_trunc`, which counts in nanoseconds and so knows no year after 2262.
    at.with_nanosecond(at.nanosecond() / 1_000 * 1_000).unwrap_or(at)
}

/// An instant as it is written outside: RFC 3339, of the years 0001 to 9999 in UTC, without leap seconds. What is finer
/// than a microsecond is cut off. The error says what would be right.
pub fn parse(text: &str) -> Result<Instant, String> {
    const MOST: usize = 64;
    let Ok(at) = DateTime::parse_from_rfc3339(text) else {
        let shown: String = text.chars().take(MOST).collect();
        return Err(format!("{shown:?} is no instant; write RFC 3339: \"2026-01-31T09:30:00Z\""));
    };
    let at = at.to_utc();
    // Chrono holds the second 60 as the second 59 with more than its nanoseconds.
    if at.nanosecond() >= 1_000_000_000 {
        return Err(format!("{text:?} has a second above 59; write the second before or after it"));
    }
    let at = to_micros(at);
    if is_written(at) { Ok(at) } else { Err(format!("{text:?} is outside the years 0001 to 9999 in UTC")) }
}

/// A day as it is written outside: RFC 3339's full-date, of the years 0001 to 9999. The error says what would be right.
pub fn parse_date(text: &str) -> Result<NaiveDate, String> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = text.parse::<NaiveDate>().ok().filter(|day| plain && day.year() > 0);
    day.ok_or_else(|| {
        let shown: String = text.chars().take(64).collect();
        format!("{shown:?} is no day of the calendar; write \"2026-01-31\"")
    })
}

/// An instant of a payload's field: its text, read by [`parse`].
pub fn read(field: &str, value: &serde_json::Value) -> Result<Instant, Error> {
    match value.as_str() {
        Some(text) => parse(text).map_err(|why| Error::invalid(field, why)),
        None => Err(Error::invalid(field, "it is no text; write RFC 3339: \"2026-01-31T09:30:00Z\"")),
    }
}

/// The instant of a number of microseconds since 1970, such as a cursor has.
pub fn from_micros(micros: i64) -> Option<Instant> {
    Instant::from_timestamp_micros(micros).filter(|at| is_written(*at))
}

/// `by` after `at`. `BAD_INPUT` in the name of `field` where that is beyond what can be written.
pub fn after(at: Instant, by: TimeDelta, field: &str) -> Result<Instant, Error> {
    let sum = at.checked_add_signed(by).filter(|sum| is_written(*sum));
    sum.ok_or_else(|| Error::invalid(field, "it leads to a time outside the years 0001 to 9999"))
}

/// Whether RFC 3339 can write it.
fn is_written(at: Instant) -> bool {
    (1..=9999).contains(&at.year())
}

/// A span of seconds, fractions allowed, to the millisecond. Longer than time can be counted is as long as it can.
pub fn seconds(seconds: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond the range becomes the range's end")]
    let millis = (seconds * 1000.0).round() as i64;
    TimeDelta::try_milliseconds(millis).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_they_are_written_or_refused_with_the_reason() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T01:00:00.000001999+01:00", 1),
            ("1969-12-31t23:59:59.999999z", -1),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
            ("0000-12-31T23:00:00-01:00", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999_999),
            ("9999-12-31T23:59:59+23:59", 253_402_214_459_000_000),
        ] {
            assert_eq!(parse(text).map(|at| at.timestamp_micros()), Ok(micros), "{text}");
            assert_eq!(from_micros(micros).map(|at| at.timestamp_micros()), Some(micros), "{text}");
        }
        for (text, why) in [
            ("9999-12-31T23:59:59-12:00", "outside the years"),
            ("10000-01-01T00:00:00Z", "no instant"),
            ("+10000-01-01T00:00:00Z", "no instant"),
            ("0000-06-01T00:00:00Z", "outside the years"),
            ("0001-01-01T00:00:00+00:01", "outside the years"),
            ("-0001-01-01T00:00:00Z", "no instant"),
            ("2016-12-31T23:59:60Z", "second above 59"),
            ("2016-12-31T23:59:60.5+01:00", "second above 59"),
            ("2016-12-31T23:59:61Z", "no instant"),
            ("2026-02-29T00:00:00Z", "no instant"),
            ("2026-01-31T24:00:00Z", "no instant"),
            ("2026-01-31T09:30:00", "no instant"),
            ("2026-01-31", "no instant"),
            ("now", "no instant"),
            ("", "no instant"),
        ] {
            assert!(parse(text).unwrap_err().contains(why), "{text}");
        }
        assert!(parse(&"9".repeat(100_000)).unwrap_err().len() < 200, "what was sent is not repeated at length");
        for micros in [i64::MIN, i64::MAX, -62_135_596_800_000_001, 253_402_300_800_000_000] {
            assert_eq!(from_micros(micros), None);
        }
    }

    #[test]
    fn no_sum_leads_out_of_time() {
        let last = parse("9999-12-31T23:59:59Z").unwrap();
        assert!(after(last, TimeDelta::zero(), "x").is_ok());
        for by in [TimeDelta::seconds(1), TimeDelta::MAX, TimeDelta::MIN] {
            assert!(matches!(after(last, by, "x"), Err(Error::Invalid { .. })), "{by}");
        }
    }
}
