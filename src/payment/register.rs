//! `registerConsumerPayment`, `registerResellerPayment` and `confirmPayment`: a payment comes to be, and moves forward.

use super::{ledger, naming, queries, refunds, under_way};
use crate::{
    actor::Actor,
    error::Error,
    id,
    money::Money,
    order::sale_access,
    payment::commands::PaymentDone,
    queue::outbox,
    workflow::{Command, Cx, Env, Event, Opened, Order, Roots, Unit, queries::Standing},
};
use entity::{ActorType, PartyKind, PaymentMethod, PaymentStatus, SaleType, SubjectKind, payment, user_account};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::json;
use std::cmp::Ordering;
use uuid::Uuid;

/// Registers a payment, or answers with the one that is registered already.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's inputs")]
pub struct RegisterPayment {
    pub party: PartyKind,
    pub sale_order_id: Uuid,
    pub amount: Money,
    pub method: PaymentMethod,
    pub reference: Option<String>,
    pub provider: Option<String>,
    pub status: Option<PaymentStatus>,
    pub received_by_id: Option<Uuid>,
}

impl Command for RegisterPayment {
    type Output = PaymentDone;

    const NAME: &'static str = "registerPayment";

    fn mutation(&self) -> &'static str {
        match self.party {
            PartyKind::Customer => "registerConsumerPayment",
            PartyKind::Reseller => "registerResellerPayment",
        }
    }

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Sale, self.sale_order_id, "PAYMENT_REGISTERED".to_owned()))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PaymentDone, Error> {
        cx.actor.require("payment.register")?;
        self.wanted_status(cx.actor)?;
        self.check_reference()?;
        let mut unit = sale_access::open(cx, self.sale_order_id).await?;
        check_receiver(cx, self.received_by_id).await?;
        let known = self.known(cx).await?;
        if let Some(known) = &known {
            under_way::check_settled(cx, unit.only()?, known.id).await?;
        }
        let payment = self.book(&mut Opened::sale(&mut unit, cx.env())?, known.as_ref())?;
        finish(cx, unit, payment).await
    }
}

impl RegisterPayment {
    /// Registers it on an order that is open; answers the payment's id. `known`: the payment that this provider and
    /// reference stood for when one looked, in whatever order.
    pub fn book(&self, opened: &mut Opened<'_>, known: Option<&payment::Model>) -> Result<Uuid, Error> {
        let env = opened.env;
        let status = self.wanted_status(env.actor)?;
        self.check_reference()?;
        let order = opened.order()?;
        let amount = sale_access::amount(order, "amount", &self.amount)?;
        self.check_party(order)?;
        if known.is_some_and(|known| known.sale_order_id != self.sale_order_id) {
            return Err(Error::Conflict("this provider and reference belong to another order's payment".to_owned()));
        }
        let payment = if let Some(known) = find(order, self.provider.as_deref(), self.reference.as_deref())?.cloned() {
            let amount = match env.actor.kind {
                ActorType::Provider => corrected(&known, amount, status)?,
                _ => confirmed(&known, amount, status)?,
            };
            ledger::payment_mut(opened.order_mut()?, known.id)?.amount_minor = amount;
            known.id
        } else {
            let row = self.row(env, order, amount)?;
            let payment = row.id;
            opened.order_mut()?.payments.insert(row)?;
            payment
        };
        advance(opened, payment, status)?;
        Ok(payment)
    }

    fn wanted_status(&self, actor: &Actor) -> Result<PaymentStatus, Error> {
        match self.status.unwrap_or(PaymentStatus::Pending) {
            PaymentStatus::Pending => Ok(PaymentStatus::Pending),
            status @ (PaymentStatus::Refunded | PaymentStatus::Disputed) => {
                Err(Error::invalid("status", format!("a payment cannot be registered as {status}; that comes later")))
            }
            status => {
                actor.require("payment.confirm")?;
                Ok(status)
            }
        }
    }

    /// Refuses a provider or a reference that cannot be kept.
    pub fn check_reference(&self) -> Result<(), Error> {
        for (field, text) in [("provider", &self.provider), ("reference", &self.reference)] {
            text.as_deref().map_or(Ok(()), |text| naming::check(field, text))?;
        }
        Ok(())
    }

    fn check_party(&self, order: &Order) -> Result<(), Error> {
        let reseller_sale = order.sale()?.sale_type == SaleType::Reseller;
        match self.party {
            PartyKind::Reseller if !reseller_sale => {
                Err(Error::invalid("saleOrderId", "it is no RESELLER sale; use registerConsumerPayment"))
            }
            PartyKind::Customer if reseller_sale => {
                Err(Error::invalid("saleOrderId", "it is a RESELLER sale; use registerResellerPayment"))
            }
            _ => Ok(()),
        }
    }

    /// The payment that this provider and reference stand for. The unique index decides between two at once.
    pub async fn known(&self, cx: &Cx<'_>) -> Result<Option<payment::Model>, Error> {
        let (Some(provider), Some(reference)) = (&self.provider, &self.reference) else { return Ok(None) };
        Ok(payment::Entity::find()
            .filter(payment::Column::Provider.eq(naming::provider(provider)))
            .filter(payment::Column::Reference.eq(naming::reference(reference)))
            .filter(queries::no_duplicate())
            .one(cx.txn)
            .await?)
    }

    fn row(&self, env: Env<'_>, order: &Order, amount_minor: i64) -> Result<payment::Model, Error> {
        let sale = order.sale()?;
        Ok(payment::Model {
            id: id::new(),
            root_id: sale.root_id,
            sale_order_id: sale.id,
            party: self.party,
            customer_id: sale.customer_id.filter(|_| self.party == PartyKind::Customer),
            reseller_id: sale.reseller_id.filter(|_| self.party == PartyKind::Reseller),
            received_by_id: self.received_by_id,
            amount_minor,
            currency: sale.currency.clone(),
            method: self.method,
            status: PaymentStatus::Pending,
            provider: self.provider.as_deref().map(naming::provider),
            reference: self.reference.as_deref().map(naming::reference),
            received_at: None,
            receipt_bucket: None,
            receipt_key: None,
            settlement_id: None,
            receipt_file_name: None,
            receipt_content_type: None,
            receipt_size: None,
            receipt_sha256: None,
            receipt_uploaded_by: None,
            receipt_uploaded_at: None,
            duplicate: false,
            created_at: env.now,
        })
    }
}

/// The amount of a payment that somebody registers again: the same, or captured with less than was authorised, in
/// whatever order they say so.
fn confirmed(known: &payment::Model, amount: i64, status: PaymentStatus) -> Result<i64, Error> {
    let (is_in, was_in) = (status == PaymentStatus::Confirmed, known.status.is_captured());
    let before_capture = matches!(status, PaymentStatus::Authorized | PaymentStatus::Failed);
    match amount.cmp(&known.amount_minor) {
        Ordering::Equal => Ok(amount),
        Ordering::Less if is_in && !was_in => Ok(amount),
        Ordering::Greater if before_capture && was_in => Ok(known.amount_minor),
        _ => Err(other_amount()),
    }
}

/// The amount of a payment that its provider speaks of again: what was announced gives way to what was set aside, and
/// that to what came in, in whatever order one hears of them. Money that is in stays as it is.
fn corrected(known: &payment::Model, amount: i64, status: PaymentStatus) -> Result<i64, Error> {
    match ledger::rank(status).cmp(&ledger::rank(known.status)) {
        Ordering::Greater => Ok(amount),
        Ordering::Less => Ok(known.amount_minor),
        Ordering::Equal if !known.status.is_captured() => Ok(amount.max(known.amount_minor)),
        Ordering::Equal if amount == known.amount_minor => Ok(amount),
        Ordering::Equal => Err(other_amount()),
    }
}

fn other_amount() -> Error {
    Error::Conflict("this provider and reference were registered with another amount".to_owned())
}

/// Refuses a user that there is not.
pub async fn check_receiver(cx: &Cx<'_>, user: Option<Uuid>) -> Result<(), Error> {
    let Some(user) = user else { return Ok(()) };
    match user_account::Entity::find_by_id(user).one(cx.txn).await? {
        Some(_) => Ok(()),
        None => Err(Error::not_found(id::encode(id::Prefix::User, user))),
    }
}

/// Says that a payment's money is in. Again for one that is confirmed: the answer is that payment.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmPayment {
    /// Which.
    pub payment_id: Uuid,
}

impl Command for ConfirmPayment {
    type Output = PaymentDone;

    const NAME: &'static str = "confirmPayment";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PaymentDone, Error> {
        cx.actor.require("payment.confirm")?;
        let mut unit = open(cx, self.payment_id).await?;
        let status = ledger::payment(unit.only()?, self.payment_id)?.status;
        if ledger::rank(status) > ledger::rank(PaymentStatus::Confirmed) {
            return Err(Error::Conflict(format!("the payment is {status} already")));
        }
        if status != PaymentStatus::Confirmed {
            under_way::check_settled(cx, unit.only()?, self.payment_id).await?;
            confirm(&mut Opened::sale(&mut unit, cx.env())?, self.payment_id, "PAYMENT_CONFIRMED")?;
        }
        finish(cx, unit, self.payment_id).await
    }
}

/// An order's payment by its provider and reference.
pub fn find<'a>(
    order: &'a Order,
    provider: Option<&str>,
    reference: Option<&str>,
) -> Result<Option<&'a payment::Model>, Error> {
    let (Some(provider), Some(reference)) = (provider.map(naming::provider), reference.map(naming::reference)) else {
        return Ok(None);
    };
    let mut rows = order.payments.all()?.iter().filter(|row| !row.duplicate);
    let found = rows.find(|row| row.provider.as_ref() == Some(&provider) && row.reference.as_ref() == Some(&reference));
    Ok(found.map(|row| &**row))
}

/// Locks the order of a payment.
pub async fn open(cx: &Cx<'_>, payment: Uuid) -> Result<Unit, Error> {
    let roots = Roots::of::<payment::Entity>(payment::Column::RootId, payment::Column::Id.eq(payment));
    sale_access::open_of(cx, roots, &id::encode(id::Prefix::Payment, payment)).await
}

/// Moves a payment forward to `status` and tells the sale; what would move it back changes nothing.
fn advance(opened: &mut Opened<'_>, payment: Uuid, status: PaymentStatus) -> Result<(), Error> {
    let current = ledger::payment(opened.order()?, payment)?.status;
    let name = match status {
        PaymentStatus::Confirmed => "PAYMENT_CAPTURED",
        PaymentStatus::Authorized => "PAYMENT_AUTHORIZED",
        PaymentStatus::Failed => "PAYMENT_FAILED",
        PaymentStatus::Pending | PaymentStatus::Refunded | PaymentStatus::Disputed => return Ok(()),
    };
    match ledger::rank(status).cmp(&ledger::rank(current)) {
        Ordering::Equal => return Ok(()),
        // Late news is put on record.
        Ordering::Less => return opened.record_noop(&of_all(opened.order()?, name, payment)?),
        Ordering::Greater if status == PaymentStatus::Confirmed => return confirm(opened, payment, name),
        Ordering::Greater => {}
    }
    ledger::payment_mut(opened.order_mut()?, payment)?.status = status;
    opened.report_noop(&of_all(opened.order()?, name, payment)?)?;
    if status == PaymentStatus::Authorized {
        give_back_when_over(opened, payment)?;
    }
    Ok(())
}

/// What is set aside for an order that has fallen through already goes back, as it would have then.
fn give_back_when_over(opened: &mut Opened<'_>, payment: Uuid) -> Result<(), Error> {
    let (rules, order) = (opened.env.rules, opened.order()?);
    let row = ledger::payment(order, payment)?;
    let over = Standing::of_sale(&rules.registry, order.sale()?)?.fell_through();
    if over && refunds::setting_aside(&rules.settings, row).is_ok() {
        opened.enqueue(&outbox::Event::VoidRequested { payment_id: payment })?;
    }
    Ok(())
}

/// Books one more capture of a payment whose money has begun to come in, and tells the sale. Answers whether that was
/// news.
pub fn capture_more(opened: &mut Opened<'_>, payment: Uuid, reference: &str, amount: i64) -> Result<bool, Error> {
    let now = opened.env.now;
    if !ledger::capture_more(opened.order_mut()?, payment, reference, amount, now)? {
        return Ok(false);
    }
    opened.enqueue(&outbox::Event::PaymentCaptured { payment_id: payment })?;
    opened.report(&event("PAYMENT_CAPTURED", payment, amount))?;
    Ok(true)
}

fn confirm(opened: &mut Opened<'_>, payment: Uuid, name: &str) -> Result<(), Error> {
    let now = opened.env.now;
    ledger::capture(opened.order_mut()?, payment, now)?;
    tell_captured(opened, payment, name)
}

/// Tells whoever is to hear of it that all of a payment is in.
fn tell_captured(opened: &mut Opened<'_>, payment: Uuid, name: &str) -> Result<(), Error> {
    opened.enqueue(&outbox::Event::PaymentCaptured { payment_id: payment })?;
    opened.report(&of_all(opened.order()?, name, payment)?)
}

/// An event about a payment and all of its amount.
fn of_all(order: &Order, name: &str, payment: Uuid) -> Result<Event, Error> {
    Ok(event(name, payment, ledger::payment(order, payment)?.amount_minor))
}

/// An event about a payment and an amount of it, in minor units.
pub(super) fn event(name: &str, payment: Uuid, amount: i64) -> Event {
    let payment = id::encode(id::Prefix::Payment, payment);
    Event::named(name).with(json!({ "paymentId": payment, "amountMinor": amount }))
}

/// Writes what a command about a payment has changed, and answers with the payment.
pub(super) async fn finish(cx: &Cx<'_>, mut unit: Unit, payment: Uuid) -> Result<PaymentDone, Error> {
    unit.flush(cx.txn).await?;
    Ok(PaymentDone { payment })
}

/// Books a payment of an order whose lifecycle has not begun, so that this begins where the money is. What came of it is
/// told later (`tell`).
pub fn put(opened: &mut Opened<'_>, payment: &RegisterPayment, amount: i64) -> Result<Uuid, Error> {
    let row = payment.row(opened.env, opened.order()?, amount)?;
    let (id, now, order) = (row.id, opened.env.now, opened.order_mut()?);
    order.payments.insert(row)?;
    match payment.status {
        Some(PaymentStatus::Confirmed) => ledger::capture(order, id, now)?,
        Some(status) => ledger::payment_mut(order, id)?.status = status,
        None => {}
    }
    Ok(id)
}

/// Tells an order's lifecycle of a payment that was booked before it began.
pub fn tell(opened: &mut Opened<'_>, payment: Uuid) -> Result<(), Error> {
    match ledger::payment(opened.order()?, payment)?.status {
        PaymentStatus::Confirmed => tell_captured(opened, payment, "PAYMENT_CAPTURED"),
        PaymentStatus::Authorized => opened.report_noop(&of_all(opened.order()?, "PAYMENT_AUTHORIZED", payment)?),
        _ => Ok(()),
    }
}

/// Registers a payment within another command's unit, as the till does, and a reseller's settlement.
pub fn take(opened: &mut Opened<'_>, payment: &RegisterPayment, amount: i64) -> Result<Uuid, Error> {
    let row = payment.row(opened.env, opened.order()?, amount)?;
    let id = row.id;
    opened.order_mut()?.payments.insert(row)?;
    advance(opened, id, payment.status.unwrap_or(PaymentStatus::Pending))?;
    Ok(id)
}
