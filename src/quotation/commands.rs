//! `createQuotation`.

use crate::{
    clock::{self, Instant},
    error::Error,
    id,
    order::{
        address,
        lines::{self, LineInput, PricedLine},
        numbers,
        parties::Parties,
    },
    workflow::{Command, Cx, Opened, Order, SubjectRef, Unit},
};
use chrono::TimeDelta;
use entity::{Address, FulfilmentType, SaleChannel, SaleType, quotation, quotation_line};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A quotation was made or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuotationDone {
    /// Which.
    pub quotation: Uuid,
}

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
    type Output = QuotationDone;

    const NAME: &'static str = "createQuotation";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<QuotationDone, Error> {
        cx.actor.require("quotation.create")?;
        let (mut unit, subject) = self.draft(cx, false).await?;
        unit.flush(cx.txn).await?;
        Ok(QuotationDone { quotation: subject.id })
    }
}

impl CreateQuotation {
    /// A new order with its quotation in DRAFT, not yet written. `at_till`: it is approved and sold at once.
    pub async fn draft(&self, cx: &Cx<'_>, at_till: bool) -> Result<(Unit, SubjectRef), Error> {
        let parties = Parties {
            sale_type: self.sale_type,
            store: self.store_id,
            customer: self.customer_id,
            reseller: self.reseller_id,
        };
        let store = parties.check(cx).await?;
        self.shipping_address.as_ref().map_or(Ok(()), address::check)?;
        let lines = lines::price(cx, &self.lines, self.sale_type, &store.currency).await?;
        let total_minor = lines::total(&lines)?;
        let fulfilment_type = lines::leaves_by(self.fulfilment_type, self.channel, &lines)?;
        let valid_until = self.validity(cx)?;
        let root = numbers::root(cx.txn, cx.now).await?;
        let row = quotation::Model {
            id: id::new(),
            root_id: root.id,
            number: numbers::quotation(root.number_seq, cx.now),
            sale_type: self.sale_type,
            channel: self.channel,
            store_id: store.id,
            customer_id: parties.customer(cx),
            reseller_id: parties.reseller(cx),
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
            workflow_context: quotation::Context {
                revision: 1,
                drafted_by_buyer: cx.actor.is_buyer(),
                at_till,
                ..quotation::Context::default()
            },
            workflow_history: None,
            state_since: None,
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
        Opened::of(&mut unit, cx.env(), root_id, subject).start(None, None)?;
        Ok((unit, subject))
    }

    fn validity(&self, cx: &Cx<'_>) -> Result<Instant, Error> {
        match self.valid_until {
            None => clock::after(cx.now, days(cx.rules.settings.quotation.validity_days), "quotation.validity_days"),
            Some(until) => later(until, cx.now),
        }
    }
}

/// Gives an order's quotation these lines.
pub(super) fn put_lines(order: &mut Order, lines: Vec<PricedLine>) -> Result<(), Error> {
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

/// A time to come, to the microsecond.
pub(super) fn later(until: Instant, now: Instant) -> Result<Instant, Error> {
    if until <= now {
        return Err(Error::invalid("validUntil", "it is not in the future"));
    }
    Ok(clock::to_micros(until))
}

/// Fractions of days, to the millisecond.
fn days(days: f64) -> TimeDelta {
    clock::seconds(days * 86_400.0)
}
