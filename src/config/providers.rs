//! `[providers.<name>]` and `[carriers.<name>]`: what is known of each payment provider and of each carrier.
//!
//! Read key by key, because what a secret must look like depends on whose it is. No message repeats a secret, and neither
//! does `Debug`.

use super::secrets::{COMMANDED, check_carrier_secret, check_secret};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// One provider's table.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Each of them is taken; none: what it posts is not taken at all.
    pub webhook_secrets: Vec<String>,
    /// For commands to its API; empty: none are sent.
    pub api_key: String,
    /// Where its API is, without a slash at the end.
    pub base_url: String,
    /// Whether an authorisation takes the money, for providers that do not say so themselves.
    pub capture: Option<CaptureMode>,
}

/// One carrier's table.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CarrierSettings {
    /// Each of them is taken; none: what it posts is not taken at all.
    pub webhook_secrets: Vec<String>,
}

impl fmt::Debug for CarrierSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CarrierSettings {{ {} secrets }}", self.webhook_secrets.len())
    }
}

/// When a merchant account takes authorised money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaptureMode {
    /// With the authorisation; no capture is reported.
    Automatic,
    /// When a capture is reported.
    Manual,
}

impl fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderSettings")
            .field("webhook_secrets", &format_args!("{} secrets", self.webhook_secrets.len()))
            .field("api_key", &if self.api_key.is_empty() { "none" } else { "set" })
            .field("base_url", &self.base_url)
            .field("capture", &self.capture)
            .finish()
    }
}

const KEYS: &[&str] = &["webhook_secrets", "api_key", "base_url", "capture"];
/// Of a name, in characters.
const LONGEST_NAME: usize = 64;

/// Providers by name.
pub fn by_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, ProviderSettings>, D::Error> {
    deserializer.deserialize_map(ByName(One))
}

/// Carriers by name.
pub fn carriers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, CarrierSettings>, D::Error> {
    deserializer.deserialize_map(ByName(Carrier))
}

/// A table of tables; each is read by what is made of its name.
struct ByName<S>(fn(String) -> S);

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for ByName<S> {
    type Value = BTreeMap<String, S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut tables: A) -> Result<Self::Value, A::Error> {
        let mut found = BTreeMap::new();
        while let Some(name) = tables.next_key::<String>()? {
            let settings = tables.next_value_seed(self.0(name.clone()))?;
            found.insert(name, settings);
        }
        Ok(found)
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn check_name<E: Error>(name: &str) -> Result<(), E> {
    let rule = "is no name of a provider: use small letters, digits and hyphens, a letter first";
    if is_name(name) { Ok(()) } else { Err(E::custom(format!("{name:?} {rule}"))) }
}

fn unknown(field: &str, known: &[&str]) -> String {
    format!("unknown field `{field}`, expected one of `{}`", known.join("`, `"))
}

/// The carrier's table of this name.
struct Carrier(String);

impl<'de> DeserializeSeed<'de> for Carrier {
    type Value = CarrierSettings;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Carrier {
    type Value = CarrierSettings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut keys: A) -> Result<Self::Value, A::Error> {
        check_name(&self.0)?;
        let mut settings = CarrierSettings::default();
        while let Some(key) = keys.next_key::<String>()? {
            match key.as_str() {
                "webhook_secrets" => {
                    settings.webhook_secrets = keys.next_value_seed(Secrets(&self.0, check_carrier_secret))?;
                }
                other => keys.next_value_seed(Wrong(|| unknown(other, &KEYS[..1])))?,
            }
        }
        Ok(settings)
    }
}

/// The provider's table of this name.
struct One(String);

impl<'de> DeserializeSeed<'de> for One {
    type Value = ProviderSettings;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = ProviderSettings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut keys: A) -> Result<Self::Value, A::Error> {
        check_name(&self.0)?;
        let mut settings = ProviderSettings::default();
        while let Some(key) = keys.next_key::<String>()? {
            match key.as_str() {
                "webhook_secrets" => settings.webhook_secrets = keys.next_value_seed(Secrets(&self.0, check_secret))?,
                "api_key" => settings.api_key = keys.next_value_seed(ApiKey(&self.0))?,
                "base_url" => settings.base_url = keys.next_value_seed(BaseUrl)?,
                "capture" if self.0 == "adyen" => settings.capture = Some(keys.next_value()?),
                "capture" => keys.next_value_seed(Wrong(|| format!("{} says itself what is captured", self.0)))?,
                other => keys.next_value_seed(Wrong(|| unknown(other, KEYS)))?,
            }
        }
        if !settings.api_key.is_empty() && settings.base_url.is_empty() {
            return Err(A::Error::custom("api_key is set and base_url is empty; say where the API is"));
        }
        Ok(settings)
    }
}

/// A value that should not be there, and why: an error in its place knows its key.
struct Wrong<F>(F);

impl<'de, F: FnOnce() -> String> DeserializeSeed<'de> for Wrong<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, _: D) -> Result<(), D::Error> {
        Err(D::Error::custom(self.0()))
    }
}

/// The secrets of the provider of this name, and how each is checked: a list of texts, or one text with commas between them, as the environment
/// has it.
struct Secrets<'a>(&'a str, fn(&str, &str) -> Result<(), String>);

impl Secrets<'_> {
    fn check<E: Error>(&self, secrets: Vec<String>) -> Result<Vec<String>, E> {
        for (index, secret) in secrets.iter().enumerate() {
            let wrong = self.1(self.0, secret);
            wrong.map_err(|why| E::custom(format!("secret {} of {}: {why}", index + 1, secrets.len())))?;
        }
        Ok(secrets)
    }
}

impl<'de> DeserializeSeed<'de> for Secrets<'_> {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Secrets<'_> {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let secrets = text.split(',').map(str::trim).filter(|secret| !secret.is_empty());
        self.check(secrets.map(str::to_owned).collect())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut secrets = Vec::new();
        while let Some(secret) = items.next_element::<String>()? {
            secrets.push(secret);
        }
        self.check(secrets)
    }
}

/// The key to the API of the provider of this name.
struct ApiKey<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for ApiKey<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let key = String::deserialize(deserializer)?.trim().to_owned();
        if key.is_empty() {
            return Ok(key);
        }
        if !COMMANDED.contains(&self.0) {
            let why = format!("commands to {} are not known here; leave it empty", self.0);
            return Err(D::Error::custom(why));
        }
        if key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(key);
        }
        Err(D::Error::custom("a key has letters, digits and signs only, without spaces"))
    }
}

struct BaseUrl;

impl<'de> DeserializeSeed<'de> for BaseUrl {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let url = String::deserialize(deserializer)?;
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let plain = !url.contains(['?', '#', '@', ' ']);
        if url.is_empty() || (!host.is_empty() && plain) {
            return Ok(url.trim_end_matches('/').to_owned());
        }
        Err(D::Error::custom("must be an address such as https://api.example.com, without a user, query or fragment"))
    }
}
