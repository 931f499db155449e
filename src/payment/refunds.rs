//! Giving all money back when a sale falls through: what staff hand back is issued at once, the rest is asked of providers.

use super::ledger;
use crate::{
    clock::Instant,
    error::Error,
    id, outbox,
    workflow::{Order, Turn},
};
use entity::{PaymentMethod, PaymentStatus, RefundStatus, payment, refund};
use uuid::Uuid;

/// Refunds every payment's money. Disputed money waits for its dispute, and is flagged as owed.
pub fn give_all_back(turn: &mut Turn<'_>) -> Result<(), Error> {
    let now = turn.now();
    let payments: Vec<payment::Model> = turn.order.payments.all()?.iter().map(|row| (**row).clone()).collect();
    for payment in payments.iter().filter(|payment| payment.status == PaymentStatus::Confirmed) {
        let amount = ledger::refundable(turn.order, payment.id)?;
        if amount <= 0 {
            continue;
        }
        let reason = turn.event.reason_code.clone();
        let row = new_refund(payment, amount, reason, turn.event.note.clone(), &turn.scene.actor.id, now);
        let refund = row.id;
        turn.order.refunds.insert(row)?;
        if is_handed_back(payment.method) {
            issue(turn.order, refund, now)?;
        } else {
            turn.enqueue(&outbox::Event::RefundRequested { refund_id: refund })?;
        }
    }
    Ok(())
}

/// Money that staff hand back themselves.
pub fn is_handed_back(method: PaymentMethod) -> bool {
    matches!(method, PaymentMethod::Cash | PaymentMethod::Transfer)
}

/// Marks a refund as issued, with what was over-paid until then.
pub fn issue(order: &mut Order, refund: Uuid, now: Instant) -> Result<(), Error> {
    let overpaid = overpaid(order)?;
    ledger::issue(order, refund, overpaid, now)
}

/// More money than is owed, from the ledger's rows.
fn overpaid(order: &Order) -> Result<i64, Error> {
    let captured: i64 = order.payment_entries.all()?.iter().map(|entry| entry.amount_minor).sum();
    let notes: i64 = order.credit_notes.all()?.iter().map(|note| note.amount_minor).sum();
    let refunds: i64 = order.refunds.all()?.iter().map(|refund| refund.credited_minor).sum();
    Ok((captured + notes + refunds - order.sale()?.grand_total_minor).max(0))
}

/// A refund that is asked for.
pub fn new_refund(
    payment: &payment::Model,
    amount_minor: i64,
    reason_code: Option<String>,
    note: Option<String>,
    requested_by: &str,
    now: Instant,
) -> refund::Model {
    refund::Model {
        id: id::new(),
        root_id: payment.root_id,
        sale_order_id: payment.sale_order_id,
        payment_id: payment.id,
        fulfilment_id: None,
        amount_minor,
        credited_minor: 0,
        status: RefundStatus::Requested,
        reason_code,
        note,
        requested_by: requested_by.to_owned(),
        reference: None,
        created_at: now,
        settled_at: None,
    }
}
