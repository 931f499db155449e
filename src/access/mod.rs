//! Who is asking, and what they may do: a token or a key becomes an [`Actor`].
//!
//! Promises that whoever presents something gets the actor that it stands for or an error, never the anonymous one, and
//! that nobody hands out more than they hold. Sole writer of users, their stores and API keys. Knows roles, permissions
//! and scopes; knows nothing of orders, nor of the protocol that carried the credentials.

mod authenticate;
mod client;
pub mod commands;
pub mod graphql;
mod hashing;
pub mod installation;
mod keys;
mod local;
pub mod password;
pub mod queries;
mod refusals;
mod tokens;

pub use authenticate::{Credentials, again, authenticate};
pub use client::Client;
pub use hashing::{Hashing, Standing, Turn};
pub use keys::hash_key;
pub use local::{LocalUser, local_user};
pub use refusals::{ALL, Attempt, Refusals};
pub use tokens::{Issued, Tokens};

/// As it is stored and looked up.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}
