//! Who sees and does what.

mod keys;
mod ownership;
mod permissions;
mod signing_in;
