//! `modifyOrder`: what is ordered and how it is to be sent, changed while the order's machine calls its state `modifiable`.

use super::{details, seed};
use crate::{
    error::{Code, Error},
    inventory::stock,
    order::{
        address,
        lines::{self, LineInput, PricedLine},
        sale_access::{self, SaleDone},
    },
    payment::credits,
    queue::outbox,
    workflow::{
        Change, Command, Cx, Event, Mode, Needs, Opened, Order, Roots, SubjectRef, Tag, Unit, check_note,
        check_reason_code, check_version, queries::Standing,
    },
};
use chrono::NaiveDate;
use entity::{Address, SubjectKind, sale_line};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What machines hear of it, and the log's word for it.
pub const ORDER_MODIFIED: &str = "ORDER_MODIFIED";

/// Changes an order. What is none stays; lines are given all of them.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the input")]
pub struct ModifyOrder {
    pub sale_order_id: Uuid,
    pub lines: Option<Vec<LineInput>>,
    pub shipping_address: Option<Address>,
    pub shipping_method: Change<String>,
    pub special_instructions: Change<String>,
    pub estimated_delivery: Change<NaiveDate>,
    pub reason_code: Option<String>,
    pub note: Option<String>,
    pub expected_version: Option<i32>,
}

impl Command for ModifyOrder {
    type Output = SaleDone;

    const NAME: &'static str = "modifyOrder";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Sale, self.sale_order_id, ORDER_MODIFIED.to_owned()))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SaleDone, Error> {
        cx.actor.require("order.modify")?;
        let sale = SubjectRef::sale(self.sale_order_id);
        let mut unit = Unit::open(cx.txn, Roots::of_subjects(&[sale]), Mode::Write, cx.now).await?;
        if unit.orders.is_empty() {
            return Err(Error::not_found(sale.type_id()));
        }
        // Stock is locked once, for the lines that there are and those that are to be.
        unit.load(cx.rules, cx.txn, Needs::ALL.of_the_order_alone(), Mode::Write).await?;
        let order = unit.only()?;
        if !sale_access::visible(cx.actor, order)? {
            return Err(Error::not_found(sale.type_id()));
        }
        self.check(cx, order)?;
        let lines = self.priced(cx, order).await?;
        let store = order.sale()?.store_id;
        let there = order.sale_lines.all()?.iter().map(|line| (line.kind, line.sku.clone()));
        let wanted = lines.iter().flatten().map(|line| (line.kind, line.sku.clone()));
        let stocked = there.chain(wanted).filter(|(kind, _)| kind.has_stock());
        let stock = stocked.map(|(_, sku)| (store, sku)).collect();
        unit.load(cx.rules, cx.txn, Needs::CREDIT | Needs::STORE, Mode::Write).await?;
        unit.lock_stock(cx.txn, stock, Mode::Write).await?;
        unit.load(cx.rules, cx.txn, Needs::ALL, Mode::Write).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        let told = self.apply(&mut opened, lines)?;
        if !told.is_empty() {
            let event = Event::named(ORDER_MODIFIED).with(Json::Object(told));
            let event = event.because(self.reason_code.clone(), self.note.clone());
            if opened.knows(ORDER_MODIFIED)? {
                opened.command(&event)?;
            } else {
                opened.record(&event)?;
            }
            unit.flush(cx.txn).await?;
        }
        Ok(SaleDone { sale: self.sale_order_id })
    }
}

impl ModifyOrder {
    /// Refuses what cannot be changed any more, and says why.
    fn check(&self, cx: &Cx<'_>, order: &Order) -> Result<(), Error> {
        let sale = order.sale()?;
        check_version(sale.version, self.expected_version)?;
        check_note(self.note.as_deref())?;
        if let Some(code) = &self.reason_code {
            check_reason_code(cx.env(), sale.store_id, ORDER_MODIFIED, code)?;
        }
        self.shipping_address.as_ref().map_or(Ok(()), address::check)?;
        if !Standing::of_sale(&cx.rules.registry, sale)?.has(Tag::Modifiable) {
            let what =
                format!("{} is in {}, where nothing of it is changed any more", sale.number, sale.workflow_state);
            return Err(Error::refused(Code::TransitionNotAllowed, what, "cancel it, or make another order"));
        }
        if self.lines.is_none() {
            return Ok(());
        }
        if let Some(quotation) = order.find_quotation()? {
            let what = format!("the lines were agreed on in {}", quotation.number);
            return Err(Error::refused(Code::GuardRejected, what, "cancel it, and agree on another quotation"));
        }
        if !order.fulfilments.all()?.is_empty() {
            let what = "its goods and services are being prepared as they were ordered";
            return Err(Error::refused(Code::GuardRejected, what, "split or cancel a fulfilment instead"));
        }
        Ok(())
    }

    /// The lines that are to be, at the prices of now.
    async fn priced(&self, cx: &Cx<'_>, order: &Order) -> Result<Option<Vec<PricedLine>>, Error> {
        let Some(lines) = &self.lines else { return Ok(None) };
        let sale = order.sale()?;
        let priced = lines::price(cx, lines, sale.sale_type, &sale.currency).await?;
        lines::leaves_by(Some(sale.fulfilment_type), sale.channel, &priced)?;
        let (total, credited) = (lines::total(&priced)?, credits::Rows::of_money(order)?.booked());
        if credited > total {
            let credited = cx.rules.currencies.words(credited, &sale.currency);
            let what = format!("{credited} of it is credited already, which is more than it would come to");
            return Err(Error::refused(Code::GuardRejected, what, "leave as much as is credited"));
        }
        Ok(Some(priced))
    }

    /// Changes the rows, and tells what was and what is; nothing where nothing differs.
    fn apply(&self, opened: &mut Opened<'_>, lines: Option<Vec<PricedLine>>) -> Result<Map<String, Json>, Error> {
        let mut told = Map::new();
        let sale = opened.order_mut()?.sale_mut()?;
        let mut tell = |name: &str, from: Json, to: Json| {
            if from != to {
                told.insert(name.to_owned(), json!({ "from": from, "to": to }));
            }
        };
        if let Some(address) = &self.shipping_address {
            let was = sale.shipping_address.replace(address.clone());
            tell("shippingAddress", json!(was), json!(address));
        }
        let method = sale.shipping_method.take();
        sale.shipping_method =
            self.shipping_method.read(method.clone(), |text| details::word("shippingMethod", text))?;
        tell("shippingMethod", json!(method), json!(sale.shipping_method));
        let asked = sale.special_instructions.take();
        sale.special_instructions =
            self.special_instructions.read(asked.clone(), |text| details::instructions(text))?;
        tell("specialInstructions", json!(asked), json!(sale.special_instructions));
        let expected = sale.estimated_delivery.take();
        sale.estimated_delivery = self.estimated_delivery.read(expected, |day| Ok(*day))?;
        tell("estimatedDelivery", json!(expected), json!(sale.estimated_delivery));
        if let Some(lines) = lines {
            let was = shown(opened.order()?)?;
            replace(opened, lines)?;
            tell("lines", was, shown(opened.order()?)?);
        }
        Ok(told)
    }
}

/// The lines, as the log tells them.
fn shown(order: &Order) -> Result<Json, Error> {
    let line = |line: &sale_line::Model| {
        json!({ "sku": line.sku, "quantity": line.quantity, "unitPriceMinor": line.unit_price_minor,
            "discountMinor": line.discount_minor, "taxMinor": line.tax_minor })
    };
    let mut lines: Vec<_> = order.sale_lines.all()?.iter().collect();
    lines.sort_by_key(|line| line.position);
    Ok(lines.into_iter().map(|row| line(row)).collect())
}

/// Puts other lines in the place of those that there are, with what stock they need; what they need no more is free for
/// those who wait. A line of an SKU that was there keeps its id.
fn replace(opened: &mut Opened<'_>, lines: Vec<PricedLine>) -> Result<(), Error> {
    let (order, shared) = opened.parts()?;
    let store = order.sale()?.store_id;
    let before = reserved(order)?;
    for (sku, units) in &before {
        stock::free(shared, store, sku, *units)?;
    }
    let sale = order.sale_mut()?;
    sale.grand_total_minor = lines::total(&lines)?;
    sale.sold_terms = json!({ "lines": lines });
    let (root_id, sale_id) = (sale.root_id, sale.id);
    let mut left: Vec<(String, Uuid)> =
        order.sale_lines.all()?.iter().map(|line| (line.sku.clone(), line.id)).collect();
    for (position, line) in lines.into_iter().enumerate() {
        let kept = left.iter().position(|(sku, _)| *sku == line.sku).map(|place| left.remove(place).1);
        let row = seed::line(root_id, sale_id, position, kept.unwrap_or_else(crate::id::new), line)?;
        match order.sale_lines.all_mut()?.iter_mut().find(|there| there.id == row.id) {
            Some(there) => **there = row,
            None => order.sale_lines.insert(row)?,
        }
    }
    order.sale_lines.remove(|line| left.iter().any(|(_, id)| *id == line.id), |line| line.id)?;
    let sold = order.sale_lines.all()?.iter().map(|line| (line.kind, line.sku.as_str(), line.quantity));
    stock::suffices(shared, store, sold)?.required()?;
    seed::reserve(order, shared)?;
    let after = reserved(order)?;
    for (sku, units) in before {
        if after.get(&sku).is_none_or(|kept| *kept < units) {
            opened.enqueue(&outbox::Event::StockAvailable { store_id: store, sku })?;
        }
    }
    Ok(())
}

/// Units that the lines reserve, by SKU.
fn reserved(order: &Order) -> Result<BTreeMap<String, i32>, Error> {
    let mut reserved = BTreeMap::new();
    for line in order.sale_lines.all()?.iter().filter(|line| line.reserved > 0) {
        *reserved.entry(line.sku.clone()).or_insert(0) += line.reserved;
    }
    Ok(reserved)
}
