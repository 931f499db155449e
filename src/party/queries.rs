//! Finders of stores, customers and resellers, narrowed to what the reader may see.

use crate::actor::{Actor, Scope};
use crate::db::finders::{among, grouped, keyed, nothing};
use crate::db::page::{self, Asked, Keyset, Page};
use crate::db::search::Search;
use crate::error::Error;
use entity::{PartyKind, credit_change, customer, reseller, store};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, Select};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Stores are no secret: who sells what where is public.
pub fn visible_stores(_: &Actor) -> Select<store::Entity> {
    store::Entity::find()
}

/// Staff see all customers, sellers those who bought or asked in their stores, a customer itself.
pub fn visible_customers(actor: &Actor) -> Select<customer::Entity> {
    let find = customer::Entity::find();
    match &actor.scope {
        Scope::All => find,
        Scope::Customer(id) => find.filter(customer::Column::Id.eq(*id)),
        Scope::Reseller(_) => find.filter(nothing()),
        Scope::Stores(stores) => {
            find.filter(customer::Column::Id.in_subquery(buyers(stores, entity::quotation::Column::CustomerId)))
        }
    }
}

/// Staff see all resellers, sellers those who bought or asked in their stores, a reseller itself.
pub fn visible_resellers(actor: &Actor) -> Select<reseller::Entity> {
    let find = reseller::Entity::find();
    match &actor.scope {
        Scope::All => find,
        Scope::Reseller(id) => find.filter(reseller::Column::Id.eq(*id)),
        Scope::Customer(_) => find.filter(nothing()),
        Scope::Stores(stores) => {
            find.filter(reseller::Column::Id.in_subquery(buyers(stores, entity::quotation::Column::ResellerId)))
        }
    }
}

fn buyers(stores: &[Uuid], party: entity::quotation::Column) -> sea_orm::sea_query::SelectStatement {
    use sea_orm::{QuerySelect, QueryTrait};
    entity::quotation::Entity::find()
        .select_only()
        .column(party)
        .filter(among(entity::quotation::Column::StoreId, stores))
        .filter(party.is_not_null())
        .into_query()
}

/// A store by its id.
pub async fn find_store(db: &DatabaseConnection, actor: &Actor, id: Uuid) -> Result<Option<Arc<store::Model>>, Error> {
    let found = visible_stores(actor).filter(store::Column::Id.eq(id)).one(db).await?;
    Ok(found.map(Arc::new))
}

/// A customer by its id.
pub async fn find_customer(
    db: &DatabaseConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<Arc<customer::Model>>, Error> {
    let found = visible_customers(actor).filter(customer::Column::Id.eq(id)).one(db).await?;
    Ok(found.map(Arc::new))
}

/// A reseller by its id.
pub async fn find_reseller(
    db: &DatabaseConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<Arc<reseller::Model>>, Error> {
    let found = visible_resellers(actor).filter(reseller::Column::Id.eq(id)).one(db).await?;
    Ok(found.map(Arc::new))
}

/// Stores, oldest first.
pub async fn stores(db: &DatabaseConnection, actor: &Actor, asked: &Asked) -> Result<Page<store::Model>, Error> {
    let order =
        Keyset { tag: 1, key: None, id: store::Column::Id, descending: false, place: |row: &store::Model| (0, row.id) };
    page::fetch(db, visible_stores(actor), &order, asked).await
}

/// Customers whose name or e-mail address contains `search`, oldest first.
pub async fn customers(
    db: &DatabaseConnection,
    actor: &Actor,
    search: Option<&str>,
    asked: &Asked,
) -> Result<Page<customer::Model>, Error> {
    let mut select = visible_customers(actor);
    if let Some(search) = Search::of(search)? {
        select = select.filter(search.within(customer::Column::Folded));
    }
    let order = Keyset {
        tag: 2,
        key: None,
        id: customer::Column::Id,
        descending: false,
        place: |row: &customer::Model| (0, row.id),
    };
    page::fetch(db, select, &order, asked).await
}

/// Resellers whose name or e-mail address contains `search`, oldest first.
pub async fn resellers(
    db: &DatabaseConnection,
    actor: &Actor,
    search: Option<&str>,
    asked: &Asked,
) -> Result<Page<reseller::Model>, Error> {
    let mut select = visible_resellers(actor);
    if let Some(search) = Search::of(search)? {
        select = select.filter(search.within(reseller::Column::Folded));
    }
    let order = Keyset {
        tag: 3,
        key: None,
        id: reseller::Column::Id,
        descending: false,
        place: |row: &reseller::Model| (0, row.id),
    };
    page::fetch(db, select, &order, asked).await
}

/// The store that another system calls so.
pub async fn store_external(db: &DatabaseConnection, id: &str) -> Result<Option<store::Model>, Error> {
    Ok(store::Entity::find().filter(store::Column::ExternalId.eq(id)).one(db).await?)
}

/// The customer, or else the reseller, whom another system calls so.
pub async fn buyer_external(db: &DatabaseConnection, id: &str) -> Result<Option<(PartyKind, Uuid)>, Error> {
    if let Some(row) = customer::Entity::find().filter(customer::Column::ExternalId.eq(id)).one(db).await? {
        return Ok(Some((PartyKind::Customer, row.id)));
    }
    let row = reseller::Entity::find().filter(reseller::Column::ExternalId.eq(id)).one(db).await?;
    Ok(row.map(|row| (PartyKind::Reseller, row.id)))
}

/// Stores by id, for whoever sees what refers to them.
pub async fn stores_by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<store::Model>>, Error> {
    keyed(db, store::Entity::find().filter(among(store::Column::Id, ids)), |row| row.id).await
}

/// Customers by id, for whoever sees what refers to them.
pub async fn customers_by_id(
    db: &DatabaseConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<customer::Model>>, Error> {
    keyed(db, customer::Entity::find().filter(among(customer::Column::Id, ids)), |row| row.id).await
}

/// Resellers by id, for whoever sees what refers to them.
pub async fn resellers_by_id(
    db: &DatabaseConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<reseller::Model>>, Error> {
    keyed(db, reseller::Entity::find().filter(among(reseller::Column::Id, ids)), |row| row.id).await
}

/// Who gave parties which credit, newest first.
pub async fn credit_changes(
    db: &DatabaseConnection,
    parties: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<credit_change::Model>>>, Error> {
    let select = credit_change::Entity::find()
        .filter(among(credit_change::Column::PartyId, parties))
        .order_by_desc(credit_change::Column::OccurredAt)
        .order_by_desc(credit_change::Column::Id);
    grouped(db, select, |row| row.party_id).await
}
