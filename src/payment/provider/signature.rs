//! Signatures: keyed hashes compared in constant time, and the age of a signature's own time.
//!
//! Knows no provider. Messages name the header and what would be right, never a secret or the signature itself.

use super::{Delivery, Refusal};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha512};

/// The most signatures in a header that are tried.
pub const MAX_SIGNATURES: usize = 16;

/// 401, and why.
pub fn unauthenticated(why: impl Into<String>) -> Refusal {
    Refusal::Unauthenticated(why.into())
}

/// A header's value that comes at most once and is plain text.
pub fn header<'a>(delivery: &Delivery<'a>, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = delivery.headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(unauthenticated(format!("the header {name} comes more than once")));
    }
    value.to_str().map(Some).map_err(|_| unauthenticated(format!("the header {name} is not plain text")))
}

/// A header's value that comes just once and is plain text.
pub fn needed<'a>(delivery: &Delivery<'a>, name: &str) -> Result<&'a str, Refusal> {
    header(delivery, name)?.ok_or_else(|| unauthenticated(format!("the header {name} is missing")))
}

/// Whether `given` is HMAC-SHA256 of the parts, one after the other.
pub fn is_hmac_sha256(key: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
    verifies(Hmac::<Sha256>::new_from_slice(key).ok(), key, parts, given)
}

/// Whether `given` is HMAC-SHA512 of the parts, one after the other.
pub fn is_hmac_sha512(key: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
    verifies(Hmac::<Sha512>::new_from_slice(key).ok(), key, parts, given)
}

/// An empty key signs nothing: everybody has it.
fn verifies<M: Mac>(mac: Option<M>, key: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
    let Some(mac) = mac.filter(|_| !key.is_empty()) else { return false };
    parts.iter().fold(mac, Mac::chain_update).verify_slice(given).is_ok()
}

/// Whether both are the same, in a time that depends neither on where they differ nor on how long the secret is.
pub fn is_same(secret: &str, given: &str) -> bool {
    let mac = Hmac::<Sha256>::new_from_slice(b"a shared secret in a header").ok();
    let (Some(ours), Some(theirs)) = (mac.clone(), mac) else { return false };
    let ours = ours.chain_update(secret).finalize().into_bytes();
    !secret.is_empty() && theirs.chain_update(given).verify_slice(&ours).is_ok()
}

/// Refuses a time, in seconds since 1970, that is further than `tolerance` from now, before or after it.
pub fn check_age(delivery: &Delivery<'_>, header: &str, seconds: &str, tolerance: TimeDelta) -> Result<(), Refusal> {
    let at = parse_seconds(seconds).ok_or_else(|| no_time(header))?;
    let now = delivery.now.timestamp();
    let age = now.abs_diff(at);
    let limit = tolerance.num_seconds().unsigned_abs();
    if age <= limit {
        return Ok(());
    }
    let side = if at < now { "before" } else { "after" };
    Err(unauthenticated(format!("the time in {header} is {age} s {side} now; at most {limit} s are taken")))
}

/// Refuses what is no count of seconds: only then is it clear where in a signed text it ends.
pub fn check_seconds(header: &str, seconds: &str) -> Result<(), Refusal> {
    parse_seconds(seconds).map(|_| ()).ok_or_else(|| no_time(header))
}

fn parse_seconds(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn no_time(header: &str) -> Refusal {
    unauthenticated(format!("the time in {header} is no count of seconds since 1970"))
}

/// 401 for a signature that fits none of the secrets.
pub fn none_fits(header: &str) -> Refusal {
    unauthenticated(format!("no signature in {header} fits the body and a configured secret"))
}
