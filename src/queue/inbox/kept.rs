//! Events are kept once: the same again is counted, and what says something else under a known id is kept beside it.

use crate::{error::Error, id};
use entity::{
    DeliveryFamily, DeliveryStatus,
    webhook_delivery::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IdenStatic, IntoActiveModel, QueryFilter, QueryOrder,
    QueryTrait,
    sea_query::{Expr, OnConflict, Query},
};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};
use uuid::Uuid;

/// What became of rows that were to be kept.
#[derive(Debug, Default)]
pub struct Kept {
    /// Those that were not known yet.
    pub fresh: BTreeSet<Uuid>,
    /// Those whose event's id is known, with something else that was said, or with nobody knows what.
    pub others: Vec<Model>,
}

/// Keeps rows, each event once: for one that is known it is counted that it came again. An event is what it says, and not
/// its id alone: what comes with a known id and says something else is not kept yet. One statement, which is whole by
/// itself.
pub async fn keep<C: ConnectionTrait>(db: &C, rows: &[&Model]) -> Result<Kept, Error> {
    let mut once: BTreeMap<(DeliveryFamily, &str, &str), Model> = BTreeMap::new();
    let mut kept = Kept::default();
    for &row in rows {
        match once.entry(place(row)) {
            Entry::Vacant(first) => drop(first.insert(row.clone())),
            Entry::Occupied(mut first) if first.get().said == row.said => first.get_mut().deliveries += 1,
            Entry::Occupied(_) => kept.others.push(row.clone()),
        }
    }
    if once.is_empty() {
        return Ok(kept);
    }
    let mut insert =
        Entity::insert_many(once.values().cloned().map(IntoActiveModel::into_active_model)).on_conflict(once_more());
    let statement = insert.query().returning(Query::returning().columns([
        Column::Id,
        Column::Family,
        Column::Provider,
        Column::EventId,
    ]));
    let mut known: BTreeMap<(DeliveryFamily, String, String), Uuid> = BTreeMap::new();
    for row in db.query_all(&*statement).await? {
        let place = (row.try_get("", "family")?, row.try_get("", "provider")?, row.try_get("", "event_id")?);
        known.insert(place, row.try_get("", "id")?);
    }
    for ((family, provider, event), row) in once {
        match known.get(&(family, provider.to_owned(), event.to_owned())) {
            Some(id) if *id == row.id => drop(kept.fresh.insert(row.id)),
            Some(_) => {}
            None => kept.others.push(row),
        }
    }
    Ok(kept)
}

/// Whose event a row is of.
fn place(row: &Model) -> (DeliveryFamily, &str, &str) {
    (row.family, &row.provider, row.event_id.as_deref().unwrap_or_default())
}

/// An event that says the same came again.
fn once_more() -> OnConflict {
    let excluded = |column: Column| Expr::cust(format!("excluded.{}", column.as_str()));
    OnConflict::columns([Column::Family, Column::Provider, Column::EventId, Column::Variant])
        .target_and_where(Expr::col(Column::EventId).is_not_null())
        .value(Column::Deliveries, Expr::col((Entity, Column::Deliveries)).add(excluded(Column::Deliveries)))
        .value(Column::LastReceivedAt, excluded(Column::LastReceivedAt))
        .action_and_where(Expr::col((Entity, Column::Said)).eq(excluded(Column::Said)))
        .to_owned()
}

/// What is kept of an event's id: the first that came with it, then what said something else.
pub async fn with_id<C: ConnectionTrait>(db: &C, row: &Model) -> Result<Vec<Model>, Error> {
    let (family, provider, event) = place(row);
    let same = Entity::find()
        .filter(Column::Family.eq(family))
        .filter(Column::Provider.eq(provider))
        .filter(Column::EventId.eq(event));
    Ok(same.order_by_asc(Column::Variant).all(db).await?)
}

/// Counts that an event came again that was kept before one wrote down what events say.
pub async fn count_again<C: ConnectionTrait>(db: &C, known: Uuid, row: &Model) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::Deliveries, Expr::col(Column::Deliveries).add(row.deliveries))
        .col_expr(Column::LastReceivedAt, Expr::value(row.last_received_at))
        .col_expr(Column::Said, Expr::value(row.said.clone()))
        .filter(Column::Id.eq(known))
        .exec(db)
        .await?;
    Ok(())
}

/// Keeps an event beside the first that came with its id. Nobody can tell which of the two is right: it is FAILED, until
/// somebody replays it. Beside one that has failed itself it is taken for its correction, and is to be applied. Answers
/// whether it was not known yet.
pub async fn keep_beside<C: ConnectionTrait>(db: &C, first: &Model, mut row: Model) -> Result<Option<Model>, Error> {
    row.variant = row.said.clone().unwrap_or_default();
    if first.status != DeliveryStatus::Failed {
        let what =
            [first.kind.as_deref(), first.reference.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        row.status = DeliveryStatus::Failed;
        row.decision = Some(format!(
            "the id {} is that of another event, which says something else ({}, {what}); replay this one if it is right",
            row.event_id.as_deref().unwrap_or_default(),
            id::encode(id::Prefix::Delivery, first.id),
        ));
        (row.lease_until, row.settled_at) = (None, Some(row.received_at));
    }
    let mut insert = Entity::insert_many([row.clone().into_active_model()]).on_conflict(once_more());
    let statement = insert.query().returning_col(Column::Id).to_owned();
    let kept = db.query_one(&statement).await?.map(|kept| kept.try_get::<Uuid>("", "id")).transpose()?;
    Ok((kept == Some(row.id)).then_some(row))
}
