//! Bodies: read within their limit, strictly, held against the document, and taken with the digits that they have.

use super::super::{Shared, body};
use super::fault::Fault;
use crate::actor::Actor;
use crate::error::Error;
use crate::json;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize as _;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::Value;

/// The longest body, in bytes.
pub const LONGEST: usize = 256 * 1024;
/// How many bytes of a body count as a request of their own: reading them takes as long.
const COUNTS_AS_ONE: usize = 8 * 1024;

/// A body that is as the document has it.
pub struct Sent<T> {
    /// What it says; numbers of it were read from their digits.
    pub told: T,
    /// The same as JSON, for what is kept and read by nobody.
    pub json: Value,
}

/// Reads the body of an operation.
pub async fn read<T: DeserializeOwned>(
    shared: &Shared,
    actor: &Actor,
    operation: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Sent<T>, Fault> {
    check_type(headers)?;
    let bytes = body::bytes(body, LONGEST).await.map_err(|error| match error {
        Error::Invalid { .. } => Fault::of_form(StatusCode::BAD_REQUEST, error),
        error => Fault::from(error),
    })?;
    shared.rates.user(&actor.id, bytes.len() / COUNTS_AS_ONE)?;
    let read = json::parse(&bytes).map_err(|why| Fault::bad("body", why.to_string()))?;
    let rounded = read.rounded().ok_or_else(|| Fault::bad("body", "it has a number that is too large to be one"))?;
    shared.contract()?.check_body(operation, &rounded)?;
    let told = serde_json::from_value(read.digits()).map_err(|error| {
        // The schema has let it pass: the two do not say the same.
        Error::internal(format!("{operation} does not read what its schema allows: {error}"))
    })?;
    Ok(Sent { told, json: rounded })
}

fn check_type(headers: &HeaderMap) -> Result<(), Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let told = Error::invalid("Content-Type", "send application/json");
    Err(Fault::of_form(StatusCode::UNSUPPORTED_MEDIA_TYPE, told))
}

/// A whole number, from the digits that it was written with: `2`, `2.0` and `2e0` are one to a schema.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let digits = String::deserialize(deserializer)?;
    #[expect(clippy::cast_possible_truncation, reason = "the schema bounds it far below what a float holds exactly")]
    let rounded = || digits.parse::<f64>().ok().filter(|number| number.fract() == 0.0).map(|number| number as i64);
    digits.parse().ok().or_else(rounded).ok_or_else(|| D::Error::custom("no whole number"))
}

/// The same for one that may be left out.
pub fn maybe_whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    struct Whole(i64);
    impl<'de> serde::Deserialize<'de> for Whole {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            whole(deserializer).map(Self)
        }
    }
    Ok(Option::<Whole>::deserialize(deserializer)?.map(|Whole(number)| number))
}
