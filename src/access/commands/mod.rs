//! Users, the stores they sell for, API keys, passwords and tokens: made, changed, taken away.
//!
//! Nobody gives a role or a key more than they hold themselves, nor takes one from somebody who holds more.

mod keys;
mod passwords;
mod tokens;
mod users;

pub use keys::{CreateApiKey, RevokeApiKey};
pub use passwords::{ChangePassword, ResetPassword, good, new_reset, no_such_token};
pub use tokens::{Logout, LogoutEverywhere};
pub use users::{DisableUser, EnableUser, SetUserStores, UpdateUser};

use super::normal_email;
use crate::actor::{Permissions, Role, RoleKind, Roles, may};
use crate::clock::Instant;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::texts::{self, LONGEST_NAME};
use crate::workflow::{Command, Cx};
use entity::{customer, reseller, store, user_account, user_store};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The permission that a role's limit belongs to.
const OVERRIDES: &str = "override.decide";

/// A user was made or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserDone {
    /// Which.
    pub user: Uuid,
}

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
    type Output = UserDone;

    const NAME: &'static str = "createUser";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UserDone, Error> {
        may::user_manage(cx.actor)?;
        let role = known_role(&cx.rules.roles, &self.role)?;
        holds(cx, role, Permissions::ALL)?;
        let user = create_user(cx.txn, &cx.rules.roles, cx.now, self).await?;
        Ok(UserDone { user: user.id })
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
    let party = Party { customer: input.customer_id, reseller: input.reseller_id };
    check_party(txn, role.kind, party).await?;
    only_sellers(role.kind, &input.store_ids)?;
    let user = user_account::ActiveModel {
        id: Set(id::new()),
        email: Set(checked_email(&input.email)?),
        name: Set(checked_name(&input.name)?),
        password_hash: Set(input.password_hash.clone()),
        role: Set(input.role.clone()),
        customer_id: Set(input.customer_id),
        reseller_id: Set(input.reseller_id),
        disabled_at: Set(None),
        token_epoch: Set(0),
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

/// Refuses an actor who would give, or take away, more of a role than they hold: permissions, or a limit for overrides.
fn holds(cx: &Cx<'_>, role: &Role, narrowed_to: Permissions) -> Result<(), Error> {
    let permissions = role.permissions.and(narrowed_to);
    let missing = permissions.without(cx.actor.permissions);
    if !missing.is_empty() {
        let names = missing.names().collect::<Vec<_>>().join(", ");
        return Err(Error::Forbidden(format!("this needs permissions that you do not have yourself: {names}")));
    }
    if permissions.contains(OVERRIDES) && !role.limit.is_within(&cx.actor.limit, &cx.rules.currencies) {
        return Err(Error::Forbidden("this needs a higher limit for overrides than you have yourself".to_owned()));
    }
    Ok(())
}

/// Whom somebody signs in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Party {
    customer: Option<Uuid>,
    reseller: Option<Uuid>,
}

async fn check_party(txn: &DatabaseTransaction, role: RoleKind, party: Party) -> Result<(), Error> {
    match (role, party.customer) {
        (RoleKind::Customer, None) => {
            return Err(Error::invalid("customerId", "a CUSTOMER needs the customer that it signs in for"));
        }
        (RoleKind::Customer, Some(id)) if customer::Entity::find_by_id(id).one(txn).await?.is_none() => {
            return Err(Error::not_found(id::encode(Prefix::Customer, id)));
        }
        (RoleKind::Customer, Some(_)) | (_, None) => {}
        (_, Some(_)) => return Err(Error::invalid("customerId", "only a CUSTOMER has a customer")),
    }
    match (role, party.reseller) {
        (RoleKind::Reseller, None) => {
            Err(Error::invalid("resellerId", "a RESELLER needs the reseller that it signs in for"))
        }
        (RoleKind::Reseller, Some(id)) if reseller::Entity::find_by_id(id).one(txn).await?.is_none() => {
            Err(Error::not_found(id::encode(Prefix::Reseller, id)))
        }
        (RoleKind::Reseller, Some(_)) | (_, None) => Ok(()),
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

/// Replaces a seller's stores.
pub async fn set_user_stores(txn: &DatabaseTransaction, user: Uuid, stores: &[Uuid]) -> Result<(), Error> {
    user_store::Entity::delete_many().filter(user_store::Column::UserId.eq(user)).exec(txn).await?;
    link_stores(txn, user, stores).await
}

async fn user_and_role<'a>(cx: &Cx<'a>, user: Uuid) -> Result<(user_account::Model, &'a Role), Error> {
    let found = user_account::Entity::find_by_id(user).one(cx.txn).await?;
    let found = found.ok_or_else(|| Error::not_found(id::encode(Prefix::User, user)))?;
    let role = known_role(&cx.rules.roles, &found.role)?;
    Ok((found, role))
}

/// Forgets tokens that are over: those that were ended, and those that set passwords.
pub async fn forget_old(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    tokens::forget_ended(txn, now).await?;
    passwords::forget_old(txn, now).await
}
