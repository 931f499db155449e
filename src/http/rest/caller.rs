//! Who asks, known before anything else of a request is looked at; and what handlers take from its path and headers.

use super::super::{Shared, actor};
use super::fault::Fault;
use crate::access::Client;
use crate::actor::Actor;
use crate::error::Error;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest idempotency key, in characters.
const LONGEST_KEY: usize = 255;

/// Whoever sent the request. The first thing that a handler takes: extractors run in order.
pub struct Caller(pub Actor);

impl FromRequestParts<Shared> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Fault> {
        let client = parts.extensions.get::<Client>().copied().unwrap_or(Client::HERE);
        let found = actor(shared, client, &parts.headers).await?;
        let missing = || Error::Unauthenticated("send X-API-Key, or Authorization: Bearer <token>".to_owned());
        Ok(Self(found.ok_or_else(missing)?))
    }
}

/// The id in the path, in whatever form; one that is no text is of nothing.
pub struct Id(pub String);

impl FromRequestParts<Shared> for Id {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Fault> {
        match Path::<String>::from_request_parts(parts, shared).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Error::not_found("what the path names").into()),
        }
    }
}

/// The request's `Idempotency-Key`.
pub fn key(headers: &HeaderMap) -> Result<Option<&str>, Fault> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let plain = value
        .to_str()
        .ok()
        .filter(|key| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
    let wrong =
        || Fault::bad("Idempotency-Key", format!("write 1 to {LONGEST_KEY} printable ASCII characters without blanks"));
    plain.map(Some).ok_or_else(wrong)
}
