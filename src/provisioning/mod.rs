//! Services that grow an account: whose account it is, what was measured of it before and after, what was delivered again, and
//! the proof of it all. What an order shows is told from times alone, never from the order in which measurements came in.

pub mod accounts;
pub mod graphql;
pub mod lift;
pub mod links;
pub mod metrics;
pub mod proof;
pub mod queries;
pub mod refills;
mod sql;
