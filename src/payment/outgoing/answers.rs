//! What providers' answers do.

use super::Answer;
use crate::{
    error::Error,
    money::Money,
    payment::{
        commands::RegisterPayment,
        ledger,
        provider::{RefundStage, api::Refunded},
        register, stages,
    },
    queue::outbox::{self, End, Event as Wanted},
    workflow::{Command, Cx, Opened},
};
use entity::{PaymentStatus, outbox as row};
use sea_orm::EntityTrait;
use serde::Serialize;
use uuid::Uuid;

/// Writes down what a provider answered, and settles the row with it.
#[derive(Clone, Debug, Serialize)]
pub struct TakeAnswer {
    /// The outbox row.
    pub row: Uuid,
    /// What was answered.
    pub answer: Answer,
}

impl Command for TakeAnswer {
    type Output = ();

    const NAME: &'static str = "takeAnswer";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<(), Error> {
        let row = row::Entity::find_by_id(self.row).one(cx.txn).await?;
        let row = row.ok_or_else(|| Error::internal(format!("no outbox row {}", self.row)))?;
        if row.done_at.is_some() || row.dead_at.is_some() {
            return Ok(());
        }
        match outbox::event(&row)? {
            Wanted::RefundRequested { refund_id } => self.of_refund(cx, refund_id).await?,
            Wanted::CaptureRequested { payment_id, .. } => self.of_payment(cx, payment_id, "CAPTURE").await?,
            Wanted::VoidRequested { payment_id } => self.of_payment(cx, payment_id, "VOID").await?,
            other => return Err(Error::internal(format!("no provider answers {other:?}"))),
        }
        let end = match &self.answer {
            Answer::Refused(why) => End::Refused(why.clone()),
            Answer::Refunded(Refunded { stage: RefundStage::Failed, why, .. }) => {
                End::Refused(why.clone().unwrap_or_else(|| "the refund has failed there".to_owned()))
            }
            _ => End::Done,
        };
        outbox::end(cx.txn, row.id, &end, cx.now).await?;
        Ok(())
    }
}

impl TakeAnswer {
    async fn of_refund(&self, cx: &Cx<'_>, refund: Uuid) -> Result<(), Error> {
        let (mut unit, row) = stages::open(cx, refund).await?;
        let (reference, stage, why) = match &self.answer {
            Answer::Refunded(refunded) => (refunded.reference.clone(), refunded.stage, refunded.why.clone()),
            Answer::Refused(why) => (None, RefundStage::Failed, Some(why.clone())),
            other => return Err(Error::internal(format!("{other:?} answers no refund"))),
        };
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        let order = opened.order_mut()?;
        let taken = |name: &String| {
            let mut others = order.refunds.all().into_iter().flatten().filter(|other| other.id != refund);
            others.any(|other| other.payment_id == row.payment_id && other.reference.as_ref() == Some(name))
        };
        if let Some(name) = reference.filter(|name| !taken(name)) {
            ledger::refund_mut(order, refund)?.reference = Some(name);
        }
        stages::advance(&mut opened, refund, stage, row.amount_minor, why)?;
        unit.flush(cx.txn).await?;
        Ok(())
    }

    async fn of_payment(&self, cx: &Cx<'_>, payment: Uuid, what: &str) -> Result<(), Error> {
        let mut unit = register::open(cx, payment).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        let row = ledger::payment(opened.order()?, payment)?.clone();
        let (minor, status) = match &self.answer {
            Answer::Captured(minor) => (*minor, PaymentStatus::Confirmed),
            Answer::Voided => (row.amount_minor, PaymentStatus::Failed),
            Answer::Refused(why) => {
                let event = register::event(&format!("PAYMENT_{what}_REFUSED"), payment, row.amount_minor);
                opened.report_noop(&event.because(None, Some(why.clone())))?;
                unit.flush(cx.txn).await?;
                return Ok(());
            }
            other => return Err(Error::internal(format!("{other:?} answers no {what}"))),
        };
        // The same path that the provider's own events take.
        let command = RegisterPayment {
            party: row.party,
            sale_order_id: row.sale_order_id,
            amount: Money { minor, currency: row.currency },
            method: row.method,
            reference: row.reference,
            provider: row.provider,
            status: Some(status),
            received_by_id: None,
        };
        command.book(&mut opened, None)?;
        unit.flush(cx.txn).await
    }
}
