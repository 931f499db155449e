//! What the API makes of requests, good and bad.

mod bad;
pub mod currency;
mod explain;
mod hostile;
mod idempotency;
mod refused;
mod version;
