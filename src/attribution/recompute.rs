//! Old orders are made to agree with the sets and the model of now.
//!
//! Whether an order counts is told anew from the states that its log has, by the rule that it is told by when it moves. What
//! agrees is left alone, so that whoever does it again, or goes on after a kill, ends the same.

use super::{
    credits::{self, Since, computed},
    level, queries, sets,
};
use crate::{
    clock::Instant,
    db::{finders::among, rows::Writes},
    error::Error,
    workflow::{Rules, queries::Standing},
};
use entity::{AttributionState, SubjectKind, attribution_credit, attribution_touch, sale_order, transition_log};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Orders in one transaction.
const BATCH: u64 = 100;

/// Which orders.
#[derive(Clone, Copy, Debug, Default)]
pub struct Which {
    /// Made then or later.
    pub since: Option<Instant>,
    /// Only this one.
    pub only: Option<Uuid>,
}

/// An order that did not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// ORD-<year>-<digits>.
    pub number: String,
    /// What it was.
    pub was: Option<AttributionState>,
    /// What it is.
    pub is: Option<AttributionState>,
    /// How many credits it had, and how many it has.
    pub credits: (usize, usize),
}

/// The next orders after `last`, by id, whose machines speak of attribution.
pub async fn next(
    db: &DatabaseConnection,
    rules: &Rules,
    which: Which,
    last: Option<Uuid>,
) -> Result<Vec<Uuid>, Error> {
    use sale_order::Column;
    let names: Vec<String> = sets::speakers(&rules.registry).iter().map(|speaker| speaker.name.clone()).collect();
    let mut find = sale_order::Entity::find().filter(Column::WorkflowDefinition.is_in(names));
    if let Some(since) = which.since {
        find = find.filter(Column::CreatedAt.gte(since));
    }
    if let Some(only) = which.only {
        find = find.filter(Column::Id.eq(only));
    }
    if let Some(last) = last {
        find = find.filter(Column::Id.gt(last));
    }
    let ids = find.select_only().column(Column::Id).order_by_asc(Column::Id).limit(BATCH);
    Ok(ids.into_tuple().all(db).await?)
}

/// Makes these orders agree; answers those that did not.
pub async fn recompute(
    txn: &DatabaseTransaction,
    rules: &Rules,
    sales: &[Uuid],
    now: Instant,
) -> Result<Vec<Moved>, Error> {
    let orders = credits::locked(txn, rules, sales, now).await?;
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let (touches, known) = (queries::touches(txn, &ids).await?, queries::credits(txn, &ids).await?);
    let histories = histories(txn, &orders).await?;
    let (mut moved, mut gone, mut made, mut restated) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for order in &orders {
        let history = histories.get(&order.id).map_or(&[][..], Vec::as_slice);
        let (is, since) = told_by(rules, order, history)?;
        let of = touches.get(&order.id).map_or(&[][..], Vec::as_slice);
        let had = known.get(&order.id).map_or(&[][..], Vec::as_slice);
        let wanted = since.map(|since| computed(rules.settings.attribution.model, order, of, kept(had, since)));
        let wanted = wanted.unwrap_or_default();
        let same = is == order.attribution && agree(had, &wanted);
        if same && of.iter().all(|touch| !touch.late) {
            continue;
        }
        restated.push((order.id, is));
        if !same {
            moved.push(Moved {
                number: order.number.clone(),
                was: order.attribution,
                is,
                credits: (had.len(), wanted.len()),
            });
            gone.push(order.id);
            made.extend(wanted);
        }
    }
    restate(txn, &restated).await?;
    attribution_credit::Entity::delete_many()
        .filter(among(attribution_credit::Column::SaleOrderId, &gone))
        .exec(txn)
        .await?;
    let mut writes = Writes::new();
    writes.insert::<attribution_credit::Entity>(&made.iter().collect::<Vec<_>>())?;
    writes.run(txn).await?;
    Ok(moved)
}

/// The states that orders came to, and when, as their logs have them.
async fn histories(
    txn: &DatabaseTransaction,
    orders: &[sale_order::Model],
) -> Result<HashMap<Uuid, Vec<(String, Instant)>>, Error> {
    use transition_log::Column;
    let roots: Vec<Uuid> = orders.iter().map(|order| order.root_id).collect();
    let rows: Vec<(Uuid, String, Instant)> = transition_log::Entity::find()
        .filter(among(Column::RootId, &roots))
        .filter(Column::SubjectKind.eq(SubjectKind::Sale))
        .order_by_asc(Column::RootId)
        .order_by_asc(Column::Sequence)
        .select_only()
        .columns([Column::SubjectId, Column::ToState, Column::OccurredAt])
        .into_tuple()
        .all(txn)
        .await?;
    let mut found: HashMap<Uuid, Vec<(String, Instant)>> = HashMap::new();
    for (sale, state, at) in rows {
        found.entry(sale).or_default().push((state, at));
    }
    Ok(found)
}

/// Whether an order counts by the sets of now, and since when, as its history tells.
fn told_by(
    rules: &Rules,
    order: &sale_order::Model,
    history: &[(String, Instant)],
) -> Result<(Option<AttributionState>, Option<Since>), Error> {
    let standing = Standing::of_sale(&rules.registry, order)?;
    let (mut is, mut since) = (None, None::<Since>);
    for (state, at) in history {
        // States that its machine had before say nothing.
        let Some(there) = standing.in_state(state) else { continue };
        let was = is;
        is = level::next(is, sets::says(&rules.settings.attribution, &there, state));
        if is != was {
            let reversed = (is == Some(AttributionState::Reversed)).then_some(*at);
            since = Some(Since { credited: since.map_or(*at, |since| since.credited), reversed });
        }
    }
    Ok((is, since))
}

/// Credits that are computed anew keep the times that they had.
fn kept(had: &[Arc<attribution_credit::Model>], since: Since) -> Since {
    let Some(first) = had.first() else { return since };
    Since { credited: first.credited_at, reversed: since.reversed.map(|at| first.reversed_at.unwrap_or(at)) }
}

/// Whether they are the same but for their ids.
fn agree(had: &[Arc<attribution_credit::Model>], wanted: &[attribution_credit::Model]) -> bool {
    let same = |had: &attribution_credit::Model, wanted: &attribution_credit::Model| {
        attribution_credit::Model { id: had.id, ..wanted.clone() } == *had
    };
    had.len() == wanted.len() && had.iter().all(|had| wanted.iter().any(|wanted| same(had, wanted)))
}

/// Writes down whether orders count, and that all their touches are part of it. Their versions stay: nothing that clients change
/// has changed.
async fn restate(txn: &DatabaseTransaction, orders: &[(Uuid, Option<AttributionState>)]) -> Result<(), Error> {
    for is in [None, Some(AttributionState::Credited), Some(AttributionState::Reversed)] {
        let of: Vec<Uuid> = orders.iter().filter(|(_, wanted)| *wanted == is).map(|(id, _)| *id).collect();
        if !of.is_empty() {
            sale_order::Entity::update_many()
                .col_expr(sale_order::Column::Attribution, Expr::value(is.map(AttributionState::as_str)))
                .filter(among(sale_order::Column::Id, &of))
                .exec(txn)
                .await?;
        }
    }
    let all: Vec<Uuid> = orders.iter().map(|(id, _)| *id).collect();
    attribution_touch::Entity::update_many()
        .col_expr(attribution_touch::Column::Late, Expr::value(false))
        .filter(among(attribution_touch::Column::SaleOrderId, &all))
        .exec(txn)
        .await?;
    Ok(())
}
