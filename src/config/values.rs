//! What single values must be: read and checked in one go, so that an error knows its key.

use super::settings::{CreditTier, StoreReasons};
use croner::parser::{CronParser, Seconds};
use ipnet::IpNet;
use sea_orm::Iterable as _;
use serde::de::{Deserialize, Deserializer, Error};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::net::IpAddr;

/// Fits in 64 bits of minor units with eight decimals.
pub const MOST_MAIN_UNITS: i64 = 90_000_000_000;

const LONGEST_MINUTES: f64 = 5_256_000.0;
const LONGEST_DAYS: f64 = 36_500.0;
const SHORTEST_SECRET: usize = 32;

/// A whole number in a range.
pub fn from_to<'de, D, T, const LEAST: i64, const MOST: i64>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let value = i64::deserialize(deserializer)?;
    (LEAST..=MOST)
        .contains(&value)
        .then(|| T::try_from(value).ok())
        .flatten()
        .ok_or_else(|| D::Error::custom(format!("must be from {LEAST} to {MOST}, is {value}")))
}

/// Minutes, decimals allowed, more than 0.
pub fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    positive(f64::deserialize(deserializer)?, LONGEST_MINUTES)
}

/// Days, decimals allowed, more than 0.
pub fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    positive(f64::deserialize(deserializer)?, LONGEST_DAYS)
}

/// Days, decimals allowed, 0 or more.
pub fn days_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let days = f64::deserialize(deserializer)?;
    if (0.0..=LONGEST_DAYS).contains(&days) {
        return Ok(days);
    }
    Err(D::Error::custom(format!("must be 0 to {LONGEST_DAYS}, is {days}")))
}

fn positive<E: Error>(value: f64, most: f64) -> Result<f64, E> {
    if value > 0.0 && value <= most {
        return Ok(value);
    }
    Err(E::custom(format!("must be more than 0 and at most {most}, is {value}")))
}

/// Names, comma separated, or a list of them; each once.
pub fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged, expecting = "expected names, comma separated, or a list of them")]
    enum Names {
        Text(String),
        List(Vec<String>),
    }
    let given = match Names::deserialize(deserializer)? {
        Names::Text(text) => text.split(',').map(str::to_owned).collect(),
        Names::List(list) => list,
    };
    let mut names: Vec<String> = Vec::new();
    for name in given.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// A model of attribution, in small letters.
pub fn attribution_model<'de, D: Deserializer<'de>>(deserializer: D) -> Result<entity::AttributionModel, D::Error> {
    let name = String::deserialize(deserializer)?;
    let of = |model: entity::AttributionModel| model.as_str().to_lowercase();
    entity::AttributionModel::iter().find(|model| of(*model) == name).ok_or_else(|| {
        let there: Vec<String> = entity::AttributionModel::iter().map(of).collect();
        D::Error::custom(format!("there is no model {name:?}; there are {}", there.join(", ")))
    })
}

/// `sqlite:…` or `postgres://…`. The URL is not repeated in the error: it may hold a password.
pub fn database_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let url = String::deserialize(deserializer)?;
    if ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Ok(url);
    }
    Err(D::Error::custom("must start with sqlite:// or postgres://, such as sqlite://data/waybill.db"))
}

/// Address and port.
pub fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
    if matches!(port, Some(Ok(_))) {
        return Ok(text);
    }
    Err(D::Error::custom(format!("must be an address and a port such as 127.0.0.1:8080, is {text:?}")))
}

/// Addresses, and networks as an address and a length.
pub fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let network = |text: &String| {
        let address = || text.parse::<IpAddr>().map(|address| address.to_canonical().into()).ok();
        text.parse()
            .ok()
            .or_else(address)
            .ok_or_else(|| wrong(text, "is no address or network; write it like 10.0.0.7, 10.0.0.0/8 or fd00::/8"))
    };
    texts.iter().map(network).collect()
}

/// Empty, or `http://…` or `https://…` without a path's end. It is not repeated in the error: it may hold a password.
pub fn maybe_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let url = String::deserialize(deserializer)?;
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    if url.is_empty() || host.is_some_and(|host| !host.trim_end_matches('/').is_empty() && !host.contains(['?', '#'])) {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(D::Error::custom("must be empty, or a URL such as https://s3.eu-central-1.amazonaws.com"))
}

/// Something without spaces.
pub fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if !text.is_empty() && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        return Ok(text);
    }
    Err(D::Error::custom(format!("must be something without spaces, is {text:?}")))
}

/// Empty, or long enough.
pub fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let secret = String::deserialize(deserializer)?;
    if secret.is_empty() || secret.len() >= SHORTEST_SECRET {
        return Ok(secret);
    }
    Err(D::Error::custom(format!("must have {SHORTEST_SECRET} characters or more, has {}", secret.len())))
}

/// A cron expression of five fields, or of six with seconds first; handed on with six.
pub fn cron<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let six = if text.split_whitespace().count() == 5 { format!("0 {}", text.trim()) } else { text.trim().to_owned() };
    let parser = CronParser::builder().seconds(Seconds::Required).dom_and_dow(true).build();
    match parser.parse(&six) {
        Ok(_) => Ok(six),
        Err(why) => Err(D::Error::custom(format!(
            "{text:?} is no cron expression of five fields, or six with seconds first: {why}"
        ))),
    }
}

/// Each tier once, all of them, rising.
pub fn tiers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<CreditTier>, D::Error> {
    use sea_orm::Iterable as _;
    let tiers = Vec::<CreditTier>::deserialize(deserializer)?;
    let names: Vec<_> = tiers.iter().map(|tier| tier.tier).collect();
    let given = entity::Tier::iter().filter(|tier| *tier != entity::Tier::None);
    if names != given.collect::<Vec<_>>() {
        return Err(D::Error::custom("must name BRONZE, SILVER, GOLD and PLATINUM, each once, in this order"));
    }
    let rises = tiers.windows(2).all(|pair| pair[0].cap <= pair[1].cap && pair[0].from < pair[1].from);
    if !rises {
        return Err(D::Error::custom("cap and from must rise from tier to tier"));
    }
    Ok(tiers)
}

/// Codes of 3 to 12 capital letters and digits, with exponents up to the most that money knows.
pub fn currencies<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, u8>, D::Error> {
    let extra = BTreeMap::<String, i64>::deserialize(deserializer)?;
    let most = crate::money::MAX_EXPONENT;
    extra
        .into_iter()
        .map(|(code, exponent)| {
            let known = code.len() >= 3
                && code.len() <= 12
                && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            if !known {
                return Err(wrong(&code, "is no code: use 3 to 12 capital letters and digits"));
            }
            let decimals = u8::try_from(exponent).ok().filter(|exponent| *exponent <= most);
            decimals
                .map(|decimals| (code.clone(), decimals))
                .ok_or_else(|| wrong(&code, format!("must have 0 to {most} decimals, has {exponent}")))
        })
        .collect()
}

/// Keys that are ids of stores.
pub fn stores<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HashMap<String, StoreReasons>, D::Error> {
    let stores = HashMap::<String, StoreReasons>::deserialize(deserializer)?;
    match stores.keys().find(|id| crate::id::decode(crate::id::Prefix::Store, id).is_err()) {
        Some(id) => Err(wrong(id, "is no id of a store (store_…)")),
        None => Ok(stores),
    }
}

/// A filter of the log.
pub fn log_level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.parse::<tracing_subscriber::EnvFilter>() {
        Ok(_) => Ok(text),
        Err(why) => Err(D::Error::custom(format!("{text:?} is no log filter such as \"info\": {why}"))),
    }
}

fn wrong<E: Error>(what: &str, why: impl Display) -> E {
    E::custom(format!("{what:?} {why}"))
}
