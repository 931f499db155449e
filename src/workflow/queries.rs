//! Finders of what happened, of what was refused and of what is due.

use crate::actor::Actor;
use crate::actor::scope::of_own_orders;
use crate::db::finders::{among, grouped, keyed};
use crate::db::page::{self, Asked, Cursor, KeyKind, Keyset, Page, Range};
use crate::error::Error;
use entity::{SubjectKind, deferred_event, refused_attempt, timer, transition_log};
use sea_orm::sea_query::{Alias, Asterisk, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

pub use super::standing::{Narrowing, Phase, Standing, States, fell_through, in_phases, known, tagged, with_tags};

/// The most changes of state that are read of a subject at once.
pub const MOST_CHANGES: u64 = 500;
/// Told apart in cursors.
pub const TRANSITIONS: u8 = 60;

/// Rows of the log of the reader's orders.
pub fn visible(actor: &Actor) -> Select<transition_log::Entity> {
    let find = transition_log::Entity::find();
    match of_own_orders(actor, transition_log::Column::RootId) {
        Some(own) => find.filter(own),
        None => find,
    }
}

/// A row of the log by its id.
pub async fn find(
    db: &DatabaseConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<Arc<transition_log::Model>>, Error> {
    Ok(visible(actor).filter(transition_log::Column::Id.eq(id)).one(db).await?.map(Arc::new))
}

/// Rows of the log by id, for whoever sees what they are about.
pub async fn by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<transition_log::Model>>, Error> {
    keyed(db, transition_log::Entity::find().filter(among(transition_log::Column::Id, ids)), |row| row.id).await
}

/// Whose part of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogOf {
    /// One subject's own.
    Subject(Uuid),
    /// A whole order's, by its root.
    Order(Uuid),
}

impl LogOf {
    fn id(self) -> Uuid {
        match self {
            Self::Subject(id) | Self::Order(id) => id,
        }
    }

    fn column(self) -> transition_log::Column {
        match self {
            Self::Subject(_) => transition_log::Column::SubjectId,
            Self::Order(_) => transition_log::Column::RootId,
        }
    }
}

/// A page of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogPage {
    /// Whose.
    pub of: LogOf,
    /// Which part.
    pub range: Range,
    /// Whether the number of all rows is wanted.
    pub total: bool,
}

/// Pages of the log, newest first: one statement for all that ask for the same range.
pub async fn log_pages(
    db: &DatabaseConnection,
    keys: &[LogPage],
) -> Result<HashMap<LogPage, Page<Arc<transition_log::Model>>>, Error> {
    let mut alike: HashMap<(bool, Range, bool), Vec<LogPage>> = HashMap::new();
    for key in keys {
        alike.entry((matches!(key.of, LogOf::Subject(_)), key.range, key.total)).or_default().push(*key);
    }
    let mut pages = HashMap::new();
    for keys in alike.into_values() {
        let Some(first) = keys.first().copied() else { continue };
        let column = first.of.column();
        let ids: Vec<_> = keys.iter().map(|key| key.of.id()).collect();
        let totals = if first.total { totals(db, column, &ids).await? } else { HashMap::new() };
        let mut rows: HashMap<Uuid, Vec<(Cursor, Arc<transition_log::Model>)>> = HashMap::new();
        for row in newest(db, column, &ids, &first.range).await? {
            let id = if matches!(first.of, LogOf::Subject(_)) { row.subject_id } else { row.root_id };
            let cursor = Cursor { tag: TRANSITIONS, key: row.sequence, id: row.id };
            rows.entry(id).or_default().push((cursor, Arc::new(row)));
        }
        for key in keys {
            let id = key.of.id();
            let page = Page::cut(
                rows.remove(&id).unwrap_or_default(),
                &key.range,
                totals.get(&id).copied().unwrap_or_default(),
            );
            pages.insert(key, page);
        }
    }
    Ok(pages)
}

/// The rows in which a subject came to be and in which its state changed, oldest first; of very many the newest
/// [`MOST_CHANGES`].
pub async fn state_changes(db: &DatabaseConnection, subject: Uuid) -> Result<Vec<transition_log::Model>, Error> {
    use transition_log::Column;
    let changed = Column::FromState.is_null().or(Expr::col(Column::FromState).ne(Expr::col(Column::ToState)));
    let select = transition_log::Entity::find().filter(Column::SubjectId.eq(subject)).filter(changed);
    let mut rows = select.order_by_desc(Column::Sequence).limit(MOST_CHANGES).all(db).await?;
    rows.reverse();
    Ok(rows)
}

async fn newest(
    db: &DatabaseConnection,
    column: transition_log::Column,
    ids: &[Uuid],
    range: &Range,
) -> Result<Vec<transition_log::Model>, Error> {
    let mut select = transition_log::Entity::find().filter(among(column, ids));
    if let Some(after) = range.after {
        select = select.filter(transition_log::Column::Sequence.lt(after.key));
    }
    if let Some(before) = range.before {
        select = select.filter(transition_log::Column::Sequence.gt(before.key));
    }
    let order = if range.backward { Order::Asc } else { Order::Desc };
    if ids.len() == 1 {
        let select = select.order_by(transition_log::Column::Sequence, order).limit(range.size + 1);
        return Ok(select.all(db).await?);
    }
    let place = format!(
        "ROW_NUMBER() OVER (PARTITION BY {} ORDER BY \"sequence\" {})",
        if matches!(column, transition_log::Column::SubjectId) { "\"subject_id\"" } else { "\"root_id\"" },
        if range.backward { "ASC" } else { "DESC" },
    );
    let numbered = select.expr_as(Expr::cust(place), "place").into_query();
    let statement = cut(numbered, range.size + 1, order);
    Ok(transition_log::Model::find_by_statement(db.get_database_backend().build(&statement)).all(db).await?)
}

fn cut(numbered: SelectStatement, size: u64, order: Order) -> SelectStatement {
    Query::select()
        .column(Asterisk)
        .from_subquery(numbered, Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("place")).lte(size))
        .order_by(Alias::new("sequence"), order)
        .to_owned()
}

async fn totals(
    db: &DatabaseConnection,
    column: transition_log::Column,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, i64>, Error> {
    let counted: Vec<(Uuid, i64)> = transition_log::Entity::find()
        .select_only()
        .column(column)
        .column_as(transition_log::Column::Id.count(), "rows")
        .filter(among(column, ids))
        .group_by(column)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counted.into_iter().collect())
}

/// What is due of subjects, soonest first.
pub async fn timers(
    db: &DatabaseConnection,
    subjects: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<timer::Model>>>, Error> {
    let select = timer::Entity::find()
        .filter(among(timer::Column::SubjectId, subjects))
        .order_by_asc(timer::Column::DueAt)
        .order_by_asc(timer::Column::Id);
    grouped(db, select, |row| row.subject_id).await
}

/// Events that wait, or waited, for their windows, of the reader's orders.
pub async fn find_deferred(
    db: &DatabaseConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<Arc<deferred_event::Model>>, Error> {
    let mut find = deferred_event::Entity::find_by_id(id);
    if let Some(own) = of_own_orders(actor, deferred_event::Column::RootId) {
        find = find.filter(own);
    }
    Ok(find.one(db).await?.map(Arc::new))
}

/// Events that wait, or waited, for their windows, by id, for whoever sees what they are about.
pub async fn deferred_by_id(
    db: &DatabaseConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<deferred_event::Model>>, Error> {
    keyed(db, deferred_event::Entity::find().filter(among(deferred_event::Column::Id, ids)), |row| row.id).await
}

/// What was refused of a subject, newest first. For those who may read the audit.
pub async fn refused_attempts(
    db: &DatabaseConnection,
    actor: &Actor,
    subject: (SubjectKind, Uuid),
    asked: &Asked,
) -> Result<Page<refused_attempt::Model>, Error> {
    actor.require("audit.read")?;
    let select = refused_attempt::Entity::find()
        .filter(refused_attempt::Column::SubjectKind.eq(subject.0))
        .filter(refused_attempt::Column::SubjectId.eq(subject.1));
    let order = Keyset {
        tag: 61,
        key: Some((refused_attempt::Column::OccurredAt, KeyKind::Instant)),
        id: refused_attempt::Column::Id,
        descending: true,
        place: |row: &refused_attempt::Model| (row.occurred_at.timestamp_micros(), row.id),
    };
    page::fetch(db, select, &order, asked).await
}
