//! What a provider's news do to a payment: each is applied once, in the commit that says so, whatever order they come in.
//!
//! Payments only move forward, refunds and disputes have rows of their own, and what comes before the thing it is about is
//! parked until that is known. Knows no provider's format: `provider` does.

use super::{
    commands::RegisterPayment,
    disputes, ledger,
    provider::{self, Amount, Change, DisputeStage, News, Paid, PaymentNews, RefundStage},
    refunds, register, stages,
};
use crate::{
    clock::Instant,
    command::{Command, Cx, Done},
    config::CaptureMode,
    error::{Code, Error},
    id::{self, Prefix},
    inbox::{self, Verdict},
    money::{Currencies, Money},
    workflow::Order,
};
use axum::http::HeaderMap;
use entity::{
    DeliveryStatus, DisputeStatus, PartyKind, PaymentStatus, RefundStatus, SaleType, payment, sale_order,
    webhook_delivery,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

/// Applies a stored delivery; one that was applied before is left alone.
#[derive(Clone, Debug, Serialize)]
pub struct ApplyDelivery {
    /// Which.
    pub delivery: Uuid,
}

impl Command for ApplyDelivery {
    const NAME: &'static str = "applyDelivery";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        let row = webhook_delivery::Entity::find_by_id(self.delivery).lock_exclusive().one(cx.txn).await?;
        let Some(row) = row.filter(|row| row.status == DeliveryStatus::Received) else { return Ok(Done::default()) };
        let verdict = match verdict(cx, &row).await {
            Err(error) if is_final(&error) => Verdict::without_payment(DeliveryStatus::Failed, error.to_string()),
            other => other?,
        };
        inbox::settle(cx.txn, row.id, &verdict, cx.now).await?;
        if let (DeliveryStatus::Applied, Some(reference)) = (verdict.status, &row.reference) {
            inbox::wake(cx.txn, &row.provider, reference, cx.now).await?;
        }
        Ok(Done { sale: verdict.sale_order_id, payment: verdict.payment_id, ..Done::default() })
    }
}

/// Whether trying again would be of no use.
fn is_final(error: &Error) -> bool {
    !matches!(error.code(), Code::Internal | Code::Unavailable) && !error.is_contention()
}

async fn verdict(cx: &Cx<'_>, row: &webhook_delivery::Model) -> Result<Verdict, Error> {
    let (news, ours) = again(row, cx.now)?;
    let Some(of) = &news.of else {
        let why = format!("nothing here depends on {}", news.kind);
        return Ok(Verdict::without_payment(DeliveryStatus::Ignored, why));
    };
    let case = Case { cx, provider: &row.provider, party: row.party, of, ours };
    match &of.change {
        Change::Pending(paid) => case.register(paid, PaymentStatus::Pending).await,
        Change::Authorized(paid) if case.takes_at_once() => case.register(paid, PaymentStatus::Confirmed).await,
        Change::Authorized(paid) => case.register(paid, PaymentStatus::Authorized).await,
        Change::Captured(paid) => case.register(paid, PaymentStatus::Confirmed).await,
        Change::Failed(paid) => case.register(paid, PaymentStatus::Failed).await,
        Change::Refund { reference, amount, stage } => case.refund(reference, amount, *stage).await,
        Change::Dispute { reference, stage } => case.dispute(reference, *stage).await,
    }
}

/// The event of a stored delivery, read again from its body, and our own id of the refund that it is about.
fn again(row: &webhook_delivery::Model, now: Instant) -> Result<(News, Option<Uuid>), Error> {
    let headers: HeaderMap = provider::headers(&row.headers)?;
    let delivery = provider::Delivery { headers: &headers, body: &row.body, now, party: row.party };
    let provider = provider::of(&row.provider);
    let news = provider.news(&delivery);
    let news = news.map_err(|refusal| Error::invalid("body", refusal.to_string()))?;
    let found = news.into_iter().find(|news| Some(&news.event_id) == row.event_id.as_ref());
    let found = found.ok_or_else(|| Error::invalid("body", "the event is not in the delivery's body any more"))?;
    let ours = match found.of.as_ref().map(|of| &of.change) {
        Some(Change::Refund { reference, .. }) => provider.our_refund(&delivery, reference),
        _ => None,
    };
    let ours = ours.and_then(|text| id::decode(Prefix::Refund, &text).ok());
    Ok((found, ours))
}

/// News of a payment, and who brings them.
struct Case<'a> {
    cx: &'a Cx<'a>,
    provider: &'a str,
    party: Option<PartyKind>,
    of: &'a PaymentNews,
    ours: Option<Uuid>,
}

impl Case<'_> {
    /// Whether the merchant account takes the money with the authorisation, and no capture is ever told.
    fn takes_at_once(&self) -> bool {
        let settings = self.cx.app.settings.providers.get(self.provider);
        settings.is_some_and(|settings| settings.capture == Some(CaptureMode::Automatic))
    }

    /// The payment moves forward, and comes to be where its order is known.
    async fn register(&self, paid: &Paid, status: PaymentStatus) -> Result<Verdict, Error> {
        let known = self.known().await?;
        let Some(sale) = self.sale(known.as_ref()).await? else {
            return Ok(self.parked("no payment has this reference, and no sale order is named that exists"));
        };
        let party = match sale.sale_type {
            SaleType::Reseller => PartyKind::Reseller,
            _ => PartyKind::Customer,
        };
        let command = RegisterPayment {
            party: self.party.unwrap_or(party),
            sale_order_id: sale.id,
            amount: money(&paid.amount, &sale.currency, &self.cx.app.currencies)?,
            method: known.as_ref().map_or(paid.method, |payment| payment.method),
            reference: Some(self.of.reference.clone()),
            provider: Some(self.provider.to_owned()),
            status: Some(status),
            received_by_id: None,
        };
        let done = command.run(self.cx).await?;
        let word = format!("{status:?}").to_uppercase();
        Ok(applied(format!("the payment was told that it is {word}"), done.sale, done.payment))
    }

    /// A refund goes on: one that was asked for here, else one that was made at the provider.
    async fn refund(&self, reference: &str, amount: &Amount, stage: RefundStage) -> Result<Verdict, Error> {
        let Some(payment) = self.captured().await? else {
            return Ok(self.parked("the payment that it is about is not captured yet"));
        };
        let cx = self.cx;
        let (mut unit, root, sale) = register::open(cx, payment.id).await?;
        let order = unit.order_mut(root)?;
        let amount = money(amount, &payment.currency, &cx.app.currencies)?.minor;
        let refund = match find_refund(order, payment.id, self.ours, reference, amount)? {
            Some(known) => known,
            None => self.refund_of_its_own(order, &payment, amount)?,
        };
        ledger::refund_mut(order, refund)?.reference = Some(reference.to_owned());
        let what = stages::advance(cx, &mut unit, root, refund, stage, amount, None)?;
        unit.flush(cx.txn).await?;
        let why = format!("{}: {what}", id::encode(Prefix::Refund, refund));
        Ok(applied(why, Some(sale.id), Some(payment.id)))
    }

    fn refund_of_its_own(&self, order: &mut Order, payment: &payment::Model, amount: i64) -> Result<Uuid, Error> {
        let by = &self.cx.actor.id;
        let row = refunds::new_refund(payment, amount, None, None, by, self.cx.now);
        let made = row.id;
        order.refunds.insert(row)?;
        Ok(made)
    }

    /// A dispute is opened, won or lost.
    async fn dispute(&self, reference: &str, stage: DisputeStage) -> Result<Verdict, Error> {
        let Some(payment) = self.captured().await? else {
            return Ok(self.parked("the payment that it is about is not captured yet"));
        };
        let (mut unit, root, sale) = register::open(self.cx, payment.id).await?;
        let status = match stage {
            DisputeStage::Opened => DisputeStatus::Open,
            DisputeStage::Won => DisputeStatus::Won,
            DisputeStage::Lost => DisputeStatus::Lost,
        };
        let was_news = disputes::book(self.cx, &mut unit, root, payment.id, reference, status)?;
        unit.flush(self.cx.txn).await?;
        let why = if was_news {
            format!("the dispute {reference} is {status:?}").to_lowercase()
        } else {
            "that was known".to_owned()
        };
        Ok(applied(why, Some(sale.id), Some(payment.id)))
    }

    /// The payment of this provider and reference.
    async fn known(&self) -> Result<Option<payment::Model>, Error> {
        Ok(payment::Entity::find()
            .filter(payment::Column::Provider.eq(self.provider))
            .filter(payment::Column::Reference.eq(&self.of.reference))
            .one(self.cx.txn)
            .await?)
    }

    /// So, when its money has come in.
    async fn captured(&self) -> Result<Option<payment::Model>, Error> {
        let known = self.known().await?;
        Ok(known.filter(|payment| ledger::rank(payment.status) >= ledger::rank(PaymentStatus::Confirmed)))
    }

    /// The sale order that the provider names; where it names none, that of the payment.
    async fn sale(&self, known: Option<&payment::Model>) -> Result<Option<sale_order::Model>, Error> {
        let id = match (&self.of.sale_order_id, known) {
            (Some(text), _) => match id::parse(text) {
                Some((Prefix::Sale, id)) => id,
                _ => {
                    return Err(Error::invalid("sale_order_id", format!("{text:?} is no id of a sale order (sale_…)")));
                }
            },
            (None, Some(payment)) => payment.sale_order_id,
            (None, None) => return Ok(None),
        };
        Ok(sale_order::Entity::find_by_id(id).one(self.cx.txn).await?)
    }

    fn parked(&self, why: &str) -> Verdict {
        Verdict::without_payment(DeliveryStatus::Parked, format!("{}: {why}", self.of.reference))
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
    let open = |status| matches!(status, RefundStatus::Requested | RefundStatus::Sent);
    let found = rows.iter().find(|row| row.reference.as_deref() == Some(reference));
    let found = found.or_else(|| rows.iter().find(|row| Some(row.id) == ours));
    let found = found.or_else(|| unnamed().find(|row| open(row.status))).or_else(|| unnamed().next());
    Ok(found.map(|row| row.id))
}

fn applied(decision: String, sale_order_id: Option<Uuid>, payment_id: Option<Uuid>) -> Verdict {
    Verdict { status: DeliveryStatus::Applied, decision, sale_order_id, payment_id }
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
            let minor = rescaled(*minor, decimals.unwrap_or(ours), ours).ok_or_else(|| {
                Error::invalid("amount", format!("{minor} with {decimals:?} decimals is no amount of {currency}"))
            })?;
            Ok(Money { minor, currency: currency.clone() })
        }
    }
}

/// So many units of `from` decimals, in units of `to` decimals; nothing when that is no whole number.
pub(super) fn rescaled(amount: i64, from: u8, to: u8) -> Option<i64> {
    let factor = 10_i64.checked_pow(u32::from(from.abs_diff(to)))?;
    if from <= to { amount.checked_mul(factor) } else { (amount % factor == 0).then(|| amount / factor) }
}
