//! What the secrets of payment providers and carriers look like, and which of them take commands: so that a mistyped one is told with
//! its line, when the configuration is read.
//!
//! No message repeats a secret. How a secret verifies anything, `payment::provider` knows.

use crate::texts;

/// Providers that take commands: refunds, captures.
pub const COMMANDED: &[&str] = &["stripe", "paystack"];
/// The shortest secret, in bytes.
const SHORTEST: usize = 16;
/// The shortest key of Standard Webhooks, in bytes (its specification).
const SHORTEST_STANDARD: usize = 24;

/// Why a text cannot be a webhook secret of the provider of this name; names that are not known are those of integrations
/// that post the plain payload.
pub fn check_secret(provider: &str, secret: &str) -> Result<(), String> {
    match provider {
        "stripe" => match secret.strip_prefix("whsec_") {
            Some(rest) => check_length(rest.len(), SHORTEST),
            None => Err("it is no signing secret of an endpoint: those begin with whsec_".to_owned()),
        },
        "paystack" if !secret.starts_with("sk_") => {
            Err("it is no secret key: those begin with sk_live_ or sk_test_".to_owned())
        }
        "adyen" => {
            let key = hex::decode(secret).map_err(|_| "it must be an HMAC key in hexadecimal digits")?;
            check_length(key.len(), SHORTEST)
        }
        "standard" | "escrow" => {
            let key = standard_key(secret).ok_or("it must be whsec_ and the key in base64")?;
            check_length(key.len(), SHORTEST_STANDARD)
        }
        _ => check_length(secret.len(), SHORTEST),
    }
}

/// Why a text cannot be a webhook secret of the carrier of this name; names that are not known are those of systems that
/// sign as Standard Webhooks has it.
pub fn check_carrier_secret(carrier: &str, secret: &str) -> Result<(), String> {
    match carrier {
        "easypost" => check_length(secret.len(), SHORTEST),
        _ => check_secret("standard", secret),
    }
}

/// The key in a secret of Standard Webhooks.
pub fn standard_key(secret: &str) -> Option<Vec<u8>> {
    texts::base64(secret.strip_prefix("whsec_")?)
}

fn check_length(bytes: usize, least: usize) -> Result<(), String> {
    if bytes < least { Err(format!("it has {bytes} bytes; at least {least} are needed")) } else { Ok(()) }
}
