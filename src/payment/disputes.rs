//! Disputes of payments: opened, then won or lost, in whatever order the news come in.

use super::{ledger, naming, register};
use crate::{
    clock::Instant,
    error::Error,
    id,
    money::Money,
    order::sale_access,
    payment::commands::PaymentDone,
    workflow::{Command, Cx, Event, Opened, Order, SubjectRef},
};
use entity::{DisputeStatus, dispute};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// What is said of a dispute.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The provider's id of it.
    pub reference: &'a str,
    /// How much it is about, in minor units of the payment's currency; nothing said: all of the payment.
    pub amount: Option<i64>,
    /// How it stands.
    pub status: DisputeStatus,
    /// Since when, by the time of whoever decided it; unknown: before all that is known.
    pub at: Option<Instant>,
}

impl Report<'_> {
    /// Whether it counts beside what is known of the dispute: banks decide a second time, and a third. The newest decision
    /// does, of two of the same time the loss, and any of them before the opening.
    fn outdoes(&self, known: &dispute::Model) -> bool {
        match (self.status, known.status) {
            (DisputeStatus::Open, _) => false,
            (_, DisputeStatus::Open) => true,
            (status, before) => (self.at, status) > (known.told_at, before),
        }
    }
}

/// Books how a dispute stands. Answers whether that was news.
///
/// A payment whose money came in is DISPUTED while one of its disputes is open. Of one that is heard of when it is decided, its opening is
/// taken as heard too. What a loss took is booked back when the dispute is won after all.
pub fn book(opened: &mut Opened<'_>, payment: Uuid, report: &Report<'_>) -> Result<bool, Error> {
    match find(opened.order_mut()?, payment, report.reference)?.map(|known| report.outdoes(known)) {
        Some(false) => {
            opened.record_noop(&event(payment, report.status))?;
            return Ok(false);
        }
        Some(true) => {}
        None => open(opened, payment, report)?,
    }
    if report.status != DisputeStatus::Open {
        decide(opened, payment, report)?;
    }
    Ok(true)
}

fn open(opened: &mut Opened<'_>, payment: Uuid, report: &Report<'_>) -> Result<(), Error> {
    let now = opened.env.now;
    let order = opened.order_mut()?;
    let held = any_disputed(order)?;
    let sale_order_id = order.sale()?.id;
    order.disputes.insert(dispute::Model {
        id: id::new(),
        root_id: order.root.id,
        sale_order_id,
        payment_id: payment,
        reference: naming::reference(report.reference),
        status: DisputeStatus::Open,
        amount_minor: report.amount,
        opened_at: now,
        decided_at: None,
        told_at: None,
    })?;
    ledger::restate(order, payment)?;
    opened.report(&event(payment, DisputeStatus::Open))?;
    if !held {
        to_fulfilments(opened, "HOLD", &json!({ "cause": "DISPUTE" }))?;
    }
    Ok(())
}

fn decide(opened: &mut Opened<'_>, payment: Uuid, report: &Report<'_>) -> Result<(), Error> {
    let now = opened.env.now;
    let order = opened.order_mut()?;
    let held = any_disputed(order)?;
    let row = find(order, payment, report.reference)?.ok_or_else(|| Error::internal("no such dispute here"))?;
    row.status = report.status;
    row.amount_minor = report.amount.or(row.amount_minor);
    row.decided_at = Some(now);
    row.told_at = report.at;
    ledger::settle_charge_backs(order, payment, now)?;
    let still_held = any_disputed(order)?;
    opened.report(&event(payment, report.status))?;
    if held && !still_held {
        to_fulfilments(opened, "RELEASE", &json!({ "cause": "DISPUTE" }))?;
    }
    Ok(())
}

/// Ends what is open of a payment's disputes, in the order in which they were heard of.
pub fn end_all(opened: &mut Opened<'_>, payment: Uuid, status: DisputeStatus) -> Result<(), Error> {
    let rows = opened.order()?.disputes.all()?.iter();
    let open = rows.filter(|row| row.payment_id == payment && row.status == DisputeStatus::Open);
    let references: Vec<String> = open.map(|row| row.reference.clone()).collect();
    for reference in &references {
        book(opened, payment, &Report { reference, amount: None, status, at: None })?;
    }
    Ok(())
}

fn find<'a>(order: &'a mut Order, payment: Uuid, reference: &str) -> Result<Option<&'a mut dispute::Model>, Error> {
    let mut rows = order.disputes.all_mut()?.iter_mut();
    let is_it = |row: &dispute::Model| row.payment_id == payment && row.reference.trim() == reference.trim();
    Ok(rows.find(|row| is_it(row)).map(|row| &mut **row))
}

/// Whether a payment of the order is disputed: also one whose money an escrow holds, and so has not come in.
pub fn any_disputed(order: &Order) -> Result<bool, Error> {
    Ok(order.disputes.all()?.iter().any(|dispute| dispute.status == DisputeStatus::Open))
}

/// Sends an event to every fulfilment that takes it.
fn to_fulfilments(opened: &mut Opened<'_>, event: &str, payload: &Value) -> Result<(), Error> {
    let ids: Vec<Uuid> = opened.order()?.fulfilments.all()?.iter().map(|row| row.id).collect();
    for id in ids {
        opened.about(SubjectRef::fulfilment(id)).offer(&Event::named(event).with(payload.clone()))?;
    }
    Ok(())
}

fn event(payment: Uuid, status: DisputeStatus) -> Event {
    let name = match status {
        DisputeStatus::Open => "DISPUTE_OPENED",
        DisputeStatus::Won => "DISPUTE_WON",
        DisputeStatus::Lost => "DISPUTE_LOST",
    };
    Event::named(name).with(json!({ "paymentId": id::encode(id::Prefix::Payment, payment) }))
}

/// Says how a dispute stands that no provider reports. A decision that is older than the one that is known changes nothing.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the API's input")]
pub struct ReportDispute {
    pub payment_id: Uuid,
    pub reference: String,
    pub amount: Option<Money>,
    pub status: DisputeStatus,
    pub decided_at: Option<Instant>,
}

impl Command for ReportDispute {
    type Output = PaymentDone;

    const NAME: &'static str = "reportDispute";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PaymentDone, Error> {
        cx.actor.require("payment.confirm")?;
        naming::check("reference", &self.reference)?;
        if self.decided_at.is_some_and(|at| at > cx.now) {
            return Err(Error::invalid("decidedAt", "what is yet to be decided is OPEN; write when it was decided"));
        }
        let mut unit = register::open(cx, self.payment_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        let order = opened.order()?;
        let amount = self.amount.as_ref().map(|amount| sale_access::amount(order, "amount", amount)).transpose()?;
        if !ledger::payment(order, self.payment_id)?.status.is_captured() {
            return Err(Error::Conflict("no money of this payment has come in that could be disputed".to_owned()));
        }
        let at = Some(self.decided_at.unwrap_or(cx.now));
        let report = Report { reference: &self.reference, amount, status: self.status, at };
        book(&mut opened, self.payment_id, &report)?;
        register::finish(cx, unit, self.payment_id).await
    }
}
