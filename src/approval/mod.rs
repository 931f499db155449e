//! Overrides: requests and decisions that stand in for payment or credit.

pub mod commands;
pub mod graphql;
pub mod queries;
pub mod requests;
