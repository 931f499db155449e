//! Finders of products. The catalogue is no secret, so nothing is narrowed.

use crate::db::finders::{among, keyed, padded};
use crate::db::page::{self, Asked, Keyset, Page};
use crate::db::search::Search;
use crate::error::Error;
use crate::id::{self, Prefix};
use entity::product;
use sea_orm::sea_query::ExprTrait as _;
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

/// The most products that are named at once.
const MOST_NAMED: usize = 100;

/// Products as clients name them: by id, external id or SKU, in that order. One that there is not is refused by its name.
pub async fn named(db: &DatabaseConnection, names: &[String]) -> Result<Vec<product::Model>, Error> {
    if names.is_empty() || names.len() > MOST_NAMED {
        return Err(Error::invalid("productId", format!("name 1 to {MOST_NAMED} products")));
    }
    // No database has a text with it.
    if let Some(name) = names.iter().find(|name| name.contains('\0')) {
        return Err(Error::not_found(name));
    }
    let own = |name: &str| match id::parse(name) {
        Some((Prefix::Product, id)) => Some(id),
        _ => None,
    };
    let ids: Vec<Uuid> = names.iter().filter_map(|name| own(name)).collect();
    let any = among(product::Column::Id, &ids)
        .or(product::Column::ExternalId.is_in(padded(names)))
        .or(product::Column::Sku.is_in(padded(names)));
    let rows = product::Entity::find().filter(any).all(db).await?;
    let mut found: Vec<product::Model> = Vec::new();
    for name in names {
        let by_id = |row: &&product::Model| own(name) == Some(row.id);
        let by_external = |row: &&product::Model| row.external_id.as_ref() == Some(name);
        let by_sku = |row: &&product::Model| row.sku == *name;
        let row = rows.iter().find(by_id).or_else(|| rows.iter().find(by_external));
        let row = row.or_else(|| rows.iter().find(by_sku)).ok_or_else(|| Error::not_found(name))?;
        if !found.iter().any(|there| there.id == row.id) {
            found.push(row.clone());
        }
    }
    Ok(found)
}

/// Products by id.
pub async fn by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<product::Model>>, Error> {
    keyed(db, product::Entity::find().filter(among(product::Column::Id, ids)), |row| row.id).await
}
