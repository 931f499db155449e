//! What providers are asked for, and what their answers do: refunds, captures, voids.
//!
//! Each is an outbox row from the commit that wanted it until the commit that writes down the answer (`answers`). Knows no
//! provider's API (`provider::api`) and does not begin or commit: `effects::providers` drives it.

mod answers;
mod set_aside;

pub use answers::TakeAnswer;
pub use set_aside::{CapturePayment, VoidPayment};

use super::{
    ledger, news,
    provider::{
        api::{self, Ask, Line, Refunded},
        http::{Http, Setback},
    },
    refunds, register, stages,
};
use crate::{
    error::Error,
    id::{self, Prefix},
    payment::under_way,
    queue::outbox::{self, End, Event as Wanted},
    workflow::{Cx, Rules},
};
use chrono::TimeDelta;
use entity::{PaymentStatus, RefundStatus, outbox as row, payment};
use serde::Serialize;

/// What is to be done about a row.
#[derive(Debug)]
pub enum Plan {
    /// This is asked.
    Ask(Box<Asked>),
    /// Nothing is asked yet, and why.
    Wait(String),
    /// Nothing is asked, and it fails, and why.
    Fail(String),
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
            let (unit, refund) = stages::open(cx, *refund_id).await?;
            if refund.status != RefundStatus::Requested {
                // Only the provider gives a refund its reference.
                let theirs = refund.reference.is_some() && refund.status != RefundStatus::Failed;
                return Ok(moot(theirs, &format!("the refund is {:?} already", refund.status)));
            }
            let order = unit.only()?;
            let payment = ledger::payment(order, refund.payment_id)?;
            if payment.status == PaymentStatus::Disputed {
                return Ok(Plan::Wait("the payment is disputed; it is asked for when that is decided".to_owned()));
            }
            if ledger::in_hand(order, payment.id)? < refund.amount_minor {
                return Ok(Plan::Fail("it was not asked for: so much is not left of the payment any more".to_owned()));
            }
            let intent = id::encode(Prefix::Refund, refund.id);
            asked(cx, row, payment, What::Refund, intent, refund.amount_minor)
        }
        Wanted::CaptureRequested { payment_id, .. } | Wanted::VoidRequested { payment_id } => {
            let unit = register::open(cx, *payment_id).await?;
            let payment = ledger::payment(unit.only()?, *payment_id)?;
            let (what, amount, end) = match wanted {
                Wanted::CaptureRequested { amount_minor, .. } => {
                    (What::Capture, amount_minor, payment.status.is_captured())
                }
                _ => (What::Void, payment.amount_minor, payment.status == PaymentStatus::Failed),
            };
            if payment.status != PaymentStatus::Authorized {
                return Ok(moot(row.attempts > 0 && end, &format!("the payment is {:?} already", payment.status)));
            }
            let void = Wanted::VoidRequested { payment_id: *payment_id };
            if matches!(what, What::Capture)
                && under_way::waiting(cx, unit.only()?).await?.iter().any(|(_, other)| *other == void)
            {
                return Ok(Plan::Nothing(End::NotAsked("the money is to be given back instead".to_owned())));
            }
            asked(cx, row, payment, what, id::encode(Prefix::Event, row.id), amount)
        }
        other => Err(Error::internal(format!("no provider is asked for {other:?}"))),
    }
}

/// It has happened: by an earlier attempt whose answer was lost (`done`), else without us.
fn moot(done: bool, why: &str) -> Plan {
    Plan::Nothing(if done { End::Done } else { End::NotAsked(why.to_lowercase()) })
}

fn asked(
    cx: &Cx<'_>,
    row: &row::Model,
    payment: &payment::Model,
    what: What,
    intent: String,
    minor: i64,
) -> Result<Plan, Error> {
    let api = match refunds::api_of(&cx.rules.settings, payment) {
        Ok(api) => api,
        Err(why) => return Ok(Plan::Nothing(End::NotAsked(format!("{why}; report by settleRefund how it ended")))),
    };
    let ours = cx.rules.currencies.exponent(&payment.currency, "currency")?;
    let theirs = api.decimals(&payment.currency).unwrap_or(ours);
    let Some(amount) = news::rescaled(minor, ours, theirs) else {
        let amount = cx.rules.currencies.words(minor, &payment.currency);
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
pub async fn call(http: &Http, rules: &Rules, asked: &Asked) -> Answer {
    let (api, settings) = (api::named(&asked.provider), rules.settings.providers.get(&asked.provider));
    let (Some(api), Some(settings)) = (api, settings) else {
        return Answer::Later { why: format!("{} is not configured", asked.provider), pause: None };
    };
    let line = Line { http, settings };
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
