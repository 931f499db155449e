//! Signing in, who one is, and the users and keys of those who manage them.

use super::commands::{CreateApiKey, CreateUser, DisableUser, RevokeApiKey, SetUserStores};
use super::{Actor, Credentials, RoleKind, authenticate, credentials, queries};
use crate::app::App;
use crate::clock::Instant;
use crate::edge;
use crate::error::Error;
use crate::graphql::batch::{Key, Reader};
use crate::graphql::connection::{Connection, asked, connect};
use crate::graphql::scalars::DateTime;
use crate::graphql::words::ActorType;
use crate::graphql::{Answer, actor, app, loaders};
use crate::id::{self, Prefix};
use async_graphql::{Context, Description, ID, InputObject, Object, SimpleObject};
use entity::{api_key, user_account, user_store};
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
            actor_type: actor.kind.into(),
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
    name: &'static str,
    /// What it allows.
    description: &'static str,
}

/// A new user.
#[derive(InputObject)]
pub struct CreateUserInput {
    /// To sign in with; unique.
    email: String,
    /// Shown to people.
    name: String,
    /// A role of `config/roles.toml`; it may hold no permission that you do not have.
    role: String,
    /// 8 to 200 characters; left out: the user cannot sign in by password.
    #[graphql(secret)]
    password: Option<String>,
    /// For a CUSTOMER: the customer that it signs in for.
    customer_id: Option<ID>,
    /// For a RESELLER: the reseller that it signs in for.
    reseller_id: Option<ID>,
    /// For a SELLER: the stores that it sells for.
    store_ids: Option<Vec<ID>>,
    /// The same key with the same input answers with the first result.
    idempotency_key: Option<String>,
}

/// Which stores a seller sells for.
#[derive(InputObject)]
pub struct SetUserStoresInput {
    /// The seller.
    user_id: ID,
    /// All of their stores.
    store_ids: Vec<ID>,
    /// The same key with the same input answers with the first result.
    idempotency_key: Option<String>,
}

/// A new API key.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// Shown to people.
    name: String,
    /// Whose key it is; left out: yours.
    user_id: Option<ID>,
    /// Permissions that it is narrowed to; left out: all that its user may do.
    scopes: Option<Vec<String>>,
    /// Until when it is good; left out: until it is revoked.
    expires_at: Option<DateTime>,
    /// The same key with the same input answers with the first result.
    idempotency_key: Option<String>,
}

/// Whoever signed in, and what they send from now on.
#[derive(SimpleObject)]
pub struct LoginPayload {
    /// Send it as `Authorization: Bearer <token>`.
    token: String,
    /// Until when it is good.
    expires_at: DateTime,
    /// Who signed in.
    viewer: Viewer,
}

/// A user, made or changed.
#[derive(SimpleObject)]
pub struct UserPayload {
    /// The user.
    user: User,
}

/// A key, made.
#[derive(SimpleObject)]
pub struct CreateApiKeyPayload {
    /// What is known of it from now on.
    api_key: ApiKey,
    /// The key itself: send it as `X-API-Key`. Shown this once; null when an idempotency key is answered again.
    secret: Option<String>,
}

/// A key, changed.
#[derive(SimpleObject)]
pub struct ApiKeyPayload {
    /// The key.
    api_key: ApiKey,
}

/// Who one is; users and keys.
#[derive(Default)]
pub struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Whoever asks.
    async fn viewer(&self, ctx: &Context<'_>) -> Answer<Viewer> {
        Ok(Viewer::from(actor(ctx)?))
    }

    /// Users, oldest first; `search` looks in names and e-mail addresses. Needs user.manage.
    async fn users(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        search: Option<String>,
    ) -> Answer<Connection<User>> {
        let asked = asked(ctx, first, after, last, before);
        connect(queries::users(app(ctx), actor(ctx)?, search.as_deref(), &asked).await, User::from)
    }

    /// API keys, oldest first. Needs user.manage.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        user_id: Option<ID>,
    ) -> Answer<Connection<ApiKey>> {
        let asked = asked(ctx, first, after, last, before);
        let user = user_id.map(|id| id::decode(Prefix::User, &id)).transpose()?;
        connect(queries::api_keys(app(ctx), actor(ctx)?, user, &asked).await, ApiKey::from)
    }

    /// Every permission that roles and scopes can name.
    async fn permissions(&self, ctx: &Context<'_>) -> Answer<Vec<PermissionInfo>> {
        actor(ctx)?;
        let info = |(name, description): &(&'static str, &'static str)| PermissionInfo { name, description };
        Ok(super::PERMISSIONS.iter().map(info).collect())
    }
}

/// Signing in; users and keys.
#[derive(Default)]
pub struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Signs in. An unknown address and a wrong password look the same.
    async fn login(
        &self,
        ctx: &Context<'_>,
        email: String,
        #[graphql(secret)] password: String,
    ) -> Answer<LoginPayload> {
        let app = app(ctx);
        let now = app.now();
        let login = credentials::login(&app.reader, &app.tokens, now, &email, &password).await?;
        let viewer = viewer_of(app, &login.issued.token, now).await?;
        Ok(LoginPayload { viewer, token: login.issued.token, expires_at: DateTime(login.issued.expires_at) })
    }

    /// Makes a user. Needs user.manage.
    async fn create_user(&self, ctx: &Context<'_>, input: CreateUserInput) -> Answer<UserPayload> {
        let party = |prefix, id: Option<ID>| id.map(|id| id::decode(prefix, &id)).transpose();
        super::may::user_manage(actor(ctx)?)?;
        let password_hash = match &input.password {
            Some(password) => Some(credentials::hash_password(password).await?),
            None => None,
        };
        let command = CreateUser {
            email: input.email,
            name: input.name,
            role: input.role,
            password_hash,
            customer_id: party(Prefix::Customer, input.customer_id)?,
            reseller_id: party(Prefix::Reseller, input.reseller_id)?,
            store_ids: stores(&input.store_ids.unwrap_or_default())?,
        };
        let done = edge::run(app(ctx), actor(ctx)?, input.idempotency_key.as_deref(), &command).await?;
        user_payload(app(ctx), done.user).await
    }

    /// Says which stores a seller sells for, instead of those before. Needs user.manage.
    async fn set_user_stores(&self, ctx: &Context<'_>, input: SetUserStoresInput) -> Answer<UserPayload> {
        let command =
            SetUserStores { user_id: id::decode(Prefix::User, &input.user_id)?, store_ids: stores(&input.store_ids)? };
        let done = edge::run(app(ctx), actor(ctx)?, input.idempotency_key.as_deref(), &command).await?;
        app(ctx).tokens.forget();
        user_payload(app(ctx), done.user).await
    }

    /// Shuts a user out, their keys too. Needs user.manage.
    async fn disable_user(
        &self,
        ctx: &Context<'_>,
        user_id: ID,
        idempotency_key: Option<String>,
    ) -> Answer<UserPayload> {
        let command = DisableUser { user_id: id::decode(Prefix::User, &user_id)? };
        let done = edge::run(app(ctx), actor(ctx)?, idempotency_key.as_deref(), &command).await?;
        app(ctx).tokens.forget();
        user_payload(app(ctx), done.user).await
    }

    /// Makes a key for programs that act in a user's name. Needs user.manage.
    async fn create_api_key(&self, ctx: &Context<'_>, input: CreateApiKeyInput) -> Answer<CreateApiKeyPayload> {
        let own =
            || actor(ctx).ok().and_then(|actor| actor.user_id).ok_or_else(|| Error::invalid("userId", "say whose"));
        let command = CreateApiKey {
            name: input.name,
            user_id: input.user_id.map_or_else(own, |id| id::decode(Prefix::User, &id))?,
            scopes: input.scopes,
            expires_at: input.expires_at.map(|at| at.0),
        };
        let done = edge::run(app(ctx), actor(ctx)?, input.idempotency_key.as_deref(), &command).await?;
        Ok(CreateApiKeyPayload { api_key: api_key_of(app(ctx), done.api_key).await?, secret: done.secret })
    }

    /// Ends a key. Needs user.manage.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        api_key_id: ID,
        idempotency_key: Option<String>,
    ) -> Answer<ApiKeyPayload> {
        let command = RevokeApiKey { api_key_id: id::decode(Prefix::Key, &api_key_id)? };
        let done = edge::run(app(ctx), actor(ctx)?, idempotency_key.as_deref(), &command).await?;
        app(ctx).tokens.forget();
        Ok(ApiKeyPayload { api_key: api_key_of(app(ctx), done.api_key).await? })
    }
}

fn stores(ids: &[ID]) -> Result<Vec<Uuid>, Error> {
    ids.iter().map(|id| id::decode(Prefix::Store, id)).collect()
}

async fn viewer_of(app: &App, token: &str, now: Instant) -> Result<Viewer, Error> {
    let credentials = Credentials { authorization: Some(format!("Bearer {token}")), api_key: None };
    let actor = authenticate(&app.reader, &app.roles, &app.tokens, now, &credentials).await?;
    actor.as_ref().map(Viewer::from).ok_or_else(|| Error::internal("a new token stands for nobody"))
}

async fn user_payload(app: &App, user: Option<Uuid>) -> Answer<UserPayload> {
    let user = user.ok_or_else(|| Error::internal("the command names no user"))?;
    Ok(UserPayload { user: queries::user(app, user).await?.into() })
}

async fn api_key_of(app: &App, key: Option<Uuid>) -> Answer<ApiKey> {
    let key = key.ok_or_else(|| Error::internal("the command names no API key"))?;
    Ok(queries::api_key(app, key).await?.into())
}
