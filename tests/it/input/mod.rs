//! What the API makes of requests, good and bad.

mod bad;
pub mod currency;
mod documents;
mod explain;
mod hostile;
mod idempotency;
mod instants;
mod refused;
mod version;
mod words;
