//! Finders of fulfilments, their lines and holds, narrowed to what the reader may see.

use crate::actor::Actor;
use crate::actor::scope::own_sale_ids;
use crate::clock::Instant;
use crate::db::finders::{among, grouped, keyed};
use crate::db::page::{self, Asked, KeyKind, Keyset, Page};
use crate::error::Error;
use crate::workflow::Registry;
use crate::workflow::queries::{Narrowing, known, with_tags};
use entity::{SubjectKind, fulfilment, fulfilment_line, hold};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QueryTrait, Select};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Those of the sale orders that the reader sees.
pub fn visible(actor: &Actor) -> Select<fulfilment::Entity> {
    let find = fulfilment::Entity::find();
    match own_sale_ids(actor) {
        Some(sales) => find.filter(fulfilment::Column::SaleOrderId.in_subquery(sales)),
        None => find,
    }
}

/// What a list of fulfilments is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In one of these states.
    pub states: Option<Vec<String>>,
    /// In none of these states.
    pub other_than: Option<Vec<String>>,
    /// In a state with one of these tags.
    pub tags: Option<Vec<String>>,
    /// Of this store.
    pub store: Option<Uuid>,
    /// Of this sale order.
    pub sale: Option<Uuid>,
    /// Made after then.
    pub after: Option<Instant>,
    /// Made before then.
    pub before: Option<Instant>,
}

/// A fulfilment by its id.
pub async fn find(db: &DatabaseConnection, actor: &Actor, id: Uuid) -> Result<Option<Arc<fulfilment::Model>>, Error> {
    Ok(visible(actor).filter(fulfilment::Column::Id.eq(id)).one(db).await?.map(Arc::new))
}

/// Fulfilments, newest first.
pub async fn fulfilments(
    db: &DatabaseConnection,
    registry: &Registry,
    actor: &Actor,
    filter: &Filter,
    asked: &Asked,
) -> Result<Page<fulfilment::Model>, Error> {
    let narrowing = Narrowing {
        states: filter.states.as_deref(),
        other_than: filter.other_than.as_deref(),
        tags: filter.tags.as_deref(),
        lifecycles: None,
    };
    known(db, registry, SubjectKind::Fulfilment, narrowing).await?;
    let select = visible(actor)
        .apply_if(filter.states.clone(), |s, states| s.filter(fulfilment::Column::WorkflowState.is_in(states)))
        .apply_if(filter.other_than.clone(), |s, states| s.filter(fulfilment::Column::WorkflowState.is_not_in(states)))
        .apply_if(filter.tags.as_ref(), |s, tags| {
            s.filter(with_tags(registry, SubjectKind::Fulfilment, tags).fulfilments())
        })
        .apply_if(filter.store, |s, id| s.filter(fulfilment::Column::StoreId.eq(id)))
        .apply_if(filter.sale, |s, id| s.filter(fulfilment::Column::SaleOrderId.eq(id)))
        .apply_if(filter.after, |s, at| s.filter(fulfilment::Column::CreatedAt.gt(at)))
        .apply_if(filter.before, |s, at| s.filter(fulfilment::Column::CreatedAt.lt(at)));
    let order = Keyset {
        tag: 30,
        key: Some((fulfilment::Column::CreatedAt, KeyKind::Instant)),
        id: fulfilment::Column::Id,
        descending: true,
        place: |row: &fulfilment::Model| (row.created_at.timestamp_micros(), row.id),
    };
    page::fetch(db, select, &order, asked).await
}

/// Fulfilments by id, for whoever sees what refers to them.
pub async fn by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<fulfilment::Model>>, Error> {
    keyed(db, fulfilment::Entity::find().filter(among(fulfilment::Column::Id, ids)), |row| row.id).await
}

/// Fulfilments of sale orders, oldest first.
pub async fn by_sale(
    db: &DatabaseConnection,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<fulfilment::Model>>>, Error> {
    let select = fulfilment::Entity::find()
        .filter(among(fulfilment::Column::SaleOrderId, sales))
        .order_by_asc(fulfilment::Column::CreatedAt)
        .order_by_asc(fulfilment::Column::Id);
    grouped(db, select, |row| row.sale_order_id).await
}

/// Lines of fulfilments.
pub async fn lines(
    db: &DatabaseConnection,
    fulfilments: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<fulfilment_line::Model>>>, Error> {
    let select = fulfilment_line::Entity::find()
        .filter(among(fulfilment_line::Column::FulfilmentId, fulfilments))
        .order_by_asc(fulfilment_line::Column::Id);
    grouped(db, select, |row| row.fulfilment_id).await
}

/// Holds that are not lifted, oldest first.
pub async fn holds(
    db: &DatabaseConnection,
    fulfilments: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<hold::Model>>>, Error> {
    let select = hold::Entity::find()
        .filter(among(hold::Column::FulfilmentId, fulfilments))
        .filter(hold::Column::LiftedAt.is_null())
        .order_by_asc(hold::Column::PlacedAt)
        .order_by_asc(hold::Column::Id);
    grouped(db, select, |row| row.fulfilment_id).await
}
