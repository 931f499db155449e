//! Finders of override requests, narrowed to what the reader may see.

use crate::actor::Actor;
use crate::actor::scope::own_sale_ids;
use crate::db::finders::{among, grouped, keyed};
use crate::db::page::{self, Asked, KeyKind, Keyset, Page};
use crate::error::Error;
use entity::{OverrideKind, OverrideStatus, override_request};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QueryTrait, Select};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Those of the sale orders that the reader sees.
pub fn visible(actor: &Actor) -> Select<override_request::Entity> {
    let find = override_request::Entity::find();
    match own_sale_ids(actor) {
        Some(sales) => find.filter(override_request::Column::SaleOrderId.in_subquery(sales)),
        None => find,
    }
}

/// What a list of override requests is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In one of these states.
    pub statuses: Option<Vec<OverrideStatus>>,
    /// Of this kind.
    pub kind: Option<OverrideKind>,
    /// For this sale order.
    pub sale: Option<Uuid>,
}

/// An override request by its id.
pub async fn find(
    db: &DatabaseConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<Arc<override_request::Model>>, Error> {
    Ok(visible(actor).filter(override_request::Column::Id.eq(id)).one(db).await?.map(Arc::new))
}

/// Override requests, newest first.
pub async fn overrides(
    db: &DatabaseConnection,
    actor: &Actor,
    filter: &Filter,
    asked: &Asked,
) -> Result<Page<override_request::Model>, Error> {
    let select = visible(actor)
        .apply_if(filter.statuses.clone(), |s, statuses| s.filter(override_request::Column::Status.is_in(statuses)))
        .apply_if(filter.kind, |s, kind| s.filter(override_request::Column::Kind.eq(kind)))
        .apply_if(filter.sale, |s, id| s.filter(override_request::Column::SaleOrderId.eq(id)));
    let order = Keyset {
        tag: 50,
        key: Some((override_request::Column::CreatedAt, KeyKind::Instant)),
        id: override_request::Column::Id,
        descending: true,
        place: |row: &override_request::Model| (row.created_at.timestamp_micros(), row.id),
    };
    page::fetch(db, select, &order, asked).await
}

/// Override requests by id, for whoever sees what refers to them.
pub async fn by_id(
    db: &DatabaseConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<override_request::Model>>, Error> {
    keyed(db, override_request::Entity::find().filter(among(override_request::Column::Id, ids)), |row| row.id).await
}

/// Override requests of sale orders, oldest first.
pub async fn by_sale(
    db: &DatabaseConnection,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<override_request::Model>>>, Error> {
    let select = override_request::Entity::find()
        .filter(among(override_request::Column::SaleOrderId, sales))
        .order_by_asc(override_request::Column::CreatedAt)
        .order_by_asc(override_request::Column::Id);
    grouped(db, select, |row| row.sale_order_id).await
}
