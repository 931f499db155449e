//! When an order has been refunded, and how one that was, or was cancelled, is charged again.

use super::covered;
use crate::{
    error::Error,
    payment::{credits, disputes, ledger},
    workflow::{Turn, Verdict},
};
use entity::RefundStatus;

/// All money that came in has gone back, and nothing is owed.
pub fn all_money_back(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let context = &turn.sale()?.workflow_context;
    let went_back = turn.order.refunds.all()?.iter().any(|refund| refund.status == RefundStatus::Issued);
    let all = went_back && context.captured <= 0 && context.outstanding == 0;
    Ok(Verdict::when(all, "money of the order is still here, or owed", "refund what is left"))
}

/// No payment is disputed.
pub fn not_disputed(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let disputed = disputes::any_disputed(turn.order)?;
    Ok(Verdict::when(!disputed, "a payment is disputed", "wait until the dispute is decided"))
}

/// No money of it is on its way back.
pub fn no_refund_under_way(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let going_back = turn.order.refunds.all()?.iter().any(|refund| refund.status.is_under_way());
    let message = "money of it is on its way back";
    Ok(Verdict::when(!going_back, message, "wait until the refund has reached its payer or failed"))
}

/// It would be covered if what refunds gave back of its worth were owed again.
pub fn covered_anew(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let under_way = no_refund_under_way(turn)?;
    if under_way != Verdict::Pass {
        return Ok(under_way);
    }
    let refunds = turn.order.refunds.all()?;
    let context = &turn.sale()?.workflow_context;
    let given: i64 = refunds.iter().filter(|refund| refund.fulfilment_id.is_none()).map(|row| row.credited_minor).sum();
    let owed = turn.sale()?.grand_total_minor - context.captured - (context.credited - given);
    covered::covers(turn, owed.max(0))
}

/// What refunds of the order as a whole gave back is owed again, but for what they gave back for parts that fell through: that
/// is noted for those.
pub fn charge_anew(turn: &mut Turn<'_>) -> Result<(), Error> {
    for refund in turn.order.refunds.all_mut()?.iter_mut().filter(|refund| refund.fulfilment_id.is_none()) {
        refund.given_minor = 0;
        refund.credited_minor = 0;
    }
    let (captured, now) = (ledger::captured(turn.order)?, turn.now());
    credits::settle_again(turn.order, captured, turn.env.actor, now)
}
