//! Who waits for stock.

use crate::error::Error;
use crate::workflow::{Registry, queries::with_tags};
use entity::{SubjectKind, fulfilment, fulfilment_line, sale_line};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

/// Most fulfilments that are served at once; the next stock serves the next.
const MOST: u64 = 500;

/// Fulfilments of a store that wait for units of a SKU, oldest first. Waiting states carry the tag `waiting`.
pub async fn waiting_for<C: ConnectionTrait>(
    db: &C,
    registry: &Registry,
    store: Uuid,
    sku: &str,
) -> Result<Vec<Uuid>, Error> {
    let waiting = with_tags(registry, SubjectKind::Fulfilment, &["waiting".to_owned()]);
    let lines = sale_line::Entity::find()
        .select_only()
        .column(sale_line::Column::Id)
        .filter(sale_line::Column::Sku.eq(sku))
        .into_query();
    let carrying = fulfilment_line::Entity::find()
        .select_only()
        .column(fulfilment_line::Column::FulfilmentId)
        .filter(fulfilment_line::Column::SaleLineId.in_subquery(lines))
        .into_query();
    Ok(fulfilment::Entity::find()
        .select_only()
        .column(fulfilment::Column::Id)
        .filter(fulfilment::Column::StoreId.eq(store))
        .filter(waiting.fulfilments())
        .filter(fulfilment::Column::Id.in_subquery(carrying))
        .order_by_asc(fulfilment::Column::CreatedAt)
        .order_by_asc(fulfilment::Column::Id)
        .limit(MOST)
        .into_tuple()
        .all(db)
        .await?)
}
