//! The users that `waybill token` stands for: made when missing, without a password, on the local database only.

use super::commands::{CreateUser, create_user};
use crate::actor::{RoleKind, Roles};
use crate::clock::Instant;
use crate::error::Error;
use crate::id::{self, Prefix};
use entity::{Tier, customer, reseller, store, user_account};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Reserved for this machine; nobody has mail there.
const HOST: &str = "waybill.localhost";

/// Whom a token is wanted for.
#[derive(Clone, Debug)]
pub struct LocalUser<'a> {
    /// Their role.
    pub role: RoleKind,
    /// A user's id; for CUSTOMER and RESELLER the party's; for SELLER also a store's; any other word names a local user.
    /// None: the one local user of the role.
    pub subject: Option<&'a str>,
}

/// The user, made when it may be made. Unknown ids, and users of another role, are errors.
pub async fn local_user(
    txn: &DatabaseTransaction,
    roles: &Roles,
    now: Instant,
    wanted: &LocalUser<'_>,
) -> Result<user_account::Model, Error> {
    let user = match (wanted.role, wanted.subject, wanted.subject.and_then(id::parse)) {
        (_, Some(text), Some((Prefix::User, id))) => {
            user_account::Entity::find_by_id(id).one(txn).await?.ok_or_else(|| Error::not_found(text))?
        }
        (RoleKind::Customer | RoleKind::Reseller, Some(text), party) => {
            let party = match party {
                Some((Prefix::Customer, id)) if wanted.role == RoleKind::Customer => id,
                Some((Prefix::Reseller, id)) if wanted.role == RoleKind::Reseller => id,
                _ => return Err(Error::invalid("--subject", format!("{text:?} is no id of a {}", word(wanted.role)))),
            };
            of_party(txn, roles, now, wanted.role, party).await?
        }
        (RoleKind::Seller, Some(text), Some((Prefix::Store, id))) => {
            let store = store::Entity::find_by_id(id).one(txn).await?.ok_or_else(|| Error::not_found(text))?;
            let name = format!("Local seller of {}", store.name);
            named(txn, now, roles, CreateUser { store_ids: vec![id], ..draft(wanted.role, text, name) }).await?
        }
        (_, Some(text), Some(_)) => {
            return Err(Error::invalid("--subject", format!("{text:?} is no id of a user")));
        }
        (role, Some(text), None) => {
            let email = if text.contains('@') { text.to_owned() } else { format!("{text}.{}", word(role)) };
            named(txn, now, roles, draft(role, &email, text.to_owned())).await?
        }
        (role, None, _) => {
            let (customer_id, reseller_id) = own_party(txn, now, role).await?;
            let draft = draft(role, &word(role), format!("Local {}", word(role)));
            named(txn, now, roles, CreateUser { customer_id, reseller_id, ..draft }).await?
        }
    };
    let is = RoleKind::parse(&user.role);
    if is != Some(wanted.role) {
        let message = format!("{} has the role {}, not {}", user.email, user.role, wanted.role.as_str());
        return Err(Error::invalid("--subject", message));
    }
    if user.disabled_at.is_some() {
        return Err(Error::Conflict(format!("{} is disabled; a token of theirs would open nothing", user.email)));
    }
    Ok(user)
}

fn word(role: RoleKind) -> String {
    role.as_str().to_lowercase()
}

fn draft(role: RoleKind, email: &str, name: String) -> CreateUser {
    let email = if email.contains('@') { email.to_owned() } else { format!("{email}@{HOST}") };
    CreateUser {
        email,
        name,
        role: role.as_str().to_owned(),
        password_hash: None,
        password_digest: None,
        customer_id: None,
        reseller_id: None,
        store_ids: Vec::new(),
    }
}

async fn named(
    txn: &DatabaseTransaction,
    now: Instant,
    roles: &Roles,
    draft: CreateUser,
) -> Result<user_account::Model, Error> {
    let email = super::normal_email(&draft.email);
    let found = user_account::Entity::find().filter(user_account::Column::Email.eq(email)).one(txn).await?;
    match found {
        Some(user) => Ok(user),
        None => create_user(txn, roles, now, &draft).await,
    }
}

/// Whoever signs in for the party first of all, else a local user for it.
async fn of_party(
    txn: &DatabaseTransaction,
    roles: &Roles,
    now: Instant,
    role: RoleKind,
    party: Uuid,
) -> Result<user_account::Model, Error> {
    let (column, prefix) = match role {
        RoleKind::Reseller => (user_account::Column::ResellerId, Prefix::Reseller),
        _ => (user_account::Column::CustomerId, Prefix::Customer),
    };
    let users =
        user_account::Entity::find().filter(column.eq(party)).filter(user_account::Column::DisabledAt.is_null());
    let found = users.filter(user_account::Column::Role.eq(role.as_str())).all(txn).await?;
    if let Some(user) = found.into_iter().min_by_key(|user| user.id) {
        return Ok(user);
    }
    let text = id::encode(prefix, party);
    let name = match role {
        RoleKind::Reseller => reseller::Entity::find_by_id(party).one(txn).await?.map(|row| row.name),
        _ => customer::Entity::find_by_id(party).one(txn).await?.map(|row| row.name),
    };
    let name = name.ok_or_else(|| Error::not_found(&text))?;
    let draft = CreateUser {
        customer_id: (role == RoleKind::Customer).then_some(party),
        reseller_id: (role == RoleKind::Reseller).then_some(party),
        ..draft(role, &text, name)
    };
    named(txn, now, roles, draft).await
}

/// The party of the one local CUSTOMER or RESELLER, when that user is still to be made.
async fn own_party(
    txn: &DatabaseTransaction,
    now: Instant,
    role: RoleKind,
) -> Result<(Option<Uuid>, Option<Uuid>), Error> {
    let email = format!("{}@{HOST}", word(role));
    let exists = user_account::Entity::find().filter(user_account::Column::Email.eq(&email)).one(txn).await?.is_some();
    let (id, name, email) = (Set(id::new()), Set(format!("Local {}", word(role))), Set(Some(email)));
    let (credit_tier, created_at, version) = (Set(Tier::None), Set(now), Set(1));
    let (external_id, folded) = (NotSet, NotSet);
    match role {
        RoleKind::Customer if !exists => {
            let row = customer::ActiveModel { id, name, email, credit_tier, external_id, folded, created_at, version };
            let row = row.insert(txn).await?;
            Ok((Some(row.id), None))
        }
        RoleKind::Reseller if !exists => {
            let row = reseller::ActiveModel { id, name, email, credit_tier, external_id, folded, created_at, version };
            let row = row.insert(txn).await?;
            Ok((None, Some(row.id)))
        }
        _ => Ok((None, None)),
    }
}
