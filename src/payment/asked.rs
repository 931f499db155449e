//! Reads what providers were asked: outbox rows, shown with the payment that they are about.

use crate::{
    clock::Instant,
    db::finders::among,
    error::Error,
    id::{self, Prefix},
    queue::outbox::{self, Event, Handler},
};
use entity::{outbox as row, payment, refund, sale_order};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What a provider is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as they read")]
pub enum Kind {
    Refund,
    Capture,
    Void,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as they read")]
pub enum Standing {
    Waiting,
    Done,
    Refused,
    NotAsked,
}

/// What a provider was asked for.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the API has it")]
pub struct Command {
    pub kind: Kind,
    pub amount_minor: i64,
    pub standing: Standing,
    pub attempts: i32,
    pub last_error: Option<String>,
    pub next_attempt_at: Option<Instant>,
    pub refund: Option<Uuid>,
    pub created_at: Instant,
}

/// What the providers of these payments were asked, oldest first.
pub async fn by_payment(db: &DatabaseConnection, payments: &[Uuid]) -> Result<HashMap<Uuid, Vec<Command>>, Error> {
    let payments = payment::Entity::find().filter(among(payment::Column::Id, payments)).all(db).await?;
    let ids: Vec<Uuid> = payments.iter().map(|payment| payment.id).collect();
    let refunds = refund::Entity::find().filter(among(refund::Column::PaymentId, &ids)).all(db).await?;
    let roots: Vec<Uuid> = payments.iter().map(|payment| payment.root_id).collect();
    let rows = row::Entity::find()
        .filter(among(row::Column::RootId, &roots))
        .filter(row::Column::Kind.is_in(Handler::Provider.kinds()))
        .order_by_asc(row::Column::Id)
        .all(db)
        .await?;
    let mut found: HashMap<Uuid, Vec<Command>> = HashMap::new();
    for row in rows {
        let (payment, kind, amount_minor, refund) = match outbox::event(&row)? {
            Event::RefundRequested { refund_id } => match refunds.iter().find(|refund| refund.id == refund_id) {
                Some(refund) => (refund.payment_id, Kind::Refund, refund.amount_minor, Some(refund_id)),
                None => continue,
            },
            Event::CaptureRequested { payment_id, amount_minor } => (payment_id, Kind::Capture, amount_minor, None),
            Event::VoidRequested { payment_id } => {
                let of_it = payments.iter().find(|payment| payment.id == payment_id);
                (payment_id, Kind::Void, of_it.map_or(0, |payment| payment.amount_minor), None)
            }
            _ => continue,
        };
        if !ids.contains(&payment) {
            continue;
        }
        let standing = standing(&row);
        found.entry(payment).or_default().push(Command {
            kind,
            amount_minor,
            standing,
            attempts: row.attempts,
            last_error: row.last_error,
            next_attempt_at: (standing == Standing::Waiting).then_some(row.available_at),
            refund,
            created_at: row.created_at,
        });
    }
    Ok(found)
}

fn standing(row: &row::Model) -> Standing {
    match (row.done_at, row.dead_at, &row.last_error) {
        (_, Some(_), _) => Standing::Refused,
        (Some(_), None, None) => Standing::Done,
        (Some(_), None, Some(_)) => Standing::NotAsked,
        (None, None, _) => Standing::Waiting,
    }
}

/// What waits since before `since`, and what was refused after it, in words; for people who look after the shop. What
/// was refused earlier is not told again: its refund is FAILED, its order flagged, and `providerCommands` keeps it.
pub async fn in_trouble<C: ConnectionTrait>(db: &C, since: Instant) -> Result<Vec<String>, Error> {
    let waits = Condition::all()
        .add(row::Column::DoneAt.is_null())
        .add(row::Column::DeadAt.is_null())
        .add(row::Column::CreatedAt.lte(since));
    let rows = row::Entity::find()
        .filter(row::Column::Kind.is_in(Handler::Provider.kinds()))
        .filter(Condition::any().add(waits).add(row::Column::DeadAt.gt(since)))
        .order_by_asc(row::Column::CreatedAt)
        .all(db)
        .await?;
    let numbers = numbers(db, &rows).await?;
    Ok(rows.iter().map(|row| words(row, &numbers)).collect())
}

/// The numbers of the orders that these rows are of, by root.
async fn numbers<C: ConnectionTrait>(db: &C, rows: &[row::Model]) -> Result<HashMap<Uuid, String>, Error> {
    use sale_order::Column;
    let roots: Vec<Uuid> = rows.iter().filter_map(|row| row.root_id).collect();
    if roots.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(Uuid, String)> = sale_order::Entity::find()
        .select_only()
        .columns([Column::RootId, Column::Number])
        .filter(among(Column::RootId, &roots))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

fn words(row: &row::Model, numbers: &HashMap<Uuid, String>) -> String {
    let about = match outbox::event(row) {
        Ok(Event::RefundRequested { refund_id }) => id::encode(Prefix::Refund, refund_id),
        Ok(Event::CaptureRequested { payment_id, .. } | Event::VoidRequested { payment_id }) => {
            id::encode(Prefix::Payment, payment_id)
        }
        _ => row.payload.to_string(),
    };
    let order = row.root_id.and_then(|root| numbers.get(&root));
    let order = order.map(|number| format!(" of {number}")).unwrap_or_default();
    let (kind, since) = (row.kind.as_str().replace('_', " "), row.created_at.format("%Y-%m-%d %H:%M"));
    let why = row.last_error.as_deref().unwrap_or("not tried yet");
    let what = if row.dead_at.is_some() { "was refused" } else { "waits" };
    format!("{kind} {about}{order}, asked for on {since}, {what} after {} tries: {why}", row.attempts)
}
