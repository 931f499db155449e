//! Money in and out over the unit: captures, refunds and charge-backs as ledger rows, and payments that only move forward.

use super::credits;
use crate::{clock::Instant, error::Error, id, workflow::Order};
use entity::{DisputeStatus, PaymentEntryKind, PaymentStatus, RefundStatus, payment, payment_entry, refund};
use uuid::Uuid;

/// How far along a status is; a payment never moves to one that is less far.
pub fn rank(status: PaymentStatus) -> u8 {
    match status {
        PaymentStatus::Pending => 0,
        PaymentStatus::Authorized => 1,
        PaymentStatus::Failed => 2,
        PaymentStatus::Confirmed => 3,
        PaymentStatus::Disputed | PaymentStatus::Refunded => 4,
    }
}

/// A payment of the order.
pub fn payment(order: &Order, id: Uuid) -> Result<&payment::Model, Error> {
    let row = order.payments.all()?.iter().find(|row| row.id == id);
    row.map(|row| &**row).ok_or_else(|| Error::internal("no such payment here"))
}

/// A payment of the order, to be changed.
pub fn payment_mut(order: &mut Order, id: Uuid) -> Result<&mut payment::Model, Error> {
    let row = order.payments.all_mut()?.iter_mut().find(|row| row.id == id);
    row.map(|row| &mut **row).ok_or_else(|| Error::internal("no such payment here"))
}

/// Books a payment as confirmed: the money is in.
pub fn capture(order: &mut Order, id: Uuid, now: Instant) -> Result<(), Error> {
    let row = payment_mut(order, id)?;
    row.status = PaymentStatus::Confirmed;
    row.received_at = Some(now);
    let amount = row.amount_minor;
    book(order, id, Entry::Capture(None), amount, now)
}

/// Gives the capture that a payment was confirmed with the provider's reference of it.
pub fn name_capture(order: &mut Order, payment: Uuid, capture: &str) -> Result<(), Error> {
    let mut entries = order.payment_entries.all_mut()?.iter_mut();
    let first = entries.find(|row| row.payment_id == payment && row.kind == PaymentEntryKind::Capture);
    first.ok_or_else(|| Error::internal("no capture here"))?.reference = Some(capture.to_owned());
    Ok(())
}

/// The capture of a payment that its provider calls so.
pub fn capture_named<'a>(
    order: &'a Order,
    payment: Uuid,
    capture: &str,
) -> Result<Option<&'a payment_entry::Model>, Error> {
    let mut captures = order.payment_entries.all()?.iter().filter(|row| row.payment_id == payment);
    Ok(captures.find(|row| row.reference.as_deref() == Some(capture)).map(|row| &**row))
}

/// Books one more capture of a payment whose money has begun to come in. Answers whether that was news: one that was
/// heard of without its reference, of the same amount, is the same.
pub fn capture_more(order: &mut Order, payment: Uuid, capture: &str, amount: i64, now: Instant) -> Result<bool, Error> {
    if capture_named(order, payment, capture)?.is_some() {
        return Ok(false);
    }
    let mut captures = order.payment_entries.all_mut()?.iter_mut().filter(|row| row.payment_id == payment);
    if let Some(known) = captures.find(|row| row.kind == PaymentEntryKind::Capture && row.reference.is_none()) {
        if known.amount_minor != amount {
            return Err(Error::Conflict("the payment was confirmed with another amount".to_owned()));
        }
        known.reference = Some(capture.to_owned());
        return Ok(false);
    }
    payment_mut(order, payment)?.amount_minor += amount;
    book(order, payment, Entry::Capture(Some(capture)), amount, now)?;
    settle_charge_backs(order, payment, now)?;
    Ok(true)
}

/// A refund has reached its payer. `overpaid`: what was over-paid before it. After clearing, what goes beyond that was
/// given back of what the order is worth, as is all of a refund that is for a fulfilment; it is credited where it is not
/// already. What a provider gave back by itself is owed again, whenever it did.
pub fn issue(order: &mut Order, refund: Uuid, overpaid: i64, now: Instant) -> Result<(), Error> {
    let payment = refund_mut(order, refund)?.payment_id;
    let cleared = order.sale()?.cleared_at.is_some() || was_cleared_when_charged_back(order, payment)?;
    let row = refund_mut(order, refund)?;
    row.status = RefundStatus::Issued;
    row.settled_at = Some(now);
    let overpaid = if row.fulfilment_id.is_some() { 0 } else { overpaid.max(0) };
    let given = cleared && !row.unasked;
    row.given_minor = if given { (row.amount_minor - overpaid).max(0) } else { 0 };
    row.credited_minor = 0;
    let (amount, given) = (row.amount_minor, row.given_minor);
    let credited = credits::missing(order)?.clamp(0, given);
    refund_mut(order, refund)?.credited_minor = credited;
    book(order, payment, Entry::Refund(refund), -amount, now)?;
    settle_charge_backs(order, payment, now)
}

/// A refund that had reached its payer came back, as banks return what they cannot pay out: the money is in hand again.
pub fn take_back(order: &mut Order, refund: Uuid, now: Instant) -> Result<(), Error> {
    let row = refund_mut(order, refund)?;
    row.credited_minor = 0;
    row.given_minor = 0;
    let (payment, amount) = (row.payment_id, row.amount_minor);
    book(order, payment, Entry::Refund(refund), amount, now)?;
    settle_charge_backs(order, payment, now)
}

/// What lost disputes take of a payment: what they are about, and no more than refunds left. What was taken before one
/// knew of a refund that had been made is booked back, so that the news may come in any order.
pub fn settle_charge_backs(order: &mut Order, payment: Uuid, now: Instant) -> Result<(), Error> {
    let lost =
        order.disputes.all()?.iter().filter(|row| row.payment_id == payment && row.status == DisputeStatus::Lost);
    let lost = lost.fold(0_i64, |sum, row| sum.saturating_add(row.amount_minor.unwrap_or(i64::MAX)));
    let taken = charged_back(order, payment)?;
    let owed = lost.min(in_hand(order, payment)? + taken);
    if owed != taken {
        book(order, payment, Entry::Chargeback, taken - owed, now)?;
    }
    restate(order, payment)
}

/// The status of a payment whose money came in; of another it stays as it is, disputed or not. DISPUTED while one of its disputes is open, whatever is left of it; then
/// REFUNDED when nothing is left.
pub fn restate(order: &mut Order, payment: Uuid) -> Result<(), Error> {
    if !self::payment(order, payment)?.status.is_captured() {
        return Ok(());
    }
    let mut rows = order.disputes.all()?.iter().filter(|row| row.payment_id == payment);
    let disputed = rows.any(|row| row.status == DisputeStatus::Open);
    let status = match in_hand(order, payment)? {
        _ if disputed => PaymentStatus::Disputed,
        0 => PaymentStatus::Refunded,
        _ => PaymentStatus::Confirmed,
    };
    payment_mut(order, payment)?.status = status;
    Ok(())
}

/// All money that is in, less what went back.
pub fn captured(order: &Order) -> Result<i64, Error> {
    Ok(order.payment_entries.all()?.iter().map(|entry| entry.amount_minor).sum())
}

/// What charge-backs have taken of a payment.
pub fn charged_back(order: &Order, payment: Uuid) -> Result<i64, Error> {
    let entries = order.payment_entries.all()?.iter().filter(|entry| entry.payment_id == payment);
    let taken = entries.filter(|entry| entry.kind == PaymentEntryKind::Chargeback);
    Ok(-taken.map(|entry| entry.amount_minor).sum::<i64>())
}

/// Nobody refunds what was charged back: a refund that one hears of later was made before, when the sale was cleared.
fn was_cleared_when_charged_back(order: &Order, payment: Uuid) -> Result<bool, Error> {
    Ok(charged_back(order, payment)? > 0 && !order.fulfilments.all()?.is_empty())
}

/// A refund of the order, to be changed.
pub fn refund_mut(order: &mut Order, id: Uuid) -> Result<&mut refund::Model, Error> {
    let row = order.refunds.all_mut()?.iter_mut().find(|row| row.id == id);
    row.map(|row| &mut **row).ok_or_else(|| Error::internal("no such refund here"))
}

/// What is left of a payment's money.
pub fn in_hand(order: &Order, payment: Uuid) -> Result<i64, Error> {
    Ok(order.payment_entries.all()?.iter().filter(|entry| entry.payment_id == payment).map(|e| e.amount_minor).sum())
}

/// What of a payment can still be given back: in hand, and not asked for already.
pub fn refundable(order: &Order, payment: Uuid) -> Result<i64, Error> {
    let refunds = order.refunds.all()?.iter().filter(|refund| refund.payment_id == payment);
    let going_back: i64 = refunds.filter(|refund| refund.status.is_under_way()).map(|refund| refund.amount_minor).sum();
    Ok(in_hand(order, payment)? - going_back)
}

/// What a row of the ledger is of.
#[derive(Clone, Copy)]
enum Entry<'a> {
    /// By the provider's reference, where it has one.
    Capture(Option<&'a str>),
    Refund(Uuid),
    Chargeback,
}

fn book(
    order: &mut Order,
    payment_id: Uuid,
    entry: Entry<'_>,
    amount_minor: i64,
    occurred_at: Instant,
) -> Result<(), Error> {
    let sale = order.sale()?;
    let (root_id, sale_order_id) = (sale.root_id, sale.id);
    let (kind, refund_id, reference) = match entry {
        Entry::Capture(reference) => (PaymentEntryKind::Capture, None, reference.map(str::to_owned)),
        Entry::Refund(refund) => (PaymentEntryKind::Refund, Some(refund), None),
        Entry::Chargeback => (PaymentEntryKind::Chargeback, None, None),
    };
    order.payment_entries.insert(payment_entry::Model {
        id: id::new(),
        root_id,
        sale_order_id,
        payment_id,
        refund_id,
        kind,
        reference,
        amount_minor,
        occurred_at,
    })
}
