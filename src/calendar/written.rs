//! The calendar of a store, as it is written and kept:
//!
//! ```json
//! { "hours": { "MON": [["09:00", "12:30"], ["13:30", "17:30"]], "FRI": [["22:00", "02:00"]], "SUN": [] },
//!   "holidays": [ { "date": "2026-12-25", "name": "Christmas" },
//!                 { "date": "2026-12-24", "hours": [["09:00", "12:00"]] } ],
//!   "windows": { "processing": "hours", "shipping": { "MON": [["08:00", "16:00"]] } } }
//! ```
//!
//! Each part may be left out; without hours the store is always open. A day that is not named is closed. A holiday closes the
//! opening hours and every window for a day. Where it has hours, they take the place of the opening hours, and of a window that
//! has days of its own only what lies within them is left: who ships in the afternoon does not ship in the morning because the
//! shop closes at noon.

use super::{
    hours::Hours,
    times::{DAYS, Span, minutes, weekday},
};
use crate::{
    error::Error,
    texts::{self, LONGEST_NAME},
};
use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What the opening hours are called where a window is named.
pub const HOURS: &str = "hours";
/// Most holidays, windows, and parts of a day.
const MOST: (usize, usize, usize) = (1_000, 50, 24);
const LONGEST_WINDOW: usize = 64;
const AS_SPANS: &str = "write a list of beginnings and ends: [[\"09:00\", \"12:30\"], [\"13:30\", \"17:30\"]]";

/// The parts of each day of a week, from Monday.
type Week = [Vec<Span>; 7];

/// A day that is not like its weekday.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Holiday {
    name: Option<String>,
    /// When the store is open nevertheless.
    hours: Option<Vec<Span>>,
}

/// The calendar of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    hours: Option<Week>,
    holidays: BTreeMap<NaiveDate, Holiday>,
    /// None: the opening hours.
    windows: BTreeMap<String, Option<Week>>,
}

impl Calendar {
    /// Reads what is written at `path`. The error says where something is wrong and what would be right.
    pub fn read(path: &str, written: &Value) -> Result<Self, Error> {
        let fields = object(path, written, "write {\"hours\": …, \"holidays\": …, \"windows\": …}")?;
        known(path, fields, &[HOURS, "holidays", "windows"])?;
        let hours = fields.get(HOURS).map(|hours| week(&format!("{path}.hours"), hours)).transpose()?;
        let windows = match fields.get("windows") {
            None => BTreeMap::new(),
            Some(written) => windows(&format!("{path}.windows"), written, hours.is_some())?,
        };
        let holidays = match fields.get("holidays") {
            None => BTreeMap::new(),
            Some(written) => holidays(&format!("{path}.holidays"), written)?,
        };
        Ok(Self { hours, holidays, windows })
    }

    /// As it is kept: the same in one spelling.
    pub fn written(&self) -> Value {
        let mut fields = Map::new();
        if let Some(hours) = &self.hours {
            fields.insert(HOURS.to_owned(), written_week(hours));
        }
        if !self.holidays.is_empty() {
            let holidays = self.holidays.iter().map(|(date, holiday)| {
                let mut fields = Map::from_iter([("date".to_owned(), json!(date.to_string()))]);
                fields.extend(holiday.name.iter().map(|name| ("name".to_owned(), json!(name))));
                fields.extend(holiday.hours.iter().map(|hours| (HOURS.to_owned(), written_spans(hours))));
                Value::Object(fields)
            });
            fields.insert("holidays".to_owned(), holidays.collect());
        }
        if !self.windows.is_empty() {
            let window = |week: &Option<Week>| week.as_ref().map_or_else(|| json!(HOURS), written_week);
            let windows = self.windows.iter().map(|(name, week)| (name.clone(), window(week)));
            fields.insert("windows".to_owned(), Value::Object(windows.collect()));
        }
        Value::Object(fields)
    }

    /// When a window is open, holidays counted; none where there is no such window, which is always open.
    pub(super) fn window(&self, name: &str) -> Option<Hours> {
        let own = if name == HOURS { &None } else { self.windows.get(name)? };
        let week = own.as_ref().or(self.hours.as_ref())?.clone();
        let on = |(date, holiday): (&NaiveDate, &Holiday)| {
            let open = holiday.hours.as_deref().unwrap_or_default();
            let usual = &week[chrono::Datelike::weekday(date).num_days_from_monday() as usize];
            let cut = |span: &Span| open.iter().filter_map(|hours| span.within(*hours)).collect::<Vec<_>>();
            let spans = if own.is_none() { open.to_vec() } else { usual.iter().flat_map(cut).collect() };
            (*date, spans)
        };
        let dates = self.holidays.iter().map(on).collect();
        Some(Hours { week, dates })
    }

    /// What a day is called that is a holiday: by its name, where it has one.
    pub(super) fn holiday(&self, date: NaiveDate) -> Option<&str> {
        self.holidays.get(&date).map(|holiday| holiday.name.as_deref().unwrap_or("a holiday"))
    }
}

/// Refuses what is no name of a window: small letters, digits, `-` and `_`, a letter first.
pub fn check_name(name: &str) -> Result<(), String> {
    let letters = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    if letters && name.starts_with(|first: char| first.is_ascii_lowercase()) && name.len() <= LONGEST_WINDOW {
        return Ok(());
    }
    let shown: String = name.chars().take(LONGEST_WINDOW).collect();
    Err(format!(
        "{shown:?} is no name of a window; write small letters, digits, - and _, a letter first, at most {LONGEST_WINDOW}"
    ))
}

fn object<'a>(path: &str, written: &'a Value, right: &str) -> Result<&'a Map<String, Value>, Error> {
    written.as_object().ok_or_else(|| Error::invalid(path, format!("it is no object; {right}")))
}

fn list<'a>(path: &str, written: &'a Value, most: usize, right: &str) -> Result<&'a Vec<Value>, Error> {
    let list = written.as_array().ok_or_else(|| Error::invalid(path, format!("it is no list; {right}")))?;
    at_most(path, list.len(), most)?;
    Ok(list)
}

fn at_most(path: &str, there: usize, most: usize) -> Result<(), Error> {
    if there > most {
        return Err(Error::invalid(path, format!("there are {there}; at most {most} are kept")));
    }
    Ok(())
}

fn known(path: &str, fields: &Map<String, Value>, known: &[&str]) -> Result<(), Error> {
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(Error::invalid(format!("{path}.{key}"), format!("nobody reads it; say {}", known.join(", ")))),
        None => Ok(()),
    }
}

fn week(path: &str, written: &Value) -> Result<Week, Error> {
    let right = "write {\"MON\": [[\"09:00\", \"17:30\"]], …}; a day that is left out is closed";
    let fields = object(path, written, right)?;
    let mut week = Week::default();
    for (name, written) in fields {
        let path = format!("{path}.{name}");
        let day = weekday(name).filter(|_| DAYS.contains(&name.as_str()));
        let day = day.ok_or_else(|| Error::invalid(&path, format!("it is no day; say {}", DAYS.join(", "))))?;
        week[day.num_days_from_monday() as usize] = spans(&path, written)?;
    }
    if week.iter().all(Vec::is_empty) {
        return Err(Error::invalid(path, format!("no day has hours, so that it would never open; {right}")));
    }
    Ok(week)
}

/// In order of their beginnings, none over another.
fn spans(path: &str, written: &Value) -> Result<Vec<Span>, Error> {
    let mut spans: Vec<Span> = Vec::new();
    for (place, written) in list(path, written, MOST.2, AS_SPANS)?.iter().enumerate() {
        let path = format!("{path}.{place}");
        let Some([from, to]) = written.as_array().map(Vec::as_slice) else {
            return Err(Error::invalid(path, format!("it is no beginning and end; {AS_SPANS}")));
        };
        let time = |place: usize, value: &Value| {
            let wrong = || format!("{value} is no time of day; write \"09:30\", at most \"24:00\"");
            minutes(value).ok_or_else(|| Error::invalid(format!("{path}.{place}"), wrong()))
        };
        let (from, to) = (time(0, from)?, time(1, to)?);
        let span = Span::between(from, to).map_err(|why| Error::invalid(&path, why))?;
        if let Some(other) = spans.iter().find(|other| other.within(span).is_some()) {
            let (from, to) = other.times();
            return Err(Error::invalid(path, format!("it overlaps {from} to {to} of the same day; write one of both")));
        }
        spans.push(span);
    }
    spans.sort_unstable();
    Ok(spans)
}

fn windows(path: &str, written: &Value, has_hours: bool) -> Result<BTreeMap<String, Option<Week>>, Error> {
    let fields =
        object(path, written, "write {\"shipping\": {\"MON\": [[\"08:00\", \"16:00\"]]}, \"processing\": \"hours\"}")?;
    at_most(path, fields.len(), MOST.1)?;
    let window = |(name, written): (&String, &Value)| {
        let path = format!("{path}.{name}");
        check_name(name).map_err(|why| Error::invalid(&path, why))?;
        if name == HOURS {
            return Err(Error::invalid(path, "`hours` are the opening hours; give the window another name"));
        }
        let window = match written.as_str() {
            None => Some(week(&path, written)?),
            Some(HOURS) if has_hours => None,
            Some(HOURS) => return Err(Error::invalid(path, "the calendar has no `hours`; write them, or days here")),
            Some(other) => {
                return Err(Error::invalid(
                    path,
                    format!("{other:?} is no window; write \"hours\", or days with their hours"),
                ));
            }
        };
        Ok((name.clone(), window))
    };
    fields.iter().map(window).collect()
}

fn holidays(path: &str, written: &Value) -> Result<BTreeMap<NaiveDate, Holiday>, Error> {
    let right = "write {\"date\": \"2026-12-25\", \"name\": \"Christmas\"}";
    let mut holidays = BTreeMap::new();
    for (place, written) in list(path, written, MOST.0, &format!("{right} for each"))?.iter().enumerate() {
        let path = format!("{path}.{place}");
        let fields = object(&path, written, right)?;
        known(&path, fields, &["date", "name", HOURS])?;
        let text = fields.get("date").and_then(Value::as_str).filter(|date| date.len() == 10);
        let date = text.and_then(|date| NaiveDate::parse_from_str(date, "%Y-%m-%d").ok());
        let date = date.ok_or_else(|| {
            let given = fields.get("date").cloned().unwrap_or_default();
            Error::invalid(format!("{path}.date"), format!("{given} is no date; write \"2026-12-25\""))
        })?;
        let name = match fields.get("name") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(texts::line(&format!("{path}.name"), name, LONGEST_NAME)?),
            Some(other) => return Err(Error::invalid(format!("{path}.name"), format!("{other} is no text"))),
        };
        let hours = fields.get(HOURS).map(|hours| spans(&format!("{path}.hours"), hours)).transpose()?;
        if holidays.insert(date, Holiday { name, hours }).is_some() {
            return Err(Error::invalid(
                format!("{path}.date"),
                format!("{date} stands there already; write a day once"),
            ));
        }
    }
    Ok(holidays)
}

fn written_spans(spans: &[Span]) -> Value {
    let pair = |span: &Span| {
        let (from, to) = span.times();
        json!([from, to])
    };
    spans.iter().map(pair).collect()
}

fn written_week(week: &Week) -> Value {
    let open = DAYS.iter().zip(week).filter(|(_, spans)| !spans.is_empty());
    Value::Object(open.map(|(day, spans)| ((*day).to_owned(), written_spans(spans))).collect())
}
