//! Builds a sale order from what was agreed: prices frozen, stock reserved.

use super::details::Details;
use crate::{
    clock::Instant,
    error::Error,
    inventory::stock,
    order::{lines::PricedLine, numbers},
    workflow::{Order, Registry, Shared, Turn},
};
use entity::{Address, FulfilmentType, SaleChannel, SaleType, SubjectKind, sale_line, sale_order};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The lifecycle of what is sold by quotation or at the till, where the store's takes none of that.
const USUAL: &str = "sale";

/// What is sold, to whom and by whom, as a quotation or a checkout has it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the sale order")]
pub struct Basket {
    pub quotation_id: Option<Uuid>,
    pub lifecycle: String,
    pub sale_type: SaleType,
    pub channel: SaleChannel,
    pub store_id: Uuid,
    pub customer_id: Option<Uuid>,
    pub reseller_id: Option<Uuid>,
    pub currency: String,
    pub total_minor: i64,
    pub fulfilment_type: FulfilmentType,
    pub shipping_address: Option<Address>,
    pub sold_terms: Json,
    pub details: Details,
    /// With the ids that they are to have.
    pub lines: Vec<(Uuid, PricedLine)>,
}

/// Builds the sale of an approved quotation. What there is of each GOODS line is reserved; the quotation's guard has seen
/// to it that there is enough, or the store takes backorders.
pub fn build(turn: &mut Turn<'_>) -> Result<Uuid, Error> {
    let (quotation, lines) = (turn.order.quotation()?, turn.order.quotation_lines.all()?);
    let stores = &turn.shared.store(quotation.store_id)?.default_lifecycle;
    let origin = if quotation.workflow_context.at_till { "till" } else { "quotation" };
    let lifecycle = if takes(&turn.env.rules.registry, stores, origin) { stores } else { USUAL };
    let basket = Basket {
        quotation_id: Some(quotation.id),
        lifecycle: lifecycle.to_owned(),
        sale_type: quotation.sale_type,
        channel: quotation.channel,
        store_id: quotation.store_id,
        customer_id: quotation.customer_id,
        reseller_id: quotation.reseller_id,
        currency: quotation.currency.clone(),
        total_minor: quotation.total_minor,
        fulfilment_type: quotation.fulfilment_type,
        shipping_address: quotation.shipping_address.clone(),
        details: Details::default(),
        sold_terms: json!({ "revision": quotation.revision, "lines": lines.iter().map(|line| &**line).collect::<Vec<_>>() }),
        lines: lines.iter().map(|line| (line.id, PricedLine::from(&**line))).collect(),
    };
    let id = put(turn.order, basket, turn.env.now)?;
    reserve(turn.order, turn.shared)?;
    Ok(id)
}

/// Whether there is such a lifecycle of sales, and it takes those that come from `origin`: `quotation`, `checkout` or `till`.
pub fn takes(registry: &Registry, lifecycle: &str, origin: &str) -> bool {
    registry.newest_of(SubjectKind::Sale, lifecycle).is_some_and(|definition| definition.begins_from(origin))
}

/// The lifecycles of sales that come from `origin`, by name.
pub fn lifecycles_from(registry: &Registry, origin: &str) -> Vec<String> {
    let names: BTreeSet<String> = registry.all().into_iter().map(|definition| definition.name.clone()).collect();
    names.into_iter().filter(|name| takes(registry, name, origin)).collect()
}

/// Reserves what stock there is for a sale's lines.
pub fn reserve(order: &mut Order, shared: &mut Shared) -> Result<(), Error> {
    let store = order.sale()?.store_id;
    for line in order.sale_lines.all_mut()?.iter_mut().filter(|line| line.kind.has_stock()) {
        line.reserved += stock::reserve_up_to(shared, store, &line.sku, line.quantity - line.reserved)?;
    }
    Ok(())
}

/// Puts a sale and its lines into an order, not yet started, with nothing reserved.
pub fn put(order: &mut Order, basket: Basket, now: Instant) -> Result<Uuid, Error> {
    let (id, root_id) = (crate::id::new(), order.root.id);
    order.sale.insert(sale_order::Model {
        id,
        root_id,
        quotation_id: basket.quotation_id,
        number: numbers::sale(order.root.number_seq, now),
        sale_type: basket.sale_type,
        channel: basket.channel,
        lifecycle: basket.lifecycle.clone(),
        store_id: basket.store_id,
        customer_id: basket.customer_id,
        reseller_id: basket.reseller_id,
        currency: basket.currency,
        grand_total_minor: basket.total_minor,
        fulfilment_type: basket.fulfilment_type,
        shipping_address: basket.shipping_address,
        sold_terms: basket.sold_terms,
        external_id: basket.details.external_id,
        external_source: basket.details.external_source,
        shipping_method: basket.details.shipping_method,
        special_instructions: basket.details.special_instructions,
        estimated_delivery: basket.details.estimated_delivery,
        metadata: basket.details.metadata,
        workflow_definition: basket.lifecycle,
        workflow_version: 0,
        workflow_state: String::new(),
        workflow_context: sale_order::Context { outstanding: basket.total_minor, ..sale_order::Context::default() },
        workflow_history: None,
        state_since: None,
        version: 1,
        created_at: now,
        cleared_at: None,
        closed_at: None,
        shipped_at: None,
        delivered_at: None,
        completed_at: None,
        cancelled_at: None,
        attribution: None,
    })?;
    for (position, (line_id, sold)) in basket.lines.into_iter().enumerate() {
        order.sale_lines.insert(line(root_id, id, position, line_id, sold)?)?;
    }
    Ok(id)
}

/// The row of a sale's line, with nothing reserved.
pub fn line(root: Uuid, sale: Uuid, position: usize, id: Uuid, sold: PricedLine) -> Result<sale_line::Model, Error> {
    Ok(sale_line::Model {
        id,
        root_id: root,
        sale_order_id: sale,
        position: i32::try_from(position).map_err(Error::internal)?,
        sku: sold.sku,
        kind: sold.kind,
        title: sold.title,
        quantity: sold.quantity,
        unit_price_minor: sold.unit_price_minor,
        discount_minor: sold.discount_minor,
        tax_minor: sold.tax_minor,
        total_minor: sold.total_minor,
        reserved: 0,
    })
}
