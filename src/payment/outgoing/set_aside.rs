//! `capturePayment` and `voidPayment`: money that is set aside at a provider is taken, or given back.

use crate::{
    error::Error,
    money::Money,
    order::sale_access,
    payment::{commands::PaymentDone, ledger, refunds, register, under_way},
    queue::outbox::Event as Wanted,
    workflow::{Command, Cx, Event, Opened, Unit, check_note, check_reason_code},
};
use entity::{PaymentStatus, payment};
use serde::Serialize;
use uuid::Uuid;

/// Has a provider take money that is set aside.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct CapturePayment {
    pub payment_id: Uuid,
    pub amount: Option<Money>,
}

impl Command for CapturePayment {
    type Output = PaymentDone;

    const NAME: &'static str = "capturePayment";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PaymentDone, Error> {
        let (unit, payment) = set_aside(cx, self.payment_id).await?;
        let amount = match &self.amount {
            Some(money) => sale_access::amount(unit.only()?, "amount", money)?,
            None => payment.amount_minor,
        };
        if amount <= 0 || amount > payment.amount_minor {
            let most = cx.rules.currencies.words(payment.amount_minor, &payment.currency);
            return Err(Error::invalid("amount", format!("{most} is set aside")));
        }
        let event = register::event("PAYMENT_CAPTURE_REQUESTED", payment.id, amount);
        want(cx, unit, &Wanted::CaptureRequested { payment_id: payment.id, amount_minor: amount }, &event).await?;
        Ok(PaymentDone { payment: payment.id })
    }
}

/// Has a provider give back money that is set aside.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct VoidPayment {
    pub payment_id: Uuid,
    pub reason_code: String,
    pub note: Option<String>,
}

impl Command for VoidPayment {
    type Output = PaymentDone;

    const NAME: &'static str = "voidPayment";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PaymentDone, Error> {
        let (unit, payment) = set_aside(cx, self.payment_id).await?;
        check_note(self.note.as_deref())?;
        let store = unit.only()?.sale()?.store_id;
        check_reason_code(cx.env(), store, "PAYMENT_VOID_REQUESTED", &self.reason_code)?;
        let event = register::event("PAYMENT_VOID_REQUESTED", payment.id, payment.amount_minor)
            .because(Some(self.reason_code.clone()), self.note.clone());
        want(cx, unit, &Wanted::VoidRequested { payment_id: payment.id }, &event).await?;
        Ok(PaymentDone { payment: payment.id })
    }
}

/// Locks the order of a payment whose money is set aside at a provider that can be asked, and is not being asked yet.
async fn set_aside(cx: &Cx<'_>, payment: Uuid) -> Result<(Unit, payment::Model), Error> {
    cx.actor.require("payment.capture")?;
    let unit = register::open(cx, payment).await?;
    let row = ledger::payment(unit.only()?, payment)?.clone();
    if row.status != PaymentStatus::Authorized {
        let status = row.status;
        return Err(Error::Conflict(format!("the payment is {status}; only what is AUTHORIZED is captured or voided")));
    }
    refunds::setting_aside(&cx.rules.settings, &row).map_err(|why| Error::invalid("paymentId", why))?;
    under_way::check_settled(cx, unit.only()?, payment).await?;
    Ok((unit, row))
}

async fn want(cx: &Cx<'_>, mut unit: Unit, wanted: &Wanted, event: &Event) -> Result<(), Error> {
    let mut opened = Opened::sale(&mut unit, cx.env())?;
    opened.enqueue(wanted)?;
    opened.report(event)?;
    unit.flush(cx.txn).await?;
    Ok(())
}
