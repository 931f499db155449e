//! A window that a machine says itself: `{"days": ["MON", …], "from": "09:00", "to": "17:30"}`; days default to all, `to` is
//! exclusive and may be `24:00`.

use super::{
    hours::Hours,
    times::{DAYS, Span, minutes, weekday},
};
use serde_json::Value;

/// The same part of some weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// From Monday.
    days: [bool; 7],
    span: Span,
}

impl Window {
    /// As machines write it; the error says what is wrong.
    pub fn read(window: &Value) -> Result<Self, String> {
        let time = |key: &str| match window.get(key) {
            None => Err(format!("`{key}` is missing")),
            Some(value) => minutes(value).ok_or_else(|| format!("`{key}` is {value}, which is no time of day")),
        };
        let (from, to) = (time("from")?, time("to")?);
        Ok(Self { span: Span::between(from, to)?, days: days(window.get("days"))? })
    }

    /// When it is open.
    pub(super) fn hours(&self) -> Hours {
        let of_day = |open: bool| if open { vec![self.span] } else { Vec::new() };
        Hours { week: self.days.map(of_day), ..Hours::default() }
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (from, to) = self.span.times();
        write!(f, "from {from} to {to}")?;
        if self.days != [true; 7] {
            let name = |day: &str| format!("{}{}", &day[..1], day[1..].to_lowercase());
            let named = DAYS.iter().zip(self.days).filter(|(_, open)| *open).map(|(day, _)| name(day));
            write!(f, " on {}", named.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }
}

fn days(days: Option<&Value>) -> Result<[bool; 7], String> {
    let Some(days) = days else { return Ok([true; 7]) };
    let named = days.as_array().filter(|days| !days.is_empty());
    let named = named.ok_or("`days` is no list of days; leave it out for all of them")?;
    let mut open = [false; 7];
    for day in named {
        let known = day.as_str().and_then(weekday);
        let known = known.ok_or_else(|| format!("{day} is no day; say MON, TUE, WED, THU, FRI, SAT or SUN"))?;
        open[known.num_days_from_monday() as usize] = true;
    }
    Ok(open)
}
