//! Tokens that end before their time.

use super::{holds, user_and_role};
use crate::access::{Permissions, may};
use crate::clock::Instant;
use crate::command::{Command, Cx, Done};
use crate::error::Error;
use entity::{ended_token, user_account};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel as _, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

/// Ends the token that it comes with.
#[derive(Clone, Debug, Serialize)]
pub struct Logout;

impl Command for Logout {
    const NAME: &'static str = "logout";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
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
        Ok(Done { user: Some(token.user), ..Done::default() })
    }
}

/// Ends all tokens of a user that were made until now. Keys stay.
#[derive(Clone, Debug, Serialize)]
pub struct LogoutEverywhere {
    /// Whose; one's own need no permission.
    pub user_id: Uuid,
}

impl Command for LogoutEverywhere {
    const NAME: &'static str = "logoutEverywhere";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        if cx.actor.user_id != Some(self.user_id) {
            may::user_manage(cx.actor)?;
            let (_, role) = user_and_role(cx, self.user_id).await?;
            holds(cx, role, Permissions::ALL)?;
        }
        end_tokens(cx.txn, self.user_id).await?;
        Ok(Done { user: Some(self.user_id), ..Done::default() })
    }
}

/// Ends all tokens of a user: those that are made from now on are of the next epoch.
pub async fn end_tokens(txn: &DatabaseTransaction, user: Uuid) -> Result<(), Error> {
    let next = Expr::col(user_account::Column::TokenEpoch).add(1);
    user_account::Entity::update_many()
        .col_expr(user_account::Column::TokenEpoch, next)
        .filter(user_account::Column::Id.eq(user))
        .exec(txn)
        .await?;
    Ok(())
}

/// Forgets tokens that would have ended by now anyway.
pub async fn forget_ended(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    ended_token::Entity::delete_many().filter(ended_token::Column::ExpiresAt.lte(now)).exec(txn).await?;
    Ok(())
}
