//! What the rooms' finders share: many rows by many ids in one statement, brought back by id.

use crate::error::Error;
use sea_orm::sea_query::{Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, Select};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use uuid::Uuid;

/// The values, and the last of them again until there are as many as a power of two: so a database that caches plans by
/// the statement's text sees a handful of texts and not one for each number of values.
pub fn padded<V>(values: &[V]) -> impl Iterator<Item = &V> {
    let missing = values.len().next_power_of_two() - values.len();
    values.iter().chain(values.last().into_iter().flat_map(move |last| std::iter::repeat_n(last, missing)))
}

/// `column IN (ids)`, padded.
pub fn among(column: impl ColumnTrait, ids: &[Uuid]) -> SimpleExpr {
    if ids.is_empty() { Expr::val(false) } else { column.is_in(padded(ids).copied()) }
}

/// Whether one of them holds; nothing does of none. However many there are, they stand a few levels deep: what writes them
/// down and what reads them goes down a level for each that is added to a `Condition`, and neither would come back.
pub fn any_of(mut terms: Vec<SimpleExpr>) -> SimpleExpr {
    if terms.len() > 1 {
        let rest = terms.split_off(terms.len() / 2);
        return any_of(terms).or(any_of(rest));
    }
    terms.pop().unwrap_or_else(|| Expr::val(false))
}

/// The rows by a key of which each has one.
pub async fn keyed<E, K>(
    db: &DatabaseConnection,
    select: Select<E>,
    key: impl Fn(&E::Model) -> K,
) -> Result<HashMap<K, Arc<E::Model>>, Error>
where
    E: EntityTrait,
    K: Eq + Hash,
{
    let rows = select.all(db).await?;
    Ok(rows.into_iter().map(|row| (key(&row), Arc::new(row))).collect())
}

/// The rows by a key that several share, in the order of the statement.
pub async fn grouped<E, K>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    key: impl Fn(&E::Model) -> K,
) -> Result<HashMap<K, Vec<Arc<E::Model>>>, Error>
where
    E: EntityTrait,
    K: Eq + Hash,
{
    let mut groups: HashMap<K, Vec<Arc<E::Model>>> = HashMap::new();
    for row in select.all(db).await? {
        groups.entry(key(&row)).or_default().push(Arc::new(row));
    }
    Ok(groups)
}

/// A condition that nothing meets: what a reader with no stores sees.
pub fn nothing() -> Condition {
    Condition::all().add(Expr::val(false))
}
