//! `reviseQuotation`: what is offered, to whom, where to and until when, changed while the quotation is open.

use super::commands::{later, put_lines};
use crate::{
    clock::Instant,
    error::Error,
    order::{
        address,
        lines::{self, GOODS_ARE_NO_SERVICE, LineInput, PricedLine},
        parties::Parties,
    },
    quotation::commands::QuotationDone,
    workflow::{Change, Command, Cx, Event, Mode, Needs, Opened, Order, Roots, SubjectRef, Unit, Via},
};
use chrono::SecondsFormat;
use entity::{Address, FulfilmentType, ProductKind, SubjectKind};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// Changes a quotation. Other lines, another buyer or another address make a new revision and void the approvals; another
/// validity alone moves that; what is as it was already changes nothing.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input; what is none stays")]
pub struct ReviseQuotation {
    pub quotation_id: Uuid,
    pub lines: Option<Vec<LineInput>>,
    pub customer: Change<Uuid>,
    pub reseller: Change<Uuid>,
    pub shipping_address: Change<Address>,
    pub valid_until: Option<Instant>,
    pub expected_version: Option<i32>,
}

impl Command for ReviseQuotation {
    type Output = QuotationDone;

    const NAME: &'static str = "reviseQuotation";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Quotation, self.quotation_id, "EDIT".to_owned()))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<QuotationDone, Error> {
        let subject = SubjectRef::quotation(self.quotation_id);
        let mut unit = Unit::open(cx.txn, Roots::of_subjects(&[subject]), Mode::Write, cx.now).await?;
        unit.load(cx.rules, cx.txn, Needs::QUOTATION | Needs::QUOTATION_LINES | Needs::STORE, Mode::Write).await?;
        let mut opened = Opened::only(&mut unit, cx.env(), subject)?;
        let first = self.valid_until.filter(|_| !self.edits()).map_or_else(|| Event::named("EDIT"), extension);
        opened.admit(&first, self.expected_version)?;
        let until = self.valid_until.map(|until| later(until, cx.now)).transpose()?;
        let changed = self.edit(cx, opened.order_mut()?).await?;
        if !changed.is_empty() {
            let event = Event::named("EDIT").with(json!({ "changed": changed }));
            opened.command(&event)?;
        }
        let there = opened.order()?.quotation()?.valid_until;
        if let Some(until) = until.filter(|until| *until != there) {
            opened.send(&extension(until), None, Via::Client)?;
        }
        unit.flush(cx.txn).await?;
        Ok(QuotationDone { quotation: subject.id })
    }
}

impl ReviseQuotation {
    /// Whether it asks for more than another validity.
    fn edits(&self) -> bool {
        let stays = self.customer.is_keep() && self.reseller.is_keep() && self.shipping_address.is_keep();
        self.lines.is_some() || !stays
    }

    /// Changes what is to be changed, and says what was not so already.
    async fn edit(&self, cx: &Cx<'_>, order: &mut Order) -> Result<Vec<&'static str>, Error> {
        let mut changed = self.change_parties(cx, order).await?;
        if let Change::Set(address) = &self.shipping_address {
            address::check(address)?;
        }
        let quotation = order.quotation_mut()?;
        let wanted = self.shipping_address.clone().over(quotation.shipping_address.clone());
        if wanted != quotation.shipping_address {
            quotation.shipping_address = wanted;
            changed.push("shippingAddress");
        }
        if let Some(lines) = &self.lines
            && change_lines(cx, order, lines).await?
        {
            changed.push("lines");
        }
        Ok(changed)
    }

    async fn change_parties(&self, cx: &Cx<'_>, order: &mut Order) -> Result<Vec<&'static str>, Error> {
        if self.customer.is_keep() && self.reseller.is_keep() {
            return Ok(Vec::new());
        }
        let quotation = order.quotation_mut()?;
        let (customer, reseller) = (quotation.customer_id, quotation.reseller_id);
        let wanted = Parties {
            sale_type: quotation.sale_type,
            store: quotation.store_id,
            customer: self.customer.clone().over(customer),
            reseller: self.reseller.clone().over(reseller),
        };
        wanted.check(cx).await?;
        quotation.customer_id = wanted.customer(cx);
        quotation.reseller_id = wanted.reseller(cx);
        if (quotation.customer_id, quotation.reseller_id) != (customer, reseller) {
            // What one buyer wrote is not another's to change.
            quotation.workflow_context.drafted_by_buyer = false;
        }
        let differ = [("customer", quotation.customer_id != customer), ("reseller", quotation.reseller_id != reseller)];
        Ok(differ.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect())
    }
}

/// Prices the lines as they are to be, and writes them where they differ from those that there are.
async fn change_lines(cx: &Cx<'_>, order: &mut Order, lines: &[LineInput]) -> Result<bool, Error> {
    let quotation = order.quotation()?;
    let (sale_type, currency) = (quotation.sale_type, quotation.currency.clone());
    let service = quotation.fulfilment_type == FulfilmentType::Service;
    let priced = lines::price(cx, lines, sale_type, &currency).await?;
    let total = lines::total(&priced)?;
    if service && priced.iter().any(|line| line.kind == ProductKind::Goods) {
        return Err(Error::invalid("lines", GOODS_ARE_NO_SERVICE));
    }
    let there = order.quotation_lines.all()?;
    if there.len() == priced.len() && there.iter().zip(&priced).all(|(row, line)| PricedLine::from(&**row) == *line) {
        return Ok(false);
    }
    order.quotation_mut()?.total_minor = total;
    order.quotation_lines.clear(|line| line.id)?;
    put_lines(order, priced)?;
    Ok(true)
}

fn extension(until: Instant) -> Event {
    let until = until.to_rfc3339_opts(SecondsFormat::Micros, true);
    Event::named("EXTEND_VALIDITY").with(json!({ "validUntil": until }))
}
