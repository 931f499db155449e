//! Who is asking, and what they may do: a token or a key becomes an [`Actor`].
//!
//! Promises that whoever presents something gets the actor that it stands for or an error, never the anonymous one, and
//! that nobody hands out more than they hold. Sole writer of users, their stores and API keys. Knows roles, permissions
//! and scopes; knows nothing of orders, nor of the protocol that carried the credentials.

mod actor;
mod authenticate;
pub mod backoff;
pub mod commands;
pub mod graphql;
mod hashing;
pub mod installation;
mod keys;
mod local;
mod login;
pub mod may;
mod password;
mod permission;
pub mod queries;
mod roles;
mod tokens;

pub use actor::{Actor, Scope};
pub use authenticate::{Credentials, authenticate};
pub use hashing::{Hashing, Standing};
pub use local::{LocalUser, local_user};
pub use login::{Login, hash_password, login};
pub use permission::{PERMISSIONS, Permissions};
pub use roles::{OverrideLimit, Role, RoleKind, Roles};
pub use tokens::{Bearer, Issued, Tokens};

use crate::clock::Instant;
use crate::error::Error;
use sea_orm::DatabaseTransaction;

/// Forgets what means nothing any more: failed logins, ended tokens, tokens that set passwords.
pub async fn forget_old(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    backoff::forget_old(txn, now).await?;
    commands::forget_old(txn, now).await
}
