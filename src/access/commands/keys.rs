//! API keys.

use super::{checked_name, holds, user_and_role};
use crate::access::keys::new_key;
use crate::actor::{Permissions, may};
use crate::clock::Instant;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::workflow::{Command, Cx};
use entity::api_key;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A key was made or revoked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApiKeyDone {
    /// Which.
    pub api_key: Uuid,
    /// The key itself, when it was made: shown once and never stored.
    #[serde(skip)]
    pub secret: Option<String>,
}

/// Makes a key for programs that act in a user's name.
#[derive(Clone, Debug, Serialize)]
pub struct CreateApiKey {
    /// Shown to people.
    pub name: String,
    /// Whose key it is.
    pub user_id: Uuid,
    /// What it is narrowed to; none: all that its user may do.
    pub scopes: Option<Vec<String>>,
    /// Until when it is good; none: until it is revoked.
    pub expires_at: Option<Instant>,
}

impl Command for CreateApiKey {
    type Output = ApiKeyDone;

    const NAME: &'static str = "createApiKey";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<ApiKeyDone, Error> {
        may::user_manage(cx.actor)?;
        let (user, role) = user_and_role(cx, self.user_id).await?;
        if user.disabled_at.is_some() {
            return Err(Error::Conflict("the user is disabled; a key of theirs would open nothing".to_owned()));
        }
        let scopes = self.checked_scopes()?;
        holds(cx, role, scopes.unwrap_or(Permissions::ALL))?;
        if self.expires_at.is_some_and(|at| at <= cx.now) {
            return Err(Error::invalid("expiresAt", "must be in the future"));
        }
        let key = new_key();
        let row = api_key::ActiveModel {
            id: Set(id::new()),
            name: Set(checked_name(&self.name)?),
            prefix: Set(key.prefix),
            hash: Set(key.hash),
            user_id: Set(user.id),
            scopes: Set(scopes.map(|scopes| scopes.names().collect())),
            expires_at: Set(self.expires_at),
            revoked_at: Set(None),
            created_at: Set(cx.now),
        };
        let row = row.insert(cx.txn).await?;
        Ok(ApiKeyDone { api_key: row.id, secret: Some(key.plain) })
    }
}

impl CreateApiKey {
    fn checked_scopes(&self) -> Result<Option<Permissions>, Error> {
        let Some(names) = &self.scopes else { return Ok(None) };
        if names.is_empty() {
            return Err(Error::invalid("scopes", "an empty list allows nothing; leave it out for all of the user's"));
        }
        let scopes = names.iter().try_fold(Permissions::NONE, |set, name| {
            set.with(name).ok_or_else(|| Error::invalid("scopes", format!("there is no permission {name:?}")))
        });
        scopes.map(Some)
    }
}

/// Ends a key. Revoking a revoked one changes nothing.
#[derive(Clone, Debug, Serialize)]
pub struct RevokeApiKey {
    /// Which.
    pub api_key_id: Uuid,
}

impl Command for RevokeApiKey {
    type Output = ApiKeyDone;

    const NAME: &'static str = "revokeApiKey";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<ApiKeyDone, Error> {
        may::user_manage(cx.actor)?;
        let key = api_key::Entity::find_by_id(self.api_key_id).one(cx.txn).await?;
        let key = key.ok_or_else(|| Error::not_found(id::encode(Prefix::Key, self.api_key_id)))?;
        let (_, role) = user_and_role(cx, key.user_id).await?;
        holds(cx, role, Permissions::ALL)?;
        let done = ApiKeyDone { api_key: key.id, secret: None };
        if key.revoked_at.is_none() {
            let mut key = key.into_active_model();
            key.revoked_at = Set(Some(cx.now));
            key.update(cx.txn).await?;
        }
        Ok(done)
    }
}
