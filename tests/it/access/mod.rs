//! Who sees and does what.

mod graphiql;
mod guessing;
mod keys;
mod nodes;
mod ownership;
mod passwords;
mod permissions;
mod program;
mod rates;
mod resale;
mod signing_in;
mod tokens;
mod users;
