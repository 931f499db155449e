//! Who waits for stock, and in which order they are served.
//!
//! Oldest first, each with all that it misses or not at all: what is too little for an older one serves those behind it.
//! That is not for ever. Whoever has waited longer than the patience of the settings is passed over no more: units are put
//! by for it, as many as there are, until it has all.

use super::allocation;
use crate::{
    clock::Instant,
    error::Error,
    workflow::{Env, Event, Mode, Needs, Opened, Registry, Roots, SubjectRef, Tag, Unit, queries::tagged},
};
use entity::{SubjectKind, fulfilment, fulfilment_line, sale_line};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, Order, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};
use serde_json::json;
use uuid::Uuid;

/// Stock has come, or is reserved at last.
pub const RESERVE_OK: &str = "RESERVE_OK";
/// The log's word for units that were put by for a fulfilment that still misses others.
pub const RESERVED_IN_PART: &str = "RESERVED_IN_PART";
const PARTS: Needs =
    Needs::FULFILMENTS.and(Needs::FULFILMENT_LINES).and(Needs::SALE).and(Needs::SALE_LINES).and(Needs::STOCK);

/// What came, and when those who wait for it have waited too long.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Where.
    pub store: Uuid,
    /// Of what.
    pub sku: String,
    /// Whoever has waited since then or longer is passed over no more.
    pub patient_until: Instant,
}

/// A fulfilment that misses units of a SKU.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Waiting {
    /// Which.
    pub id: Uuid,
    /// Since when.
    pub created_at: Instant,
}

/// The next of those who wait for what came and may get some of it, oldest first; `after` is the last one of before.
pub async fn next<C: ConnectionTrait>(
    db: &C,
    registry: &Registry,
    arrival: &Arrival,
    after: Option<&Waiting>,
    limit: u64,
) -> Result<Vec<Waiting>, Error> {
    use fulfilment::Column::{CreatedAt, Id, StoreId};
    let free = free(db, arrival).await?;
    if free <= 0 {
        return Ok(Vec::new());
    }
    let column = |column: fulfilment_line::Column| Expr::col((fulfilment_line::Entity, column));
    let missing = column(fulfilment_line::Column::Quantity)
        .sub(column(fulfilment_line::Column::Reserved))
        .sub(column(fulfilment_line::Column::Shipped))
        .sum();
    let enough = Condition::any().add(missing.clone().lte(free)).add(CreatedAt.lte(arrival.patient_until));
    let mut query = Query::select();
    query
        .column(Id.as_column_ref())
        .column(CreatedAt.as_column_ref())
        .from(fulfilment::Entity)
        .inner_join(
            fulfilment_line::Entity,
            column(fulfilment_line::Column::FulfilmentId).equals((fulfilment::Entity, Id)),
        )
        .inner_join(
            sale_line::Entity,
            Expr::col((sale_line::Entity, sale_line::Column::Id))
                .equals((fulfilment_line::Entity, fulfilment_line::Column::SaleLineId)),
        )
        .cond_where(StoreId.eq(arrival.store))
        .cond_where(tagged(registry, SubjectKind::Fulfilment, Tag::Waiting).fulfilments())
        .cond_where(sale_line::Column::Sku.eq(arrival.sku.as_str()))
        .group_by_columns([Id.as_column_ref(), CreatedAt.as_column_ref()])
        .cond_having(enough)
        .and_having(missing.gt(0))
        .order_by_expr(Expr::col(CreatedAt.as_column_ref()), Order::Asc)
        .order_by_expr(Expr::col(Id.as_column_ref()), Order::Asc)
        .limit(limit);
    if let Some(last) = after {
        let later = CreatedAt.gt(last.created_at).or(CreatedAt.eq(last.created_at).and(Id.gt(last.id)));
        query.cond_where(later);
    }
    Ok(Waiting::find_by_statement(db.get_database_backend().build(&query)).all(db).await?)
}

/// Units of what came that nobody has reserved.
async fn free<C: ConnectionTrait>(db: &C, arrival: &Arrival) -> Result<i32, Error> {
    use entity::stock::{Column, Entity};
    let stock = Entity::find().filter(Column::StoreId.eq(arrival.store)).filter(Column::Sku.eq(arrival.sku.as_str()));
    Ok(stock.one(db).await?.map_or(0, |stock| stock.on_hand - stock.reserved))
}

/// Serves those who wait, in this order: each that can have all that it misses goes on, and those who have waited too long
/// get what there is.
pub async fn serve(
    txn: &DatabaseTransaction,
    env: Env<'_>,
    arrival: &Arrival,
    waiting: &[Waiting],
) -> Result<(), Error> {
    let subjects: Vec<SubjectRef> = waiting.iter().map(|waiting| SubjectRef::fulfilment(waiting.id)).collect();
    let event = Event::named(RESERVE_OK);
    let mut unit = Unit::open(txn, Roots::of_subjects(&subjects), Mode::Write, env.now).await?;
    unit.load_for(txn, env, &subjects, &event, Mode::Write).await?;
    unit.load(env.rules, txn, PARTS, Mode::Write).await?;
    let roots = unit.roots_of();
    for (waiting, subject) in waiting.iter().zip(subjects) {
        let Some(root) = roots.get(&subject).copied() else { continue };
        let mut opened = Opened::of(&mut unit, env, root, subject);
        let served = opened.offer(&event)?;
        if !served && waiting.created_at <= arrival.patient_until && opened.has_tag(Tag::Waiting)? {
            put_by(&mut opened, &arrival.sku)?;
        }
    }
    unit.flush(txn).await
}

/// Reserves what there is of a SKU for a fulfilment that goes on waiting for more.
fn put_by(opened: &mut Opened<'_>, sku: &str) -> Result<(), Error> {
    let fulfilment = opened.subject.id;
    let (order, shared) = opened.parts()?;
    let units = allocation::reserve_in_part(order, shared, fulfilment, sku)?;
    if units == 0 {
        return Ok(());
    }
    let event = Event::named(RESERVED_IN_PART).with(json!({ "sku": sku, "quantity": units }));
    opened.record(&event)
}
