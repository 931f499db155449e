//! `POST /orders`: an order and its payment, as a checkout reports them.

use super::super::Shared;
use super::amount::Amount;
use super::caller::{Caller, key};
use super::fault::Fault;
use super::model::{CheckoutData, CreateOrder as Body, Created, CreatedOrder, GivenTouch, PaymentResult};
use super::{PREFIXES, answer, sent};
use crate::actor::Actor;
use crate::app::App;
use crate::attribution::touches::Touch;
use crate::clock;
use crate::error::Error;
use crate::id::{self, Named, Prefix};
use crate::money::Money;
use crate::order::address::Spelt;
use crate::order::lines::LineInput;
use crate::payment::details::Transaction;
use crate::sale::checkout::CreateOrder;
use crate::sale::details::Details;
use crate::sale::place::PlaceOrder;
use crate::sale::queries;
use crate::{catalog, edge, party};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use entity::{PartyKind, PaymentMethod, SaleChannel};
use serde_json::Value;
use std::collections::HashMap;

/// Makes an order
///
/// Prices are frozen and stock is reserved, the payment is registered, and the order's lifecycle begins, all or nothing. The sum
/// of the items must be `totalAmount`. Needs `order.create`.
#[utoipa::path(
    post, path = "/orders", tag = "Orders",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request answers with the first result.", pattern = "^[!-~]{1,255}$"),
    ),
    request_body = Body,
    responses((status = 201, description = "The order was made.", body = Created, headers(("Location" = String, description = "Where it is."))))
)]
pub async fn create_order(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<impl IntoResponse, Fault> {
    create(&shared, &actor, &headers, body).await.map_err(Fault::of_creation)
}

async fn create(
    shared: &Shared,
    actor: &Actor,
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<impl IntoResponse + use<>, Fault> {
    let key = key(headers)?;
    let sent = sent::read::<Body>(shared, actor, "create_order", headers, body).await?;
    let app = &shared.app;
    let command = command(app, actor, sent.told, &sent.json).await?;
    let done = edge::run(app, actor, key, &command).await?;
    let found = queries::by_id(&app.reader, &[done.sale]).await?;
    let row = found.get(&done.sale).ok_or_else(|| Error::internal("an order was made and is not there"))?;
    let id = answer::order_id(row);
    let order = CreatedOrder {
        order_number: row.number.clone(),
        status: row.workflow_state.clone(),
        total_amount: Amount::of(&app.currencies, row.grand_total_minor, &row.currency)?,
        currency: row.currency.clone(),
        estimated_delivery: row.estimated_delivery.map(|day| day.to_string()),
        tracking_url: format!("/orders/{id}"),
        id,
    };
    let place = format!("{}{}", PREFIXES[0], order.tracking_url);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(Created { success: true, order })))
}

async fn command(app: &App, actor: &Actor, body: Body, json: &Value) -> Result<PlaceOrder, Error> {
    let Body { payment_result: paid, checkout_data: checkout } = body;
    let currency = checkout.currency.clone();
    let minor = |given: &super::given::Given, field: &str| given.minor(&app.currencies, &currency, field);
    let processing_fee =
        paid.processing_fee.as_ref().map(|fee| minor(fee, "paymentResult.processingFee")).transpose()?;
    let total = Money { minor: minor(&checkout.total_amount, "checkoutData.totalAmount")?, currency: currency.clone() };
    let priced = actor.can("price.override");
    let (mut lines, mut unit_prices) = (Vec::new(), Vec::new());
    for (place, (listing, quantity, price)) in wanted(&checkout)?.into_iter().enumerate() {
        let field = format!("checkoutData.items.{place}.unitPrice");
        let price = price.map(|price| minor(price, &field)).transpose()?;
        let unit_price = price.filter(|_| priced).map(|minor| Money { minor, currency: currency.clone() });
        lines.push(LineInput { sku: listing.to_owned(), quantity, unit_price, discount: None, tax: None });
        unit_prices.push(price);
    }
    own_skus(app, &mut lines).await?;
    let (customer_id, reseller_id) = buyer(app, checkout.buyer_id.as_deref()).await?;
    let day = checkout.estimated_delivery.as_deref().map(|day| {
        day.parse().map_err(|_| Error::invalid("checkoutData.estimatedDelivery", "it is no day; write \"2026-03-05\""))
    });
    let order = CreateOrder {
        sale_type: None,
        channel: SaleChannel::Web,
        lifecycle: checkout.lifecycle.map(|lifecycle| lifecycle.0),
        store_id: Named::read(Prefix::Store, &checkout.seller_id),
        customer_id,
        reseller_id,
        currency: Some(currency.clone()),
        lines,
        shipping_address: checkout.shipping_address.map(Spelt::read).transpose()?,
        fulfilment_type: None,
        payment_method: None,
        details: Details {
            external_id: checkout.external_id,
            external_source: checkout.external_source,
            shipping_method: checkout.shipping_method,
            special_instructions: checkout.special_instructions,
            estimated_delivery: day.transpose()?,
            metadata: metadata(json),
        },
        note: checkout.notes,
        touches: touches(checkout.touches)?,
    };
    let method = PaymentMethod::from(paid.payment_method);
    let (reference, transaction) = (reference(method, &paid), transaction(&paid));
    let provider = paid.provider.or_else(|| reference.is_some().then(|| answer::word(&method)));
    Ok(PlaceOrder {
        order,
        total,
        unit_prices,
        method,
        success: paid.success,
        provider,
        reference,
        transaction,
        processing_fee,
    })
}

type Wanted<'a> = (&'a str, i64, Option<&'a super::given::Given>);

/// What the buyer touched.
fn touches(given: Option<Vec<GivenTouch>>) -> Result<Vec<Touch>, Error> {
    let read = |(place, touch): (usize, GivenTouch)| {
        let field = format!("checkoutData.touches.{place}.touchedAt");
        let touched_at = clock::parse(&touch.touched_at).map_err(|why| Error::invalid(field, why))?;
        let (click_id, campaign, ad, source) = (touch.click_id, touch.campaign, touch.ad, touch.source);
        Ok(Touch { click_id, campaign, ad, source, touched_at, data: touch.data.map(Value::Object) })
    };
    given.into_iter().flatten().enumerate().map(read).collect()
}

/// What is bought, in either form.
fn wanted(checkout: &CheckoutData) -> Result<Vec<Wanted<'_>>, Error> {
    match (&checkout.items, &checkout.listing_id) {
        (Some(items), None) if checkout.quantity.is_none() => {
            let item = |item: &'_ super::model::WantedItem| item.quantity.unwrap_or(1);
            Ok(items.iter().map(|of| (of.listing_id.as_str(), item(of), of.unit_price.as_ref())).collect())
        }
        (None, Some(listing)) => Ok(vec![(listing, checkout.quantity.unwrap_or(1), None)]),
        _ => Err(Error::invalid("checkoutData.items", "send items, or listingId with quantity, and not both")),
    }
}

/// Products by our own ids become their SKUs; other names are found with the prices.
async fn own_skus(app: &App, lines: &mut [LineInput]) -> Result<(), Error> {
    let own = |name: &str| match id::parse(name) {
        Some((Prefix::Product, id)) => Some(id),
        _ => None,
    };
    let ids: Vec<_> = lines.iter().filter_map(|line| own(&line.sku)).collect();
    let known = if ids.is_empty() { HashMap::new() } else { catalog::queries::by_id(&app.reader, &ids).await? };
    for line in lines {
        if let Some(product) = own(&line.sku).and_then(|id| known.get(&id)) {
            line.sku.clone_from(&product.sku);
        }
    }
    Ok(())
}

/// Who buys, as a customer or as a reseller.
async fn buyer(app: &App, name: Option<&str>) -> Result<(Option<Named>, Option<Named>), Error> {
    let Some(name) = name else { return Ok((None, None)) };
    Ok(match id::parse(name) {
        Some((Prefix::Reseller, id)) => (None, Some(Named::Own(id))),
        Some((Prefix::Customer, id)) => (Some(Named::Own(id)), None),
        _ => match party::queries::buyer_external(&app.reader, name.trim()).await? {
            Some((PartyKind::Reseller, _)) => (None, Some(Named::Foreign(name.trim().to_owned()))),
            _ => (Some(Named::Foreign(name.trim().to_owned())), None),
        },
    })
}

/// What the payment is called where it was made.
fn reference(method: PaymentMethod, paid: &PaymentResult) -> Option<String> {
    let [hash, escrow, intent] = [&paid.transaction_hash, &paid.escrow_id, &paid.payment_intent_id];
    let first = match method {
        PaymentMethod::Escrow => [escrow, hash, intent],
        PaymentMethod::Crypto => [hash, intent, escrow],
        _ => [intent, hash, escrow],
    };
    first.into_iter().find_map(Clone::clone)
}

/// The transaction on a chain in which it was paid.
fn transaction(paid: &PaymentResult) -> Transaction {
    Transaction {
        hash: paid.transaction_hash.as_deref().map(|hash| hash.trim().to_owned()),
        gas_used: paid.gas_used.clone(),
        gas_fee: paid.gas_fee.as_ref().map(|fee| fee.amount.clone()),
        gas_currency: paid.gas_fee.as_ref().map(|fee| fee.currency.clone()),
    }
}

/// What the shop keeps with its order, as it was sent.
fn metadata(json: &Value) -> Option<Value> {
    json.pointer("/checkoutData/metadata").filter(|kept| kept.as_object().is_some_and(|kept| !kept.is_empty())).cloned()
}
