//! Resellers' accounts: what they owe over all orders, every movement of it, and money that settles several orders.
//!
//! Keeps no balance: it is added up from orders, the payment ledger and settlements. Only `commands` writes, and only
//! settlements; the payments that they become are booked by `payment`.

pub mod commands;
pub mod graphql;
pub mod queries;
pub mod spread;
pub mod statement;
