//! Who is asking, and what they may do: a token or a key becomes an [`Actor`].
//!
//! Promises that whoever presents something gets the actor that it stands for or an error, never the anonymous one, and
//! that nobody hands out more than they hold. Sole writer of users, their stores and API keys. Knows roles, permissions
//! and scopes; knows nothing of orders, nor of the protocol that carried the credentials.

mod actor;
mod authenticate;
pub mod commands;
mod credentials;
pub mod graphql;
mod local;
pub mod may;
mod permission;
pub mod queries;
mod roles;
mod tokens;

pub use actor::{Actor, Scope};
pub use authenticate::{Credentials, authenticate};
pub use credentials::{Login, hash_password, login};
pub use local::{LocalUser, local_user};
pub use permission::{PERMISSIONS, Permissions};
pub use roles::{OverrideLimit, Role, RoleKind, Roles};
pub use tokens::{Issued, Tokens};
