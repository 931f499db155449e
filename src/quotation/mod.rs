//! Quotations: an offer, its revisions and its two approvals. It ends in a sale order, or in none.
//!
//! Changes through the door only (`workflow`); knows lines and prices, and of sale orders only that one starts.

pub mod commands;
pub mod graphql;
pub mod machine;
pub mod queries;
pub mod revise;
