//! `GET /orders/{id}/delivery-proof` and `GET /orders/delivery-proof/metrics`.

use super::super::Shared;
use super::caller::{Caller, Id};
use super::fault::Fault;
use super::ids;
use crate::catalog;
use crate::provisioning::lift::{self, DeliveryMetrics};
use crate::provisioning::proof::{self, DeliveryProof};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;

/// Which products are meant.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    product_id: Option<Vec<String>>,
}

/// What was measured of an order's accounts, before and after
#[utoipa::path(
    get, path = "/orders/{id}/delivery-proof", tag = "Delivery proof",
    params(("id" = String, Path, description = "The order: `sale_…`, or its number.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$")),
    responses((status = 200, description = "The proof.", body = DeliveryProof))
)]
pub async fn get_delivery_proof(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(id): Id,
) -> Result<Json<DeliveryProof>, Fault> {
    let app = &shared.app;
    let row = ids::order(app, &actor, &id).await?;
    let items = proof::items(&app.reader, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok(Json(DeliveryProof::of(row.id, app.clock.now(), &items)))
}

/// What orders have brought on average, by product
///
/// Deliveries that were measured before and after count, of orders that were not cancelled. Averages are made of exact sums and
/// rounded once, to two decimals. Needs `proof.read`.
#[utoipa::path(
    get, path = "/orders/delivery-proof/metrics", tag = "Delivery proof",
    params(
        ("productId" = Option<Vec<String>>, Query, description = "A product: `prod_…`, an id of another system, or a SKU. May come several times; left out: all products with samples.", min_items = 1, max_items = 100),
    ),
    responses(
        (status = 200, description = "What orders have brought.", body = DeliveryMetrics),
    )
)]
pub async fn get_delivery_metrics(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse, Fault> {
    let wanted: Wanted = shared.contract()?.query("get_delivery_metrics", query.as_deref())?;
    let app = &shared.app;
    actor.require("proof.read")?;
    let products = match wanted.product_id {
        Some(names) => Some(catalog::queries::named(&app.reader, &names).await?),
        None => None,
    };
    let told = lift::metrics(&app.reader, &actor, products, app.clock.now()).await?;
    let age = format!("private, max-age={}", app.settings.provisioning.metrics_max_age_seconds);
    Ok(([(header::CACHE_CONTROL, age), (header::VARY, "Authorization, X-API-Key".to_owned())], Json(told)))
}
