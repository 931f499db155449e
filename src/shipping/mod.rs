//! Where parcels are: what carriers say of them, kept whole, and told to the parcel or its order as far as it is news there.
//!
//! `provider` has a file a format, `news` does what news do, `queries` and `graphql` show what was said. Knows no machine: it
//! sends events, and which of them are taken the machines say. How deliveries come in, `webhook` knows.

pub mod graphql;
mod keep;
pub mod news;
pub mod provider;
pub mod queries;
