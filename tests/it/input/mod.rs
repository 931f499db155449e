//! What the API makes of requests, good and bad.

mod bad;
mod currency;
mod documents;
mod explain;
mod hostile;
mod idempotency;
mod refused;
mod version;
