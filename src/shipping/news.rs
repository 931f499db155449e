//! What carriers' news do: each is kept once, and told to its parcel, or to its order where that has not shipped, as far as it
//! is news there.
//!
//! A parcel is told its own events one by one up to where it is said to be; which of them it still takes is the machine's
//! affair, so that news in any order and any number end in the same place. The order hears of it from its parcel.

use super::{
    keep::{self, Place},
    provider::{self, News, Stage, Tracking},
    queries,
};
use crate::{
    clock::Instant,
    error::Error,
    order,
    payment::provider::headers,
    queue::inbox::{self, Verdict},
    workflow::{Command, Cx, Event, Mode, Needs, Opened, Order, Outcome, Roots, SubjectRef, Unit, Via},
};
use chrono::SecondsFormat;
use entity::{DeliveryStatus, SubjectKind, fulfilment, webhook_delivery};
use sea_orm::{EntityTrait, QuerySelect};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The order leaves.
const SHIP: &str = "SHIP";
/// What a parcel is told on its way, and how far it is with it.
const WAY: [(Stage, &str); 3] = [
    (Stage::InTransit, "IN_TRANSIT"),
    (Stage::OutForDelivery, "OUT_FOR_DELIVERY"),
    (Stage::Delivered, "PACKAGE_DELIVERED"),
];
/// Something is wrong with a parcel.
const TROUBLE: &str = "EXCEPTION";
/// What only a parcel hears with which something is wrong.
const OVER: &str = "RESUME";
/// The log's word for another day on which an order will arrive.
const ESTIMATED: &str = "DELIVERY_ESTIMATED";

/// Applies a stored delivery of a carrier; one that was applied before is left alone.
#[derive(Clone, Debug, Serialize)]
pub struct ApplyTracking {
    /// Which.
    pub delivery: Uuid,
}

impl Command for ApplyTracking {
    type Output = ();

    const NAME: &'static str = "applyTracking";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<(), Error> {
        let row = webhook_delivery::Entity::find_by_id(self.delivery).lock_exclusive().one(cx.txn).await?;
        let Some(row) = row.filter(|row| row.status == DeliveryStatus::Received) else { return Ok(()) };
        let verdict = match again(&row, cx.now) {
            Ok(News { of: Some(of), .. }) => apply(cx, &row, &of).await?,
            Ok(news) => Verdict::ignored(&news.kind),
            Err(error) if error.retryable() => return Err(error),
            Err(error) => Verdict::without_payment(DeliveryStatus::Failed, error.to_string()),
        };
        inbox::settle(cx.txn, &[(&row, &verdict)], cx.now).await
    }
}

/// The event of a stored delivery, read again from its body.
fn again(row: &webhook_delivery::Model, now: Instant) -> Result<News, Error> {
    let headers = headers(&row.headers)?;
    let delivery = provider::Delivery { headers: &headers, body: &row.body, now, party: None };
    provider::of(&row.provider).news(&delivery).map_err(|refusal| Error::invalid("body", refusal.to_string()))
}

/// What it is about, as far as that is known before the order is locked.
enum About {
    Parcel(Box<fulfilment::Model>),
    Order(Uuid),
}

async fn apply(cx: &Cx<'_>, row: &webhook_delivery::Model, of: &Tracking) -> Result<Verdict, Error> {
    let about = match about(cx, of).await? {
        Ok(about) => about,
        Err(verdict) => return Ok(verdict),
    };
    let (subject, found) = match &about {
        About::Order(sale) => (SubjectRef::sale(*sale), None),
        About::Parcel(parcel) => (SubjectRef::sale(parcel.sale_order_id), Some(parcel.id)),
    };
    let mut unit = Unit::open(cx.txn, Roots::of_subjects(&[subject]), Mode::Write, cx.now).await?;
    if unit.orders.is_empty() {
        return Ok(Verdict::without_payment(DeliveryStatus::Parked, format!("there is no {}", subject.type_id())));
    }
    unit.load(cx.rules, cx.txn, Needs::ALL, Mode::Write).await?;
    let parcel = found.or(parcel_of(unit.only()?, of)?);
    let mut case = Case { opened: Opened::sale(&mut unit, cx.env())?, row, of, refused: None, moved: false };
    let parcel = case.tell(cx, parcel).await?;
    case.estimate(cx).await?;
    let (refused, moved) = (case.refused.take(), case.moved);
    let place = Place { root: unit.only()?.root.id, sale: subject.id, parcel, moved: moved_at(&unit, subject) };
    unit.flush(cx.txn).await?;
    keep::keep(cx.txn, row, of, place, cx.now).await?;
    let version = unit.only()?.sale()?.version;
    Ok(verdict(cx, row, of, Came { sale: subject.id, parcel, moved, refused, version }))
}

/// The order that is named, else the newest parcel with the number. `Err`: it waits for one, or never finds one.
async fn about(cx: &Cx<'_>, of: &Tracking) -> Result<Result<About, Verdict>, Error> {
    if let Some(name) = &of.order {
        match order::queries::named(cx.txn, name).await?.as_slice() {
            [sale] => return Ok(Ok(About::Order(*sale))),
            [] => {}
            _ => {
                let why = format!("{name:?} is the id of several orders; name one by its number or sale_…");
                return Ok(Err(Verdict::without_payment(DeliveryStatus::Failed, why)));
            }
        }
    }
    if let Some(parcel) = queries::by_number(cx.txn, &of.number, of.carrier.as_deref()).await? {
        return Ok(Ok(About::Parcel(Box::new(parcel))));
    }
    let order =
        of.order.as_ref().map_or_else(|| "it names no order".to_owned(), |name| format!("there is no order {name}"));
    let why = format!("no parcel has the tracking number {}, and {order}", of.number);
    Ok(Err(Verdict::without_payment(DeliveryStatus::Parked, why)))
}

/// Which of an order's parcels it is about: that with the number, one on its way before others; else the only one on its way
/// that has none.
fn parcel_of(order: &Order, of: &Tracking) -> Result<Option<Uuid>, Error> {
    let folded = |text: &str| text.trim().to_lowercase();
    let same_carrier = |part: &fulfilment::Model| match (&part.carrier, &of.carrier) {
        (Some(ours), Some(theirs)) => folded(ours) == folded(theirs),
        _ => true,
    };
    let has_number = |part: &fulfilment::Model| part.tracking_number.as_deref().map(folded) == Some(folded(&of.number));
    let parts = order.fulfilments.all()?;
    let numbered = parts.iter().filter(|part| has_number(part) && same_carrier(part));
    if let Some(part) = numbered.max_by_key(|part| (part.delivered_at.is_none(), part.created_at, part.id)) {
        return Ok(Some(part.id));
    }
    let mut on_the_way = parts.iter().filter(|part| part.shipped_at.is_some() && part.delivered_at.is_none());
    match (on_the_way.next(), on_the_way.next()) {
        (Some(only), None) if only.tracking_number.is_none() => Ok(Some(only.id)),
        _ => Ok(None),
    }
}

/// The last row of this commit in which the order's state changed.
fn moved_at(unit: &Unit, sale: SubjectRef) -> Option<i64> {
    let of_sale =
        unit.shared.log.iter().filter(|row| row.subject_kind == SubjectKind::Sale && row.subject_id == sale.id);
    of_sale.filter(|row| row.from_state.as_ref() != Some(&row.to_state)).map(|row| row.sequence).next_back()
}

/// What came of it.
struct Came {
    sale: Uuid,
    parcel: Option<Uuid>,
    moved: bool,
    refused: Option<String>,
    version: i32,
}

/// What the machines refuse now is tried again when the order has changed, as often as any delivery is.
fn verdict(cx: &Cx<'_>, row: &webhook_delivery::Model, of: &Tracking, came: Came) -> Verdict {
    let base =
        Verdict { sale_order_id: Some(came.sale), ..Verdict::without_payment(DeliveryStatus::Applied, String::new()) };
    if let Some(why) = came.refused {
        let given_up = row.attempts + 1 >= cx.rules.settings.webhooks.max_attempts;
        let status = if given_up { DeliveryStatus::Failed } else { DeliveryStatus::Parked };
        return Verdict { status, decision: why, order_version: Some(came.version), ..base };
    }
    let decision = match (came.moved, came.parcel) {
        (true, _) => format!("{}: the parcel has moved on", of.status),
        (false, Some(_)) => format!("{}: kept; it moves nothing where the parcel is", of.status),
        (false, None) => format!("{}: kept; it moves no order", of.status),
    };
    Verdict { decision, ..base }
}

/// An event that the carrier's word leads to; `implied`: that comes before what it says.
fn told(name: &str, implied: bool) -> Event {
    Event { metadata: implied.then(|| json!({ "implied": true })), ..Event::named(name) }
}

/// A piece of news and its order, opened about its sale.
struct Case<'a> {
    opened: Opened<'a>,
    row: &'a webhook_delivery::Model,
    of: &'a Tracking,
    /// Why a machine did not take what it was told.
    refused: Option<String>,
    moved: bool,
}

impl Case<'_> {
    /// Tells the parcel, or the order that is to make one. Answers the parcel.
    async fn tell(&mut self, cx: &Cx<'_>, parcel: Option<Uuid>) -> Result<Option<Uuid>, Error> {
        let parcel = match parcel {
            None if self.of.stage >= Stage::PickedUp => self.ship()?,
            known => known,
        };
        let Some(id) = parcel else { return Ok(None) };
        let subject = SubjectRef::fulfilment(id);
        let in_trouble = self.opened.about(subject).knows(OVER)?;
        let may_be_late = self.of.stage == Stage::Trouble || (in_trouble && self.of.stage < Stage::Delivered);
        if may_be_late && keep::is_stale(cx.txn, id, keep::happened(self.row, self.of)).await? {
            return Ok(parcel);
        }
        if self.of.stage == Stage::Trouble {
            self.offer(subject, &Event::named(TROUBLE))?;
        }
        for (stage, name) in WAY.iter().filter(|(stage, _)| *stage <= self.of.stage) {
            let payload = if *stage == Stage::Delivered { self.arrival(id)? } else { Value::Null };
            self.offer(subject, &told(name, *stage != self.of.stage).with(payload))?;
        }
        Ok(parcel)
    }

    /// Sends an event where the machine knows it at all.
    fn offer(&mut self, subject: SubjectRef, event: &Event) -> Result<(), Error> {
        let mut opened = self.opened.about(subject);
        if !opened.knows(&event.name)? {
            return Ok(());
        }
        match opened.try_send(event, None, Via::Command)? {
            Outcome::Taken => self.moved = true,
            Outcome::Refused(why) => {
                self.refused = Some(format!("{} does not take {}: {why}", subject.type_id(), event.name));
            }
        }
        Ok(())
    }

    /// When it arrived, where that can be: neither before it left nor later than now.
    fn arrival(&self, parcel: Uuid) -> Result<Value, Error> {
        let (at, now) = (keep::happened(self.row, self.of), self.opened.env.now);
        let left = self.opened.order()?.fulfilment(parcel)?.shipped_at;
        let can_be = at <= now && left.is_none_or(|left| left <= at);
        Ok(if can_be { json!({ "deliveredAt": at.to_rfc3339_opts(SecondsFormat::AutoSi, true) }) } else { Value::Null })
    }

    /// The order leaves in a parcel with this number, unless a part of it has left before. Answers that parcel.
    fn ship(&mut self) -> Result<Option<Uuid>, Error> {
        let order = self.opened.order()?;
        let before: Vec<Uuid> = order.fulfilments.all()?.iter().map(|part| part.id).collect();
        let number = &self.of.number;
        let sale = self.opened.subject;
        if order.fulfilments.all()?.iter().any(|part| part.shipped_at.is_some()) {
            self.refused = Some(format!(
                "{} has shipped, and none of its parcels has the tracking number {number}",
                sale.type_id()
            ));
            return Ok(None);
        }
        if !self.opened.knows(SHIP)? {
            self.refused = Some(format!("{} cannot ship as it stands", sale.type_id()));
            return Ok(None);
        }
        let mut payload = Map::from_iter([("trackingNumber".to_owned(), json!(number))]);
        payload.extend(self.of.carrier.as_ref().map(|carrier| ("carrier".to_owned(), json!(carrier))));
        payload.extend(self.of.estimated.map(|day| ("estimatedDelivery".to_owned(), json!(day))));
        let event = told(SHIP, self.of.stage != Stage::PickedUp).with(Value::Object(payload));
        self.offer(sale, &event)?;
        let made = self.opened.order()?.fulfilments.all()?.iter().find(|part| !before.contains(&part.id));
        Ok(made.map(|part| part.id))
    }

    /// The newest estimate is the order's.
    async fn estimate(&mut self, cx: &Cx<'_>) -> Result<(), Error> {
        let Some(day) = self.of.estimated else { return Ok(()) };
        let sale = self.opened.subject.id;
        let known = self.opened.order()?.sale()?.estimated_delivery;
        if known == Some(day) || keep::is_estimated_later(cx.txn, sale, keep::happened(self.row, self.of)).await? {
            return Ok(());
        }
        self.opened.order_mut()?.sale_mut()?.estimated_delivery = Some(day);
        self.opened.record(&Event::named(ESTIMATED).with(json!({ "estimatedDelivery": day })))
    }
}
