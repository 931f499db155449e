//! Business windows: the hours in which an event may be sent, by the wall clock of the store's zone.
//!
//! `{"days": ["MON", …], "from": "09:00", "to": "17:30"}`; days default to all, `to` is exclusive and may be `24:00`. A
//! window that ends before it begins goes over midnight, and belongs to the day on which it begins. Where the clock is
//! put forward, what would begin in the gap begins behind it; where it is put back, the hour that comes twice is in the
//! window twice.

use crate::clock::Instant;
use chrono::{DateTime, Datelike, Days, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;
use serde_json::Value;

const DAY: u32 = 24 * 60;
/// How far ahead an opening is looked for, in days.
const HORIZON: i32 = 400;
/// A zone changes its clock once in so many hours at most.
const BETWEEN_CHANGES: i64 = 6;

/// What a window says to an instant.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Open,
    Closed { until: Option<Instant>, message: String },
}

/// The hours of some weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// From Monday.
    days: [bool; 7],
    /// Minutes after the day's midnight.
    from: u32,
    /// Likewise; after it, and beyond 24 hours when it goes over midnight.
    to: u32,
}

/// Whether a window is open. One that cannot be read is closed, and says so.
pub(super) fn ask(window: &Value, zone: &str, now: Instant) -> Answer {
    let unreadable = |why: String| Answer::Closed { until: None, message: format!("the window cannot be read: {why}") };
    let window = match Window::read(window) {
        Ok(window) => window,
        Err(why) => return unreadable(why),
    };
    let Ok(zone) = zone.parse::<Tz>() else { return unreadable(format!("there is no time zone {zone:?}")) };
    if window.is_open(wall(zone, now)) {
        return Answer::Open;
    }
    Answer::Closed { until: window.next_opening(zone, now), message: format!("possible {window} {}", zone.name()) }
}

impl Window {
    /// As machines write it; the error says what is wrong.
    pub(super) fn read(window: &Value) -> Result<Self, String> {
        let time = |key: &str| match window.get(key) {
            None => Err(format!("`{key}` is missing")),
            Some(value) => minutes(value).ok_or_else(|| format!("`{key}` is {value}, which is no time of day")),
        };
        let (from, to) = (time("from")?, time("to")?);
        if from == DAY {
            return Err("`from` is 24:00, where a day ends and none begins".to_owned());
        }
        if from == to {
            return Err("`from` and `to` are the same; for whole days say \"00:00\" and \"24:00\"".to_owned());
        }
        Ok(Self { days: days(window.get("days"))?, from, to: if to < from { to + DAY } else { to } })
    }

    /// Whether the wall clock is within it.
    fn is_open(&self, wall: NaiveDateTime) -> bool {
        let minute = wall.num_seconds_from_midnight() / 60;
        let begun = |day: Weekday| self.days[day.num_days_from_monday() as usize];
        let today = begun(wall.weekday()) && (self.from..self.to).contains(&minute);
        today || (begun(wall.weekday().pred()) && minute + DAY < self.to)
    }

    /// When it opens after `now`, where it is closed: as the wall clock comes to its beginning, or is put into it.
    fn next_opening(&self, zone: Tz, now: Instant) -> Option<Instant> {
        (0..HORIZON).find_map(|day| {
            let begin = now.checked_add_signed(TimeDelta::days(day.into()))?;
            let end = begin.checked_add_signed(TimeDelta::days(1))?;
            let beginnings = dates(zone, begin, end).filter_map(|date| {
                let at = date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(self.from * 60, 0)?);
                let (first, second) =
                    (zone.from_local_datetime(&at).earliest(), zone.from_local_datetime(&at).latest());
                Some([first, second].into_iter().flatten().map(|at| at.to_utc()))
            });
            let opening = |at: &Instant| (begin..=end).contains(at) && *at > now && self.is_open(wall(zone, *at));
            beginnings.flatten().chain(changes(zone, begin, end)).filter(opening).min()
        })
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        write!(f, "from {} to {}", time(self.from), time(if self.to > DAY { self.to - DAY } else { self.to }))?;
        if self.days != [true; 7] {
            let week = std::iter::successors(Some(Weekday::Mon), |day| Some(day.succ()));
            let named: Vec<_> = week.zip(self.days).filter(|(_, open)| *open).map(|(day, _)| day.to_string()).collect();
            write!(f, " on {}", named.join(", "))?;
        }
        Ok(())
    }
}

/// `09:30`, `9:30` or `24:00`, and nothing beside digits.
fn minutes(value: &Value) -> Option<u32> {
    let (hours, minutes) = value.as_str()?.split_once(':')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hours.len()) || minutes.len() != 2 || !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?);
    Some(hours * 60 + minutes).filter(|all| minutes < 60 && *all <= DAY)
}

fn days(days: Option<&Value>) -> Result<[bool; 7], String> {
    let Some(days) = days else { return Ok([true; 7]) };
    let named = days.as_array().filter(|days| !days.is_empty());
    let named = named.ok_or("`days` is no list of days; leave it out for all of them")?;
    let mut open = [false; 7];
    for day in named {
        let short = day.as_str().filter(|name| name.len() == 3);
        let known = short.and_then(|name| name.parse::<Weekday>().ok());
        let known = known.ok_or_else(|| format!("{day} is no day; say MON, TUE, WED, THU, FRI, SAT or SUN"))?;
        open[known.num_days_from_monday() as usize] = true;
    }
    Ok(open)
}

/// What the clock on the wall shows.
fn wall(zone: Tz, at: Instant) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// The dates that a zone has between two instants, and one to either side.
fn dates(zone: Tz, begin: Instant, end: Instant) -> impl Iterator<Item = chrono::NaiveDate> {
    let (first, last) = (wall(zone, begin).date(), wall(zone, end).date());
    let first = first.checked_sub_days(Days::new(1)).unwrap_or(first);
    first.iter_days().take_while(move |date| *date <= last)
}

/// When the clock is put forward or back between two instants.
fn changes(zone: Tz, begin: Instant, end: Instant) -> impl Iterator<Item = Instant> {
    let offset = move |at: i64| {
        DateTime::from_timestamp(at, 0).map(|at| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc())
    };
    let (begin, end) = (begin.timestamp(), end.timestamp());
    let step = BETWEEN_CHANGES * 3600;
    let parts = std::iter::successors(Some(begin), move |at| Some(at + step).filter(|at| *at < end));
    parts.filter_map(move |part| {
        let (mut before, mut after) = (part, (part + step).min(end));
        if offset(before) == offset(after) {
            return None;
        }
        let old = offset(before);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if offset(middle) == old { before = middle } else { after = middle }
        }
        DateTime::from_timestamp(after, 0)
    })
}

#[cfg(test)]
mod tests;
