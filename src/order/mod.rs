//! What the phases share: lines and prices, numbers, the timeline, and how an order is opened for a command.

pub mod address;
pub mod arrival;
pub mod graphql;
pub mod lines;
pub mod numbers;
pub mod parties;
pub mod queries;
pub mod sale_access;
pub mod units;
pub mod worth;
