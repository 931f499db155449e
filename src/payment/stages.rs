//! How a refund goes on, whoever says so: a provider's event, or its answer to what was asked.

use super::{
    commands::{refund_failed, refund_issued, told},
    ledger,
    provider::RefundStage,
};
use crate::{
    error::Error,
    id,
    order::sale_access,
    workflow::{Cx, Opened, Roots, Unit},
};
use entity::{RefundStatus, refund};
use sea_orm::ColumnTrait;
use uuid::Uuid;

/// Locks the order of a refund.
pub async fn open(cx: &Cx<'_>, refund: Uuid) -> Result<(Unit, refund::Model), Error> {
    let roots = Roots::of::<refund::Entity>(refund::Column::RootId, refund::Column::Id.eq(refund));
    let mut unit = sale_access::open_of(cx, roots, &id::encode(id::Prefix::Refund, refund)).await?;
    let row = ledger::refund_mut(unit.only_mut()?, refund)?.clone();
    Ok((unit, row))
}

/// Of a refund that is larger than what is left of its payment. It may pass: the news of what came in, or came back, may
/// be on its way.
pub fn more_than_left() -> Error {
    Error::Unavailable("more went back than was left of the payment, as far as one has heard".to_owned())
}

/// Moves a refund on, of `amount` minor units as its provider has it. Answers in words what that did.
pub fn advance(
    opened: &mut Opened<'_>,
    refund: Uuid,
    stage: RefundStage,
    amount: i64,
    why: Option<String>,
) -> Result<&'static str, Error> {
    let order = opened.order_mut()?;
    let row = ledger::refund_mut(order, refund)?;
    let (payment, status) = (row.payment_id, row.status);
    match (stage, status) {
        (RefundStage::Sent, RefundStatus::Requested) => {
            row.status = RefundStatus::Sent;
            let told = told("REFUND_SENT", refund, row.amount_minor);
            opened.report_noop(&told)?;
            Ok("it is on its way")
        }
        // Of one that had failed, when that was not the provider's own word.
        (RefundStage::Issued, RefundStatus::Requested | RefundStatus::Sent | RefundStatus::Failed)
            if status != RefundStatus::Failed || row.reference.is_none() =>
        {
            if amount > ledger::in_hand(order, payment)? + ledger::charged_back(order, payment)? {
                return Err(more_than_left());
            }
            refund_issued(opened, refund, None)?;
            Ok("it has reached its payer")
        }
        // Also of one that was issued: banks return what they cannot pay out. What failed there stays so.
        (RefundStage::Failed, RefundStatus::Requested | RefundStatus::Sent | RefundStatus::Issued) => {
            refund_failed(opened, refund, why)?;
            Ok("it has failed")
        }
        _ => Ok("that was known"),
    }
}
