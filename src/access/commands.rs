//! Users, the stores they sell for, and API keys: made, narrowed, taken away.
//!
//! Nobody gives a role or a key more than they hold themselves, nor takes one from somebody who holds more.

use super::credentials::{new_key, normal_email};
use super::permission::Permissions;
use super::roles::{Role, RoleKind, Roles};
use super::{Actor, may};
use crate::clock::Instant;
use crate::command::{Command, Cx, Done};
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::texts::{self, LONGEST_NAME};
use entity::{api_key, customer, reseller, store, user_account, user_store};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Makes a user.
#[derive(Clone, Serialize)]
pub struct CreateUser {
    /// To sign in with; unique, whatever the case.
    pub email: String,
    /// Shown to people.
    pub name: String,
    /// A role of `config/roles.toml`.
    pub role: String,
    /// Of [`super::hash_password`]; none: cannot sign in by password. Another one each time, hence not part of what an
    /// idempotency key remembers.
    #[serde(skip)]
    pub password_hash: Option<String>,
    /// Of [`super::Tokens::digest`]: what an idempotency key remembers instead.
    pub password_digest: Option<String>,
    /// The customer that a CUSTOMER signs in for; nobody else has one.
    pub customer_id: Option<Uuid>,
    /// The reseller that a RESELLER signs in for; nobody else has one.
    pub reseller_id: Option<Uuid>,
    /// The stores that a SELLER sells for; nobody else has any.
    pub store_ids: Vec<Uuid>,
}

impl Command for CreateUser {
    const NAME: &'static str = "createUser";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        may::user_manage(cx.actor)?;
        let role = known_role(&cx.app.roles, &self.role)?;
        holds(cx.actor, role.permissions)?;
        let user = create_user(cx.txn, &cx.app.roles, cx.now, self).await?;
        Ok(Done { user: Some(user.id), ..Done::default() })
    }
}

/// Makes a user in nobody's name: for the command line, whose user owns the database anyway.
pub async fn create_user(
    txn: &DatabaseTransaction,
    roles: &Roles,
    now: Instant,
    input: &CreateUser,
) -> Result<user_account::Model, Error> {
    let role = known_role(roles, &input.role)?;
    check_party(txn, role.kind, input).await?;
    let user = user_account::ActiveModel {
        id: Set(id::new()),
        email: Set(checked_email(&input.email)?),
        name: Set(checked_name(&input.name)?),
        password_hash: Set(input.password_hash.clone()),
        role: Set(input.role.clone()),
        customer_id: Set(input.customer_id),
        reseller_id: Set(input.reseller_id),
        disabled_at: Set(None),
        folded: NotSet,
        created_at: Set(now),
    };
    let user = user.insert(txn).await?;
    link_stores(txn, user.id, &input.store_ids).await?;
    Ok(user)
}

fn known_role<'a>(roles: &'a Roles, name: &str) -> Result<&'a Role, Error> {
    roles.get(name).ok_or_else(|| {
        let known = RoleKind::ALL.map(|(_, name)| name).join(", ");
        Error::invalid("role", format!("there is no role {name:?}; there are {known}"))
    })
}

/// Refuses an actor who would give, or take away, more than they hold.
fn holds(actor: &Actor, permissions: Permissions) -> Result<(), Error> {
    let missing = permissions.without(actor.permissions);
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.names().collect::<Vec<_>>().join(", ");
    Err(Error::Forbidden(format!("this needs permissions that you do not have yourself: {names}")))
}

async fn check_party(txn: &DatabaseTransaction, role: RoleKind, input: &CreateUser) -> Result<(), Error> {
    match (role, input.customer_id) {
        (RoleKind::Customer, None) => {
            return Err(Error::invalid("customerId", "a CUSTOMER needs the customer that it signs in for"));
        }
        (RoleKind::Customer, Some(id)) if customer::Entity::find_by_id(id).one(txn).await?.is_none() => {
            return Err(Error::not_found(id::encode(Prefix::Customer, id)));
        }
        (RoleKind::Customer, Some(_)) | (_, None) => {}
        (_, Some(_)) => return Err(Error::invalid("customerId", "only a CUSTOMER has a customer")),
    }
    match (role, input.reseller_id) {
        (RoleKind::Reseller, None) => {
            Err(Error::invalid("resellerId", "a RESELLER needs the reseller that it signs in for"))
        }
        (RoleKind::Reseller, Some(id)) if reseller::Entity::find_by_id(id).one(txn).await?.is_none() => {
            Err(Error::not_found(id::encode(Prefix::Reseller, id)))
        }
        (RoleKind::Reseller, Some(_)) | (_, None) => only_sellers(role, &input.store_ids),
        (_, Some(_)) => Err(Error::invalid("resellerId", "only a RESELLER has a reseller")),
    }
}

fn only_sellers(role: RoleKind, stores: &[Uuid]) -> Result<(), Error> {
    if role == RoleKind::Seller || stores.is_empty() {
        return Ok(());
    }
    Err(Error::invalid("storeIds", "only a SELLER is linked to stores; other roles see all or their own"))
}

fn checked_email(email: &str) -> Result<String, Error> {
    texts::email("email", &normal_email(email))
}

fn checked_name(name: &str) -> Result<String, Error> {
    texts::line("name", name, LONGEST_NAME)
}

async fn link_stores(txn: &DatabaseTransaction, user: Uuid, stores: &[Uuid]) -> Result<(), Error> {
    let wanted: BTreeSet<Uuid> = stores.iter().copied().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let found = store::Entity::find().filter(store::Column::Id.is_in(wanted.iter().copied())).all(txn).await?;
    let found: BTreeSet<Uuid> = found.into_iter().map(|store| store.id).collect();
    if let Some(missing) = wanted.difference(&found).next() {
        return Err(Error::not_found(id::encode(Prefix::Store, *missing)));
    }
    let links = wanted.into_iter().map(|store| user_store::ActiveModel { user_id: Set(user), store_id: Set(store) });
    user_store::Entity::insert_many(links).exec(txn).await?;
    Ok(())
}

/// Says which stores a seller sells for, instead of those before.
#[derive(Clone, Debug, Serialize)]
pub struct SetUserStores {
    /// The seller.
    pub user_id: Uuid,
    /// All of their stores.
    pub store_ids: Vec<Uuid>,
}

impl Command for SetUserStores {
    const NAME: &'static str = "setUserStores";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        may::user_manage(cx.actor)?;
        let (user, role) = user_and_role(cx, self.user_id).await?;
        holds(cx.actor, role.permissions)?;
        only_sellers(role.kind, &self.store_ids)?;
        set_user_stores(cx.txn, user.id, &self.store_ids).await?;
        Ok(Done { user: Some(user.id), ..Done::default() })
    }
}

/// Replaces a seller's stores.
pub async fn set_user_stores(txn: &DatabaseTransaction, user: Uuid, stores: &[Uuid]) -> Result<(), Error> {
    user_store::Entity::delete_many().filter(user_store::Column::UserId.eq(user)).exec(txn).await?;
    link_stores(txn, user, stores).await
}

async fn user_and_role<'a>(cx: &Cx<'a>, user: Uuid) -> Result<(user_account::Model, &'a Role), Error> {
    let found = user_account::Entity::find_by_id(user).one(cx.txn).await?;
    let found = found.ok_or_else(|| Error::not_found(id::encode(Prefix::User, user)))?;
    let role = known_role(&cx.app.roles, &found.role)?;
    Ok((found, role))
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
    const NAME: &'static str = "createApiKey";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        may::user_manage(cx.actor)?;
        let (user, role) = user_and_role(cx, self.user_id).await?;
        if user.disabled_at.is_some() {
            return Err(Error::Conflict("the user is disabled; a key of theirs would open nothing".to_owned()));
        }
        let scopes = self.checked_scopes()?;
        holds(cx.actor, role.permissions.and(scopes.unwrap_or(Permissions::ALL)))?;
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
        Ok(Done { api_key: Some(row.id), user: Some(user.id), secret: Some(key.plain), ..Done::default() })
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
    const NAME: &'static str = "revokeApiKey";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        may::user_manage(cx.actor)?;
        let key = api_key::Entity::find_by_id(self.api_key_id).one(cx.txn).await?;
        let key = key.ok_or_else(|| Error::not_found(id::encode(Prefix::Key, self.api_key_id)))?;
        let (_, role) = user_and_role(cx, key.user_id).await?;
        holds(cx.actor, role.permissions)?;
        let done = Done { api_key: Some(key.id), user: Some(key.user_id), ..Done::default() };
        if key.revoked_at.is_none() {
            let mut key = key.into_active_model();
            key.revoked_at = Set(Some(cx.now));
            key.update(cx.txn).await?;
        }
        Ok(done)
    }
}

/// Shuts a user out, their keys too. Disabling a disabled one changes nothing.
#[derive(Clone, Debug, Serialize)]
pub struct DisableUser {
    /// Who.
    pub user_id: Uuid,
}

impl Command for DisableUser {
    const NAME: &'static str = "disableUser";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        may::user_manage(cx.actor)?;
        let (user, role) = user_and_role(cx, self.user_id).await?;
        holds(cx.actor, role.permissions)?;
        if cx.actor.user_id == Some(user.id) {
            return Err(Error::invalid("userId", "nobody disables themselves; ask another administrator"));
        }
        let done = Done { user: Some(user.id), ..Done::default() };
        if user.disabled_at.is_none() {
            let mut user = user.into_active_model();
            user.disabled_at = Set(Some(cx.now));
            user.update(cx.txn).await?;
        }
        Ok(done)
    }
}
