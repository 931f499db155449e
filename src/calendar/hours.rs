//! Parts of days, by weekday and by date, and when they come on a zone's clock.

use super::times::{DAY, Span};
use crate::clock::Instant;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// How far ahead an opening is looked for, in days.
pub const HORIZON: i32 = 400;
/// A zone changes its clock once in so many hours at most.
const BETWEEN_CHANGES: i64 = 6;

/// When something is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// By weekday, from Monday.
    pub week: [Vec<Span>; 7],
    /// Instead of the weekday's, on some dates.
    pub dates: BTreeMap<NaiveDate, Vec<Span>>,
}

impl Hours {
    /// What begins on a date.
    fn on(&self, date: NaiveDate) -> &[Span] {
        let weekday = &self.week[date.weekday().num_days_from_monday() as usize];
        self.dates.get(&date).unwrap_or(weekday)
    }

    /// Whether the wall clock is within them.
    pub fn is_open(&self, wall: NaiveDateTime) -> bool {
        let minute = wall.num_seconds_from_midnight() / 60;
        let holds =
            |date: NaiveDate, minute: u32| self.on(date).iter().any(|span| (span.from..span.to).contains(&minute));
        holds(wall.date(), minute) || wall.date().pred_opt().is_some_and(|eve| holds(eve, minute + DAY))
    }

    /// When they open after `now`, where they are closed: as the wall clock comes to a beginning, or is put into one.
    pub fn next_opening(&self, zone: Tz, now: Instant) -> Option<Instant> {
        (0..HORIZON).find_map(|day| {
            let begin = now.checked_add_signed(TimeDelta::days(day.into()))?;
            let end = begin.checked_add_signed(TimeDelta::days(1))?;
            let beginnings = dates(zone, begin, end).flat_map(|date| {
                let at = move |span: &Span| {
                    let at = date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(span.from * 60, 0)?);
                    let found = zone.from_local_datetime(&at);
                    Some([found.earliest(), found.latest()].into_iter().flatten().map(|at| at.to_utc()))
                };
                self.on(date).iter().filter_map(at).flatten()
            });
            let opening = |at: &Instant| (begin..=end).contains(at) && *at > now && self.is_open(wall(zone, *at));
            beginnings.chain(changes(zone, begin, end)).filter(opening).min()
        })
    }
}

/// What the clock on the wall shows.
pub fn wall(zone: Tz, at: Instant) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// The dates that a zone has between two instants, and one to either side.
fn dates(zone: Tz, begin: Instant, end: Instant) -> impl Iterator<Item = NaiveDate> {
    let (first, last) = (wall(zone, begin).date(), wall(zone, end).date());
    let first = first.checked_sub_days(Days::new(1)).unwrap_or(first);
    first.iter_days().take_while(move |date| *date <= last)
}

/// When the clock is put forward or back between two instants.
pub fn changes(zone: Tz, begin: Instant, end: Instant) -> impl Iterator<Item = Instant> {
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
