//! Disputes of payments: opened, then won or lost, in whatever order the news come in.

use super::{ledger, report};
use crate::{
    command::Cx,
    error::Error,
    id,
    workflow::{Event, Order, SubjectRef, Unit},
};
use entity::{DisputeStatus, PaymentStatus, dispute};
use serde_json::json;
use uuid::Uuid;

/// Books how a dispute of money that came in stands. Answers whether that was news.
///
/// A payment is DISPUTED while one of its disputes is open. Of one that is heard of when it is decided, its opening is
/// taken as heard too; news that come after the decision change nothing.
pub fn book(
    cx: &Cx<'_>,
    unit: &mut Unit,
    root: Uuid,
    payment: Uuid,
    reference: &str,
    status: DisputeStatus,
) -> Result<bool, Error> {
    let order = unit.order(root)?;
    let known = find(order, payment, reference)?.map(|dispute| dispute.status);
    match (known, status) {
        (None, _) => open(cx, unit, root, payment, reference)?,
        (Some(DisputeStatus::Open), DisputeStatus::Won | DisputeStatus::Lost) => {}
        _ => {
            noop(cx, unit, root, payment, status)?;
            return Ok(false);
        }
    }
    if status != DisputeStatus::Open {
        decide(cx, unit, root, payment, reference, status)?;
    }
    Ok(true)
}

fn open(cx: &Cx<'_>, unit: &mut Unit, root: Uuid, payment: Uuid, reference: &str) -> Result<(), Error> {
    let order = unit.order_mut(root)?;
    let sale_order_id = order.sale()?.id;
    order.disputes.insert(dispute::Model {
        id: id::new(),
        root_id: root,
        sale_order_id,
        payment_id: payment,
        reference: reference.to_owned(),
        status: DisputeStatus::Open,
        opened_at: cx.now,
        decided_at: None,
    })?;
    if ledger::payment(order, payment)?.status != PaymentStatus::Confirmed {
        return noop(cx, unit, root, payment, DisputeStatus::Open);
    }
    let held = any_disputed(order)?;
    ledger::payment_mut(order, payment)?.status = PaymentStatus::Disputed;
    tell(cx, unit, root, payment, DisputeStatus::Open)?;
    if !held {
        report::to_fulfilments(cx, unit, root, "HOLD", &json!({ "cause": "DISPUTE" }))?;
    }
    Ok(())
}

fn decide(
    cx: &Cx<'_>,
    unit: &mut Unit,
    root: Uuid,
    payment: Uuid,
    reference: &str,
    status: DisputeStatus,
) -> Result<(), Error> {
    let order = unit.order_mut(root)?;
    let row = order.disputes.all_mut()?.iter_mut().find(|row| row.payment_id == payment && row.reference == reference);
    let row = row.ok_or_else(|| Error::internal("no such dispute here"))?;
    row.status = status;
    row.decided_at = Some(cx.now);
    if ledger::payment(order, payment)?.status != PaymentStatus::Disputed {
        return noop(cx, unit, root, payment, status);
    }
    let mut others = order.disputes.all()?.iter().filter(|row| row.payment_id == payment);
    let others_open = others.any(|row| row.status == DisputeStatus::Open);
    match status {
        DisputeStatus::Lost => ledger::charge_back(order, payment, cx.now)?,
        _ if others_open => return noop(cx, unit, root, payment, status),
        _ => ledger::keep(order, payment)?,
    }
    let held = any_disputed(order)?;
    tell(cx, unit, root, payment, status)?;
    if !held {
        report::to_fulfilments(cx, unit, root, "RELEASE", &json!({ "cause": "DISPUTE" }))?;
    }
    Ok(())
}

fn find<'a>(order: &'a Order, payment: Uuid, reference: &str) -> Result<Option<&'a dispute::Model>, Error> {
    let mut rows = order.disputes.all()?.iter();
    Ok(rows.find(|row| row.payment_id == payment && row.reference == reference).map(|row| &**row))
}

fn any_disputed(order: &Order) -> Result<bool, Error> {
    Ok(order.payments.all()?.iter().any(|payment| payment.status == PaymentStatus::Disputed))
}

fn tell(cx: &Cx<'_>, unit: &mut Unit, root: Uuid, payment: Uuid, status: DisputeStatus) -> Result<(), Error> {
    let sale = SubjectRef::sale(unit.order(root)?.sale()?.id);
    report::report(cx, unit, root, sale, &event(payment, status))
}

fn noop(cx: &Cx<'_>, unit: &mut Unit, root: Uuid, payment: Uuid, status: DisputeStatus) -> Result<(), Error> {
    let sale = SubjectRef::sale(unit.order(root)?.sale()?.id);
    unit.record_noop(cx.scene(), root, sale, &event(payment, status))
}

fn event(payment: Uuid, status: DisputeStatus) -> Event {
    let name = match status {
        DisputeStatus::Open => "DISPUTE_OPENED",
        DisputeStatus::Won => "DISPUTE_WON",
        DisputeStatus::Lost => "DISPUTE_LOST",
    };
    Event::named(name).with(json!({ "paymentId": id::encode(id::Prefix::Payment, payment) }))
}
