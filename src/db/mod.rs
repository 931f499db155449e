//! The database as all rooms use it: connections and transactions, rows read and written many at a time, pages, searches.
//!
//! Knows SQL and no meaning.

pub mod connect;
pub mod finders;
pub mod page;
pub mod rows;
pub mod search;
