//! Credit of parties: limits, tiers, exposure and its ledger.

pub mod account;
pub mod graphql;
pub mod queries;

pub use queries::{Check, PartyCredit};
