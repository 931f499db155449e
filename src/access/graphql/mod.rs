//! Who one is, and the users and keys of those who manage them. Signing in and passwords are in `session`.

mod inputs;
mod objects;
mod session;

pub use inputs::{
    ApiKeyPayload, CreateApiKeyInput, CreateApiKeyPayload, CreateUserInput, SetUserStoresInput, UpdateUserInput,
    UserPayload,
};
pub use objects::{ApiKey, PermissionInfo, User, Viewer};
pub use session::SessionMutation;

use super::commands::{CreateApiKey, CreateUser, DisableUser, EnableUser, RevokeApiKey, SetUserStores, UpdateUser};
use super::normal_email;
use super::{password, queries};
use crate::access::commands::UserDone;
use crate::app::App;
use crate::edge;
use crate::error::Error;
use crate::graphql::connection::{Connection, asked, connect};
use crate::graphql::{Answer, actor, app, client, reader};
use crate::id::{self, Prefix};
use crate::login::hash_password;
use crate::workflow::Command;
use async_graphql::{Context, ID, Object};
use uuid::Uuid;

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
        #[graphql(desc = "Name or e-mail address contains it.")] search: Option<String>,
    ) -> Answer<Connection<User>> {
        let asked = asked(ctx, first, after, last, before);
        connect(queries::users(reader(ctx), actor(ctx)?, search.as_deref(), &asked).await, User::from)
    }

    /// API keys, oldest first. Needs user.manage.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "Of this user; left out: of everybody.")] user_id: Option<ID>,
    ) -> Answer<Connection<ApiKey>> {
        let asked = asked(ctx, first, after, last, before);
        let user = user_id.map(|id| id::decode(Prefix::User, &id)).transpose()?;
        connect(queries::api_keys(reader(ctx), actor(ctx)?, user, &asked).await, ApiKey::from)
    }

    /// Every permission that roles and scopes can name.
    async fn permissions(&self, ctx: &Context<'_>) -> Answer<Vec<PermissionInfo>> {
        actor(ctx)?;
        let info = |(name, description): &(&'static str, &'static str)| PermissionInfo { name, description };
        Ok(crate::actor::PERMISSIONS.iter().map(info).collect())
    }
}

/// Users and keys.
#[derive(Default)]
pub struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Makes a user. Needs user.manage.
    async fn create_user(&self, ctx: &Context<'_>, input: CreateUserInput) -> Answer<UserPayload> {
        let party = |prefix, id: Option<ID>| id.map(|id| id::decode(prefix, &id)).transpose();
        crate::actor::may::user_manage(actor(ctx)?)?;
        let password_digest = input.password.as_ref().map(|text| app(ctx).tokens.digest(text)).transpose()?;
        let password_hash = match &input.password {
            Some(password) => {
                password::check("password", password, &normal_email(&input.email))?;
                Some(hash_password(app(ctx), client(ctx), password).await?)
            }
            None => None,
        };
        let command = CreateUser {
            email: input.email,
            name: input.name,
            role: input.role,
            password_hash,
            password_digest,
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
        change_user(ctx, input.idempotency_key, command).await
    }

    /// Changes what is given of a user; what is left out stays. Needs user.manage.
    async fn update_user(&self, ctx: &Context<'_>, input: UpdateUserInput) -> Answer<UserPayload> {
        let party = |prefix, id: Option<ID>| id.map(|id| id::decode(prefix, &id)).transpose();
        let command = UpdateUser {
            user_id: id::decode(Prefix::User, &input.user_id)?,
            email: input.email,
            name: input.name,
            role: input.role,
            customer_id: party(Prefix::Customer, input.customer_id)?,
            reseller_id: party(Prefix::Reseller, input.reseller_id)?,
            store_ids: input.store_ids.as_deref().map(stores).transpose()?,
        };
        change_user(ctx, input.idempotency_key, command).await
    }

    /// Shuts a user out, their keys too, and ends their tokens. Needs user.manage.
    async fn disable_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which user.")] user_id: ID,
        idempotency_key: Option<String>,
    ) -> Answer<UserPayload> {
        let command = DisableUser { user_id: id::decode(Prefix::User, &user_id)? };
        change_user(ctx, idempotency_key, command).await
    }

    /// Lets a user in again who was shut out, and their keys; their tokens have ended. Needs user.manage.
    async fn enable_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who was shut out.")] user_id: ID,
        idempotency_key: Option<String>,
    ) -> Answer<UserPayload> {
        let command = EnableUser { user_id: id::decode(Prefix::User, &user_id)? };
        change_user(ctx, idempotency_key, command).await
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
        #[graphql(desc = "Which key.")] api_key_id: ID,
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

async fn user_payload(app: &App, user: Uuid) -> Answer<UserPayload> {
    Ok(UserPayload { user: queries::user(&app.reader, user).await?.into() })
}

/// Runs a command that changes who may do what: what is known of tokens is asked anew.
async fn change_user<C: Command<Output = UserDone>>(
    ctx: &Context<'_>,
    key: Option<String>,
    command: C,
) -> Answer<UserPayload> {
    let done = edge::run(app(ctx), actor(ctx)?, key.as_deref(), &command).await?;
    app(ctx).tokens.forget();
    user_payload(app(ctx), done.user).await
}

async fn api_key_of(app: &App, key: Uuid) -> Answer<ApiKey> {
    Ok(queries::api_key(&app.reader, key).await?.into())
}
