//! `POST /orders/{id}/refills` and `PATCH /refills/{id}`: what a provider is asked to deliver again, and what comes of it.

use super::super::Shared;
use super::amount::Amount;
use super::caller::{Caller, Id, key};
use super::fault::Fault;
use super::model::{Refill, RefillAnswer, RequestRefill as Request, SettleRefill as Settle};
use super::{answer, ids, sent};
use crate::edge;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::money::Money;
use crate::provisioning::queries;
use crate::provisioning::refills::{RequestRefill, SettleRefill};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use uuid::Uuid;

/// Asks a provider to deliver again
///
/// Of orders that are active; one that was completed is active again. Needs `order.work`.
#[utoipa::path(
    post, path = "/orders/{id}/refills", tag = "Delivery proof",
    params(
        ("id" = String, Path, description = "The order: `sale_…`, or its number.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request answers with the first result.", pattern = "^[!-~]{1,255}$"),
    ),
    request_body = Request,
    responses((status = 201, description = "It was asked for.", body = RefillAnswer))
)]
pub async fn create_refill(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(name): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Fault> {
    let key = key(&headers)?;
    let told = sent::read::<Request>(&shared, &actor, "create_refill", &headers, body).await?.told;
    let order = ids::order(&shared.app, &actor, &name).await?;
    let currency = told.currency.unwrap_or_else(|| order.currency.clone());
    let amount = told.amount.map(|given| {
        let minor = given.minor(&shared.app.currencies, &currency, "amount")?;
        Ok::<_, Error>(Money { minor, currency: currency.clone() })
    });
    let line = told.item_id.map(|line| ids::own(Prefix::Line, &line));
    let command = RequestRefill {
        sale_order_id: order.id,
        order_line_id: line.transpose()?,
        provider: told.provider,
        quantity: told.quantity,
        amount: amount.transpose()?,
        reference: told.reference,
        note: told.notes,
    };
    let done = edge::run(&shared.app, &actor, key, &command).await?;
    Ok((StatusCode::CREATED, Json(refill(&shared, done.refill).await?)))
}

/// Says what came of a refill
///
/// Once: the same again is answered the same, another end is refused. Needs `order.work`.
#[utoipa::path(
    patch, path = "/refills/{id}", tag = "Delivery proof",
    params(
        ("id" = String, Path, description = "The refill: `refill_…`.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request answers with the first result.", pattern = "^[!-~]{1,255}$"),
    ),
    request_body = Settle,
    responses((status = 200, description = "The refill, as it is now.", body = RefillAnswer))
)]
pub async fn update_refill(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(name): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RefillAnswer>, Fault> {
    let key = key(&headers)?;
    let told = sent::read::<Settle>(&shared, &actor, "update_refill", &headers, body).await?.told;
    let command = SettleRefill {
        refill_id: ids::own(Prefix::Refill, &name)?,
        completed: told.status.is_completed(),
        note: told.notes,
    };
    let done = edge::run(&shared.app, &actor, key, &command).await?;
    Ok(Json(refill(&shared, done.refill).await?))
}

async fn refill(shared: &Shared, refill: Uuid) -> Result<RefillAnswer, Error> {
    let found = queries::refills_by_id(&shared.app.reader, &[refill]).await?;
    let row = found.get(&refill).ok_or_else(|| Error::internal("a refill was asked for and is not there"))?;
    let amount = row.amount_minor.zip(row.currency.as_deref());
    let amount = amount.map(|(minor, currency)| Amount::of(&shared.app.currencies, minor, currency)).transpose()?;
    let refill = Refill {
        id: id::encode(Prefix::Refill, row.id),
        order_id: id::encode(Prefix::Sale, row.sale_order_id),
        item_id: row.sale_line_id.map(|line| id::encode(Prefix::Line, line)),
        provider: row.provider.clone(),
        quantity: row.quantity,
        amount,
        currency: row.currency.clone(),
        reference: row.reference.clone(),
        status: answer::word(&row.status),
        requested_by: row.requested_by.clone(),
        requested_at: answer::instant(row.requested_at),
        settled_at: row.settled_at.map(answer::instant),
    };
    Ok(RefillAnswer { success: true, refill })
}
