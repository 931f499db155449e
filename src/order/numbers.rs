//! Order numbers: `QUO-<year>-<digits>` and `ORD-<year>-<digits>`, the same digits for a quotation and its sale order.
//!
//! Digits come from a sequence and are never given twice; gaps are allowed.

use crate::{clock::Instant, error::Error, id};
use chrono::Datelike;
use entity::order_root;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

const NEXT_ON_POSTGRES: &str = "SELECT nextval('order_number') AS value";
const NEXT_ON_SQLITE: &str = "UPDATE number_counter SET value = value + 1 WHERE name = 'order_number' RETURNING value";

/// The root of a new order, with the next digits.
pub async fn root(txn: &DatabaseTransaction, now: Instant) -> Result<order_root::Model, Error> {
    let number_seq = next(txn).await?;
    Ok(order_root::Model {
        id: id::new(),
        number_seq,
        last_sequence: 0,
        last_hash: String::new(),
        deferred_events: 0,
        created_at: now,
    })
}

async fn next(txn: &DatabaseTransaction) -> Result<i64, Error> {
    let backend = txn.get_database_backend();
    let sql = if backend == DbBackend::Postgres { NEXT_ON_POSTGRES } else { NEXT_ON_SQLITE };
    let row = txn.query_one_raw(Statement::from_string(backend, sql)).await?;
    Ok(row.ok_or_else(|| Error::internal("no order number"))?.try_get("", "value")?)
}

/// A quotation's number.
pub fn quotation(digits: i64, at: Instant) -> String {
    format!("QUO-{}-{digits:06}", at.year())
}

/// A sale order's number.
pub fn sale(digits: i64, at: Instant) -> String {
    format!("ORD-{}-{digits:06}", at.year())
}
