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
use entity::OutboxKind as Kind;
use entity::outbox::{Column, Entity, Model};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, Iterable as _, QueryFilter, sea_query::Expr};
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
    /// An order began to count for what its buyer touched, or counts no more.
    AttributionMoved {
        /// Which.
        sale_order_id: Uuid,
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

/// Who carries an event out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    /// The worker, at once.
    House,
    /// A payment provider, whom a task of its own asks.
    Provider,
    /// Nobody yet: rows wait in the queue for those who will tell people.
    Notifier,
}

impl Handler {
    /// Who carries out events of this kind.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::StockAvailable | Kind::AttributionMoved => Self::House,
            Kind::RefundRequested | Kind::CaptureRequested | Kind::VoidRequested => Self::Provider,
            Kind::SaleExpired | Kind::PaymentCaptured => Self::Notifier,
        }
    }

    /// What it carries out.
    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        Kind::iter().filter(move |kind| Self::of(*kind) == self)
    }

    /// How long a claim lasts: of what a provider is asked, longer than all that is asked for it.
    fn lease(self) -> TimeDelta {
        if self == Self::Provider { TimeDelta::minutes(5) } else { LEASE }
    }
}

/// How long a claim of the worker lasts.
const LEASE: TimeDelta = TimeDelta::seconds(60);
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
    Ok(Model {
        id: id::new(),
        root_id: root,
        kind: serde_json::from_value(value["kind"].take()).map_err(Error::internal)?,
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

/// The event of a row.
pub fn event(row: &Model) -> Result<Event, Error> {
    serde_json::from_value(serde_json::json!({ "kind": row.kind, "payload": row.payload }))
        .map_err(|error| Error::internal(format!("outbox row {} of kind {}: {error}", row.id, row.kind)))
}

/// Claims up to `limit` rows of `handler` that are due, oldest first, skipping what others hold.
pub async fn claim(txn: &DatabaseTransaction, handler: Handler, now: Instant, limit: u64) -> Result<Vec<Model>, Error> {
    let wanted = Entity::find()
        .filter(Column::Kind.is_in(handler.kinds()))
        .filter(Column::DoneAt.is_null())
        .filter(Column::DeadAt.is_null());
    QUEUE.claim(txn, wanted, handler.lease(), now, limit).await
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
