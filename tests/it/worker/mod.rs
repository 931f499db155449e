//! The worker: timers, the expiry sweep, the outbox; alone, beside another, and after one that died.

mod expiry;
mod leases;
mod outbox;
mod stock;
mod together;
