//! Signing in with a password: back-off, a turn, the comparison, the count.
//!
//! Promises that an unknown address, a wrong password and a disabled user take the same work and look the same, and that
//! a failure is counted also when whoever guessed does not wait for the answer. What fails is a line in the log.

pub mod backoff;

use crate::access::commands::no_such_token;
use crate::access::{Attempt, Client, Issued, Standing, Turn, hash_key, normal_email, password, queries};
use crate::app::App;
use crate::error::Error;
use crate::id::{self, Prefix};
use entity::user_account;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Whoever signed in, and their token.
pub struct Login {
    /// The user.
    pub user: user_account::Model,
    /// The token.
    pub issued: Issued,
}

/// Signs in. `Later` for who has to wait.
pub async fn login(app: &App, client: Client, email: &str, password: &str) -> Result<Login, Error> {
    let email = normal_email(email);
    let attempt = Attempt::at_account(&app.tokens, &email, client.network())?;
    let standing = backoff::admit(app, &attempt).await?;
    let turn = app.hashing.turn(standing, client.network()).await?;
    let checked = checked(app.clone(), attempt, email, password.to_owned(), turn);
    // Its own task: it goes on when the client does not.
    tokio::spawn(checked).await.map_err(Error::internal)?
}

async fn checked(app: App, attempt: Attempt, email: String, password: String, turn: Turn) -> Result<Login, Error> {
    // Others may have failed while this one waited for its turn.
    backoff::admit(&app, &attempt).await?;
    let found = user_account::Entity::find().filter(user_account::Column::Email.eq(email)).one(&app.reader).await?;
    let usable = found.as_ref().filter(|user| user.disabled_at.is_none());
    let hash = usable.and_then(|user| user.password_hash.clone());
    let why = match (&found, usable, &hash) {
        (None, ..) => "nobody has this e-mail address",
        (_, None, _) => "the user is disabled",
        (.., None) => "the user has no password",
        (.., Some(_)) => "the password is wrong",
    };
    // Kept until the failure is counted.
    let (passed, _turn) = turn.work(move || password::matches(hash.as_deref(), &password)).await?;
    let user = found.as_ref().map(|user| id::encode(Prefix::User, user.id));
    if let Some(found) = found.filter(|_| passed) {
        backoff::succeeded(&app, &attempt).await?;
        tracing::info!(address = %attempt.address, user, "login");
        Ok(Login { issued: app.tokens.issue(&found, app.now())?, user: found })
    } else {
        backoff::failed(&app, &attempt).await?;
        tracing::warn!(address = %attempt.address, user, why, "a login failed");
        Err(Error::Unauthenticated("the e-mail address or the password is wrong".to_owned()))
    }
}

/// The hash of a password that was checked to be a good one.
pub async fn hash_password(app: &App, client: Client, password: &str) -> Result<String, Error> {
    let turn = app.hashing.turn(Standing::Known, client.network()).await?;
    let password = password.to_owned();
    Ok(turn.work(move || password::hash(&password)).await?.0)
}

/// The hash of a new password, for a user who knows the old one. A wrong one counts as a login that failed.
pub async fn replacement(app: &App, client: Client, user: Uuid, old: &str, new: &str) -> Result<Replacement, Error> {
    let user = user_account::Entity::find_by_id(user).one(&app.reader).await?;
    let user = user.ok_or_else(|| Error::internal("a user who is signed in is not there"))?;
    let Some(hash) = user.password_hash else {
        let message = "you have no password yet; set one by resetPassword".to_owned();
        return Err(Error::Conflict(message));
    };
    password::check("newPassword", new, &user.email)?;
    if old == new {
        return Err(Error::invalid("newPassword", "must not be the one that you have"));
    }
    let attempt = Attempt::at_account(&app.tokens, &user.email, client.network())?;
    backoff::admit(app, &attempt).await?;
    let turn = app.hashing.turn(Standing::Known, client.network()).await?;
    tokio::spawn(replaced(app.clone(), attempt, hash, old.to_owned(), new.to_owned(), turn))
        .await
        .map_err(Error::internal)?
}

/// What a password is replaced by, as long as it is still the one that was compared.
pub struct Replacement {
    /// The hash that was there.
    pub old_hash: String,
    /// The one that is to be there.
    pub new_hash: String,
}

async fn replaced(
    app: App,
    attempt: Attempt,
    old_hash: String,
    old: String,
    new: String,
    turn: Turn,
) -> Result<Replacement, Error> {
    backoff::admit(&app, &attempt).await?;
    let known = old_hash.clone();
    let (passed, turn) = turn.work(move || password::matches(Some(&known), &old)).await?;
    if !passed {
        backoff::failed(&app, &attempt).await?;
        tracing::warn!(address = %attempt.address, "a change of a password failed: the old one is wrong");
        return Err(Error::invalid("currentPassword", "it is not the password that you have"));
    }
    backoff::succeeded(&app, &attempt).await?;
    let (new_hash, _turn) = turn.work(move || password::hash(&new)).await?;
    Ok(Replacement { old_hash, new_hash })
}

/// What a token that sets a password is known by, and the e-mail address of its user. One that is none counts as a login
/// that failed from its address.
pub async fn reset_of(app: &App, client: Client, token: &str) -> Result<(String, String), Error> {
    let attempt = Attempt::anywhere(client.network());
    backoff::admit(app, &attempt).await?;
    let hash = hash_key(token);
    if let Some(user) = queries::reset_of(&app.reader, app.now(), &hash).await? {
        return Ok((hash, user.email));
    }
    backoff::failed(app, &attempt).await?;
    tracing::warn!(address = %attempt.address, "a token that sets no password was tried");
    Err(no_such_token())
}
