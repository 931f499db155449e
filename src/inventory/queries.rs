//! Finders of stock: staff see all of it, sellers that of their stores, buyers none.

use crate::access::{Actor, Scope};
use crate::app::App;
use crate::error::Error;
use crate::page::{self, Asked, Keyset, Page};
use crate::reading::{among, keyed, nothing};
use crate::search::Search;
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
pub async fn find(app: &App, actor: &Actor, id: Uuid) -> Result<Option<Arc<stock::Model>>, Error> {
    Ok(visible(actor).filter(stock::Column::Id.eq(id)).one(&app.reader).await?.map(Arc::new))
}

/// The stock of a SKU in a store.
pub async fn find_sku(app: &App, actor: &Actor, store: Uuid, sku: &str) -> Result<Option<Arc<stock::Model>>, Error> {
    let select = visible(actor).filter(stock::Column::StoreId.eq(store)).filter(stock::Column::Sku.eq(sku));
    Ok(select.one(&app.reader).await?.map(Arc::new))
}

/// The stock of a store, of SKUs that contain `search`, oldest first.
pub async fn stocks(
    app: &App,
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
    page::fetch(&app.reader, select, &order, asked).await
}

/// Stock rows by id, for whoever sees what refers to them.
pub async fn by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<stock::Model>>, Error> {
    keyed(db, stock::Entity::find().filter(among(stock::Column::Id, ids)), |row| row.id).await
}
