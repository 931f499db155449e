//! `GET /orders/{id}`: an order with what belongs to it.

use super::super::Shared;
use super::amount::Amount;
use super::caller::{Caller, Id};
use super::fault::Fault;
use super::model::{Buyer, Item, Order, OrderAnswer, Payment, Seller, Shipping, Totals};
use super::{answer, events, ids};
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::payment::details::{EscrowStatus, escrow_status};
use crate::workflow::queries::Standing;
use crate::{fulfilment, order, party, payment};
use axum::Json;
use axum::extract::State;
use entity::{PaymentMethod, fulfilment as parcel, payment as money, sale_line, sale_order};
use std::sync::Arc;

/// An order with its items, payment, shipping and timeline
#[utoipa::path(
    get, path = "/orders/{id}", tag = "Orders",
    params(("id" = String, Path, description = "The order: `sale_…`, or its number.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$")),
    responses((status = 200, description = "The order.", body = OrderAnswer))
)]
pub async fn get_order(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(id): Id,
) -> Result<Json<OrderAnswer>, Fault> {
    let app = &shared.app;
    let row = ids::order(app, &actor, &id).await?;
    let standing = Standing::of_any_sale(&app.reader, &app.registry, &row).await?;
    let lines = order::queries::sale_lines(&app.reader, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    let payments = payment::queries::by_sale(&app.reader, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    let parcels = fulfilment::queries::by_sale(&app.reader, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    let timeline = events::timeline(&shared, &actor, &standing, &row).await?;
    let amount = |minor| Amount::of(&app.currencies, minor, &row.currency);
    let item = |line: &Arc<sale_line::Model>| {
        Ok::<_, Error>(Item {
            id: id::encode(Prefix::Line, line.id),
            sku: line.sku.clone(),
            product_name: line.title.clone(),
            quantity: line.quantity,
            unit_price: amount(line.unit_price_minor)?,
            total_price: amount(line.total_minor)?,
        })
    };
    let order = Order {
        id: answer::order_id(&row),
        order_number: row.number.clone(),
        status: row.workflow_state.clone(),
        status_updated_at: answer::since(&row),
        allowed_statuses: standing.allowed_statuses(&actor),
        lifecycle: row.lifecycle.clone(),
        external_id: row.external_id.clone(),
        external_source: row.external_source.clone(),
        special_instructions: row.special_instructions.clone(),
        metadata: row.metadata.as_ref().and_then(|metadata| metadata.as_object().cloned()),
        version: row.version,
        currency: row.currency.clone(),
        total_amount: amount(row.grand_total_minor)?,
        totals: Totals {
            amount: app.currencies.format(row.grand_total_minor, &row.currency),
            currency: row.currency.clone(),
        },
        buyer: buyer(&shared, &row).await?,
        seller: seller(&shared, &row).await?,
        items: lines.iter().map(item).collect::<Result<_, _>>()?,
        payment: paid(&shared, &row, payments.last().map(Arc::as_ref)).await?,
        shipping: shipping(&row, &parcels),
        timeline,
        created_at: answer::instant(row.created_at),
    };
    Ok(Json(OrderAnswer { order }))
}

/// Who buys: the reseller, where there is one.
async fn buyer(shared: &Shared, row: &sale_order::Model) -> Result<Option<Buyer>, Error> {
    let db = &shared.app.reader;
    if let Some(id) = row.reseller_id {
        return Ok(party::queries::resellers_by_id(db, &[id]).await?.get(&id).map(|row| Buyer::from(&**row)));
    }
    let Some(id) = row.customer_id else { return Ok(None) };
    Ok(party::queries::customers_by_id(db, &[id]).await?.get(&id).map(|row| Buyer::from(&**row)))
}

async fn seller(shared: &Shared, row: &sale_order::Model) -> Result<Seller, Error> {
    let stores = party::queries::stores_by_id(&shared.app.reader, &[row.store_id]).await?;
    let store = stores.get(&row.store_id).ok_or_else(|| Error::internal("an order without its store"))?;
    Ok(Seller::from(&**store))
}

/// What was chosen, and how the newest payment stands.
async fn paid(shared: &Shared, row: &sale_order::Model, newest: Option<&money::Model>) -> Result<Payment, Error> {
    let ids: Vec<_> = newest.iter().map(|payment| payment.id).collect();
    let detail = payment::queries::details(&shared.app.reader, &ids).await?.into_values().next();
    let disputes: Vec<_> =
        payment::queries::disputes(&shared.app.reader, &ids).await?.into_values().flatten().collect();
    let escrow = newest.and_then(|payment| escrow_status(payment, disputes.iter().map(Arc::as_ref)));
    let method = newest.map(|payment| payment.method).or(row.workflow_context.method);
    let reference = newest.and_then(|payment| payment.reference.clone());
    let of = |wanted: fn(PaymentMethod) -> bool| reference.clone().filter(|_| method.is_some_and(wanted));
    Ok(Payment {
        method: method.as_ref().map(answer::word),
        status: newest.map(|payment| escrow.map_or_else(|| answer::word(&payment.status), EscrowStatus::word)),
        transaction_hash: detail
            .and_then(|detail| detail.transaction_hash.clone())
            .or_else(|| of(|method| method == PaymentMethod::Crypto)),
        escrow_id: of(|method| method == PaymentMethod::Escrow),
        payment_intent_id: of(|method| !matches!(method, PaymentMethod::Crypto | PaymentMethod::Escrow)),
    })
}

fn shipping(row: &sale_order::Model, parcels: &[Arc<parcel::Model>]) -> Shipping {
    let shipped = parcels.iter().rev().find(|parcel| parcel.tracking_number.is_some());
    Shipping {
        method: row.shipping_method.clone().unwrap_or_else(|| answer::word(&row.fulfilment_type)),
        carrier: shipped.and_then(|parcel| parcel.carrier.clone()),
        tracking_number: shipped.and_then(|parcel| parcel.tracking_number.clone()),
        estimated_delivery: row.estimated_delivery.map(|day| day.to_string()),
        address: row.shipping_address.clone().map(Into::into),
    }
}
