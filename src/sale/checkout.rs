//! `createOrder`: a sale that was agreed on elsewhere, as in a shop's checkout, and so has no quotation.

use super::{
    details::Details,
    seed::{self, Basket},
};
use crate::{
    attribution::touches::{self, Touch},
    error::Error,
    id::Named,
    inventory::stock,
    order::{
        address,
        lines::{self, LineInput},
        numbers,
        parties::{self, Parties},
        sale_access::SaleDone,
    },
    workflow::{Command, Cx, Event, Mode, Needs, Opened, Order, SubjectRef, Unit, Via, check_note},
};
use entity::{Address, FulfilmentType, PaymentMethod, SaleChannel, SaleType, store};
use futures_util::FutureExt as _;
use serde::Serialize;
use serde_json::json;

/// Where these orders come from, as machines name it.
const CHECKOUT: &str = "checkout";

/// Makes an order with priced lines and reserved stock, and starts its lifecycle.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the API's input")]
pub struct CreateOrder {
    pub sale_type: Option<SaleType>,
    pub channel: SaleChannel,
    pub lifecycle: Option<String>,
    pub store_id: Named,
    pub customer_id: Option<Named>,
    pub reseller_id: Option<Named>,
    pub currency: Option<String>,
    pub lines: Vec<LineInput>,
    pub shipping_address: Option<Address>,
    pub fulfilment_type: Option<FulfilmentType>,
    pub payment_method: Option<PaymentMethod>,
    pub details: Details,
    pub note: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<Touch>,
}

impl Command for CreateOrder {
    type Output = SaleDone;

    const NAME: &'static str = "createOrder";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SaleDone, Error> {
        let (mut unit, subject) = self.prepare(cx).boxed().await?;
        self.begin(&mut Opened::only(&mut unit, cx.env(), subject)?, None)?;
        unit.flush(cx.txn).await?;
        self.keep_touches(cx, &unit).await?;
        Ok(SaleDone { sale: subject.id })
    }
}

impl CreateOrder {
    /// Keeps what its buyer touched with the order, once that is written.
    pub async fn keep_touches(&self, cx: &Cx<'_>, unit: &Unit) -> Result<(), Error> {
        let touches = touches::checked(&self.touches, cx.now)?;
        touches::record(cx.txn, unit.only()?.sale()?, touches, false, cx.now).await
    }

    /// Makes the order within a unit that is to be flushed; its lifecycle has not begun.
    pub async fn prepare(&self, cx: &Cx<'_>) -> Result<(Unit, SubjectRef), Error> {
        cx.actor.require("order.create")?;
        check_note(self.note.as_deref())?;
        let (store, basket) = self.basket(cx).await?;
        let root = numbers::root(cx.txn, cx.now).await?;
        let (store_id, root_id) = (store.id, root.id);
        let mut unit = Unit::empty(cx.now);
        unit.shared.stores.insert(store_id, store);
        let mut order = Order::begin(root);
        let sale = seed::put(&mut order, basket, cx.now)?;
        unit.orders.insert(root_id, order);
        unit.load(cx.rules, cx.txn, Needs::ALL, Mode::Write).await?;
        let mut opened = Opened::of(&mut unit, cx.env(), root_id, SubjectRef::sale(sale));
        let (order, shared) = opened.parts()?;
        let sold = order.sale_lines.all()?.iter().map(|line| (line.kind, line.sku.as_str(), line.quantity));
        stock::suffices(shared, store_id, sold)?.required()?;
        seed::reserve(order, shared)?;
        Ok((unit, SubjectRef::sale(sale)))
    }

    /// Begins the order's lifecycle. `metadata`: what is kept with its beginning.
    pub fn begin(&self, opened: &mut Opened<'_>, metadata: Option<serde_json::Value>) -> Result<(), Error> {
        opened.start(self.note.clone(), metadata)?;
        if let Some(method) = self.payment_method {
            opened.send(&Event::named("SET_PAYMENT_METHOD").with(json!({ "method": method })), None, Via::Client)?;
        }
        Ok(())
    }

    /// What is sold, checked and priced, and the store that sells it.
    async fn basket(&self, cx: &Cx<'_>) -> Result<(store::Model, Basket), Error> {
        let details = self.details.checked()?;
        let buyers = self.parties(cx).boxed().await?;
        let store = buyers.check(cx).await?;
        details.unused(cx).await?;
        self.shipping_address.as_ref().map_or(Ok(()), address::check)?;
        let currency = self.currency.as_ref().unwrap_or(&store.currency);
        cx.rules.currencies.exponent(currency, "currency")?;
        let lines = lines::price(cx, &self.lines, buyers.sale_type, currency).await?;
        let basket = Basket {
            quotation_id: None,
            lifecycle: self.lifecycle(cx, &store)?.to_owned(),
            sale_type: buyers.sale_type,
            channel: self.channel,
            store_id: store.id,
            customer_id: buyers.customer(cx),
            reseller_id: buyers.reseller(cx),
            currency: currency.clone(),
            total_minor: lines::total(&lines)?,
            fulfilment_type: lines::leaves_by(self.fulfilment_type, self.channel, &lines)?,
            shipping_address: self.shipping_address.clone(),
            sold_terms: json!({ "lines": lines }),
            details,
            lines: lines.into_iter().map(|line| (crate::id::new(), line)).collect(),
        };
        Ok((store, basket))
    }

    /// Who sells, and to whom; a reseller who buys makes it a sale to a reseller.
    async fn parties(&self, cx: &Cx<'_>) -> Result<Parties, Error> {
        let store = parties::store(cx, &self.store_id).await?;
        let customer = match &self.customer_id {
            Some(named) => Some(parties::customer(cx, named).await?),
            None => None,
        };
        let reseller = match &self.reseller_id {
            Some(named) => Some(parties::reseller(cx, named).await?),
            None => None,
        };
        let usual = if parties::to_reseller(cx, reseller) { SaleType::Reseller } else { SaleType::Consumer };
        Ok(Parties { sale_type: self.sale_type.unwrap_or(usual), store, customer, reseller })
    }

    /// The lifecycle that was asked for, else the store's; one that orders come to from a checkout. Buyers choose none: another
    /// might ask them for less.
    fn lifecycle<'a>(&'a self, cx: &Cx<'_>, store: &'a store::Model) -> Result<&'a str, Error> {
        if cx.actor.is_buyer() && self.lifecycle.as_ref().is_some_and(|chosen| *chosen != store.default_lifecycle) {
            let message = "buyers order as the store has it; leave the lifecycle out";
            return Err(Error::Forbidden(message.to_owned()));
        }
        let (chosen, whose) = match &self.lifecycle {
            Some(chosen) => (chosen, ""),
            None => (&store.default_lifecycle, ", the store's,"),
        };
        if seed::takes(&cx.rules.registry, chosen, CHECKOUT) {
            return Ok(chosen);
        }
        let there: Vec<String> = seed::lifecycles_from(&cx.rules.registry, CHECKOUT);
        let message =
            format!("{chosen:?}{whose} is no lifecycle of orders from a checkout; there are {}", there.join(", "));
        Err(Error::invalid("lifecycle", message))
    }
}
