//! Refunds and credit notes; disputes are in `disputes`, registering and confirming are in `register`.

pub use super::register::{ConfirmPayment, RegisterPayment};
use super::{credits, ledger, refunds, register, stages, under_way};
use crate::{
    error::{Code, Error},
    id,
    money::Money,
    order::{
        sale_access::{self, SaleDone},
        worth,
    },
    queue::outbox,
    workflow::{Command, Cx, Event, Opened, Order, SubjectRef, check_note, check_reason_code},
};
use entity::{PaymentStatus, SubjectKind, credit_note};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// A payment was made or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentDone {
    /// Which.
    pub payment: Uuid,
}

/// Gives money of a payment back.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct RefundPayment {
    pub payment_id: Uuid,
    pub amount: Option<Money>,
    pub fulfilment_id: Option<Uuid>,
    pub reason_code: String,
    pub note: Option<String>,
}

impl Command for RefundPayment {
    type Output = PaymentDone;

    const NAME: &'static str = "refundPayment";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PaymentDone, Error> {
        cx.actor.require("payment.refund")?;
        let mut unit = register::open(cx, self.payment_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        let order = opened.order()?;
        check_reason(cx, order, "REFUND_REQUESTED", &self.reason_code, self.note.as_deref())?;
        let payment = ledger::payment(order, self.payment_id)?.clone();
        if payment.status == PaymentStatus::Disputed {
            return Err(Error::Conflict("the payment is disputed; refunds wait until that is decided".to_owned()));
        }
        let return_no = self.check_fulfilment(&mut opened)?;
        let amount = self.amount(cx, opened.order()?)?;
        let reason = Some(self.reason_code.clone());
        let mut row = refunds::new_refund(&payment, amount, reason.clone(), self.note.clone(), &cx.actor.id, cx.now);
        (row.fulfilment_id, row.return_no) = (self.fulfilment_id, return_no);
        let refund = row.id;
        opened.order_mut()?.refunds.insert(row)?;
        if refunds::is_handed_back(&payment) {
            stages::issued(&mut opened, refund, self.note.clone())?;
        } else {
            opened.enqueue(&outbox::Event::RefundRequested { refund_id: refund })?;
            let event = stages::event("REFUND_REQUESTED", refund, amount).because(reason, self.note.clone());
            opened.report(&event)?;
        }
        unit.flush(cx.txn).await?;
        Ok(PaymentDone { payment: payment.id })
    }
}

impl RefundPayment {
    /// What is asked for, else what is left of the payment: for a fulfilment no more than what is not delivered of it, or
    /// came back, is still worth.
    fn amount(&self, cx: &Cx<'_>, order: &Order) -> Result<i64, Error> {
        let left = ledger::refundable(order, self.payment_id)?.max(0);
        let most = match self.fulfilment_id {
            Some(fulfilment) => left.min(refunds::owed_for(order, fulfilment)?),
            None => left,
        };
        let amount = match &self.amount {
            Some(money) => sale_access::amount(order, "amount", money)?,
            None => most,
        };
        if amount <= 0 || amount > most {
            let currency = &order.sale()?.currency;
            let of = self.fulfilment_id.filter(|_| most < left);
            let what = of.map(|id| refunds::is_undelivered(order, id)).transpose()?;
            let what = what.map_or("is left to be refunded", still_worth);
            let most = cx.rules.currencies.words(most, currency);
            return Err(Error::invalid("amount", format!("{most} {what}")));
        }
        Ok(amount)
    }

    /// The return that the refund settles, if it is for a fulfilment that is on its way back. What has reached its buyer and
    /// stays there is given nothing back for by name.
    fn check_fulfilment(&self, opened: &mut Opened<'_>) -> Result<Option<i32>, Error> {
        let Some(id) = self.fulfilment_id else { return Ok(None) };
        let known = opened.order()?.fulfilments.all()?.iter().find(|fulfilment| fulfilment.id == id);
        let known = known.ok_or_else(|| Error::not_found(id::encode(id::Prefix::Fulfilment, id)))?;
        let return_no = known.workflow_context.returns;
        if opened.about(SubjectRef::fulfilment(id)).knows("REFUND_ISSUED")? {
            return Ok(Some(return_no));
        }
        let order = opened.order()?;
        // The first refund of a return ends it; what it is still worth may be given back of another payment.
        if refunds::is_undelivered(order, id)? || refunds::owed_for_return(order, id)? > 0 {
            return Ok(None);
        }
        Err(Error::refused(
            Code::TransitionNotAllowed,
            "the fulfilment has shipped, and has no open return that a refund could settle",
            "ask for the return first, or leave fulfilmentId out",
        ))
    }
}

fn still_worth(undelivered: bool) -> &'static str {
    if undelivered { "is what the fulfilment is still worth" } else { "is what the return is still worth" }
}

/// Says how a refund ended that no provider reports.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct SettleRefund {
    pub refund_id: Uuid,
    pub issued: bool,
    pub note: Option<String>,
}

impl Command for SettleRefund {
    type Output = PaymentDone;

    const NAME: &'static str = "settleRefund";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PaymentDone, Error> {
        cx.actor.require("payment.refund")?;
        check_note(self.note.as_deref())?;
        let (mut unit, row) = stages::open(cx, self.refund_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        if !row.status.is_under_way() {
            return Err(Error::Conflict(format!("the refund is {} already", row.status)));
        }
        if under_way::is_being_asked(cx, opened.order()?, &row).await? {
            let message = "the provider is being asked for it just now; look again in a few minutes";
            return Err(Error::UnderWay(message.to_owned()));
        }
        if self.issued {
            stages::issued(&mut opened, row.id, self.note.clone())?;
        } else {
            stages::failed(&mut opened, row.id, self.note.clone())?;
        }
        unit.flush(cx.txn).await?;
        Ok(PaymentDone { payment: row.payment_id })
    }
}

/// Lowers what is owed on a sale that is not paid.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct IssueCreditNote {
    pub sale_order_id: Uuid,
    pub amount: Money,
    pub fulfilment_id: Option<Uuid>,
    pub reason_code: String,
    pub note: Option<String>,
}

impl Command for IssueCreditNote {
    type Output = SaleDone;

    const NAME: &'static str = "issueCreditNote";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Sale, self.sale_order_id, "CREDIT_NOTE_ISSUED".to_owned()))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SaleDone, Error> {
        cx.actor.require("credit_note.issue")?;
        let mut unit = sale_access::open(cx, self.sale_order_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        let order = opened.order()?;
        check_reason(cx, order, "CREDIT_NOTE_ISSUED", &self.reason_code, self.note.as_deref())?;
        let amount = sale_access::amount(order, "amount", &self.amount)?;
        let outstanding = order.sale()?.workflow_context.outstanding;
        if amount > outstanding {
            let currency = &order.sale()?.currency;
            let most = cx.rules.currencies.words(outstanding, currency);
            let message = format!("{most} is outstanding; refund what is paid instead");
            return Err(Error::invalid("amount", message));
        }
        self.check_fulfilment(&mut opened, amount)?;
        let order = opened.order_mut()?;
        order.credit_notes.insert(credit_note::Model {
            id: id::new(),
            root_id: order.root.id,
            sale_order_id: self.sale_order_id,
            fulfilment_id: self.fulfilment_id,
            amount_minor: amount,
            fell_through: false,
            reason_code: self.reason_code.clone(),
            note: self.note.clone(),
            issued_by: cx.actor.id.clone(),
            created_at: cx.now,
        })?;
        let event = Event::named("CREDIT_NOTE_ISSUED")
            .with(json!({ "amountMinor": amount }))
            .because(Some(self.reason_code.clone()), self.note.clone());
        opened.report(&event)?;
        if let Some(fulfilment) = self.returning(&mut opened)?
            && refunds::nothing_to_give_back(opened.order()?, fulfilment.id)?
        {
            opened.about(fulfilment).command(&event)?;
        }
        unit.flush(cx.txn).await?;
        Ok(SaleDone { sale: self.sale_order_id })
    }
}

impl IssueCreditNote {
    /// No more is noted for a fulfilment than it is still worth: a part that fell through was credited then.
    fn check_fulfilment(&self, opened: &mut Opened<'_>, amount: i64) -> Result<(), Error> {
        let Some(id) = self.fulfilment_id else { return Ok(()) };
        if !opened.order()?.fulfilments.all()?.iter().any(|row| row.id == id) {
            return Err(Error::not_found(id::encode(id::Prefix::Fulfilment, id)));
        }
        let returning = self.returning(opened)?.is_some();
        let order = opened.order()?;
        let worth = if returning { worth::of_returns(order, id)? } else { worth::of_fulfilment(order, id)? };
        let left = credits::creditable(order, id, worth)?;
        if amount > left {
            let left = opened.env.rules.currencies.words(left, &order.sale()?.currency);
            return Err(Error::invalid("amount", format!("{left} {}", still_worth(!returning))));
        }
        Ok(())
    }

    /// The fulfilment that it is about, when that is on its way back.
    fn returning(&self, opened: &mut Opened<'_>) -> Result<Option<SubjectRef>, Error> {
        let Some(fulfilment) = self.fulfilment_id.map(SubjectRef::fulfilment) else { return Ok(None) };
        let listens = opened.about(fulfilment).knows("CREDIT_NOTE_ISSUED")?;
        Ok(listens.then_some(fulfilment))
    }
}

fn check_reason(cx: &Cx<'_>, order: &Order, event: &str, code: &str, note: Option<&str>) -> Result<(), Error> {
    check_note(note)?;
    check_reason_code(cx.env(), order.sale()?.store_id, event, code)
}
