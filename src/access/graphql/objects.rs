//! Users, keys and whoever asks, as the API shows them.

use crate::error::Error;
use crate::graphql::batch::{Key, Reader};
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, loaders};
use crate::id::{self, Prefix};
use crate::{
    access::queries,
    actor::{Actor, RoleKind},
};
use async_graphql::{Context, Description, ID, Object, SimpleObject};
use entity::{ActorType, api_key, user_account, user_store};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Whoever asks.
#[derive(Clone, Debug, SimpleObject)]
pub struct Viewer {
    /// What the log calls them.
    actor_type: ActorType,
    /// Their user's id.
    id: String,
    /// Shown to people.
    name: String,
    /// Their roles.
    roles: Vec<String>,
    /// What they may do, sorted. Buyers and sellers: within what is theirs.
    permissions: Vec<&'static str>,
}

impl From<&Actor> for Viewer {
    fn from(actor: &Actor) -> Self {
        Self {
            actor_type: actor.kind,
            id: actor.id.clone(),
            name: actor.name.clone(),
            roles: vec![actor.role.clone()],
            permissions: actor.permissions.names().collect(),
        }
    }
}

/// A person who signs in.
#[derive(Clone, Debug, Description)]
pub struct User(Arc<user_account::Model>);

impl From<user_account::Model> for User {
    fn from(model: user_account::Model) -> Self {
        Self(Arc::new(model))
    }
}

#[Object(use_type_description = true)]
impl User {
    /// `user_…`
    async fn id(&self) -> ID {
        id::encode(Prefix::User, self.0.id).into()
    }

    /// To sign in with; unique.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Shown to people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// A role of `config/roles.toml`.
    async fn role(&self) -> &str {
        &self.0.role
    }

    /// The customer that a CUSTOMER signs in for.
    async fn customer_id(&self) -> Option<ID> {
        self.0.customer_id.map(|party| id::encode(Prefix::Customer, party).into())
    }

    /// The reseller that a RESELLER signs in for.
    async fn reseller_id(&self) -> Option<ID> {
        self.0.reseller_id.map(|party| id::encode(Prefix::Reseller, party).into())
    }

    /// The stores that a SELLER sells for.
    async fn store_ids(&self, ctx: &Context<'_>) -> Answer<Vec<ID>> {
        if RoleKind::parse(&self.0.role) != Some(RoleKind::Seller) {
            return Ok(Vec::new());
        }
        let links = loaders(ctx).or_default(StoresOf(self.0.id)).await?;
        Ok(links.iter().map(|link| id::encode(Prefix::Store, link.store_id).into()).collect())
    }

    /// Since when they are shut out; null: they are not.
    async fn disabled_at(&self) -> Option<DateTime> {
        self.0.disabled_at.map(DateTime)
    }

    /// When they were made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// The stores of a seller.
#[derive(Clone, PartialEq, Eq, Hash)]
struct StoresOf(Uuid);

impl Key for StoresOf {
    type Value = Vec<Arc<user_store::Model>>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let users: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
            let found = queries::stores_of(&reader.app.reader, &users).await?;
            Ok(found.into_iter().map(|(user, links)| (Self(user), links)).collect())
        }
        .boxed()
    }
}

/// A key for programs, without the key itself: only its hash is kept.
#[derive(Clone, Debug, SimpleObject)]
pub struct ApiKey {
    /// `key_…`
    id: ID,
    /// Shown to people.
    name: String,
    /// The key's first characters, to recognise it by.
    prefix: String,
    /// Whose key it is: what is done with it counts as theirs.
    user_id: ID,
    /// What it is narrowed to; null: all that its user may do.
    scopes: Option<Vec<String>>,
    /// Until when it is good; null: until it is revoked.
    expires_at: Option<DateTime>,
    /// Since when it is not good any more.
    revoked_at: Option<DateTime>,
    /// When it was made.
    created_at: DateTime,
}

impl From<api_key::Model> for ApiKey {
    fn from(model: api_key::Model) -> Self {
        let scopes = model.scopes.as_ref().and_then(serde_json::Value::as_array);
        Self {
            id: id::encode(Prefix::Key, model.id).into(),
            prefix: model.prefix,
            user_id: id::encode(Prefix::User, model.user_id).into(),
            scopes: scopes.map(|names| names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()),
            expires_at: model.expires_at.map(DateTime),
            revoked_at: model.revoked_at.map(DateTime),
            created_at: DateTime(model.created_at),
            name: model.name,
        }
    }
}

/// A permission, as roles and scopes name it.
#[derive(Clone, Debug, SimpleObject)]
pub struct PermissionInfo {
    /// As roles and scopes name it.
    pub(super) name: &'static str,
    /// What it allows.
    pub(super) description: &'static str,
}
