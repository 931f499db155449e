//! Builds a sale order from its approved quotation: prices frozen, stock reserved.

use crate::{error::Error, inventory::stock, order::numbers, workflow::Turn};
use entity::{sale_line, sale_order};
use serde_json::json;
use uuid::Uuid;

/// Builds the row and its lines. What there is of each GOODS line is reserved; the quotation's guard has seen to it that
/// there is enough, or the store takes backorders.
pub fn build(turn: &mut Turn<'_>) -> Result<Uuid, Error> {
    let quotation = turn.order.quotation()?.clone();
    let store = turn.shared.store(quotation.store_id)?;
    let (id, now) = (crate::id::new(), turn.now());
    let row = sale_order::Model {
        id,
        root_id: quotation.root_id,
        quotation_id: Some(quotation.id),
        number: numbers::sale(turn.order.root.number_seq, now),
        sale_type: quotation.sale_type,
        channel: quotation.channel,
        lifecycle: store.default_lifecycle.clone(),
        store_id: quotation.store_id,
        customer_id: quotation.customer_id,
        reseller_id: quotation.reseller_id,
        currency: quotation.currency.clone(),
        grand_total_minor: quotation.total_minor,
        fulfilment_type: quotation.fulfilment_type,
        shipping_address: quotation.shipping_address.clone(),
        sold_terms: json!({ "revision": quotation.revision, "lines": turn.order.quotation_lines.all()?.iter().map(|l| &**l).collect::<Vec<_>>() }),
        workflow_definition: store.default_lifecycle.clone(),
        workflow_version: 0,
        workflow_state: String::new(),
        workflow_context: sale_order::Context { outstanding: quotation.total_minor, ..sale_order::Context::default() },
        workflow_history: None,
        version: 1,
        created_at: now,
        cleared_at: None,
        closed_at: None,
    };
    turn.order.sale.insert(row)?;
    for line in turn.order.quotation_lines.all()?.to_vec() {
        let reserved = if line.kind.has_stock() {
            stock::reserve_up_to(turn.shared, quotation.store_id, &line.sku, line.quantity)?
        } else {
            0
        };
        turn.order.sale_lines.insert(sale_line::Model {
            id: line.id,
            root_id: line.root_id,
            sale_order_id: id,
            position: line.position,
            sku: line.sku.clone(),
            kind: line.kind,
            title: line.title.clone(),
            quantity: line.quantity,
            unit_price_minor: line.unit_price_minor,
            discount_minor: line.discount_minor,
            tax_minor: line.tax_minor,
            total_minor: line.total_minor,
            reserved,
        })?;
    }
    Ok(id)
}
