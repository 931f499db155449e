//! Sale orders: payment, credit and overrides clear them for fulfilment; fulfilments close them.
//!
//! Changes through the door only (`workflow`); knows of fulfilments only that they start, hold, go on and end.

pub mod address;
pub mod checkout;
pub mod closing;
pub mod covered;
pub mod details;
pub mod escrow;
pub mod facts;
pub mod graphql;
pub mod machine;
pub mod modify;
pub mod parcels;
pub mod place;
pub mod queries;
pub mod refunded;
pub mod seed;
pub mod totals;
