//! Giving all money back when a sale falls through: what staff hand back is issued at once, the rest is asked of providers.

use super::{
    credits, ledger,
    provider::{
        self,
        api::{self, Api},
    },
};
use crate::{
    actor::Actor,
    clock::Instant,
    config::Settings,
    error::Error,
    id,
    order::worth,
    queue::outbox,
    workflow::{Order, Turn},
};
use entity::{PaymentMethod, PaymentStatus, RefundStatus, payment, refund};
use uuid::Uuid;

/// Refunds every payment's money, and asks for what is only set aside to be given back where the provider can be asked.
/// Disputed money waits for its dispute, and is flagged as owed.
pub fn give_all_back(turn: &mut Turn<'_>) -> Result<(), Error> {
    let now = turn.now();
    let payments: Vec<payment::Model> = turn.order.payments.all()?.iter().map(|row| (**row).clone()).collect();
    for payment in payments.iter().filter(|payment| payment.status == PaymentStatus::Authorized) {
        if setting_aside(&turn.env.rules.settings, payment).is_ok() {
            turn.enqueue(&outbox::Event::VoidRequested { payment_id: payment.id })?;
        }
    }
    for payment in payments.iter().filter(|payment| payment.status == PaymentStatus::Confirmed) {
        let amount = ledger::refundable(turn.order, payment.id)?;
        if amount <= 0 {
            continue;
        }
        let reason = turn.event.reason_code.clone();
        let row = new_refund(payment, amount, reason, turn.event.note.clone(), &turn.env.actor.id, now);
        let refund = row.id;
        turn.order.refunds.insert(row)?;
        if is_handed_back(payment) {
            issue(turn.order, refund, now)?;
        } else {
            turn.enqueue(&outbox::Event::RefundRequested { refund_id: refund })?;
        }
    }
    Ok(())
}

/// What the returns of a fulfilment are still worth, in minor units: the units that its buyer has sent back or sends back,
/// less the refunds and credit notes that are made for it.
pub fn owed_for_return(order: &Order, fulfilment: Uuid) -> Result<i64, Error> {
    credits::left_of(order, fulfilment, worth::of_returns(order, fulfilment)?)
}

/// How much of its worth may be given back for a fulfilment, in minor units: for one that has shipped no more than what
/// came back of it, for another all of it.
pub fn owed_for(order: &Order, fulfilment: Uuid) -> Result<i64, Error> {
    if is_undelivered(order, fulfilment)? {
        return credits::left_of(order, fulfilment, worth::of_fulfilment(order, fulfilment)?);
    }
    owed_for_return(order, fulfilment)
}

/// Whether nothing of a fulfilment has reached its buyer: it has not shipped, or fell through.
pub fn is_undelivered(order: &Order, fulfilment: Uuid) -> Result<bool, Error> {
    let row = order.fulfilment(fulfilment)?;
    Ok(row.shipped_at.is_none() || row.workflow_context.fell_through.is_some())
}

/// Whether a return's buyer has nothing to get any more: it is worth no more, or nothing was paid and nothing is owed.
pub fn nothing_to_give_back(order: &Order, fulfilment: Uuid) -> Result<bool, Error> {
    if is_under_way(order, fulfilment)? {
        return Ok(false);
    }
    if owed_for_return(order, fulfilment)? == 0 {
        return Ok(true);
    }
    let mut refundable = 0;
    for payment in order.payments.all()? {
        refundable += ledger::refundable(order, payment.id)?.max(0);
    }
    Ok(refundable == 0 && order.sale()?.workflow_context.outstanding == 0)
}

/// Whether a refund for the return that is under way was asked for and has not ended.
pub fn is_under_way(order: &Order, fulfilment: Uuid) -> Result<bool, Error> {
    let number = order.fulfilment(fulfilment)?.workflow_context.returns;
    let mut refunds = order.refunds.all()?.iter().filter(|refund| refund.fulfilment_id == Some(fulfilment));
    Ok(refunds.any(|refund| refund.return_no == Some(number) && refund.status.is_under_way()))
}

/// Whether a refund settles the return that its fulfilment is in.
pub fn settles_return(order: &Order, refund: &refund::Model) -> Result<bool, Error> {
    let Some(fulfilment) = refund.fulfilment_id else { return Ok(false) };
    Ok(refund.return_no == Some(order.fulfilment(fulfilment)?.workflow_context.returns))
}

/// The API of a payment's provider, or why there is none that could be asked.
pub fn api_of(settings: &Settings, payment: &payment::Model) -> Result<&'static dyn Api, String> {
    if payment.duplicate {
        return Err(
            "the payment is another one in another spelling: only that one's money is at the provider".to_owned()
        );
    }
    let Some(provider) = &payment.provider else {
        return Err("the payment did not come through a provider".to_owned());
    };
    if payment.reference.is_none() {
        return Err(format!("the payment has no reference at {provider}"));
    }
    let api = api::named(provider).ok_or_else(|| format!("{provider} cannot be asked from here"))?;
    match settings.providers.get(provider) {
        Some(settings) if !settings.api_key.is_empty() => Ok(api),
        _ => Err(format!("{provider} has no api_key in the settings")),
    }
}

/// The same where the provider sets money aside before it is taken.
pub fn setting_aside(settings: &Settings, payment: &payment::Model) -> Result<&'static dyn Api, String> {
    let api = api_of(settings, payment)?;
    if api.sets_aside() { Ok(api) } else { Err(format!("{} takes money at once", api.name())) }
}

/// Whether staff hand the money back themselves. What came in through a payment provider goes back through it, however
/// its payer paid there.
pub fn is_handed_back(payment: &payment::Model) -> bool {
    let provider = payment.provider.as_deref().and_then(provider::named);
    matches!(payment.method, PaymentMethod::Cash | PaymentMethod::Transfer) && provider.is_none()
}

/// Marks a refund as issued, with what was over-paid until then.
pub fn issue(order: &mut Order, refund: Uuid, now: Instant) -> Result<(), Error> {
    let payment = ledger::refund_mut(order, refund)?.payment_id;
    // What was charged back of this payment is taken as still there: nobody refunds what is not.
    let captured = ledger::captured(order)? + ledger::charged_back(order, payment)?;
    let overpaid = credits::overpaid(order, captured)?;
    ledger::issue(order, refund, overpaid, now)
}

/// Marks a refund as failed, also one that was issued: its money is in hand again. `sale_fell_through`: nothing is credited
/// for its parts any more.
pub fn fail(
    order: &mut Order,
    refund: Uuid,
    sale_fell_through: bool,
    actor: &Actor,
    now: Instant,
) -> Result<(), Error> {
    let was_issued = ledger::refund_mut(order, refund)?.status == RefundStatus::Issued;
    if was_issued {
        ledger::take_back(order, refund, now)?;
    }
    let row = ledger::refund_mut(order, refund)?;
    row.status = RefundStatus::Failed;
    row.settled_at = Some(now);
    if was_issued && !sale_fell_through {
        let captured = ledger::captured(order)?;
        credits::settle_again(order, captured, actor, now)?;
    }
    Ok(())
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
        return_no: None,
        amount_minor,
        credited_minor: 0,
        given_minor: 0,
        status: RefundStatus::Requested,
        reason_code,
        note,
        requested_by: requested_by.to_owned(),
        reference: None,
        unasked: false,
        created_at: now,
        settled_at: None,
    }
}
