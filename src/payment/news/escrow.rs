//! What an escrow tells: the payment that it holds, and how the two who disagree about it were parted.
//!
//! An escrow begins with its creation, and what comes before that waits for it. From there on any order ends the same: a
//! release ends disputes as won and a refund as lost, those that are heard of later too.

use super::act::Case;
use crate::{
    error::Error,
    payment::{
        details::{self, Deed},
        disputes,
        provider::{Amount, EscrowNews, EscrowStage, Paid, RefundStage},
    },
    queue::inbox::Verdict,
};
use entity::{DisputeStatus, PaymentMethod, PaymentStatus, payment};
use uuid::Uuid;

impl Case<'_> {
    /// An escrow goes on.
    pub(super) fn escrow(&mut self, news: &EscrowNews, known: Option<&payment::Model>) -> Result<Verdict, Error> {
        let held = self.payment()?.cloned();
        if news.stage == EscrowStage::Created {
            return self.locked(news, held, known);
        }
        let Some(held) = held.filter(|held| held.status != PaymentStatus::Pending) else {
            return Ok(self.piece.waits_for(known, "the escrow is not created yet"));
        };
        match news.stage {
            EscrowStage::Created | EscrowStage::Disputed => self.disagreed(news, &held),
            EscrowStage::Released => self.released(news, &held, known),
            EscrowStage::Refunded => self.paid_back(news, &held, known),
        }
    }

    /// It holds the money.
    fn locked(
        &mut self,
        news: &EscrowNews,
        held: Option<payment::Model>,
        known: Option<&payment::Model>,
    ) -> Result<Verdict, Error> {
        let amount = match (&news.amount, held) {
            (Some(amount), _) => amount.clone(),
            (None, Some(held)) => self.all_of(&held),
            (None, None) => {
                let sale = self.opened.order()?.sale()?;
                self.written(sale.workflow_context.outstanding, &sale.currency)
            }
        };
        let paid = Paid { amount, method: PaymentMethod::Escrow };
        let verdict = self.register(&paid, PaymentStatus::Authorized, known)?;
        self.learn(verdict.payment_id, Deed::Paid, news)?;
        Ok(verdict)
    }

    /// The seller has the money.
    fn released(
        &mut self,
        news: &EscrowNews,
        held: &payment::Model,
        known: Option<&payment::Model>,
    ) -> Result<Verdict, Error> {
        disputes::end_all(&mut self.opened, held.id, DisputeStatus::Won)?;
        self.learn(Some(held.id), Deed::Released, news)?;
        let amount = news.amount.clone().unwrap_or_else(|| self.all_of(held));
        self.register(&Paid { amount, method: held.method }, PaymentStatus::Confirmed, known)
    }

    /// The buyer has the money back, before the seller had it or after.
    fn paid_back(
        &mut self,
        news: &EscrowNews,
        held: &payment::Model,
        known: Option<&payment::Model>,
    ) -> Result<Verdict, Error> {
        self.learn(Some(held.id), Deed::Refunded, news)?;
        if held.status.is_captured() {
            let amount = news.amount.clone().unwrap_or_else(|| self.all_of(held));
            let reference = news.transaction.hash.as_ref().or(held.reference.as_ref()).cloned().unwrap_or_default();
            return self.refund(None, &reference, &amount, RefundStage::Issued);
        }
        disputes::end_all(&mut self.opened, held.id, DisputeStatus::Lost)?;
        let paid = Paid { amount: self.all_of(held), method: held.method };
        self.register(&paid, PaymentStatus::Failed, known)
    }

    /// Buyer and seller disagree: open while nobody has the money, else as it went.
    fn disagreed(&mut self, news: &EscrowNews, held: &payment::Model) -> Result<Verdict, Error> {
        let status = match held.status {
            PaymentStatus::Failed => DisputeStatus::Lost,
            status if status.is_captured() => DisputeStatus::Won,
            _ => DisputeStatus::Open,
        };
        let reference = news.dispute.as_ref().or(held.reference.as_ref()).cloned().unwrap_or_default();
        let report = disputes::Report { reference: &reference, amount: None, status, at: None };
        let was_news = disputes::book(&mut self.opened, held.id, &report)?;
        let what = if was_news { "the escrow is disputed" } else { "that was known" };
        Ok(self.applied(what.to_owned(), held.id))
    }

    fn learn(&mut self, payment: Option<Uuid>, deed: Deed, news: &EscrowNews) -> Result<(), Error> {
        let Some(payment) = payment else { return Ok(()) };
        details::learn(self.opened.order_mut()?, payment, deed, &news.transaction)
    }

    fn all_of(&self, held: &payment::Model) -> Amount {
        self.written(held.amount_minor, &held.currency)
    }

    fn written(&self, minor: i64, currency: &str) -> Amount {
        let text = self.opened.env.rules.currencies.format(minor, currency);
        Amount::Main { text, currency: Some(currency.to_owned()) }
    }
}
