//! Money: integer minor units and a currency, and how it is written in decimals.
//!
//! Promises that no amount passes through floating point and that an amount has exactly its currency's decimals.
//! Knows ISO 4217's exponents and the extra codes of the configuration; knows nothing of rates or tax.

use crate::error::Error;
use std::collections::BTreeMap;

/// Codes whose exponent is not 2 (ISO 4217, active codes).
const EXPONENTS: &[(&str, u8)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Codes with two decimals (ISO 4217, active codes).
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP \
    BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD \
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT \
    MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR \
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST \
    XCD XCG YER ZAR ZMW ZWG";

/// The largest amount that anybody may name, in minor units: so that thousands of them still add up.
pub const MOST: i64 = 1_000_000_000_000_000;

/// The most decimals that an extra code may have.
pub const MAX_EXPONENT: u8 = 8;

/// An amount.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Money {
    /// Minor units of the currency.
    pub minor: i64,
    /// The currency's code.
    pub currency: String,
}

/// Which currency codes there are, and how many decimals each has.
#[derive(Debug, Clone, Default)]
pub struct Currencies(BTreeMap<String, u8>);

impl Currencies {
    /// ISO 4217 and `extra`, whose exponents are at most [`MAX_EXPONENT`] (checked by the configuration).
    pub fn with(extra: &BTreeMap<String, u8>) -> Self {
        let two = TWO_DECIMALS.split_whitespace().map(|code| (code.to_owned(), 2));
        let other = EXPONENTS.iter().map(|(code, exponent)| ((*code).to_owned(), *exponent));
        Self(two.chain(other).chain(extra.iter().map(|(k, v)| (k.clone(), *v))).collect())
    }

    /// Decimals of `code`; `Invalid` names `field` when there is no such code.
    pub fn exponent(&self, code: &str, field: &str) -> Result<u8, Error> {
        self.0.get(code).copied().ok_or_else(|| {
            Error::invalid(
                field,
                format!("{code:?} is no currency code; use ISO 4217 (\"USD\") or one of currencies.extra"),
            )
        })
    }

    /// Reads a decimal of `code` into minor units. At most the currency's decimals; fewer are filled up.
    pub fn parse(&self, amount: &str, code: &str, field: &str) -> Result<i64, Error> {
        let exponent = usize::from(self.exponent(code, field)?);
        let bad = |why: &str| Error::invalid(field, format!("{amount:?} is no amount of {code}: {why}"));
        let (negative, digits) = amount.strip_prefix('-').map_or((false, amount), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
        let numeric = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !numeric(whole) || fraction.is_some_and(|f| !numeric(f)) {
            return Err(bad("write a plain decimal such as \"1250.00\""));
        }
        let fraction = fraction.unwrap_or("");
        if fraction.len() > exponent {
            return Err(bad(&format!("it has {} decimals, {code} has {exponent}", fraction.len())));
        }
        let minor = format!("{whole}{fraction:0<exponent$}").parse::<i64>().ok().filter(|minor| *minor <= MOST);
        let minor = minor.ok_or_else(|| bad(&format!("it is more than {}", self.format(MOST, code))))?;
        Ok(if negative { -minor } else { minor })
    }

    /// Writes minor units with exactly the currency's decimals. An unknown code (never stored) is written with two.
    pub fn format(&self, minor: i64, code: &str) -> String {
        let exponent = self.0.get(code).copied().unwrap_or(2);
        let sign = if minor < 0 { "-" } else { "" };
        let absolute = minor.unsigned_abs();
        let unit = 10_u64.pow(u32::from(exponent));
        if exponent == 0 {
            return format!("{sign}{absolute}");
        }
        format!("{sign}{}.{:0width$}", absolute / unit, absolute % unit, width = usize::from(exponent))
    }

    /// An amount as messages say it: `12.50 USD`.
    pub fn words(&self, minor: i64, code: &str) -> String {
        format!("{} {code}", self.format(minor, code))
    }

    /// `main` units of `code` in minor units; `None` when that overflows.
    pub fn from_main(&self, main: i64, code: &str) -> Option<i64> {
        let exponent = self.0.get(code).copied().unwrap_or(2);
        main.checked_mul(10_i64.checked_pow(u32::from(exponent))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currencies() -> Currencies {
        Currencies::with(&BTreeMap::from([("BTC".to_owned(), 8)]))
    }

    #[test]
    fn amounts_are_read_to_minor_units_and_written_back_with_all_decimals() {
        for (amount, code, minor, written) in [
            ("1250.00", "USD", 125_000, "1250.00"),
            ("1250", "USD", 125_000, "1250.00"),
            ("0.5", "USD", 50, "0.50"),
            ("-3.07", "EUR", -307, "-3.07"),
            ("700", "JPY", 700, "700"),
            ("0.00000001", "BTC", 1, "0.00000001"),
            ("10000000000000.00", "USD", MOST, "10000000000000.00"),
        ] {
            assert_eq!(currencies().parse(amount, code, "amount").ok(), Some(minor), "{amount}");
            assert_eq!(currencies().format(minor, code), written);
        }
    }

    #[test]
    fn what_is_no_amount_of_the_currency_is_refused() {
        for (amount, code) in [
            ("1.005", "USD"),
            ("1.5", "JPY"),
            ("", "USD"),
            (".5", "USD"),
            ("5.", "USD"),
            ("+5", "USD"),
            ("1e3", "USD"),
            ("1,000", "USD"),
            ("10000000000000.01", "USD"),
            ("92233720368547758.08", "USD"),
            ("NaN", "USD"),
            ("1.00", "usd"),
            ("1.00", "ZZZ"),
            (" 1", "USD"),
        ] {
            assert!(currencies().parse(amount, code, "amount").is_err(), "{amount} {code}");
        }
    }
}
