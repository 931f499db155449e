//! Finders of parcels by their numbers, and of what carriers said of them.

use crate::{
    db::finders::{among, grouped},
    error::Error,
};
use entity::{
    fulfilment,
    tracking_event::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, Order, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// The most that is shown of an order's or a parcel's events: of very many the newest.
const MOST: u64 = 500;

fn folded(column: fulfilment::Column) -> SimpleExpr {
    Func::lower(Expr::col((fulfilment::Entity, column))).into()
}

/// The parcel that a carrier calls by a number: carriers use them again, so that it is the newest that is on its way, else the
/// newest. A carrier that is not said on either side is any.
pub async fn by_number<C: ConnectionTrait>(
    db: &C,
    number: &str,
    carrier: Option<&str>,
) -> Result<Option<fulfilment::Model>, Error> {
    use fulfilment::Column;
    let mut select = fulfilment::Entity::find()
        .filter(Column::TrackingNumber.is_not_null())
        .filter(folded(Column::TrackingNumber).eq(Func::lower(Expr::val(number))));
    if let Some(carrier) = carrier {
        let same = folded(Column::Carrier).eq(Func::lower(Expr::val(carrier)));
        select = select.filter(Condition::any().add(Column::Carrier.is_null()).add(same));
    }
    let on_its_way = Column::ShippedAt.is_not_null().and(Column::DeliveredAt.is_null());
    let rank: SimpleExpr = Expr::case(on_its_way, 0).finally(1).into();
    let newest = select.order_by(rank, Order::Asc).order_by_desc(Column::CreatedAt);
    Ok(newest.order_by_desc(Column::Id).one(db).await?)
}

/// What carriers said of an order, oldest first.
pub async fn of_sale(db: &DatabaseConnection, sale: Uuid) -> Result<Vec<Model>, Error> {
    let newest = Entity::find().filter(Column::SaleOrderId.eq(sale)).order_by_desc(Column::OccurredAt);
    let mut rows = newest.order_by_desc(Column::Id).limit(MOST).all(db).await?;
    rows.reverse();
    Ok(rows)
}

/// What carriers said of parcels, oldest first.
pub async fn of_parcels(db: &DatabaseConnection, parcels: &[Uuid]) -> Result<HashMap<Uuid, Vec<Arc<Model>>>, Error> {
    let select = Entity::find()
        .filter(among(Column::FulfilmentId, parcels))
        .order_by_asc(Column::OccurredAt)
        .order_by_asc(Column::Id);
    grouped(db, select, |row| row.fulfilment_id.unwrap_or_default()).await
}

/// How a number of an order's stands with its carrier.
#[derive(Clone, Debug)]
pub struct Tracked {
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub number: String,
    /// What was said last; none: nothing yet.
    pub last: Option<Arc<Model>>,
    /// Everything that was said, oldest first.
    pub events: Vec<Arc<Model>>,
}

/// How a number of an order's stands; none where neither a parcel of it nor a carrier's word has it.
pub async fn tracked(db: &DatabaseConnection, sale: Uuid, number: &str) -> Result<Option<Tracked>, Error> {
    let is_it = |text: &str| text.trim().to_lowercase() == number.trim().to_lowercase();
    let parcels = fulfilment::Entity::find().filter(fulfilment::Column::SaleOrderId.eq(sale)).all(db).await?;
    let parcel = parcels.iter().rev().find(|row| row.tracking_number.as_deref().is_some_and(is_it));
    let said = of_sale(db, sale).await?.into_iter().filter(|row| is_it(&row.tracking_number));
    let events: Vec<Arc<Model>> = said.map(Arc::new).collect();
    let Some(number) = parcel
        .and_then(|parcel| parcel.tracking_number.clone())
        .or_else(|| events.last().map(|row| row.tracking_number.clone()))
    else {
        return Ok(None);
    };
    let last = events.last().cloned();
    let carrier = parcel.and_then(|parcel| parcel.carrier.clone());
    let carrier = carrier.or_else(|| last.as_ref().and_then(|row| row.carrier.clone()));
    Ok(Some(Tracked { carrier, number, last, events }))
}
