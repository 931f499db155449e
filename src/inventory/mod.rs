//! Stock: what is on hand, what is reserved, and every correction by hand.

pub mod commands;
pub mod graphql;
pub mod queries;
pub mod stock;
