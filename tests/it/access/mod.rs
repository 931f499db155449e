//! Who sees and does what.

mod guessing;
mod keys;
mod nodes;
mod ownership;
mod passwords;
mod permissions;
mod program;
mod resale;
mod signing_in;
mod tokens;
mod users;
