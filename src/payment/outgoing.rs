//! What providers are asked for, and what their answers do: refunds, captures, voids.
//!
//! Each is an outbox row from the commit that wanted it until the commit that writes down the answer. Knows no provider's
//! API (`provider::api`) and does not begin or commit: `effects::providers` drives it.

use super::{
    commands::RegisterPayment,
    ledger, news,
    provider::{
        RefundStage,
        api::{Ask, Line, Refunded, Setback},
    },
    refunds, register, report, stages,
};
use crate::{
    app::App,
    command::{Command, Cx, Done},
    error::Error,
    id::{self, Prefix},
    money::Money,
    order::sale_access,
    outbox::{self, End, Event as Wanted},
    workflow::{Event, SubjectRef, Unit, check_note, check_reason_code},
};
use chrono::TimeDelta;
use entity::{PaymentStatus, RefundStatus, outbox as row, payment};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// Has a provider take money that is set aside.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct CapturePayment {
    pub payment_id: Uuid,
    pub amount: Option<Money>,
}

impl Command for CapturePayment {
    const NAME: &'static str = "capturePayment";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        let (unit, root, payment) = set_aside(cx, self.payment_id).await?;
        let order = unit.order(root)?;
        let amount = match &self.amount {
            Some(money) => sale_access::amount(order, "amount", money)?,
            None => payment.amount_minor,
        };
        if amount <= 0 || amount > payment.amount_minor {
            let most = cx.app.currencies.words(payment.amount_minor, &payment.currency);
            return Err(Error::invalid("amount", format!("{most} is set aside")));
        }
        let told = told("PAYMENT_CAPTURE_REQUESTED", payment.id, amount);
        want(cx, unit, root, &Wanted::CaptureRequested { payment_id: payment.id, amount_minor: amount }, &told).await
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
    const NAME: &'static str = "voidPayment";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        let (unit, root, payment) = set_aside(cx, self.payment_id).await?;
        check_note(self.note.as_deref())?;
        let store = unit.order(root)?.sale()?.store_id;
        check_reason_code(cx.scene(), store, "PAYMENT_VOID_REQUESTED", &self.reason_code)?;
        let told = told("PAYMENT_VOID_REQUESTED", payment.id, payment.amount_minor)
            .because(Some(self.reason_code.clone()), self.note.clone());
        want(cx, unit, root, &Wanted::VoidRequested { payment_id: payment.id }, &told).await
    }
}

/// Locks the order of a payment whose money is set aside at a provider that can be asked, and is not being asked yet.
async fn set_aside(cx: &Cx<'_>, payment: Uuid) -> Result<(Unit, Uuid, payment::Model), Error> {
    cx.actor.require("payment.capture")?;
    let (unit, root, _) = register::open(cx, payment).await?;
    let row = ledger::payment(unit.order(root)?, payment)?.clone();
    if row.status != PaymentStatus::Authorized {
        let word = format!("{:?}", row.status).to_uppercase();
        return Err(Error::Conflict(format!("the payment is {word}; only what is AUTHORIZED is captured or voided")));
    }
    refunds::setting_aside(&cx.app.settings, &row).map_err(|why| Error::invalid("paymentId", why))?;
    let of_it = |wanted: &Wanted| about(wanted) == Some(payment);
    if waiting(cx, root).await?.iter().any(|(_, wanted)| of_it(wanted)) {
        let message = "the provider is asked to capture or void it already; wait for the answer";
        return Err(Error::Conflict(message.to_owned()));
    }
    Ok((unit, root, row))
}

/// The payment whose set-aside money a row is about.
fn about(wanted: &Wanted) -> Option<Uuid> {
    match wanted {
        Wanted::CaptureRequested { payment_id, .. } | Wanted::VoidRequested { payment_id } => Some(*payment_id),
        _ => None,
    }
}

async fn want(cx: &Cx<'_>, mut unit: Unit, root: Uuid, wanted: &Wanted, told: &Event) -> Result<Done, Error> {
    let sale = SubjectRef::sale(unit.order(root)?.sale()?.id);
    unit.shared.outbox.push(outbox::row(wanted, Some(root), cx.now)?);
    report::report(cx, &mut unit, root, sale, told)?;
    unit.flush(cx.txn).await?;
    Ok(Done { sale: Some(sale.id), payment: about(wanted), ..Done::default() })
}

/// What an order's providers are still to be asked.
async fn waiting(cx: &Cx<'_>, root: Uuid) -> Result<Vec<(row::Model, Wanted)>, Error> {
    let rows = row::Entity::find()
        .filter(row::Column::RootId.eq(root))
        .filter(row::Column::Kind.is_in(outbox::PROVIDERS.iter().copied()))
        .filter(row::Column::DoneAt.is_null())
        .filter(row::Column::DeadAt.is_null())
        .all(cx.txn)
        .await?;
    rows.into_iter().map(|row| outbox::event(&row).map(|wanted| (row, wanted))).collect()
}

/// Whether a provider is being asked for a refund at this moment.
pub async fn is_being_asked(cx: &Cx<'_>, root: Uuid, refund: Uuid) -> Result<bool, Error> {
    let claimed = |row: &row::Model| row.lease_until.is_some_and(|until| until > cx.now);
    let wanted = Wanted::RefundRequested { refund_id: refund };
    Ok(waiting(cx, root).await?.iter().any(|(row, of)| *of == wanted && claimed(row)))
}

/// What is to be done about a row.
#[derive(Debug)]
pub enum Plan {
    /// This is asked.
    Ask(Box<Asked>),
    /// Nothing is asked.
    Nothing(End),
}

/// What a provider is asked.
#[derive(Debug)]
pub struct Asked {
    /// Whom.
    pub provider: String,
    what: What,
    ask: Ask,
    /// The provider's count of decimals, and ours.
    decimals: (u8, u8),
}

#[derive(Clone, Copy, Debug)]
enum What {
    Refund,
    Capture,
    Void,
}

/// What to do about a row, with its order locked.
pub async fn plan(cx: &Cx<'_>, row: &row::Model) -> Result<Plan, Error> {
    let wanted = outbox::event(row)?;
    match &wanted {
        Wanted::RefundRequested { refund_id } => {
            let (unit, root, refund) = stages::open(cx, *refund_id).await?;
            if refund.status != RefundStatus::Requested {
                return Ok(moot(row, &format!("the refund is {:?} already", refund.status)));
            }
            let payment = ledger::payment(unit.order(root)?, refund.payment_id)?;
            let intent = id::encode(Prefix::Refund, refund.id);
            asked(cx, row, payment, What::Refund, intent, refund.amount_minor)
        }
        Wanted::CaptureRequested { payment_id, .. } | Wanted::VoidRequested { payment_id } => {
            let (unit, root, _) = register::open(cx, *payment_id).await?;
            let payment = ledger::payment(unit.order(root)?, *payment_id)?;
            if payment.status != PaymentStatus::Authorized {
                return Ok(moot(row, &format!("the payment is {:?} already", payment.status)));
            }
            let (what, amount) = match wanted {
                Wanted::CaptureRequested { amount_minor, .. } => (What::Capture, amount_minor),
                _ => (What::Void, payment.amount_minor),
            };
            let void = Wanted::VoidRequested { payment_id: *payment_id };
            if matches!(what, What::Capture) && waiting(cx, root).await?.iter().any(|(_, other)| *other == void) {
                return Ok(Plan::Nothing(End::NotAsked("the money is to be given back instead".to_owned())));
            }
            asked(cx, row, payment, what, id::encode(Prefix::Event, row.id), amount)
        }
        other => Err(Error::internal(format!("no provider is asked for {other:?}"))),
    }
}

/// It has happened: by an earlier attempt whose answer was lost, else without us.
fn moot(row: &row::Model, why: &str) -> Plan {
    Plan::Nothing(if row.attempts > 0 { End::Done } else { End::NotAsked(why.to_lowercase()) })
}

fn asked(
    cx: &Cx<'_>,
    row: &row::Model,
    payment: &payment::Model,
    what: What,
    intent: String,
    minor: i64,
) -> Result<Plan, Error> {
    let api = match refunds::api_of(&cx.app.settings, payment) {
        Ok(api) => api,
        Err(why) => return Ok(Plan::Nothing(End::NotAsked(format!("{why}; report by settleRefund how it ended")))),
    };
    let ours = cx.app.currencies.exponent(&payment.currency, "currency")?;
    let theirs = api.decimals(&payment.currency).unwrap_or(ours);
    let Some(amount) = news::rescaled(minor, ours, theirs) else {
        let amount = cx.app.currencies.words(minor, &payment.currency);
        return Ok(Plan::Nothing(End::NotAsked(format!("{} cannot express {amount}", api.name()))));
    };
    Ok(Plan::Ask(Box::new(Asked {
        provider: api.name().to_owned(),
        what,
        ask: Ask {
            intent,
            sale_order_id: id::encode(Prefix::Sale, payment.sale_order_id),
            reference: payment.reference.clone().unwrap_or_default(),
            amount,
            currency: payment.currency.clone(),
            again: row.attempts > 0,
        },
        decimals: (theirs, ours),
    })))
}

/// What a provider answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Answer {
    /// It has taken a refund on.
    Refunded(Refunded),
    /// It has taken so much, in our minor units.
    Captured(i64),
    /// It has given back what was set aside.
    Voided,
    /// It will not.
    Refused(String),
    /// Nothing, or nothing that could be understood.
    Later {
        /// What stood in the way.
        why: String,
        /// How long it asks us to wait.
        #[serde(skip)]
        pause: Option<TimeDelta>,
    },
}

/// Asks. Never within a transaction.
pub async fn call(app: &App, asked: &Asked) -> Answer {
    let (api, settings) = (super::provider::api::named(&asked.provider), app.settings.providers.get(&asked.provider));
    let (Some(api), Some(settings)) = (api, settings) else {
        return Answer::Later { why: format!("{} is not configured", asked.provider), pause: None };
    };
    let line = Line { http: &app.http, settings };
    let answer = match asked.what {
        What::Refund => api.refund(line, &asked.ask).await.map(Answer::Refunded),
        What::Void => api.void(line, &asked.ask).await.map(|()| Answer::Voided),
        What::Capture => api.capture(line, &asked.ask).await.and_then(|taken| {
            let taken = news::rescaled(taken, asked.decimals.0, asked.decimals.1);
            taken.map(Answer::Captured).ok_or_else(|| Setback::later("what was captured is no amount of its currency"))
        }),
    };
    answer.unwrap_or_else(|setback| match setback {
        Setback::Refused(why) => Answer::Refused(why),
        Setback::Later { why, pause } => Answer::Later { why, pause },
    })
}

/// Writes down what a provider answered, and settles the row with it.
#[derive(Clone, Debug, Serialize)]
pub struct TakeAnswer {
    /// The outbox row.
    pub row: Uuid,
    /// What was answered.
    pub answer: Answer,
}

impl Command for TakeAnswer {
    const NAME: &'static str = "takeAnswer";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        let row = row::Entity::find_by_id(self.row).one(cx.txn).await?;
        let row = row.ok_or_else(|| Error::internal(format!("no outbox row {}", self.row)))?;
        if row.done_at.is_some() || row.dead_at.is_some() {
            return Ok(Done::default());
        }
        let done = match outbox::event(&row)? {
            Wanted::RefundRequested { refund_id } => self.of_refund(cx, refund_id).await?,
            Wanted::CaptureRequested { payment_id, .. } => self.of_payment(cx, payment_id, "CAPTURE").await?,
            Wanted::VoidRequested { payment_id } => self.of_payment(cx, payment_id, "VOID").await?,
            other => return Err(Error::internal(format!("no provider answers {other:?}"))),
        };
        let end = match &self.answer {
            Answer::Refused(why) => End::Refused(why.clone()),
            Answer::Refunded(Refunded { stage: RefundStage::Failed, why, .. }) => {
                End::Refused(why.clone().unwrap_or_else(|| "the refund has failed there".to_owned()))
            }
            _ => End::Done,
        };
        outbox::end(cx.txn, row.id, &end, cx.now).await?;
        Ok(done)
    }
}

impl TakeAnswer {
    async fn of_refund(&self, cx: &Cx<'_>, refund: Uuid) -> Result<Done, Error> {
        let (mut unit, root, row) = stages::open(cx, refund).await?;
        let sale = SubjectRef::sale(unit.order(root)?.sale()?.id);
        let (reference, stage, why) = match &self.answer {
            Answer::Refunded(refunded) => (refunded.reference.clone(), refunded.stage, refunded.why.clone()),
            Answer::Refused(why) => (None, RefundStage::Failed, Some(why.clone())),
            other => return Err(Error::internal(format!("{other:?} answers no refund"))),
        };
        let order = unit.order_mut(root)?;
        let taken = |name: &String| {
            let mut others = order.refunds.all().into_iter().flatten().filter(|other| other.id != refund);
            others.any(|other| other.payment_id == row.payment_id && other.reference.as_ref() == Some(name))
        };
        if let Some(name) = reference.filter(|name| !taken(name)) {
            ledger::refund_mut(order, refund)?.reference = Some(name);
        }
        stages::advance(cx, &mut unit, root, refund, stage, row.amount_minor, why)?;
        if stage == RefundStage::Sent && row.status == RefundStatus::Requested {
            let name = id::encode(Prefix::Refund, refund);
            let told = Event::named("REFUND_SENT").with(json!({ "refundId": name, "amountMinor": row.amount_minor }));
            report::report_status(cx, &mut unit, root, sale, &told)?;
        }
        unit.flush(cx.txn).await?;
        Ok(Done { sale: Some(sale.id), payment: Some(row.payment_id), refund: Some(refund), ..Done::default() })
    }

    async fn of_payment(&self, cx: &Cx<'_>, payment: Uuid, what: &str) -> Result<Done, Error> {
        let (mut unit, root, sale) = register::open(cx, payment).await?;
        let row = ledger::payment(unit.order(root)?, payment)?.clone();
        let (minor, status) = match &self.answer {
            Answer::Captured(minor) => (*minor, PaymentStatus::Confirmed),
            Answer::Voided => (row.amount_minor, PaymentStatus::Failed),
            Answer::Refused(why) => {
                let told = told(&format!("PAYMENT_{what}_REFUSED"), payment, row.amount_minor);
                report::report_status(cx, &mut unit, root, sale, &told.because(None, Some(why.clone())))?;
                unit.flush(cx.txn).await?;
                return Ok(Done { sale: Some(sale.id), payment: Some(payment), ..Done::default() });
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
        command.run(cx).await
    }
}

fn told(event: &str, payment: Uuid, amount: i64) -> Event {
    let payment = id::encode(Prefix::Payment, payment);
    Event::named(event).with(json!({ "paymentId": payment, "amountMinor": amount }))
}
