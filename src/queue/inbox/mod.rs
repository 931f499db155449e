//! What providers posted: stored before anything else is done with it, one row an event however often it comes.
//!
//! Knows how deliveries are kept, claimed by lease, settled, parked and tried again. Does not know what one means:
//! `payment::news` applies them, `webhook` lets them in.

mod kept;
mod wake;

pub use kept::{Kept, count_again, keep, keep_beside, with_id};
pub use wake::wake;

use crate::{
    clock::Instant,
    db::{finders::among, rows::Writes},
    error::Error,
    id,
    queue::lease::{Backoff, Queue},
};
use chrono::TimeDelta;
use entity::{
    DeliveryFamily, DeliveryStatus, PartyKind,
    webhook_delivery::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How long whoever took a delivery in, or claimed it, has it alone.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Attempts are counted by their outcome: those of requests are made without a claim.
const QUEUE: Queue<Column> =
    Queue { id: Column::Id, due: Column::AvailableAt, lease_until: Column::LeaseUntil, attempts: None };
/// How much of a refused delivery's body is kept, in bytes: anybody may post those.
const REFUSED_BODY: usize = 4_096;
/// How many refused deliveries are kept.
pub const REFUSED_KEPT: u64 = 1_000;

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// Of whose deliveries it is one.
    pub family: DeliveryFamily,
    /// The provider's name, as in the path.
    pub provider: &'a str,
    /// Which kind of buyer pays, where the path says so.
    pub party: Option<PartyKind>,
    /// Without secrets.
    pub headers: &'a BTreeMap<String, String>,
    /// Byte by byte.
    pub body: &'a [u8],
}

/// An event that it carries.
#[derive(Clone, Debug)]
pub struct Item {
    /// The provider's id of it.
    pub event_id: String,
    /// A digest of what it says.
    pub said: String,
    /// Its kind, as the provider names it.
    pub kind: String,
    /// The provider's id of the payment that it is about, or the carrier's number of the parcel; nothing depends on it when
    /// it is about none.
    pub reference: Option<String>,
    /// Who carries that parcel, where it says so.
    pub carrier: Option<String>,
    /// The order that a carrier's event names.
    pub order_name: Option<String>,
}

/// The rows of a delivery that was let in, one an event, claimed for whoever keeps them. Of events that nothing depends on
/// that is said, and they are done.
pub fn rows(envelope: &Envelope<'_>, items: Vec<Item>, now: Instant) -> Result<Vec<Model>, Error> {
    let row = |item: Item| {
        let mut row = row(envelope, envelope.body.to_vec(), DeliveryStatus::Received, now)?;
        if item.reference.is_none() {
            let verdict = Verdict::ignored(&item.kind);
            (row.status, row.decision) = (verdict.status, Some(verdict.decision));
            (row.attempts, row.settled_at) = (1, Some(now));
        } else {
            row.lease_until = Some(now + LEASE);
        }
        row.event_id = Some(item.event_id);
        row.said = Some(item.said);
        row.kind = Some(item.kind);
        row.reference = item.reference;
        row.carrier = item.carrier;
        row.order_name = item.order_name;
        Ok(row)
    };
    items.into_iter().map(row).collect()
}

/// The row of a delivery that was not let in, and why.
pub fn refused(envelope: &Envelope<'_>, why: &str, now: Instant) -> Result<Model, Error> {
    let body = envelope.body[..envelope.body.len().min(REFUSED_BODY)].to_vec();
    let mut row = row(envelope, body, DeliveryStatus::Refused, now)?;
    row.decision = Some(why.to_owned());
    row.settled_at = Some(now);
    Ok(row)
}

/// Keeps deliveries that were not let in. `more`: for how many others kept ones stand, that came since.
pub async fn refuse(txn: &DatabaseTransaction, rows: Vec<Model>, more: &[(Uuid, i64)]) -> Result<(), Error> {
    if !rows.is_empty() {
        Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
            .exec_without_returning(txn)
            .await?;
    }
    for (id, number) in more {
        Entity::update_many()
            .col_expr(Column::Deliveries, Expr::col(Column::Deliveries).add(*number))
            .filter(Column::Id.eq(*id))
            .exec(txn)
            .await?;
    }
    Ok(())
}

fn row(envelope: &Envelope<'_>, body: Vec<u8>, status: DeliveryStatus, now: Instant) -> Result<Model, Error> {
    Ok(Model {
        id: id::new(),
        family: envelope.family,
        provider: envelope.provider.to_owned(),
        party: envelope.party,
        event_id: None,
        said: None,
        variant: String::new(),
        kind: None,
        reference: None,
        carrier: None,
        order_name: None,
        order_version: None,
        headers: serde_json::to_string(envelope.headers).map_err(Error::internal)?,
        body,
        status,
        decision: None,
        sale_order_id: None,
        payment_id: None,
        received_at: now,
        last_received_at: now,
        deliveries: 1,
        attempts: 0,
        available_at: now,
        lease_until: None,
        settled_at: None,
    })
}

/// Claims up to `limit` deliveries that wait to be applied, oldest first, skipping what others hold.
pub async fn claim(txn: &DatabaseTransaction, now: Instant, limit: u64) -> Result<Vec<Model>, Error> {
    let wanted = Entity::find().filter(Column::Status.eq(DeliveryStatus::Received));
    QUEUE.claim(txn, wanted, LEASE, now, limit).await
}

/// Gives claims back untried, as a worker does that stops.
pub async fn release(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<(), Error> {
    QUEUE.release::<Entity, _>(txn, ids.iter().copied()).await
}

/// What became of a delivery.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// APPLIED, IGNORED, PARKED or FAILED.
    pub status: DeliveryStatus,
    /// Why, for a person.
    pub decision: String,
    /// The sale order that it was about.
    pub sale_order_id: Option<Uuid>,
    /// The payment that it was about.
    pub payment_id: Option<Uuid>,
    /// The version of the order that it waits to change, when it is parked for that.
    pub order_version: Option<i32>,
}

impl Verdict {
    /// About no payment that is known.
    pub fn without_payment(status: DeliveryStatus, decision: String) -> Self {
        Self { status, decision, sale_order_id: None, payment_id: None, order_version: None }
    }

    /// About nothing that matters here.
    pub fn ignored(kind: &str) -> Self {
        Self::without_payment(DeliveryStatus::Ignored, format!("nothing here depends on {kind}"))
    }
}

/// Locks those of these deliveries that are still to be applied and that nobody else has locked. Answers which.
pub async fn lock(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, Error> {
    let query = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(among(Column::Id, ids))
        .filter(Column::Status.eq(DeliveryStatus::Received))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(query.into_tuple::<Uuid>().all(txn).await?.into_iter().collect())
}

/// Writes down what became of deliveries, in the commit that did it.
pub async fn settle(txn: &DatabaseTransaction, verdicts: &[(&Model, &Verdict)], now: Instant) -> Result<(), Error> {
    let row = |(row, verdict): &(&Model, &Verdict)| {
        json!({
            "id": row.id, "status": verdict.status, "decision": verdict.decision,
            "sale_order_id": verdict.sale_order_id, "payment_id": verdict.payment_id, "attempts": row.attempts + 1,
            "order_version": verdict.order_version, "lease_until": null, "settled_at": (verdict.status != DeliveryStatus::Parked).then_some(now),
        })
    };
    let rows: Vec<_> = verdicts.iter().map(row).collect();
    let columns = [
        Column::Id,
        Column::Status,
        Column::Decision,
        Column::SaleOrderId,
        Column::PaymentId,
        Column::OrderVersion,
        Column::Attempts,
        Column::LeaseUntil,
        Column::SettledAt,
    ];
    let mut writes = Writes::new();
    writes.set::<Entity, _>(&rows, &columns)?;
    writes.run(txn).await
}

/// Keeps a failure that may pass: the delivery comes again later, or is given up after `most` attempts.
pub async fn fail(
    txn: &DatabaseTransaction,
    delivery: &Model,
    error: &Error,
    most: i32,
    now: Instant,
) -> Result<(), Error> {
    let attempts = delivery.attempts + 1;
    let given_up = attempts >= most;
    let status = if given_up { DeliveryStatus::Failed } else { DeliveryStatus::Received };
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status))
        .col_expr(Column::Decision, Expr::value(error.to_string()))
        .col_expr(Column::Attempts, Expr::value(attempts))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .col_expr(Column::AvailableAt, Expr::value(now + Backoff::SOON.after(attempts)))
        .col_expr(Column::SettledAt, Expr::value(given_up.then_some(now)))
        .filter(Column::Id.eq(delivery.id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Lets a delivery be tried again that was parked, ignored or given up.
pub async fn replay(txn: &DatabaseTransaction, id: Uuid, now: Instant) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(DeliveryStatus::Received))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::AvailableAt, Expr::value(now))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .col_expr(Column::SettledAt, Expr::value(Option::<Instant>::None))
        .filter(Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// What has waited to be applied since before `since`, and what failed after it, in words; for people who look after the
/// shop.
pub async fn in_trouble<C: ConnectionTrait>(db: &C, since: Instant) -> Result<Vec<String>, Error> {
    type Told = (Uuid, String, Option<String>, Option<String>, Option<String>);
    let waits = Column::Status.eq(DeliveryStatus::Received).and(Column::ReceivedAt.lte(since));
    let failed = Column::Status.eq(DeliveryStatus::Failed).and(Column::SettledAt.gt(since));
    let rows: Vec<Told> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Provider, Column::Kind, Column::Reference, Column::Decision])
        .filter(Condition::any().add(waits).add(failed))
        .order_by_asc(Column::ReceivedAt)
        .into_tuple()
        .all(db)
        .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for (id, provider, kind, reference, decision) in rows {
        let (id, kind) = (id::encode(id::Prefix::Delivery, id), kind.unwrap_or_default());
        let (reference, why) = (reference.unwrap_or_default(), decision.unwrap_or_else(|| "not tried yet".to_owned()));
        lines.push(format!("webhook {id} of {provider}, {kind} {reference}, was not applied: {why}"));
    }
    Ok(lines)
}

/// Forgets refused deliveries beyond the newest of them.
pub async fn forget_refused(txn: &DatabaseTransaction) -> Result<(), Error> {
    let oldest_kept = Entity::find()
        .filter(Column::Status.eq(DeliveryStatus::Refused))
        .order_by_desc(Column::ReceivedAt)
        .order_by_desc(Column::Id)
        .offset(REFUSED_KEPT)
        .one(txn)
        .await?;
    if let Some(first_gone) = oldest_kept {
        Entity::delete_many()
            .filter(Column::Status.eq(DeliveryStatus::Refused))
            .filter(Column::ReceivedAt.lte(first_gone.received_at))
            .exec(txn)
            .await?;
    }
    Ok(())
}
