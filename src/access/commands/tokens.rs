//! Tokens that end before their time.

use super::{holds, user_and_role};
use crate::access::commands::UserDone;
use crate::actor::{Permissions, may};
use crate::clock::Instant;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::workflow::{Command, Cx};
use entity::{ended_token, user_account};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel as _, QueryFilter,
    QuerySelect as _,
};
use serde::Serialize;
use uuid::Uuid;

/// Ends the token that it comes with.
#[derive(Clone, Debug, Serialize)]
pub struct Logout;

impl Command for Logout {
    type Output = UserDone;

    const NAME: &'static str = "logout";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UserDone, Error> {
        let token = cx.actor.token.as_ref().ok_or_else(|| {
            Error::invalid(
                "X-API-Key",
                "there is no token to end: end a key by revokeApiKey, or all tokens by logoutEverywhere",
            )
        })?;
        let row = ended_token::Model {
            token: token.token.clone(),
            user_id: token.user,
            ended_at: cx.now,
            expires_at: token.expires_at,
        };
        ended_token::Entity::insert(row.into_active_model())
            .on_conflict_do_nothing()
            .exec_without_returning(cx.txn)
            .await?;
        Ok(UserDone { user: token.user })
    }
}

/// Ends all tokens of a user that were made until now. Keys stay.
#[derive(Clone, Debug, Serialize)]
pub struct LogoutEverywhere {
    /// Whose; one's own need no permission.
    pub user_id: Uuid,
}

impl Command for LogoutEverywhere {
    type Output = UserDone;

    const NAME: &'static str = "logoutEverywhere";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UserDone, Error> {
        if cx.actor.user_id != Some(self.user_id) {
            may::user_manage(cx.actor)?;
            let (_, role) = user_and_role(cx, self.user_id).await?;
            holds(cx, role, Permissions::ALL)?;
        }
        end_tokens(cx.txn, self.user_id).await?;
        Ok(UserDone { user: self.user_id })
    }
}

/// Ends all tokens of a user: those that are made from now on are of the next epoch.
pub async fn end_tokens(txn: &DatabaseTransaction, user: Uuid) -> Result<(), Error> {
    let row = locked(txn, user).await?;
    let next = row.token_epoch.checked_add(1).ok_or_else(|| Error::internal("a user's epochs are used up"))?;
    let mut row = row.into_active_model();
    row.token_epoch = Set(next);
    row.update(txn).await?;
    Ok(())
}

/// A user's row, which nobody else changes until the commit.
pub async fn locked(txn: &DatabaseTransaction, user: Uuid) -> Result<user_account::Model, Error> {
    let row = user_account::Entity::find_by_id(user).lock_exclusive().one(txn).await?;
    row.ok_or_else(|| Error::not_found(id::encode(Prefix::User, user)))
}

/// Forgets tokens that would have ended by now anyway.
pub async fn forget_ended(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    ended_token::Entity::delete_many().filter(ended_token::Column::ExpiresAt.lte(now)).exec(txn).await?;
    Ok(())
}
