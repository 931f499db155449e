//! Who and what a sale is about: stores, customers, resellers. Opens credit accounts with an agreed limit; what a limit
//! means is the credit room's.

pub mod commands;
pub mod graphql;
pub mod queries;
