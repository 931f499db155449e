//! `createQuotation` and `reviseQuotation`.

use crate::{
    access::Scope,
    clock::{self, Instant},
    command::{Command, Cx, Done},
    error::Error,
    id,
    order::{
        address,
        lines::{self, LineInput, PricedLine},
        numbers,
    },
    workflow::{Event, Mode, Needs, Order, Roots, SubjectRef, Unit, Via},
};
use chrono::{SecondsFormat, TimeDelta};
use entity::{
    Address, FulfilmentType, ProductKind, SaleChannel, SaleType, SubjectKind, customer, order_root, quotation,
    quotation_line, reseller, store,
};
use sea_orm::EntityTrait;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

const GOODS_ARE_NO_SERVICE: &str = "goods leave by PICKUP or DELIVERY; services are fulfilled apart";

/// Makes a draft with priced lines.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct CreateQuotation {
    pub sale_type: SaleType,
    pub channel: SaleChannel,
    pub store_id: Uuid,
    pub customer_id: Option<Uuid>,
    pub reseller_id: Option<Uuid>,
    pub lines: Vec<LineInput>,
    pub valid_until: Option<Instant>,
    pub shipping_address: Option<Address>,
    pub fulfilment_type: Option<FulfilmentType>,
}

impl Command for CreateQuotation {
    const NAME: &'static str = "createQuotation";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        cx.actor.require("quotation.create")?;
        let (mut unit, subject) = self.draft(cx).await?;
        unit.flush(cx.txn).await?;
        Ok(Done { quotation: Some(subject.id), ..Done::default() })
    }
}

impl CreateQuotation {
    /// A new order with its quotation in DRAFT, not yet written.
    pub async fn draft(&self, cx: &Cx<'_>) -> Result<(Unit, SubjectRef), Error> {
        let store = self.check_parties(cx).await?;
        self.shipping_address.as_ref().map_or(Ok(()), address::check)?;
        let lines = lines::price(cx, &self.lines, self.sale_type, &store.currency).await?;
        let total_minor = lines::total(&lines)?;
        let fulfilment_type = self.fulfilment_type(&lines)?;
        let valid_until = self.validity(cx)?;
        let digits = numbers::next(cx.txn).await?;
        let root = order_root::Model {
            id: id::new(),
            number_seq: digits,
            last_sequence: 0,
            last_hash: String::new(),
            created_at: cx.now,
        };
        let row = quotation::Model {
            id: id::new(),
            root_id: root.id,
            number: numbers::quotation(digits, cx.now),
            sale_type: self.sale_type,
            channel: self.channel,
            store_id: store.id,
            customer_id: own(cx, Scope::Customer).or(self.customer_id),
            reseller_id: own(cx, Scope::Reseller).or(self.reseller_id),
            currency: store.currency.clone(),
            total_minor,
            revision: 1,
            valid_until,
            fulfilment_type,
            shipping_address: self.shipping_address.clone(),
            buyer_approved_at: None,
            seller_approved_at: None,
            workflow_definition: "quotation".to_owned(),
            workflow_version: 0,
            workflow_state: String::new(),
            workflow_context: quotation::Context { revision: 1, ..quotation::Context::default() },
            workflow_history: None,
            version: 1,
            created_at: cx.now,
        };
        let (root_id, subject) = (root.id, SubjectRef::quotation(row.id));
        let mut unit = Unit::empty(cx.now);
        unit.shared.stores.insert(store.id, store);
        let mut order = Order::begin(root);
        order.quotation.insert(row)?;
        put_lines(&mut order, lines)?;
        unit.orders.insert(root_id, order);
        unit.start(cx.scene(), root_id, subject)?;
        Ok((unit, subject))
    }

    async fn check_parties(&self, cx: &Cx<'_>) -> Result<store::Model, Error> {
        let unknown = |prefix, id| Error::not_found(id::encode(prefix, id));
        let store = store::Entity::find_by_id(self.store_id)
            .one(cx.txn)
            .await?
            .filter(|store| cx.actor.is_buyer() || cx.actor.sees(store.id, None, None))
            .ok_or_else(|| unknown(id::Prefix::Store, self.store_id))?;
        let may = |scope: Scope| !cx.actor.is_buyer() || cx.actor.scope == scope;
        if let Some(id) = self.customer_id {
            let known = customer::Entity::find_by_id(id).one(cx.txn).await?.is_some();
            if !known || !may(Scope::Customer(id)) {
                return Err(unknown(id::Prefix::Customer, id));
            }
        }
        if let Some(id) = self.reseller_id {
            let known = reseller::Entity::find_by_id(id).one(cx.txn).await?.is_some();
            if !known || !may(Scope::Reseller(id)) {
                return Err(unknown(id::Prefix::Reseller, id));
            }
        }
        let reseller = matches!(cx.actor.scope, Scope::Reseller(_)) || self.reseller_id.is_some();
        match (self.sale_type, reseller) {
            (SaleType::Reseller, false) => {
                Err(Error::invalid("resellerId", "a RESELLER sale needs the reseller that it is to"))
            }
            (SaleType::Consumer | SaleType::Marketplace, true) => {
                Err(Error::invalid("type", "a sale to a reseller is of type RESELLER"))
            }
            _ => Ok(store),
        }
    }

    fn fulfilment_type(&self, lines: &[PricedLine]) -> Result<FulfilmentType, Error> {
        let goods = lines.iter().any(|line| line.kind == ProductKind::Goods);
        match self.fulfilment_type {
            Some(FulfilmentType::Service) if goods => Err(Error::invalid("fulfilmentType", GOODS_ARE_NO_SERVICE)),
            Some(chosen) => Ok(chosen),
            None if self.channel == SaleChannel::InStore => Ok(FulfilmentType::Pickup),
            None => Ok(FulfilmentType::Delivery),
        }
    }

    fn validity(&self, cx: &Cx<'_>) -> Result<Instant, Error> {
        match self.valid_until {
            None => clock::after(cx.now, days(cx.app.settings.quotation.validity_days), "quotation.validity_days"),
            Some(until) => later(until, cx.now),
        }
    }
}

/// The caller's own party of this kind, when they buy for themselves.
fn own(cx: &Cx<'_>, kind: fn(Uuid) -> Scope) -> Option<Uuid> {
    match cx.actor.scope {
        Scope::Customer(id) | Scope::Reseller(id) if kind(id) == cx.actor.scope => Some(id),
        _ => None,
    }
}

/// Replaces a quotation's lines: a new revision, approvals void. With a validity alone, only that is moved.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct ReviseQuotation {
    pub quotation_id: Uuid,
    pub lines: Option<Vec<LineInput>>,
    pub valid_until: Option<Instant>,
    pub expected_version: Option<i32>,
}

impl Command for ReviseQuotation {
    const NAME: &'static str = "reviseQuotation";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Quotation, self.quotation_id, "EDIT".to_owned()))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        let subject = SubjectRef::quotation(self.quotation_id);
        let mut unit = Unit::open(cx.txn, Roots::of_subjects(&[subject]), Mode::Write, cx.now).await?;
        let root = *unit.orders.keys().next().ok_or_else(|| Error::not_found(subject.type_id()))?;
        unit.load(cx.app, cx.txn, Needs::QUOTATION | Needs::QUOTATION_LINES | Needs::STORE, Mode::Write).await?;
        if let (None, Some(until)) = (&self.lines, self.valid_until) {
            let event = extension(until, cx.now)?;
            unit.send_one(cx.scene(), root, subject, &event, self.expected_version, Via::Lever)?;
            unit.flush(cx.txn).await?;
            return Ok(Done { quotation: Some(subject.id), ..Done::default() });
        }
        let event = Event::named("EDIT");
        unit.admit(cx.scene(), root, subject, &event, self.expected_version)?;
        if let Some(lines) = &self.lines {
            let quotation = unit.only()?.quotation()?;
            let (sale_type, currency) = (quotation.sale_type, quotation.currency.clone());
            let priced = lines::price(cx, lines, sale_type, &currency).await?;
            let total = lines::total(&priced)?;
            let service = unit.only()?.quotation()?.fulfilment_type == FulfilmentType::Service;
            if service && priced.iter().any(|line| line.kind == ProductKind::Goods) {
                return Err(Error::invalid("lines", GOODS_ARE_NO_SERVICE));
            }
            let order = unit.only_mut()?;
            order.quotation_mut()?.total_minor = total;
            order.quotation_lines.clear(|line| line.id)?;
            put_lines(order, priced)?;
        }
        unit.send_one(cx.scene(), root, subject, &event, self.expected_version, Via::Lever)?;
        if let Some(until) = self.valid_until {
            unit.send_one(cx.scene(), root, subject, &extension(until, cx.now)?, None, Via::Lever)?;
        }
        unit.flush(cx.txn).await?;
        Ok(Done { quotation: Some(subject.id), ..Done::default() })
    }
}

fn put_lines(order: &mut Order, lines: Vec<PricedLine>) -> Result<(), Error> {
    let (root_id, quotation_id) = (order.root.id, order.quotation()?.id);
    for (position, line) in lines.into_iter().enumerate() {
        order.quotation_lines.insert(quotation_line::Model {
            id: id::new(),
            root_id,
            quotation_id,
            position: i32::try_from(position).map_err(Error::internal)?,
            sku: line.sku,
            kind: line.kind,
            title: line.title,
            quantity: line.quantity,
            unit_price_minor: line.unit_price_minor,
            discount_minor: line.discount_minor,
            tax_minor: line.tax_minor,
            total_minor: line.total_minor,
        })?;
    }
    Ok(())
}

fn extension(until: Instant, now: Instant) -> Result<Event, Error> {
    let until = later(until, now)?.to_rfc3339_opts(SecondsFormat::Micros, true);
    Ok(Event::named("EXTEND_VALIDITY").with(json!({ "validUntil": until })))
}

fn later(until: Instant, now: Instant) -> Result<Instant, Error> {
    if until <= now {
        return Err(Error::invalid("validUntil", "it is not in the future"));
    }
    Ok(clock::to_micros(until))
}

/// Fractions of days, to the millisecond.
fn days(days: f64) -> TimeDelta {
    clock::seconds(days * 86_400.0)
}
