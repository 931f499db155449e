//! Amounts that clients send: read from their digits, never through floating point.

use crate::error::Error;
use crate::money::Currencies;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The longest amount that is read, in characters.
const LONGEST: usize = 40;

/// An amount as clients write it: the digits of a number, or of a text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Given(String);

impl Given {
    /// In plain digits, without an exponent; none where it has no end.
    pub fn plain(&self) -> Option<String> {
        plain(&self.0)
    }

    /// In minor units of a currency. More decimals than it has are refused, unless they are zeros.
    pub fn minor(&self, currencies: &Currencies, currency: &str, field: &str) -> Result<i64, Error> {
        let plain = self.plain().ok_or_else(|| {
            Error::invalid(field, "it is no plain decimal; write digits such as 1250.5 or \"1250.50\"")
        })?;
        let exponent = usize::from(currencies.exponent(currency, field)?);
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let meant = fraction.trim_end_matches('0');
        let fraction = if meant.len() > exponent { meant } else { &fraction[..fraction.len().min(exponent)] };
        let decimal = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
        currencies.parse(&decimal, currency, field)
    }
}

/// A number of JSON without an exponent; none where that has no end.
fn plain(digits: &str) -> Option<String> {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent: i32 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    if digits.len() > LONGEST || exponent.unsigned_abs() > 32 {
        return None;
    }
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let (whole, fraction) = match usize::try_from(point) {
        Ok(point) if point >= all.len() => (format!("{all}{}", "0".repeat(point - all.len())), String::new()),
        Ok(point) => (all[..point].to_owned(), all[point..].to_owned()),
        Err(_) => (String::new(), format!("{}{all}", "0".repeat(usize::try_from(-point).ok()?))),
    };
    let whole = Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

impl PartialSchema for Given {
    fn schema() -> RefOr<Schema> {
        let number =
            ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0)).maximum(Some(1_000_000_000_000_000_i64));
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9]{1,16}(\\.[0-9]{1,18})?$"));
        let words = "An amount in main units: a number, which is read digit by digit, or the same in a text.";
        OneOfBuilder::new().item(number).item(text).description(Some(words)).into()
    }
}

impl ToSchema for Given {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("GivenAmount")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn currencies() -> Currencies {
        Currencies::with(&BTreeMap::from([("USDC".to_owned(), 6)]))
    }

    #[test]
    fn amounts_are_read_from_their_digits() {
        for (given, currency, minor) in [
            ("200", "USDC", Some(200_000_000)),
            ("0.30", "USD", Some(30)),
            ("0.300000000000000000", "USD", Some(30)),
            ("0.30000000000000004", "USD", None),
            ("9007199254740.993", "USDC", None),
            ("123456789.123456", "USDC", Some(123_456_789_123_456)),
            ("999999999.999999", "USDC", Some(999_999_999_999_999)),
            ("1e2", "USD", Some(10_000)),
            ("1.5e-1", "USD", Some(15)),
            ("1.5E+1", "JPY", Some(15)),
            ("150e-2", "JPY", None),
            ("0e9", "USD", Some(0)),
            ("1e33", "USD", None),
            ("1e-33", "USD", None),
            ("5", "ZZZ", None),
        ] {
            let found = Given(given.to_owned()).minor(&currencies(), currency, "amount");
            assert_eq!(found.as_ref().ok().copied(), minor, "{given} {currency} {found:?}");
        }
    }
}
