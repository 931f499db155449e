//! What providers posted: stored before anything else is done with it, one row an event however often it comes.
//!
//! Knows how deliveries are kept, claimed by lease, settled, parked and tried again. Does not know what one means:
//! `payment::news` applies them, `webhook` lets them in.

use crate::{clock::Instant, error::Error, id};
use chrono::TimeDelta;
use entity::{
    DeliveryStatus, PartyKind,
    webhook_delivery::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How long whoever took a delivery in, or claimed it, has it alone.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// First pause after a failure; doubled by each further one, up to an hour.
const BACKOFF: TimeDelta = TimeDelta::seconds(1);
const LONGEST_BACKOFF: TimeDelta = TimeDelta::hours(1);
/// How much of a refused delivery's body is kept, in bytes: anybody may post those.
const REFUSED_BODY: usize = 4_096;
/// How many refused deliveries are kept.
pub const REFUSED_KEPT: u64 = 1_000;

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
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
    /// Its kind, as the provider names it.
    pub kind: String,
    /// The provider's id of the payment, when it is about one.
    pub reference: Option<String>,
}

/// Keeps the events of a delivery that was let in. Answers the ids of those that were not known yet, claimed for whoever
/// asks; for the others it is counted that they came again.
pub async fn keep(
    txn: &DatabaseTransaction,
    envelope: &Envelope<'_>,
    items: &[Item],
    now: Instant,
) -> Result<Vec<Uuid>, Error> {
    let rows: Vec<Model> = items
        .iter()
        .map(|item| {
            let mut row = row(envelope, envelope.body.to_vec(), DeliveryStatus::Received, now)?;
            row.event_id = Some(item.event_id.clone());
            row.kind = Some(item.kind.clone());
            row.reference.clone_from(&item.reference);
            row.lease_until = Some(now + LEASE);
            Ok(row)
        })
        .collect::<Result<_, Error>>()?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let again = OnConflict::columns([Column::Provider, Column::EventId])
        .target_and_where(Expr::col(Column::EventId).is_not_null())
        .value(Column::Deliveries, Expr::col((Entity, Column::Deliveries)).add(1))
        .value(Column::LastReceivedAt, Expr::value(now))
        .to_owned();
    let ours: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let kept = Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict(again)
        .exec_with_returning(txn)
        .await?;
    Ok(kept.into_iter().map(|row| row.id).filter(|id| ours.contains(id)).collect())
}

/// Keeps a delivery that was not let in, and why.
pub async fn refuse(txn: &DatabaseTransaction, envelope: &Envelope<'_>, why: &str, now: Instant) -> Result<(), Error> {
    let body = envelope.body[..envelope.body.len().min(REFUSED_BODY)].to_vec();
    let mut row = row(envelope, body, DeliveryStatus::Refused, now)?;
    row.decision = Some(why.to_owned());
    row.settled_at = Some(now);
    Entity::insert(row.into_active_model()).exec_without_returning(txn).await?;
    Ok(())
}

fn row(envelope: &Envelope<'_>, body: Vec<u8>, status: DeliveryStatus, now: Instant) -> Result<Model, Error> {
    Ok(Model {
        id: id::new(),
        provider: envelope.provider.to_owned(),
        party: envelope.party,
        event_id: None,
        kind: None,
        reference: None,
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
    let rows = Entity::find()
        .filter(Column::Status.eq(DeliveryStatus::Received))
        .filter(Column::AvailableAt.lte(now))
        .filter(Condition::any().add(Column::LeaseUntil.is_null()).add(Column::LeaseUntil.lte(now)))
        .order_by_asc(Column::AvailableAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(txn)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        Entity::update_many()
            .col_expr(Column::LeaseUntil, Expr::value(now + LEASE))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(txn)
            .await?;
    }
    Ok(rows)
}

/// Gives claims back untried, as a worker does that stops.
pub async fn release(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
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
}

impl Verdict {
    /// About no payment that is known.
    pub fn without_payment(status: DeliveryStatus, decision: String) -> Self {
        Self { status, decision, sale_order_id: None, payment_id: None }
    }
}

/// Writes down what became of a delivery, in the commit that did it.
pub async fn settle(txn: &DatabaseTransaction, id: Uuid, verdict: &Verdict, now: Instant) -> Result<(), Error> {
    let settled = (verdict.status != DeliveryStatus::Parked).then_some(now);
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(verdict.status))
        .col_expr(Column::Decision, Expr::value(verdict.decision.clone()))
        .col_expr(Column::SaleOrderId, Expr::value(verdict.sale_order_id))
        .col_expr(Column::PaymentId, Expr::value(verdict.payment_id))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .col_expr(Column::SettledAt, Expr::value(settled))
        .filter(Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
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
    let doubled = BACKOFF * (1_i32 << (attempts - 1).clamp(0, 12));
    let given_up = attempts >= most;
    let status = if given_up { DeliveryStatus::Failed } else { DeliveryStatus::Received };
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status))
        .col_expr(Column::Decision, Expr::value(error.to_string()))
        .col_expr(Column::Attempts, Expr::value(attempts))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .col_expr(Column::AvailableAt, Expr::value(now + doubled.min(LONGEST_BACKOFF)))
        .col_expr(Column::SettledAt, Expr::value(given_up.then_some(now)))
        .filter(Column::Id.eq(delivery.id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Lets deliveries about a payment be tried again that waited for it.
pub async fn wake(txn: &DatabaseTransaction, provider: &str, reference: &str, now: Instant) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(DeliveryStatus::Received))
        .col_expr(Column::AvailableAt, Expr::value(now))
        .filter(Column::Status.eq(DeliveryStatus::Parked))
        .filter(Column::Provider.eq(provider))
        .filter(Column::Reference.eq(reference))
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
