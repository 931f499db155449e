//! Products: what is sold, at which price. Knows no stock and no order.

pub mod commands;
pub mod graphql;
pub mod queries;
