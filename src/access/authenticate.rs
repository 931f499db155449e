//! Credentials in, actor out.
//!
//! The user behind a token or a key is read from the database, so that what was disabled, revoked or changed stops
//! counting; what was read is kept for some seconds, so that a busy client does not cost a statement a request.

use super::keys::hash_key;
use super::tokens::Tokens;
use crate::actor::{Actor, Bearer, Permissions, RoleKind, Roles, Scope};
use crate::clock::Instant;
use crate::error::Error;
use crate::id::{self, Prefix};
use entity::{api_key, ended_token, user_account, user_store};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

const KEPT_FOR: Duration = Duration::from_secs(5);
const MOST_KEPT: usize = 10_000;

/// What a request presents, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The value of `Authorization`.
    pub authorization: Option<String>,
    /// The value of `X-API-Key`.
    pub api_key: Option<String>,
}

/// The actor that the credentials stand for; `None` when there are none. Credentials that are not valid are
/// `Unauthenticated`.
pub async fn authenticate(
    db: &DatabaseConnection,
    roles: &Roles,
    tokens: &Tokens,
    now: Instant,
    credentials: &Credentials,
) -> Result<Option<Actor>, Error> {
    let authorization = credentials.authorization.as_deref().filter(|value| !is_empty(value));
    let who = match (authorization, &credentials.api_key) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(refused("send either Authorization or X-API-Key, not both")),
        (Some(value), None) => match authorization_of(value)? {
            Scheme::Bearer(token) => Who::Token(tokens.read(token, now)?),
            Scheme::ApiKey(key) => Who::Key(hash_key(key)),
        },
        (None, Some(key)) => Who::Key(hash_key(key)),
    };
    let known = if let Some(known) = tokens.cache().get(&who) {
        known
    } else {
        let known = Arc::new(look_up(db, &who).await?);
        tokens.cache().put(who.clone(), Arc::clone(&known));
        known
    };
    let token = match who {
        Who::Token(bearer) => Some(bearer),
        Who::Key(_) => None,
    };
    known.actor(roles, now, token).map(Some)
}

/// The actor that a user is now, with the API key that they came with once: for what was asked for then and is done now. Tokens
/// end sooner than what is asked for with them, and are not asked for again. Whoever may not sign in any more is
/// `Unauthenticated`.
pub async fn again(
    db: &DatabaseConnection,
    roles: &Roles,
    now: Instant,
    user: Uuid,
    key: Option<Uuid>,
) -> Result<Actor, Error> {
    let key = match key {
        None => None,
        Some(id) => {
            let found = api_key::Entity::find_by_id(id).one(db).await?;
            Some(found.ok_or_else(|| refused("the API key is not valid"))?)
        }
    };
    known(db, user, key).await?.actor(roles, now, None)
}

/// Whether there is nothing after `Bearer`: a form that nobody has filled in yet, and no credential.
fn is_empty(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("bearer")
}

/// What `Authorization` holds.
enum Scheme<'a> {
    Bearer(&'a str),
    ApiKey(&'a str),
}

/// `Bearer <token>`, or `X-API-Key: <key>`, as some clients write the header's name into its value.
fn authorization_of(value: &str) -> Result<Scheme<'_>, Error> {
    let (scheme, rest) = value.trim().split_once(' ').unwrap_or((value, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Scheme::Bearer(rest.trim()));
    }
    if scheme.trim_end_matches(':').eq_ignore_ascii_case("x-api-key") {
        return Ok(Scheme::ApiKey(rest.trim()));
    }
    Err(refused("Authorization must read: Bearer <token>, or X-API-Key: <key>"))
}

fn ended() -> Error {
    refused("the token was ended; sign in again")
}

fn refused(message: &str) -> Error {
    Error::Unauthenticated(message.to_owned())
}

/// What credentials name.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Who {
    Token(Bearer),
    /// By the key's hash.
    Key(String),
}

/// What the database says of them.
struct Known {
    user: user_account::Model,
    stores: Vec<Uuid>,
    key: Option<api_key::Model>,
}

async fn look_up(db: &DatabaseConnection, who: &Who) -> Result<Known, Error> {
    let (user_id, key) = match who {
        Who::Token(bearer) => {
            if ended_token::Entity::find_by_id(&bearer.token).one(db).await?.is_some() {
                return Err(ended());
            }
            (bearer.user, None)
        }
        Who::Key(hash) => {
            let key = api_key::Entity::find().filter(api_key::Column::Hash.eq(hash)).one(db).await?;
            let key = key.ok_or_else(|| refused("the API key is not valid"))?;
            (key.user_id, Some(key))
        }
    };
    known(db, user_id, key).await
}

async fn known(db: &DatabaseConnection, user: Uuid, key: Option<api_key::Model>) -> Result<Known, Error> {
    let user = user_account::Entity::find_by_id(user).one(db).await?;
    let user = user.ok_or_else(|| refused("the user is not known here; sign in again"))?;
    let stores = if RoleKind::parse(&user.role) == Some(RoleKind::Seller) {
        let links = user_store::Entity::find().filter(user_store::Column::UserId.eq(user.id)).all(db).await?;
        links.into_iter().map(|link| link.store_id).collect()
    } else {
        Vec::new()
    };
    Ok(Known { user, stores, key })
}

impl Known {
    fn actor(&self, roles: &Roles, now: Instant, token: Option<Bearer>) -> Result<Actor, Error> {
        let user = &self.user;
        if user.disabled_at.is_some() {
            return Err(refused("the user is disabled"));
        }
        if token.as_ref().is_some_and(|token| token.epoch != user.token_epoch) {
            return Err(ended());
        }
        let role = roles.get(&user.role).ok_or_else(|| {
            Error::internal(format!("user {} has the role {:?}, which does not exist", user.id, user.role))
        })?;
        let scope = match role.kind {
            RoleKind::Customer => Scope::Customer(user.customer_id.ok_or_else(|| refused("the user has no customer"))?),
            RoleKind::Reseller => Scope::Reseller(user.reseller_id.ok_or_else(|| refused("the user has no reseller"))?),
            RoleKind::Seller => Scope::Stores(self.stores.clone()),
            _ => Scope::All,
        };
        let scopes = self.key.as_ref().map_or(Ok(Permissions::ALL), |key| scopes_of(key, now))?;
        Ok(Actor {
            kind: role.kind.actor_type(),
            id: id::encode(Prefix::User, user.id),
            name: user.name.clone(),
            user_id: Some(user.id),
            role: user.role.clone(),
            permissions: role.permissions.and(scopes),
            scope,
            limit: Arc::clone(&role.limit),
            token,
            key: self.key.as_ref().map(|key| key.id),
            called_by: None,
        })
    }
}

/// What a key is narrowed to. A scope that no longer exists gives nothing.
fn scopes_of(key: &api_key::Model, now: Instant) -> Result<Permissions, Error> {
    if key.revoked_at.is_some() {
        return Err(refused("the API key is revoked"));
    }
    if key.expires_at.is_some_and(|at| at <= now) {
        return Err(refused("the API key has expired"));
    }
    let Some(scopes) = &key.scopes else { return Ok(Permissions::ALL) };
    let names =
        scopes.as_array().ok_or_else(|| Error::internal(format!("the scopes of key {} are no list", key.id)))?;
    let names = names.iter().filter_map(serde_json::Value::as_str);
    Ok(names.fold(Permissions::NONE, |set, name| set.with(name).unwrap_or(set)))
}

/// What was read lately. Only what was found is kept, so that guesses do not fill it.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<Who, Entry>>);

struct Entry {
    read: std::time::Instant,
    known: Arc<Known>,
}

impl Cache {
    fn get(&self, who: &Who) -> Option<Arc<Known>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(who).filter(|entry| entry.read.elapsed() < KEPT_FOR).map(|entry| Arc::clone(&entry.known))
    }

    fn put(&self, who: Who, known: Arc<Known>) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST_KEPT {
            entries.retain(|_, entry| entry.read.elapsed() < KEPT_FOR);
        }
        if entries.len() < MOST_KEPT {
            entries.insert(who, Entry { read: std::time::Instant::now(), known });
        }
    }

    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
