//! How a refund goes on, whoever says so: a provider's event, or its answer to what was asked.

use super::{ledger, provider::RefundStage};
use crate::{
    error::Error,
    id,
    order::sale_access,
    payment::refunds,
    workflow::{Cx, Event, Opened, Roots, SubjectRef, Unit, queries::Standing},
};
use entity::{RefundStatus, refund};
use sea_orm::ColumnTrait;
use serde_json::json;
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
            let sent = event("REFUND_SENT", refund, row.amount_minor);
            opened.report_noop(&sent)?;
            Ok("it is on its way")
        }
        // Of one that had failed, when that was not the provider's own word.
        (RefundStage::Issued, RefundStatus::Requested | RefundStatus::Sent | RefundStatus::Failed)
            if status != RefundStatus::Failed || row.reference.is_none() =>
        {
            if amount > ledger::in_hand(order, payment)? + ledger::charged_back(order, payment)? {
                return Err(more_than_left());
            }
            issued(opened, refund, None)?;
            Ok("it has reached its payer")
        }
        // Also of one that was issued: banks return what they cannot pay out. What failed there stays so.
        (RefundStage::Failed, RefundStatus::Requested | RefundStatus::Sent | RefundStatus::Issued) => {
            failed(opened, refund, why)?;
            Ok("it has failed")
        }
        _ => Ok("that was known"),
    }
}

/// A refund has failed: its row and the sale hear of it. `note`: why, where somebody says so.
pub fn failed(opened: &mut Opened<'_>, refund: Uuid, note: Option<String>) -> Result<(), Error> {
    let env = opened.env;
    let order = opened.order_mut()?;
    let over = Standing::of_sale(&env.rules.registry, order.sale()?)?.fell_through();
    refunds::fail(order, refund, over, env.actor, env.now)?;
    let row = ledger::refund_mut(order, refund)?;
    let failed = event("REFUND_FAILED", refund, row.amount_minor).because(row.reason_code.clone(), note);
    opened.report(&failed)
}

/// A refund has reached its payer: the ledger, the sale, and the return that it settles hear of it. One that nobody here
/// asked for reverses the payment.
pub fn issued(opened: &mut Opened<'_>, refund: Uuid, note: Option<String>) -> Result<(), Error> {
    let now = opened.env.now;
    refunds::issue(opened.order_mut()?, refund, now)?;
    let row = ledger::refund_mut(opened.order_mut()?, refund)?.clone();
    let name = if row.unasked { "PAYMENT_REVERSED" } else { "REFUND_ISSUED" };
    let issued = event(name, refund, row.amount_minor).because(row.reason_code.clone(), note);
    opened.report(&issued)?;
    if let Some(fulfilment) = row.fulfilment_id.map(SubjectRef::fulfilment)
        && refunds::settles_return(opened.order()?, &row)?
        && opened.about(fulfilment).knows(&issued.name)?
    {
        opened.about(fulfilment).command(&issued)?;
    }
    Ok(())
}

/// An event about a refund and its amount.
pub(super) fn event(name: &str, refund: Uuid, amount: i64) -> Event {
    let refund = id::encode(id::Prefix::Refund, refund);
    Event::named(name).with(json!({ "refundId": refund, "amountMinor": amount }))
}
