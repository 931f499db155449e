//! The one queue for all asynchronous work: rows written in the commit that caused them, claimed by the worker.
//!
//! Knows how rows are made, claimed by lease, settled and retried. Does not know how any event is carried out: `effects` does.

use crate::{
    clock::Instant,
    error::Error,
    id,
    queue::lease::{Backoff, Queue},
};
use chrono::TimeDelta;
use entity::outbox::{Column, Entity, Model};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What must reach the world, or be looked at later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "snake_case")]
pub enum Event {
    /// Stock of a SKU became available; fulfilments may be waiting for it.
    StockAvailable {
        /// Where.
        store_id: Uuid,
        /// Of what.
        sku: String,
    },
    /// A sale expired unpaid: tell `audience`.
    SaleExpired {
        /// Which.
        sale_order_id: Uuid,
        /// Who is to be told.
        audience: Audience,
    },
    /// Money came in: whoever paid is told, and whoever listens to orders.
    PaymentCaptured {
        /// Which.
        payment_id: Uuid,
    },
    /// Money is to go back to where it came from.
    RefundRequested {
        /// The refund's row.
        refund_id: Uuid,
    },
    /// Money that is set aside is to be taken.
    CaptureRequested {
        /// Of which payment.
        payment_id: Uuid,
        /// How much, in minor units.
        amount_minor: i64,
    },
    /// Money that is set aside is to be given back.
    VoidRequested {
        /// Of which payment.
        payment_id: Uuid,
    },
}

/// Who is told of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Staff who bill.
    Biller,
    /// The customer.
    Customer,
    /// The reseller.
    Reseller,
}

/// Kinds that are carried out here, at once.
pub const HANDLED: &[&str] = &["stock_available"];
/// Kinds that are asked of payment providers, by a task of their own. The others wait in the queue for those who will.
pub const PROVIDERS: &[&str] = &["refund_requested", CAPTURE_REQUESTED, "void_requested"];
/// The kind of [`Event::CaptureRequested`].
pub const CAPTURE_REQUESTED: &str = "capture_requested";

/// How long a claim lasts.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How long a claim of what a provider is asked lasts: longer than all that is asked for it.
const PROVIDER_LEASE: TimeDelta = TimeDelta::minutes(5);
/// Between attempts at reaching a provider.
const PROVIDER_BACKOFF: Backoff = Backoff { first: TimeDelta::seconds(10), longest: TimeDelta::minutes(15) };
const QUEUE: Queue<Column> = Queue {
    id: Column::Id,
    due: Column::AvailableAt,
    lease_until: Column::LeaseUntil,
    attempts: Some(Column::Attempts),
};
/// After so many failures a row is given up, and kept to be seen.
pub const MAX_ATTEMPTS: i32 = 12;

/// The row of an event.
pub fn row(event: &Event, root: Option<Uuid>, now: Instant) -> Result<Model, Error> {
    let mut value = serde_json::to_value(event).map_err(Error::internal)?;
    let kind = value["kind"].as_str().unwrap_or_default().to_owned();
    Ok(Model {
        id: id::new(),
        root_id: root,
        kind,
        payload: value["payload"].take(),
        created_at: now,
        available_at: now,
        lease_until: None,
        attempts: 0,
        last_error: None,
        done_at: None,
        dead_at: None,
    })
}

/// The event of a row. A kind that is not known is an error.
pub fn event(row: &Model) -> Result<Event, Error> {
    serde_json::from_value(serde_json::json!({ "kind": row.kind, "payload": row.payload }))
        .map_err(|error| Error::internal(format!("outbox row {} of kind {}: {error}", row.id, row.kind)))
}

/// Claims up to `limit` rows that are due, oldest first, skipping what others hold.
pub async fn claim(txn: &DatabaseTransaction, now: Instant, limit: u64) -> Result<Vec<Model>, Error> {
    claim_kinds(txn, HANDLED, LEASE, now, limit).await
}

/// The same of what providers are asked.
pub async fn claim_for_providers(txn: &DatabaseTransaction, now: Instant, limit: u64) -> Result<Vec<Model>, Error> {
    claim_kinds(txn, PROVIDERS, PROVIDER_LEASE, now, limit).await
}

async fn claim_kinds(
    txn: &DatabaseTransaction,
    kinds: &[&str],
    lease: TimeDelta,
    now: Instant,
    limit: u64,
) -> Result<Vec<Model>, Error> {
    let wanted = Entity::find()
        .filter(Column::Kind.is_in(kinds.iter().copied()))
        .filter(Column::DoneAt.is_null())
        .filter(Column::DeadAt.is_null());
    QUEUE.claim(txn, wanted, lease, now, limit).await
}

/// Marks rows as carried out.
pub async fn settle(txn: &DatabaseTransaction, ids: &[Uuid], now: Instant) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::DoneAt, Expr::value(now))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}

/// Claims rows for longer, while what they ask for goes on.
pub async fn keep(txn: &DatabaseTransaction, ids: &[Uuid], now: Instant) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value(now + LEASE))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::DoneAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Gives claims back untried, as a worker does that stops.
pub async fn release(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<(), Error> {
    QUEUE.release::<Entity, _>(txn, ids.iter().copied()).await
}

/// Keeps a failure: the row comes again later, or is given up.
pub async fn fail(txn: &DatabaseTransaction, row: &Model, error: &Error, now: Instant) -> Result<(), Error> {
    let attempts = row.attempts + 1;
    let dead = (attempts >= MAX_ATTEMPTS).then_some(now);
    Entity::update_many()
        .col_expr(Column::LastError, Expr::value(error.to_string()))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .col_expr(Column::AvailableAt, Expr::value(now + Backoff::SOON.after(attempts)))
        .col_expr(Column::DeadAt, Expr::value(dead))
        .filter(Column::Id.eq(row.id))
        .exec(txn)
        .await?;
    Ok(())
}

/// How what a provider was asked has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It is done there.
    Done,
    /// The provider was not asked, and why.
    NotAsked(String),
    /// The provider has refused, and why.
    Refused(String),
}

/// Writes down how a row has ended.
pub async fn end(txn: &DatabaseTransaction, id: Uuid, end: &End, now: Instant) -> Result<(), Error> {
    let (words, refused) = match end {
        End::Done => (None, false),
        End::NotAsked(why) => (Some(why.clone()), false),
        End::Refused(why) => (Some(why.clone()), true),
    };
    Entity::update_many()
        .col_expr(Column::LastError, Expr::value(words))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .col_expr(if refused { Column::DeadAt } else { Column::DoneAt }, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Keeps why a provider was not reached: the row comes again after `pause`, or after a pause that grows. It is never
/// given up.
pub async fn postpone(
    txn: &DatabaseTransaction,
    row: &Model,
    why: &str,
    pause: Option<TimeDelta>,
    now: Instant,
) -> Result<(), Error> {
    let pause = pause.map_or(PROVIDER_BACKOFF.after(row.attempts + 1), |pause| pause.max(PROVIDER_BACKOFF.first));
    Entity::update_many()
        .col_expr(Column::LastError, Expr::value(why))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .col_expr(Column::AvailableAt, Expr::value(now + pause))
        .filter(Column::Id.eq(row.id))
        .exec(txn)
        .await?;
    Ok(())
}
