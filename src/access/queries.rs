//! Finders of users and API keys, for those who manage them.

use super::commands::good;
use crate::actor::{Actor, may};
use crate::clock::Instant;
use crate::db::finders::{among, grouped};
use crate::db::page::{self, Asked, Keyset, Page};
use crate::db::search::Search;
use crate::error::Error;
use entity::{api_key, password_reset, user_account, user_store};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Users whose name or e-mail address contains `search`, oldest first.
pub async fn users(
    db: &DatabaseConnection,
    actor: &Actor,
    search: Option<&str>,
    asked: &Asked,
) -> Result<Page<user_account::Model>, Error> {
    may::user_manage(actor)?;
    let mut select = user_account::Entity::find();
    if let Some(search) = Search::of(search)? {
        select = select.filter(search.within(user_account::Column::Folded));
    }
    let order = oldest_first::<user_account::Entity>(60, user_account::Column::Id, |row| (0, row.id));
    page::fetch(db, select, &order, asked).await
}

/// API keys, of one user or of all, oldest first.
pub async fn api_keys(
    db: &DatabaseConnection,
    actor: &Actor,
    user: Option<Uuid>,
    asked: &Asked,
) -> Result<Page<api_key::Model>, Error> {
    may::user_manage(actor)?;
    let mut select = api_key::Entity::find();
    if let Some(user) = user {
        select = select.filter(api_key::Column::UserId.eq(user));
    }
    let order = oldest_first::<api_key::Entity>(61, api_key::Column::Id, |row| (0, row.id));
    page::fetch(db, select, &order, asked).await
}

fn oldest_first<E: EntityTrait>(tag: u8, id: E::Column, place: fn(&E::Model) -> (i64, Uuid)) -> Keyset<E> {
    Keyset { tag, key: None, id, descending: false, place }
}

/// A user by its id, for whoever just changed it.
pub async fn user(db: &DatabaseConnection, id: Uuid) -> Result<user_account::Model, Error> {
    let found = user_account::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found(crate::id::encode(crate::id::Prefix::User, id)))
}

/// The user whose password a token sets, by the token's hash; none when it sets none.
pub async fn reset_of(db: &DatabaseConnection, now: Instant, hash: &str) -> Result<Option<user_account::Model>, Error> {
    let found = password_reset::Entity::find().filter(good(hash, now)).one(db).await?;
    let Some(found) = found else { return Ok(None) };
    let user = user_account::Entity::find_by_id(found.user_id).one(db).await?;
    Ok(user.filter(|user| user.disabled_at.is_none()))
}

/// A key by its id, for whoever just changed it.
pub async fn api_key(db: &DatabaseConnection, id: Uuid) -> Result<api_key::Model, Error> {
    let found = api_key::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found(crate::id::encode(crate::id::Prefix::Key, id)))
}

/// The stores of sellers, by user.
pub async fn stores_of(
    db: &DatabaseConnection,
    users: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<user_store::Model>>>, Error> {
    let select = user_store::Entity::find().filter(among(user_store::Column::UserId, users));
    grouped(db, select, |link| link.user_id).await
}
