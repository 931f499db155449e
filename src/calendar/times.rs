//! Times of day, days of the week, and parts of days, as people write them.

use chrono::Weekday;
use serde_json::Value;

/// Minutes of a day.
pub const DAY: u32 = 24 * 60;
/// Days as they are written, from Monday.
pub const DAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// Part of a day. One that goes over midnight belongs to the day on which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Minutes after the day's midnight.
    pub from: u32,
    /// Likewise; after it, and beyond 24 hours when it goes over midnight.
    pub to: u32,
}

impl Span {
    /// From a time of day to another: the end is exclusive, and on the next day when it is before the beginning.
    pub fn between(from: u32, to: u32) -> Result<Self, String> {
        if from == DAY {
            return Err("`from` is 24:00, where a day ends and none begins".to_owned());
        }
        if from == to {
            return Err("`from` and `to` are the same; for whole days say \"00:00\" and \"24:00\"".to_owned());
        }
        Ok(Self { from, to: if to < from { to + DAY } else { to } })
    }

    /// What of it is within another one.
    pub fn within(self, other: Self) -> Option<Self> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from < to).then_some(Self { from, to })
    }

    /// As it is written.
    pub fn times(self) -> (String, String) {
        let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        (time(self.from), time(if self.to > DAY { self.to - DAY } else { self.to }))
    }
}

/// `09:30`, `9:30` or `24:00`, and nothing beside digits.
pub fn minutes(value: &Value) -> Option<u32> {
    let (hours, minutes) = value.as_str()?.split_once(':')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hours.len()) || minutes.len() != 2 || !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?);
    Some(hours * 60 + minutes).filter(|all| minutes < 60 && *all <= DAY)
}

/// `MON`, in any case.
pub fn weekday(name: &str) -> Option<Weekday> {
    Some(name).filter(|name| name.len() == 3)?.parse().ok()
}
