//! Overrides: requests and decisions that stand in for payment or credit.

pub mod commands;
pub mod graphql;
pub mod lapse;
pub mod queries;
pub mod requests;
