//! What mutations of users and keys take, and what they answer with.

use super::objects::{ApiKey, User};
use crate::graphql::scalars::DateTime;
use async_graphql::{ID, InputObject, SimpleObject};

/// A new user.
#[derive(InputObject)]
pub struct CreateUserInput {
    /// To sign in with; unique.
    pub(super) email: String,
    /// Shown to people.
    pub(super) name: String,
    /// A role of `config/roles.toml`; it may hold no permission that you do not have.
    pub(super) role: String,
    /// 12 to 200 characters, not the e-mail address; left out: the user cannot sign in by password.
    #[graphql(secret)]
    pub(super) password: Option<String>,
    /// For a CUSTOMER: the customer that it signs in for.
    pub(super) customer_id: Option<ID>,
    /// For a RESELLER: the reseller that it signs in for.
    pub(super) reseller_id: Option<ID>,
    /// For a SELLER: the stores that it sells for.
    pub(super) store_ids: Option<Vec<ID>>,
    /// The same key with the same input answers with the first result.
    pub(super) idempotency_key: Option<String>,
}

/// What changes of a user. What is left out stays.
#[derive(InputObject)]
pub struct UpdateUserInput {
    /// Who.
    pub(super) user_id: ID,
    /// To sign in with; unique.
    pub(super) email: Option<String>,
    /// Shown to people.
    pub(super) name: Option<String>,
    /// A role of `config/roles.toml`; neither it nor the old one may hold a permission that you do not have. What only the
    /// old role has (customer, reseller, stores) is taken away. Nobody changes their own.
    pub(super) role: Option<String>,
    /// For a CUSTOMER: the customer that it signs in for.
    pub(super) customer_id: Option<ID>,
    /// For a RESELLER: the reseller that it signs in for.
    pub(super) reseller_id: Option<ID>,
    /// For a SELLER: all stores that it sells for, instead of those before.
    pub(super) store_ids: Option<Vec<ID>>,
    /// The same key with the same input answers with the first result.
    pub(super) idempotency_key: Option<String>,
}

/// Which stores a seller sells for.
#[derive(InputObject)]
pub struct SetUserStoresInput {
    /// The seller.
    pub(super) user_id: ID,
    /// All of their stores.
    pub(super) store_ids: Vec<ID>,
    /// The same key with the same input answers with the first result.
    pub(super) idempotency_key: Option<String>,
}

/// A new API key.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// Shown to people.
    pub(super) name: String,
    /// Whose key it is; left out: yours.
    pub(super) user_id: Option<ID>,
    /// Permissions that it is narrowed to; left out: all that its user may do.
    pub(super) scopes: Option<Vec<String>>,
    /// Until when it is good; left out: until it is revoked.
    pub(super) expires_at: Option<DateTime>,
    /// The same key with the same input answers with the first result.
    pub(super) idempotency_key: Option<String>,
}

/// A user, made or changed.
#[derive(SimpleObject)]
pub struct UserPayload {
    /// The user.
    pub(super) user: User,
}

/// A key, made.
#[derive(SimpleObject)]
pub struct CreateApiKeyPayload {
    /// What is known of it from now on.
    pub(super) api_key: ApiKey,
    /// The key itself: send it as `X-API-Key`. Shown this once; null when an idempotency key is answered again.
    pub(super) secret: Option<String>,
}

/// A key, changed.
#[derive(SimpleObject)]
pub struct ApiKeyPayload {
    /// The key.
    pub(super) api_key: ApiKey,
}
