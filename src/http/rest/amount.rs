//! Amounts as JSON numbers, written from minor units and never through floating point.

use crate::error::Error;
use crate::money::Currencies;
use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// An amount in main units, as a JSON number with exactly its digits; zeros at the end that mean nothing are left out.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Amount(Box<RawValue>);

impl Amount {
    /// Of minor units.
    pub fn of(currencies: &Currencies, minor: i64, currency: &str) -> Result<Self, Error> {
        RawValue::from_string(short(&currencies.format(minor, currency)).to_owned()).map(Self).map_err(Error::internal)
    }
}

/// A decimal without the zeros at its end that mean nothing.
fn short(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        let words =
            "An amount in main units: a decimal with exactly its digits, no more of them than the currency has.";
        ObjectBuilder::new().schema_type(Type::Number).description(Some(words)).into()
    }
}

impl ToSchema for Amount {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Amount")
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
    fn amounts_are_written_with_exactly_their_digits() {
        for (minor, currency, written) in [
            (200_000_000, "USDC", "200"),
            (30, "USD", "0.3"),
            (-307, "USD", "-3.07"),
            (700, "JPY", "700"),
            (999_999_999_999_999, "USDC", "999999999.999999"),
            (0, "USD", "0"),
        ] {
            let amount = Amount::of(&currencies(), minor, currency).expect("an amount");
            assert_eq!(serde_json::to_string(&amount).expect("JSON"), written);
        }
    }
}
