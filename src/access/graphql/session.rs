//! Signing in and out, and one's own password.

use super::objects::Viewer;
use crate::access::commands::{ChangePassword, Logout, LogoutEverywhere, ResetPassword};
use crate::access::tokens::Issued;
use crate::app::App;
use crate::edge;
use crate::error::Error;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, actor, app, client};
use crate::id::{self, Prefix};
use crate::{
    access::{Credentials, authenticate, password, queries},
    actor::Actor,
    login,
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

/// A password in place of the one that one has.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The one that one has.
    #[graphql(secret)]
    current_password: String,
    /// 12 to 200 characters, not the e-mail address.
    #[graphql(secret)]
    new_password: String,
}

/// A password for who has a token to set it.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// What `waybill token --reset` printed: good once, for 30 minutes.
    #[graphql(secret)]
    token: String,
    /// 12 to 200 characters, not the e-mail address.
    #[graphql(secret)]
    new_password: String,
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

/// Whose password was changed, and what they send from now on: the tokens before have ended.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// Send it as `Authorization: Bearer <token>`.
    token: String,
    /// Until when it is good.
    expires_at: DateTime,
    /// Whose password it is.
    viewer: Viewer,
}

/// Whose password was set.
#[derive(SimpleObject)]
pub struct ResetPasswordPayload {
    /// The address to sign in with.
    email: String,
}

/// Whose tokens ended.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// Their user's id.
    user_id: ID,
}

/// Signing in and out; one's own password.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Signs in. One a request, and none in a batch. An unknown address and a wrong password look the same. After five wrong
    /// ones from one address, and when too many sign in at once, it is `LIMIT_EXCEEDED` with `retryAfter`, in seconds, also as
    /// the header Retry-After.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As the user is known by; case does not matter.")] email: String,
        #[graphql(secret, desc = "The password.")] password: String,
    ) -> Answer<LoginPayload> {
        let app = app(ctx);
        let login = login::login(app, client(ctx), &email, &password).await?;
        let viewer = viewer_of(app, &login.issued).await?;
        Ok(LoginPayload { viewer, token: login.issued.token, expires_at: DateTime(login.issued.expires_at) })
    }

    /// Ends the token that it comes with; others of the same user stay good.
    async fn logout(&self, ctx: &Context<'_>) -> Answer<LogoutPayload> {
        edge::run(app(ctx), actor(ctx)?, None, &Logout).await?;
        app(ctx).tokens.forget();
        Ok(LogoutPayload { user_id: actor(ctx)?.id.as_str().into() })
    }

    /// Ends all tokens of a user that were made until now, wherever they are used. API keys stay. Somebody else's need
    /// user.manage.
    async fn logout_everywhere(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; left out: one's own.")] user_id: Option<ID>,
    ) -> Answer<LogoutPayload> {
        let own =
            || actor(ctx).ok().and_then(|actor| actor.user_id).ok_or_else(|| Error::invalid("userId", "say whose"));
        let user = user_id.map_or_else(own, |id| id::decode(Prefix::User, &id))?;
        edge::run(app(ctx), actor(ctx)?, None, &LogoutEverywhere { user_id: user }).await?;
        app(ctx).tokens.forget();
        Ok(LogoutPayload { user_id: id::encode(Prefix::User, user).into() })
    }

    /// Replaces one's own password, and ends all of one's tokens: go on with the one that it answers with. A wrong current
    /// password counts as a login that failed.
    async fn change_password(&self, ctx: &Context<'_>, input: ChangePasswordInput) -> Answer<ChangePasswordPayload> {
        let (app, actor) = (app(ctx), actor(ctx)?);
        let user = actor.token.as_ref().map(|token| token.user).ok_or_else(|| {
            Error::Forbidden("a password is changed by who has signed in with it, not with an API key".to_owned())
        })?;
        let (old, new) = (&input.current_password, &input.new_password);
        let hashes = login::replacement(app, client(ctx), user, old, new).await?;
        let command = ChangePassword { old_hash: hashes.old_hash, new_hash: hashes.new_hash };
        edge::run(app, actor, None, &command).await?;
        app.tokens.forget();
        let issued = app.tokens.issue(&queries::user(&app.reader, user).await?, app.now())?;
        let viewer = viewer_of(app, &issued).await?;
        Ok(ChangePasswordPayload { viewer, token: issued.token, expires_at: DateTime(issued.expires_at) })
    }

    /// Sets the password of whoever has a token for it, and ends their tokens. Needs no credentials.
    async fn reset_password(&self, ctx: &Context<'_>, input: ResetPasswordInput) -> Answer<ResetPasswordPayload> {
        let app = app(ctx);
        let (token_hash, email) = login::reset_of(app, client(ctx), &input.token).await?;
        password::check("newPassword", &input.new_password, &email)?;
        let account = app.tokens.account(&email)?;
        let new_hash = login::hash_password(app, client(ctx), &input.new_password).await?;
        edge::run(app, &Actor::system(), None, &ResetPassword { token_hash, account, new_hash }).await?;
        app.tokens.forget();
        app.refusals.clear();
        Ok(ResetPasswordPayload { email })
    }
}

async fn viewer_of(app: &App, issued: &Issued) -> Result<Viewer, Error> {
    let credentials = Credentials { authorization: Some(format!("Bearer {}", issued.token)), api_key: None };
    let actor = authenticate(&app.reader, &app.roles, &app.tokens, app.now(), &credentials).await?;
    actor.as_ref().map(Viewer::from).ok_or_else(|| Error::internal("a new token stands for nobody"))
}
