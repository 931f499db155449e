//! What providers' news do to payments: each is applied once, in the commit that says so, whatever order they come in.
//!
//! Payments only move forward, refunds and disputes have rows of their own, and what comes before the thing it is about
//! is parked until that is known. Many are applied as one is: their orders are locked together, read in one go, changed
//! in memory (`act`) and written once. Knows no provider's format: `provider` does.

mod act;
mod escrow;

pub use act::rescaled;

use super::{
    details,
    provider::{self, Change, EscrowStage, News, PaymentNews},
    queries,
};
use crate::{
    actor::Actor,
    clock::Instant,
    error::Error,
    id::{self, Prefix},
    order,
    queue::inbox::{self, Verdict},
    workflow::{Command, Cx, Env, Mode, Needs, Opened, Roots, Rules, SubjectRef, Unit},
};
use entity::{DeliveryStatus, payment, payment_detail, webhook_delivery};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A stored delivery that is to be applied.
#[derive(Clone, Debug)]
pub struct Due {
    /// As it is stored.
    pub row: webhook_delivery::Model,
    /// Its event, where that was just read. Else it is read from the stored body.
    pub event: Option<News>,
}

/// Applies a stored delivery; one that was applied before is left alone.
#[derive(Clone, Debug, Serialize)]
pub struct ApplyDelivery {
    /// Which.
    pub delivery: Uuid,
}

impl Command for ApplyDelivery {
    type Output = ();

    const NAME: &'static str = "applyDelivery";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<(), Error> {
        let row = webhook_delivery::Entity::find_by_id(self.delivery).lock_exclusive().one(cx.txn).await?;
        let Some(row) = row.filter(|row| row.status == DeliveryStatus::Received) else { return Ok(()) };
        let due = Due { row, event: None };
        let verdict = alone(cx, &due).await?;
        inbox::settle(cx.txn, &[(&due.row, &verdict)], cx.now).await?;
        Ok(())
    }
}

/// Applies deliveries that are claimed by the caller, all in this transaction; answers which. What others have locked,
/// and what needs a closer look (it cannot be read, or its order is not known) is left as it was. A refusal fails all of
/// them: each is to be applied by a command of its own then.
pub async fn apply(
    rules: &Rules,
    txn: &DatabaseTransaction,
    due: &[Due],
    now: Instant,
) -> Result<BTreeSet<Uuid>, Error> {
    let ids: Vec<Uuid> = due.iter().map(|due| due.row.id).collect();
    let ours = inbox::lock(txn, &ids).await?;
    let ours = due.iter().filter(|due| ours.contains(&due.row.id));
    let pieces: Vec<Piece<'_>> = ours.filter_map(|due| Piece::of(due, now).ok().flatten()).collect();
    let known = known(txn, &pieces).await?;
    let made = made(txn, &pieces).await?;
    let of_piece = |piece: &Piece<'_>| {
        let known = known.get(&piece.key());
        // What is wrong with one is said of it alone.
        piece.check_unused(known, &made).ok()?;
        piece.sale(known).ok().flatten()
    };
    let sales: Vec<Option<SubjectRef>> = pieces.iter().map(of_piece).collect();
    let subjects: Vec<SubjectRef> = sales.iter().flatten().copied().collect();
    let mut unit = Unit::open_free(txn, Roots::of_subjects(&subjects), now).await?;
    unit.load(rules, txn, Needs::ALL, Mode::Write).await?;
    let roots = unit.roots_of();
    let mut verdicts = Vec::with_capacity(pieces.len());
    for (piece, sale) in pieces.iter().zip(sales) {
        let Some((sale, root)) = sale.and_then(|sale| Some((sale, *roots.get(&sale)?))) else { continue };
        let env = Env { rules, actor: &piece.actor, now };
        let opened = Opened::of(&mut unit, env, root, sale);
        verdicts.push((piece.row, act::act(opened, piece, known.get(&piece.key()))?));
    }
    unit.flush(txn).await?;
    let verdicts: Vec<_> = verdicts.iter().map(|(row, verdict)| (*row, verdict)).collect();
    inbox::settle(txn, &verdicts, now).await?;
    Ok(verdicts.iter().map(|(row, _)| row.id).collect())
}

/// What cannot be applied, now or later, is FAILED, with its order where that is known.
async fn alone(cx: &Cx<'_>, due: &Due) -> Result<Verdict, Error> {
    let mut piece = match Piece::of(due, cx.now) {
        Ok(Some(piece)) => piece,
        Ok(None) => return Ok(Verdict::ignored(due.row.kind.as_deref().unwrap_or_default())),
        Err(error) if error.retryable() => return Err(error),
        Err(error) => return Ok(Verdict::without_payment(DeliveryStatus::Failed, error.to_string())),
    };
    piece.name_order(cx.txn).await?;
    let known = known(cx.txn, std::slice::from_ref(&piece)).await?;
    let known = known.get(&piece.key());
    if let Err(error) = piece.check_unused(known, &made(cx.txn, std::slice::from_ref(&piece)).await?) {
        return Ok(Verdict::without_payment(DeliveryStatus::Failed, error.to_string()));
    }
    let sale = match piece.sale(known) {
        Ok(Some(sale)) => sale,
        Ok(None) => return Ok(piece.parked("no payment has this reference, and no sale order is named")),
        Err(error) => return Ok(Verdict::without_payment(DeliveryStatus::Failed, error.to_string())),
    };
    let mut unit = Unit::open(cx.txn, Roots::of_subjects(&[sale]), Mode::Write, cx.now).await?;
    if let (None, Some(payment)) = (unit.orders.keys().next(), known) {
        // The name is wrong, and the payment's reference is not.
        let sale = SubjectRef::sale(payment.sale_order_id);
        unit = Unit::open(cx.txn, Roots::of_subjects(&[sale]), Mode::Write, cx.now).await?;
    }
    if unit.orders.is_empty() {
        return Ok(piece.parked(&format!("there is no {}", sale.type_id())));
    }
    unit.load(cx.rules, cx.txn, Needs::ALL, Mode::Write).await?;
    match act::act(Opened::sale(&mut unit, cx.env())?, &piece, known) {
        Ok(verdict) => {
            unit.flush(cx.txn).await?;
            Ok(verdict)
        }
        Err(error) if error.retryable() => Err(error),
        // What was changed in memory is not written.
        Err(error) => Ok(Verdict {
            status: DeliveryStatus::Failed,
            decision: error.to_string(),
            sale_order_id: Some(unit.only()?.sale()?.id),
            payment_id: known.map(|payment| payment.id),
            order_version: None,
        }),
    }
}

/// A delivery, what it says of a payment, and in whose name.
struct Piece<'a> {
    row: &'a webhook_delivery::Model,
    of: PaymentNews,
    actor: Actor,
}

/// A provider's name and its reference of a payment.
type Key = (String, String);

impl<'a> Piece<'a> {
    /// What a delivery says; nothing when that is of no payment.
    fn of(due: &'a Due, now: Instant) -> Result<Option<Self>, Error> {
        let row = &due.row;
        let event = due.event.clone().map_or_else(|| again(row, now), Ok)?;
        Ok(event.of.map(|of| Self { row, of, actor: Actor::provider(&row.provider) }))
    }

    /// An escrow names its order as people and shops do: by its number, or by the id that another system has for it. One that
    /// is not there, or not alone, stays as it was written.
    async fn name_order(&mut self, txn: &DatabaseTransaction) -> Result<(), Error> {
        let Some(text) = self.of.sale_order_id.as_ref().filter(|text| id::parse(text).is_none()) else { return Ok(()) };
        if !matches!(self.of.change, Change::Escrow(_)) {
            return Ok(());
        }
        let found = order::queries::named(txn, text).await?;
        if let [only] = found.as_slice() {
            self.of.sale_order_id = Some(id::encode(Prefix::Sale, *only));
        }
        Ok(())
    }

    fn key(&self) -> Key {
        (self.row.provider.clone(), self.of.reference.clone())
    }

    /// The sale order that it names where it may bring a payment to be; else that of the payment, also where what it
    /// names is no id.
    fn sale(&self, known: Option<&payment::Model>) -> Result<Option<SubjectRef>, Error> {
        let of_payment = known.map(|payment| SubjectRef::sale(payment.sale_order_id));
        match &self.of.sale_order_id {
            Some(text) if self.of.change.registers() => match id::parse(text) {
                Some((Prefix::Sale, id)) => Ok(Some(SubjectRef::sale(id))),
                _ if of_payment.is_some() => Ok(of_payment),
                _ => Err(Error::invalid("sale_order_id", format!("{text:?} is no id of a sale order (sale_…)"))),
            },
            _ => Ok(of_payment),
        }
    }

    /// The transaction that made the payment, where the news say which, as it is compared.
    fn made_by(&self) -> Option<String> {
        match &self.of.change {
            Change::Escrow(news) if news.stage == EscrowStage::Created => {
                news.transaction.hash.as_deref().map(details::hash)
            }
            _ => None,
        }
    }

    /// Refuses a transaction that made another payment.
    fn check_unused(&self, known: Option<&payment::Model>, made: &[payment_detail::Model]) -> Result<(), Error> {
        let Some(hash) = self.made_by() else { return Ok(()) };
        let ours = known.map(|payment| payment.id);
        if made.iter().any(|row| row.transaction_hash.as_ref() == Some(&hash) && Some(row.id) != ours) {
            return Err(Error::Conflict(format!("the transaction {hash:?} made another payment already")));
        }
        Ok(())
    }

    /// Until its payment is known.
    fn parked(&self, why: &str) -> Verdict {
        Verdict::without_payment(DeliveryStatus::Parked, format!("{}: {why}", self.of.reference))
    }

    /// Until its payment has money.
    fn waits_for_capture(&self, known: Option<&payment::Model>) -> Verdict {
        self.waits_for(known, "the payment that it is about is not captured yet")
    }

    /// Until its payment has come further.
    fn waits_for(&self, known: Option<&payment::Model>, why: &str) -> Verdict {
        Verdict {
            sale_order_id: known.map(|payment| payment.sale_order_id),
            payment_id: known.map(|payment| payment.id),
            ..self.parked(why)
        }
    }
}

/// The event of a stored delivery, read again from its body.
fn again(row: &webhook_delivery::Model, now: Instant) -> Result<News, Error> {
    let headers = provider::headers(&row.headers)?;
    let delivery = provider::Delivery { headers: &headers, body: &row.body, now, party: row.party };
    let news = provider::of(&row.provider).news(&delivery);
    let news = news.map_err(|refusal| Error::invalid("body", refusal.to_string()))?;
    let is_same = |news: &&News| row.said.as_ref() == Some(&news.said(row.party));
    let has_its_id = |news: &&News| Some(&news.event_id) == row.event_id.as_ref();
    // Before one wrote down what events say, some had other ids.
    let is_alike = |news: &&News| {
        let reference = news.of.as_ref().map(|of| &of.reference);
        (Some(&news.kind), reference) == (row.kind.as_ref(), row.reference.as_ref())
    };
    let find = |of: &dyn Fn(&&News) -> bool| news.iter().find(of);
    let found =
        find(&|news| has_its_id(news) && is_same(news)).or_else(|| find(&has_its_id)).or_else(|| find(&is_alike));
    found.cloned().ok_or_else(|| Error::invalid("body", "the event is not in the delivery's body any more"))
}

/// A digest of what a stored delivery says; nothing when it cannot be read any more.
pub fn said(row: &webhook_delivery::Model, now: Instant) -> Option<String> {
    again(row, now).ok().map(|news| news.said(row.party))
}

/// The payments that were made by the transactions that pieces of news speak of.
async fn made(txn: &DatabaseTransaction, pieces: &[Piece<'_>]) -> Result<Vec<payment_detail::Model>, Error> {
    let hashes: Vec<String> = pieces.iter().filter_map(Piece::made_by).collect();
    details::made_by(txn, &hashes).await
}

/// The payments that pieces of news are about.
async fn known(txn: &DatabaseTransaction, pieces: &[Piece<'_>]) -> Result<HashMap<Key, payment::Model>, Error> {
    let mut references: HashMap<&str, Vec<&str>> = HashMap::new();
    for piece in pieces {
        references.entry(&piece.row.provider).or_default().push(&piece.of.reference);
    }
    if references.is_empty() {
        return Ok(HashMap::new());
    }
    let any = references.into_iter().fold(Condition::any(), |any, (provider, references)| {
        let ours = payment::Column::Provider.eq(provider).and(payment::Column::Reference.is_in(references));
        any.add(ours.and(queries::no_duplicate()))
    });
    let rows = payment::Entity::find().filter(any).all(txn).await?;
    let keyed = rows.into_iter().filter_map(|row| Some(((row.provider.clone()?, row.reference.clone()?), row)));
    Ok(keyed.collect())
}
