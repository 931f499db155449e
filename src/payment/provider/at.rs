//! Where in a body one reads: a value with its path, so that every message says what is wrong where.
//!
//! Texts that become ids are bounded and without control characters, and amounts are whole or plain decimals: what
//! comes from here can be stored and compared.

use super::{Amount, Refusal, malformed};
use crate::clock::Instant;
use crate::json::{Json, short};
use chrono::{DateTime, Datelike as _, SubsecRound as _};

/// The longest id, reference or name of an event that is taken.
const MAX_ID: usize = 255;
/// The longest id of an event that is made of several.
const MAX_EVENT_ID: usize = 1_024;
/// The most digits of an amount in main units.
const MAX_DIGITS: usize = 30;

/// An event's id that is made of several, at most as long as the inbox has room for.
pub fn event_id(made: String) -> Result<String, Refusal> {
    if made.len() <= MAX_EVENT_ID {
        return Ok(made);
    }
    Err(malformed(format!("the ids that tell this event from others have more than {MAX_EVENT_ID} bytes together")))
}

/// A value and its path.
#[derive(Clone, Debug)]
pub struct At<'j> {
    value: &'j Json<'j>,
    path: String,
}

impl<'j> At<'j> {
    /// The whole body.
    pub fn root(value: &'j Json<'j>) -> Self {
        Self { value, path: String::new() }
    }

    /// Its path: `data.object.amount`, `items[0]`.
    pub fn path(&self) -> &str {
        if self.path.is_empty() { "the body" } else { &self.path }
    }

    fn wrong(&self, expected: &str) -> Refusal {
        let is = match self.value {
            Json::Null => "null",
            Json::Bool(_) => "true or false",
            Json::Number(_) => "a number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        };
        malformed(format!("{} is {is}; it must be {expected}", self.path()))
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A member of this object that may be missing or null.
    pub fn find(&self, key: &str) -> Result<Option<Self>, Refusal> {
        let Json::Object(members) = self.value else { return Err(self.wrong("an object")) };
        let value = members.get(key).filter(|value| **value != Json::Null);
        Ok(value.map(|value| Self { value, path: self.below(key) }))
    }

    /// A member of this object.
    pub fn get(&self, key: &str) -> Result<Self, Refusal> {
        self.find(key)?.ok_or_else(|| malformed(format!("{} is missing", self.below(key))))
    }

    /// The members of this list.
    pub fn items(&self) -> Result<Vec<Self>, Refusal> {
        let Json::List(items) = self.value else { return Err(self.wrong("a list")) };
        let item = |(index, value)| Self { value, path: format!("{}[{index}]", self.path) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.value, Json::Object(_))
    }

    /// A text, any.
    pub fn text(&self) -> Result<&'j str, Refusal> {
        match self.value {
            Json::Text(text) => Ok(text),
            _ => Err(self.wrong("a text")),
        }
    }

    /// A text, or a number or truth value as it is written; for what providers write now so, now so.
    pub fn scalar(&self) -> Result<&'j str, Refusal> {
        match self.value {
            Json::Text(text) => Ok(text),
            Json::Number(digits) => Ok(digits),
            Json::Bool(true) => Ok("true"),
            Json::Bool(false) => Ok("false"),
            _ => Err(self.wrong("a text or a number")),
        }
    }

    /// An id, a reference or a name, without blanks around it: 1 to 255 bytes without control characters; whole numbers are
    /// taken as written.
    pub fn id(&self) -> Result<String, Refusal> {
        let text = match self.value {
            Json::Number(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits,
            Json::Text(text) => text.trim(),
            _ => return Err(self.wrong("an id: a text, or a whole number")),
        };
        if text.is_empty() || text.len() > MAX_ID || text.chars().any(char::is_control) {
            let rule = format!("{} must have 1 to {MAX_ID} bytes and no control characters", self.path());
            return Err(malformed(rule));
        }
        Ok(text.to_owned())
    }

    /// An id where shops' own words may stand: an empty text is none.
    pub fn id_or_nothing(&self) -> Result<Option<String>, Refusal> {
        if self.text().is_ok_and(|text| text.trim().is_empty()) { Ok(None) } else { self.id().map(Some) }
    }

    /// The id of a sale order in this object, where shops write it: in small letters, as our ids are.
    pub fn sale_order_id(&self, key: &str) -> Result<Option<String>, Refusal> {
        let id = self.find(key)?.map_or(Ok(None), |id| id.id_or_nothing())?;
        Ok(id.map(|id| id.to_ascii_lowercase()))
    }

    /// When something happened, in seconds since 1970.
    pub fn seconds(&self) -> Result<Instant, Refusal> {
        let Json::Number(digits) = self.value else { return Err(self.wrong("a count of seconds since 1970")) };
        let instant = digits.parse().ok().and_then(|seconds| Instant::from_timestamp(seconds, 0)).filter(is_written);
        instant.ok_or_else(|| malformed(format!("{} is no count of seconds since 1970", self.path())))
    }

    /// When something happened, as RFC 3339 has it.
    pub fn instant(&self) -> Result<Instant, Refusal> {
        let text = self.text()?;
        let instant = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc().trunc_subsecs(6)).filter(is_written);
        instant.ok_or_else(|| {
            malformed(format!("{} is {}; it must be a time such as \"2026-03-02T10:00:00Z\"", self.path(), short(text)))
        })
    }

    /// The id of a related thing, which is its id or the thing itself.
    pub fn id_of(&self) -> Result<String, Refusal> {
        if self.is_object() { self.get("id")?.id() } else { self.id() }
    }

    /// A count of minor units: whole, not negative, at most what 63 bits hold. Some write it as a text.
    pub fn minor(&self) -> Result<i64, Refusal> {
        let (Json::Number(digits) | Json::Text(std::borrow::Cow::Borrowed(digits))) = self.value else {
            return Err(self.wrong("a whole number of minor units"));
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed(format!(
                "{} is {}; it must be a whole number of minor units, not negative",
                self.path(),
                short(digits)
            )));
        }
        digits.parse().map_err(|_| malformed(format!("{} is too large: at most {}", self.path(), i64::MAX)))
    }

    /// An amount in main units, a text or a number, taken digit by digit; without the zeros at its end that mean nothing.
    pub fn decimal(&self) -> Result<String, Refusal> {
        let text = self.scalar()?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !numeric(whole) || !numeric(fraction) || text.len() > MAX_DIGITS {
            return Err(malformed(format!(
                "{} is {}; it must be a plain decimal such as \"12.50\", without sign or exponent",
                self.path(),
                short(text)
            )));
        }
        let exact = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        Ok(exact.to_owned())
    }

    /// This object's amount in minor units and its currency, with the provider's own count of decimals where it has
    /// one.
    pub fn amount(&self, minor: &str, currency: &str, decimals: &[(&str, u8)]) -> Result<Amount, Refusal> {
        let (minor, currency) = (self.get(minor)?.minor()?, self.get(currency)?.currency()?);
        let decimals = decimals.iter().find(|(code, _)| *code == currency).map(|(_, count)| *count);
        Ok(Amount::Minor { minor, currency, decimals })
    }

    /// A currency's code, in upper case.
    pub fn currency(&self) -> Result<String, Refusal> {
        let text = self.text()?;
        if !(3..=8).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(malformed(format!(
                "{} is {}; it must be a currency's code such as \"USD\"",
                self.path(),
                short(text)
            )));
        }
        Ok(text.to_ascii_uppercase())
    }

    /// A means of payment by its name, in whatever case.
    pub fn method(&self) -> Result<entity::PaymentMethod, Refusal> {
        let text = self.text()?;
        let known = METHODS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        known.map(|(_, method)| *method).ok_or_else(|| {
            let names: Vec<_> = METHODS.iter().map(|(name, _)| *name).collect();
            malformed(format!("{} is {}; it must be one of {}", self.path(), short(text), names.join(", ")))
        })
    }
}

/// Whether RFC 3339 can write it.
fn is_written(at: &Instant) -> bool {
    (1..=9999).contains(&at.year())
}

const METHODS: &[(&str, entity::PaymentMethod)] = &[
    ("CASH", entity::PaymentMethod::Cash),
    ("TRANSFER", entity::PaymentMethod::Transfer),
    ("CARD", entity::PaymentMethod::Card),
    ("WALLET", entity::PaymentMethod::Wallet),
    ("BANK", entity::PaymentMethod::Bank),
    ("INVOICE", entity::PaymentMethod::Invoice),
    ("CREDIT", entity::PaymentMethod::Credit),
    ("CRYPTO", entity::PaymentMethod::Crypto),
    ("ESCROW", entity::PaymentMethod::Escrow),
    ("MIXED", entity::PaymentMethod::Mixed),
];
