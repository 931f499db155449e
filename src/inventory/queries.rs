//! Finders of stock: staff see all of it, sellers that of their stores, buyers none.

use crate::actor::{Actor, Scope};
use crate::db::finders::{among, keyed, nothing};
use crate::db::page::{self, Asked, Keyset, Page};
use crate::db::search::Search;
use crate::error::Error;
use entity::stock;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, Select};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// What the reader may see.
pub fn visible(actor: &Actor) -> Select<stock::Entity> {
    let find = stock::Entity::find();
    match &actor.scope {
        Scope::All => find,
        Scope::Stores(stores) => find.filter(among(stock::Column::StoreId, stores)),
        Scope::Customer(_) | Scope::Reseller(_) => find.filter(nothing()),
    }
}

/// A stock row by its id.
pub async fn find(db: &DatabaseConnection, actor: &Actor, id: Uuid) -> Result<Option<Arc<stock::Model>>, Error> {
    Ok(visible(actor).filter(stock::Column::Id.eq(id)).one(db).await?.map(Arc::new))
}

/// The stock of a SKU in a store.
pub async fn find_sku(
    db: &DatabaseConnection,
    actor: &Actor,
    store: Uuid,
    sku: &str,
) -> Result<Option<Arc<stock::Model>>, Error> {
    let select = visible(actor).filter(stock::Column::StoreId.eq(store)).filter(stock::Column::Sku.eq(sku));
    Ok(select.one(db).await?.map(Arc::new))
}

/// The stock of a store, of SKUs that contain `search`, oldest first.
pub async fn stocks(
    db: &DatabaseConnection,
    actor: &Actor,
    store: Uuid,
    search: Option<&str>,
    asked: &Asked,
) -> Result<Page<stock::Model>, Error> {
    let mut select = visible(actor).filter(stock::Column::StoreId.eq(store));
    if let Some(search) = Search::of(search)? {
        select = select.filter(stock::Column::Sku.in_subquery(search.skus()));
    }
    let order =
        Keyset { tag: 5, key: None, id: stock::Column::Id, descending: false, place: |row: &stock::Model| (0, row.id) };
    page::fetch(db, select, &order, asked).await
}

/// Stock rows by id, for whoever sees what refers to them.
pub async fn by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<stock::Model>>, Error> {
    keyed(db, stock::Entity::find().filter(among(stock::Column::Id, ids)), |row| row.id).await
}
