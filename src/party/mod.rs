//! Stores, customers and resellers: who sells and who buys, and which credit a buyer was given.

pub mod calendar;
pub mod commands;
pub mod credit;
pub mod graphql;
pub mod queries;
pub mod update;
