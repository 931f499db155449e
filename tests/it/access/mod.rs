//! Who sees and does what.

mod keys;
mod nodes;
mod ownership;
mod permissions;
mod resale;
mod signing_in;
