//! Fulfilments: goods or services on their way to the buyer, and back.
//!
//! Changes through the door only (`workflow`); knows stock, holds and returns, and of the sale only that it is told.

pub mod allocation;
pub mod commands;
pub mod graphql;
pub mod holds;
pub mod machine;
pub mod queries;
pub mod returns;
pub mod seed;
pub mod waiting;
