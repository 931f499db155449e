//! What is measured: names and decimals, kept as millionths so that sums of them are exact.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Decimals of what is kept.
const PLACES: usize = 6;
/// One, as it is kept.
pub const ONE: i64 = 1_000_000;
/// The largest value either way, as it is kept.
const MOST: i64 = 1_000_000_000_000 * ONE;
/// The most digits of a value, zeros at its ends aside: JSON's numbers hold as many exactly everywhere.
const DIGITS: usize = 15;
/// The most names of a measurement.
const MOST_NAMES: usize = 50;
/// The longest name, in characters.
const LONGEST_NAME: usize = 64;

/// A measurement, in millionths by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metrics(BTreeMap<String, i64>);

impl Metrics {
    /// Reads names with decimals. `BAD_INPUT` says which is wrong, and what would be right.
    pub fn read(given: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        for (name, digits) in given {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
            let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
            if !begins || name.len() > LONGEST_NAME || !name.chars().all(plain) {
                let what =
                    format!("a name is 1 to {LONGEST_NAME} letters, digits or any of _ . - and begins with a letter");
                return Err(Error::invalid("metrics", what));
            }
            let value = millionths(&digits).ok_or_else(|| {
                let what = format!(
                    "write a number of at most {DIGITS} digits, {PLACES} of them decimals, up to 1000000000000 either way"
                );
                Error::invalid(format!("metrics.{name}"), what)
            })?;
            all.insert(name, value);
        }
        if all.is_empty() || all.len() > MOST_NAMES {
            return Err(Error::invalid("metrics", format!("write 1 to {MOST_NAMES} of them")));
        }
        Ok(Self(all))
    }

    /// The same of a JSON object of numbers.
    pub fn of_json(given: &Value) -> Result<Self, Error> {
        let wrong = || Error::invalid("metrics", "write an object of names and numbers: { \"followerCount\": 1200 }");
        let members = given.as_object().ok_or_else(wrong)?;
        let digits = |value: &Value| value.as_number().map(ToString::to_string).ok_or_else(wrong);
        let all: Vec<_> =
            members.iter().map(|(name, value)| Ok((name.clone(), digits(value)?))).collect::<Result<_, Error>>()?;
        Self::read(all)
    }

    /// As the column has it.
    pub fn stored(&self) -> Result<Value, Error> {
        serde_json::to_value(self).map_err(Error::internal)
    }

    /// What a column has, as it is shown.
    pub fn shown(stored: &Value) -> Result<BTreeMap<String, Decimal>, Error> {
        let Self(all) = Self::deserialize(stored).map_err(Error::internal)?;
        all.into_iter().map(|(name, value)| Ok((name, Decimal::of(value.into(), PLACES)?))).collect()
    }
}

/// Reads a plain decimal.
fn millionths(text: &str) -> Option<i64> {
    let (sign, plain) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction:0<PLACES$}");
    let counted = digits.trim_matches('0').len() <= DIGITS;
    if whole.is_empty() || fraction.len() > PLACES || !counted || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|value| *value <= MOST).map(|value: i64| sign * value)
}

/// A JSON number with exactly its digits; zeros at its end that mean nothing are left out.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Decimal(Box<RawValue>);

impl Decimal {
    /// Of a whole number of units, each one of `places` decimals.
    pub fn of(units: i128, places: usize) -> Result<Self, Error> {
        RawValue::from_string(written(units, places)).map(Self).map_err(Error::internal)
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

/// A decimal in plain digits.
fn written(units: i128, places: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

impl PartialSchema for Decimal {
    fn schema() -> RefOr<Schema> {
        let words = "A decimal with exactly its digits.";
        ObjectBuilder::new().schema_type(Type::Number).description(Some(words)).into()
    }
}

impl ToSchema for Decimal {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Decimal")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_from_their_digits_and_written_as_they_were() {
        for (text, kept) in [
            ("1200", Some(1_200_000_000)),
            ("0.0312", Some(31_200)),
            ("-4.250", Some(-4_250_000)),
            ("1000000000000", Some(MOST)),
            ("123456789.123456", Some(123_456_789_123_456)),
            ("1234567890.123456", None),
            ("1000000000001", None),
            ("0.0000001", None),
            ("1e3", None),
            (".5", None),
            ("", None),
            ("1.2.3", None),
            ("--1", None),
        ] {
            assert_eq!(millionths(text), kept, "{text}");
            if let Some(kept) = kept {
                assert_eq!(millionths(&written(kept.into(), PLACES)), Some(kept), "{text}");
            }
        }
        assert_eq!(written(-4_250_000, PLACES), "-4.25");
        assert_eq!(written(5, 2), "0.05");
    }

    #[test]
    fn names_and_numbers_of_them_are_bounded() {
        let read = |name: &str| Metrics::read([(name.to_owned(), "1".to_owned())]).is_ok();
        assert!(read("followerCount") && read("a.b-c_d"));
        assert!(!read("") && !read("1st") && !read("fo llow") && !read(&"x".repeat(65)));
        assert!(Metrics::read([]).is_err());
        assert!(Metrics::read((0..51).map(|n| (format!("m{n}"), "1".to_owned()))).is_err());
        assert!(Metrics::of_json(&serde_json::json!({ "followerCount": "1200" })).is_err());
    }
}
