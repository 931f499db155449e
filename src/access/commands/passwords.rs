//! Passwords that are set anew: by who knows the old one, and by who has a token for it.

use super::tokens::{end_tokens, locked};
use crate::access::{commands::UserDone, keys, normal_email};
use crate::clock::Instant;
use crate::error::Error;
use crate::id;
use crate::workflow::{Command, Cx};
use chrono::TimeDelta;
use entity::{login_count, password_reset, user_account};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

/// For how long a token that sets a password is good.
const RESET_LIFETIME: TimeDelta = TimeDelta::minutes(30);

/// Sets the password of whoever knows the old one, and ends their tokens.
#[derive(Clone, Serialize)]
pub struct ChangePassword {
    /// The hash that the old password was compared with.
    #[serde(skip)]
    pub old_hash: String,
    /// The new one's.
    #[serde(skip)]
    pub new_hash: String,
}

impl Command for ChangePassword {
    type Output = UserDone;

    const NAME: &'static str = "changePassword";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UserDone, Error> {
        let user = cx.actor.user_id.ok_or_else(|| Error::Forbidden("only users have passwords".to_owned()))?;
        let row = locked(cx.txn, user).await?;
        if row.password_hash.as_ref() != Some(&self.old_hash) {
            return Err(Error::Conflict("the password was changed meanwhile; sign in with the new one".to_owned()));
        }
        let mut row = row.into_active_model();
        row.password_hash = Set(Some(self.new_hash.clone()));
        row.update(cx.txn).await?;
        end_tokens(cx.txn, user).await?;
        forget_resets(cx.txn, user).await?;
        Ok(UserDone { user })
    }
}

/// Sets the password of whoever has a token for it, once, and ends their tokens.
#[derive(Clone, Serialize)]
pub struct ResetPassword {
    /// Of [`new_reset`]: its hash.
    pub token_hash: String,
    /// What failures to sign in to the user's account are counted by: they are forgotten.
    #[serde(skip)]
    pub account: String,
    /// The new password's.
    #[serde(skip)]
    pub new_hash: String,
}

impl Command for ResetPassword {
    type Output = UserDone;

    const NAME: &'static str = "resetPassword";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UserDone, Error> {
        let marked = password_reset::Entity::update_many()
            .col_expr(password_reset::Column::UsedAt, Expr::value(cx.now))
            .filter(good(&self.token_hash, cx.now))
            .exec(cx.txn)
            .await?;
        if marked.rows_affected == 0 {
            return Err(no_such_token());
        }
        let token = password_reset::Column::Hash.eq(self.token_hash.as_str());
        let token = password_reset::Entity::find().filter(token).one(cx.txn).await?.ok_or_else(no_such_token)?;
        let user = user_account::Entity::find_by_id(token.user_id).one(cx.txn).await?.ok_or_else(no_such_token)?;
        if user.disabled_at.is_some() {
            return Err(no_such_token());
        }
        let id = user.id;
        user_account::ActiveModel {
            id: Set(id),
            password_hash: Set(Some(self.new_hash.clone())),
            ..Default::default()
        }
        .update(cx.txn)
        .await?;
        end_tokens(cx.txn, id).await?;
        login_count::Entity::delete_many()
            .filter(login_count::Column::Account.eq(self.account.as_str()))
            .exec(cx.txn)
            .await?;
        Ok(UserDone { user: id })
    }
}

/// One that is there, not used and not over.
pub fn good(hash: &str, now: Instant) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(password_reset::Column::Hash.eq(hash))
        .add(password_reset::Column::UsedAt.is_null())
        .add(password_reset::Column::ExpiresAt.gt(now))
}

/// What a token is told that sets no password, for whichever reason.
pub fn no_such_token() -> Error {
    let minutes = RESET_LIFETIME.num_minutes();
    Error::invalid(
        "token",
        format!("it sets no password: a token is good once, for {minutes} minutes; ask for another"),
    )
}

/// Makes a token that sets a user's password, in place of those before. Shown once.
pub async fn new_reset(txn: &DatabaseTransaction, now: Instant, email: &str) -> Result<String, Error> {
    let wanted = user_account::Column::Email.eq(normal_email(email));
    let user = user_account::Entity::find().filter(wanted).one(txn).await?;
    let user = user.ok_or_else(|| Error::invalid("--reset", format!("nobody has the e-mail address {email:?}")))?;
    if user.disabled_at.is_some() {
        return Err(Error::Conflict(format!("{} is disabled; enable them first (enableUser)", user.email)));
    }
    forget_resets(txn, user.id).await?;
    let key = keys::new_reset();
    let row = password_reset::ActiveModel {
        id: Set(id::new()),
        user_id: Set(user.id),
        hash: Set(key.hash),
        created_at: Set(now),
        expires_at: Set(now + RESET_LIFETIME),
        used_at: Set(None),
    };
    row.insert(txn).await?;
    Ok(key.plain)
}

async fn forget_resets(txn: &DatabaseTransaction, user: Uuid) -> Result<(), Error> {
    password_reset::Entity::delete_many().filter(password_reset::Column::UserId.eq(user)).exec(txn).await?;
    Ok(())
}

/// Forgets tokens that are over.
pub async fn forget_old(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    password_reset::Entity::delete_many().filter(password_reset::Column::ExpiresAt.lte(now)).exec(txn).await?;
    Ok(())
}
