//! What a sale's money adds up to: captured, credited, outstanding, over-paid, and what staff should look at.
//!
//! Computed from the ledger's rows, never counted along.

use crate::{
    error::Error,
    payment::{credits::Rows, disputes, ledger},
    workflow::Order,
};
use entity::{OrderFlag, PaymentStatus, RefundStatus};

/// Amounts in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Confirmed money in, less refunds issued and charge-backs lost.
    pub captured: i64,
    /// Credit notes, and refunds issued after clearing beyond over-payment.
    pub credited: i64,
    /// Still owed.
    pub outstanding: i64,
    /// Beyond what is owed.
    pub overpaid: i64,
    /// Of that, what the buyer did not pay too much: credit notes and what fell through made it so.
    pub unearned: i64,
    /// On its way back: refunds asked for and not yet issued.
    pub going_back: i64,
}

/// Adds up an order's money. A sale that fell through owes nothing.
pub fn totals(order: &Order, fell_through: bool) -> Result<Totals, Error> {
    let total = order.sale()?.grand_total_minor;
    let captured = ledger::captured(order)?;
    let rows = Rows::of_money(order)?;
    let going_back = rows.refunds.iter().filter(|refund| refund.status.is_under_way()).map(|r| r.amount_minor).sum();
    let credited = rows.credited(fell_through);
    let outstanding = if fell_through { 0 } else { (total - captured - credited).max(0) };
    let overpaid = (captured + credited - total).max(0);
    let unearned = overpaid - (captured + rows.given(None) - total).clamp(0, overpaid);
    Ok(Totals { captured, credited, outstanding, overpaid, unearned, going_back })
}

/// What staff should look at. `open`: the sale is not cleared; `blocked`: it should have expired and is still open.
pub fn flags(
    order: &Order,
    totals: Totals,
    (open, fell_through, blocked): (bool, bool, bool),
) -> Result<Vec<OrderFlag>, Error> {
    let refunds = order.refunds.all()?;
    let mut failed = false;
    for refund in refunds.iter().filter(|refund| refund.status == RefundStatus::Failed) {
        // Asked for anew since then, or nothing is left that could be.
        let made_good = refunds.iter().any(|later| {
            later.payment_id == refund.payment_id
                && Some(later.created_at) >= refund.settled_at
                && later.status != RefundStatus::Failed
        });
        failed |= !made_good && ledger::refundable(order, refund.payment_id)? > 0;
    }
    let kept = totals.captured - totals.going_back;
    let owed_back = if fell_through { kept > 0 } else { totals.unearned > totals.going_back };
    let reversed = totals.outstanding > 0 && is_reversed(order, open)?;
    let disputed = disputes::any_disputed(order)?;
    let flags = [
        (OrderFlag::Overpaid, totals.overpaid > 0),
        (OrderFlag::ExpiryBlocked, blocked && totals.captured > 0),
        (OrderFlag::RefundOwed, owed_back),
        (OrderFlag::RefundFailed, failed),
        (OrderFlag::Disputed, disputed),
        (OrderFlag::Reversed, reversed),
    ];
    Ok(flags.into_iter().filter(|(_, raised)| *raised).map(|(flag, _)| flag).collect())
}

/// Whether the newest payment has failed.
pub fn last_payment_failed(order: &Order) -> Result<bool, Error> {
    let newest = order.payments.all()?.iter().max_by_key(|payment| (payment.created_at, payment.id));
    Ok(newest.is_some_and(|payment| payment.status == PaymentStatus::Failed))
}

/// Whether a provider has given money back by itself. When it was all of a payment and the sale is open again, its state
/// says as much.
fn is_reversed(order: &Order, open: bool) -> Result<bool, Error> {
    for refund in order.refunds.all()?.iter().filter(|row| row.unasked && row.status == RefundStatus::Issued) {
        if !open || ledger::in_hand(order, refund.payment_id)? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
