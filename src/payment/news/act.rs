//! One piece of news over its order, in memory: what it changes, and what is said of it.

use super::Piece;
use crate::{
    clock::Instant,
    config::CaptureMode,
    error::Error,
    id::{self, Prefix},
    money::{Currencies, MOST, Money},
    payment::{
        commands::RegisterPayment,
        disputes, ledger,
        provider::{Amount, Change, DisputeStage, Paid, RefundStage},
        refunds, register, stages,
    },
    queue::inbox::Verdict,
    workflow::{Env, Opened, Order},
};
use entity::{DeliveryStatus, DisputeStatus, PartyKind, PaymentStatus, RefundStatus, SaleType, payment};
use uuid::Uuid;

/// Applies a piece of news to its order, which is open about its sale. `known`: the payment that it is about, as far as
/// one was found in any order.
pub fn act(opened: Opened<'_>, piece: &Piece<'_>, known: Option<&payment::Model>) -> Result<Verdict, Error> {
    let mut case = Case { opened, piece };
    match &piece.of.change {
        Change::Pending(paid) => case.register(paid, PaymentStatus::Pending, known),
        Change::Authorized(paid) if case.takes_at_once() => case.register(paid, PaymentStatus::Confirmed, known),
        Change::Authorized(paid) => case.register(paid, PaymentStatus::Authorized, known),
        Change::Captured(paid) => case.register(paid, PaymentStatus::Confirmed, known),
        Change::PartCaptured { capture, paid } => case.capture(capture, paid, known),
        Change::CaptureFailed { capture, amount } => case.capture_failed(capture, amount),
        Change::Failed(paid) => case.register(paid, PaymentStatus::Failed, known),
        Change::Escrow(news) => case.escrow(news, known),
        Change::Refund { ours, reference, amount, stage } => case.refund(ours.as_deref(), reference, amount, *stage),
        Change::Dispute { reference, amount, stage, at } => case.dispute(reference, amount.as_ref(), *stage, *at),
    }
}

/// A piece of news and its order, opened for who brings it.
pub(super) struct Case<'a> {
    pub(super) opened: Opened<'a>,
    pub(super) piece: &'a Piece<'a>,
}

impl Case<'_> {
    pub(super) fn applied(&self, decision: String, payment: Uuid) -> Verdict {
        Verdict {
            status: DeliveryStatus::Applied,
            decision,
            sale_order_id: Some(self.opened.subject.id),
            payment_id: Some(payment),
            order_version: None,
        }
    }

    /// Whether the merchant account takes the money with the authorisation, and no capture is ever told.
    fn takes_at_once(&self) -> bool {
        let settings = self.opened.env.rules.settings.providers.get(&self.piece.row.provider);
        settings.is_some_and(|settings| settings.capture == Some(CaptureMode::Automatic))
    }

    /// The payment that it is about.
    pub(super) fn payment(&self) -> Result<Option<&payment::Model>, Error> {
        let (provider, reference) = (&self.piece.row.provider, &self.piece.of.reference);
        register::find(self.opened.order()?, Some(provider), Some(reference))
    }

    /// The payment moves forward, and comes to be where it is not known yet.
    pub(super) fn register(
        &mut self,
        paid: &Paid,
        status: PaymentStatus,
        known: Option<&payment::Model>,
    ) -> Result<Verdict, Error> {
        let ours = self.payment()?.cloned();
        if let (Some(payment), PaymentStatus::Pending) = (&ours, status) {
            return Ok(self.applied("that was known".to_owned(), payment.id));
        }
        let sale = self.opened.order()?.sale()?;
        let party = match sale.sale_type {
            SaleType::Reseller => PartyKind::Reseller,
            _ => PartyKind::Customer,
        };
        let command = RegisterPayment {
            party: self.piece.row.party.unwrap_or(party),
            sale_order_id: sale.id,
            amount: money(&paid.amount, &sale.currency, &self.opened.env.rules.currencies)?,
            method: ours.as_ref().map_or(paid.method, |payment| payment.method),
            reference: Some(self.piece.of.reference.clone()),
            provider: Some(self.piece.row.provider.clone()),
            status: Some(status),
            received_by_id: None,
        };
        let payment = command.book(&mut self.opened, known)?;
        let what = match ours.filter(|ours| ledger::rank(ours.status) >= ledger::rank(status)) {
            Some(ours) => format!("{status} changes nothing: the payment was {} already", ours.status),
            None => format!("the payment was told that it is {status}"),
        };
        Ok(self.applied(what, payment))
    }

    /// Some of the money is in, once a capture.
    fn capture(&mut self, capture: &str, paid: &Paid, known: Option<&payment::Model>) -> Result<Verdict, Error> {
        let Some(payment) = self.payment()?.filter(|payment| payment.status.is_captured()).cloned() else {
            let verdict = self.register(paid, PaymentStatus::Confirmed, known)?;
            if let Some(payment) = verdict.payment_id {
                ledger::name_capture(self.opened.order_mut()?, payment, capture)?;
            }
            return Ok(verdict);
        };
        let amount = of_payment(&paid.amount, &payment, &self.opened.env.rules.currencies)?;
        let was_news = register::capture_more(&mut self.opened, payment.id, capture, amount)?;
        let what = if was_news { "one more capture of the payment is in" } else { "that was known" };
        Ok(self.applied(what.to_owned(), payment.id))
    }

    /// What was said to be in has not come: it is taken away again, as a lost dispute takes it.
    fn capture_failed(&mut self, capture: &str, amount: &Amount) -> Result<Verdict, Error> {
        let known = self.payment()?.cloned();
        let order = self.opened.order()?;
        let booked = known.map(|payment| {
            let entry = ledger::capture_named(order, payment.id, capture)?.is_some();
            Ok::<_, Error>(entry.then_some(payment))
        });
        let Some(payment) = booked.transpose()?.flatten() else {
            // Told of in the wrong order, or never told as captured.
            return Err(Error::Unavailable(format!("no capture {capture} has been heard of")));
        };
        let amount = of_payment(amount, &payment, &self.opened.env.rules.currencies)?;
        let report =
            disputes::Report { reference: capture, amount: Some(amount), status: DisputeStatus::Lost, at: None };
        let was_news = disputes::book(&mut self.opened, payment.id, &report)?;
        let what = if was_news { "the capture has failed: its money is not there" } else { "that was known" };
        Ok(self.applied(what.to_owned(), payment.id))
    }

    /// So, when its money has come in; what is about one whose money has not waits for it.
    fn captured(&self) -> Result<Result<payment::Model, Verdict>, Error> {
        let known = self.payment()?;
        let captured = known.filter(|payment| payment.status.is_captured());
        Ok(captured.cloned().ok_or_else(|| self.piece.waits_for_capture(known)))
    }

    /// A refund goes on: one that was asked for here, else one that was made at the provider.
    pub(super) fn refund(
        &mut self,
        ours: Option<&str>,
        reference: &str,
        amount: &Amount,
        stage: RefundStage,
    ) -> Result<Verdict, Error> {
        let payment = match self.captured()? {
            Ok(payment) => payment,
            Err(waits) => return Ok(waits),
        };
        let env = self.opened.env;
        let amount = of_payment(amount, &payment, &env.rules.currencies)?;
        let ours = ours.and_then(|text| id::decode(Prefix::Refund, text).ok());
        let order = self.opened.order_mut()?;
        let refund = match find_refund(order, payment.id, ours, reference, amount)? {
            Some(known) => known,
            None => refund_of_its_own(env, order, &payment, stage, amount)?,
        };
        let row = ledger::refund_mut(self.opened.order_mut()?, refund)?;
        if row.amount_minor != amount && row.status == RefundStatus::Issued {
            return Err(Error::Conflict("the refund was booked with another amount".to_owned()));
        }
        // How much goes back is the provider's to say.
        row.amount_minor = amount;
        let what = stages::advance(&mut self.opened, refund, stage, amount, None)?;
        ledger::refund_mut(self.opened.order_mut()?, refund)?.reference = Some(reference.to_owned());
        Ok(self.applied(format!("{}: {what}", id::encode(Prefix::Refund, refund)), payment.id))
    }

    /// A dispute is opened, won or lost.
    fn dispute(
        &mut self,
        reference: &str,
        amount: Option<&Amount>,
        stage: DisputeStage,
        at: Option<Instant>,
    ) -> Result<Verdict, Error> {
        let payment = match self.captured()? {
            Ok(payment) => payment,
            Err(waits) => return Ok(waits),
        };
        let status = match stage {
            DisputeStage::Opened => DisputeStatus::Open,
            DisputeStage::Won => DisputeStatus::Won,
            DisputeStage::Lost => DisputeStatus::Lost,
        };
        // Banks may dispute in a currency of their own: then it is about the whole payment.
        let amount = amount.filter(|amount| amount.currency().is_none_or(|code| code == payment.currency));
        let amount =
            amount.map(|amount| money(amount, &payment.currency, &self.opened.env.rules.currencies)).transpose()?;
        let amount = amount.filter(|amount| amount.minor > 0);
        let report = disputes::Report { reference, amount: amount.map(|amount| amount.minor), status, at };
        let was_news = disputes::book(&mut self.opened, payment.id, &report)?;
        let why = if was_news {
            format!("the dispute {reference} is {}", format!("{status:?}").to_lowercase())
        } else {
            "that was known".to_owned()
        };
        Ok(self.applied(why, payment.id))
    }
}

/// The refund that a provider speaks of: by its reference; by our own id that it was given; else, of those of that amount
/// without a reference, the oldest open one, or the oldest that has ended: as our call, or a person, said before this
/// news came.
fn find_refund(
    order: &Order,
    payment: Uuid,
    ours: Option<Uuid>,
    reference: &str,
    amount: i64,
) -> Result<Option<Uuid>, Error> {
    let rows: Vec<_> = order.refunds.all()?.iter().filter(|row| row.payment_id == payment).collect();
    let unnamed = || rows.iter().filter(|row| row.reference.is_none() && row.amount_minor == amount);
    let found = rows.iter().find(|row| row.reference.as_deref() == Some(reference));
    if let (None, Some(ours)) = (found, rows.iter().find(|row| Some(row.id) == ours)) {
        // Unless it was taken for another of its amount, made at the provider: then this one gets the other row.
        return Ok(ours.reference.is_none().then_some(ours.id));
    }
    let found = found.or_else(|| unnamed().find(|row| row.status.is_under_way())).or_else(|| unnamed().next());
    Ok(found.map(|row| row.id))
}

fn refund_of_its_own(
    env: Env<'_>,
    order: &mut Order,
    payment: &payment::Model,
    stage: RefundStage,
    amount: i64,
) -> Result<Uuid, Error> {
    let left = ledger::in_hand(order, payment.id)? + ledger::charged_back(order, payment.id)?;
    if stage != RefundStage::Failed && amount > left {
        return Err(stages::more_than_left());
    }
    let mut row = refunds::new_refund(payment, amount, None, None, &env.actor.id, env.now);
    row.unasked = true;
    let made = row.id;
    order.refunds.insert(row)?;
    Ok(made)
}

/// An amount that is about a payment's money, in minor units.
fn of_payment(amount: &Amount, payment: &payment::Model, currencies: &Currencies) -> Result<i64, Error> {
    let amount = money(amount, &payment.currency, currencies)?;
    if amount.currency != payment.currency {
        let message = format!("it is in {}, but the payment is in {}", amount.currency, payment.currency);
        return Err(Error::invalid("amount", message));
    }
    if amount.minor <= 0 {
        return Err(Error::invalid("amount", "it must be more than zero"));
    }
    Ok(amount.minor)
}

/// A provider's amount as the order has it.
fn money(amount: &Amount, order_currency: &str, currencies: &Currencies) -> Result<Money, Error> {
    match amount {
        Amount::Main { text, currency } => {
            let currency = currency.as_deref().unwrap_or(order_currency);
            Ok(Money { minor: currencies.parse(text, currency, "amount")?, currency: currency.to_owned() })
        }
        Amount::Minor { minor, currency, decimals } => {
            let ours = currencies.exponent(currency, "currency")?;
            let theirs = decimals.unwrap_or(ours);
            let rescaled = rescaled(*minor, theirs, ours).filter(|minor| *minor <= MOST).ok_or_else(|| {
                let most = currencies.words(MOST, currency);
                let message = format!("{minor} with {theirs} decimals is no amount of {currency} of at most {most}");
                Error::invalid("amount", message)
            })?;
            Ok(Money { minor: rescaled, currency: currency.clone() })
        }
    }
}

/// So many units of `from` decimals, in units of `to` decimals; nothing when that is no whole number.
pub fn rescaled(amount: i64, from: u8, to: u8) -> Option<i64> {
    let factor = 10_i64.checked_pow(u32::from(from.abs_diff(to)))?;
    if from <= to { amount.checked_mul(factor) } else { (amount % factor == 0).then(|| amount / factor) }
}
