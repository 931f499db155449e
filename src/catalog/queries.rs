//! Finders of products. The catalogue is no secret, so nothing is narrowed.

use crate::db::finders::{among, keyed};
use crate::db::page::{self, Asked, Keyset, Page};
use crate::db::search::Search;
use crate::error::Error;
use entity::product;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryTrait};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A product by its id.
pub async fn find(db: &DatabaseConnection, id: Uuid) -> Result<Option<Arc<product::Model>>, Error> {
    Ok(product::Entity::find_by_id(id).one(db).await?.map(Arc::new))
}

/// A product by its SKU.
pub async fn find_sku(db: &DatabaseConnection, sku: &str) -> Result<Option<Arc<product::Model>>, Error> {
    let found = product::Entity::find().filter(product::Column::Sku.eq(sku)).one(db).await?;
    Ok(found.map(Arc::new))
}

/// What a list of products is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// SKU or title contains it.
    pub search: Option<String>,
    /// Whether they are not for sale any more; none: both.
    pub archived: Option<bool>,
}

/// Products, oldest first.
pub async fn products(db: &DatabaseConnection, filter: &Filter, asked: &Asked) -> Result<Page<product::Model>, Error> {
    let mut select = product::Entity::find().apply_if(filter.archived, |select, archived| {
        let at = product::Column::ArchivedAt;
        select.filter(if archived { at.is_not_null() } else { at.is_null() })
    });
    if let Some(search) = Search::of(filter.search.as_deref())? {
        select = select.filter(search.within(product::Column::Folded));
    }
    let order = Keyset {
        tag: 4,
        key: None,
        id: product::Column::Id,
        descending: false,
        place: |row: &product::Model| (0, row.id),
    };
    page::fetch(db, select, &order, asked).await
}

/// Products by id.
pub async fn by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<product::Model>>, Error> {
    keyed(db, product::Entity::find().filter(among(product::Column::Id, ids)), |row| row.id).await
}
