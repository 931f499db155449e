//! Who sees and does what.

mod graphiql;
mod keys;
mod nodes;
mod ownership;
mod permissions;
mod rates;
mod resale;
mod signing_in;
