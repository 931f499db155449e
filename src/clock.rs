//! The time, as something that can be held still.
//!
//! The only place that asks the operating system what time it is. Instants are UTC and cut to the microsecond,
//! which is what both databases keep, so that a time read back equals the time written.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
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
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}

/// A span of seconds, fractions allowed, to the millisecond. Longer than time can be counted is as long as it can.
pub fn seconds(seconds: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond the range becomes the range's end")]
    let millis = (seconds * 1000.0).round() as i64;
    TimeDelta::try_milliseconds(millis).unwrap_or(TimeDelta::MAX)
}
