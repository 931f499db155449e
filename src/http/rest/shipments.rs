//! `POST /orders/{id}/shipments`: part of an order leaves, or all that is left of it.

use super::super::Shared;
use super::caller::{Caller, Id, key};
use super::fault::Fault;
use super::model::{Ship as Body, Shipment, Shipped, ShippedItem, Waits};
use super::{ids, sent, status};
use crate::edge;
use crate::error::Error;
use crate::fulfilment::queries;
use crate::id::{self, Prefix};
use crate::workflow;
use crate::workflow::commands::{EventTaken, SendEvent};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use entity::{SubjectKind, sale_order};
use serde_json::{Map, Value, json};

/// What lifecycles call it.
const SHIP: &str = "SHIP";

/// Sends a parcel off
///
/// Items of the order leave in a parcel of their own; when none is left, the order is shipped. For lifecycles whose orders
/// leave in parcels, such as order-processing.
#[utoipa::path(
    post, path = "/orders/{id}/shipments", tag = "Orders",
    params(
        ("id" = String, Path, description = "The order: `sale_…`, or its number.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request answers with the first result.", pattern = "^[!-~]{1,255}$"),
    ),
    request_body = Body,
    responses(
        (status = 201, description = "It has left.", body = Shipped),
        (status = 202, description = "It waits for its window.", body = Waits),
    )
)]
pub async fn create_shipment(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(id): Id,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Response, Fault> {
    let key = key(&headers)?;
    let sent = sent::read::<Body>(&shared, &actor, "create_shipment", &headers, body).await?;
    let row = ids::order(&shared.app, &actor, &id).await?;
    let command = command(&row, sent.told);
    let taken = edge::send(&shared.app, &shared.events, &actor, key, &command).await?;
    if let Some(deferred) = taken.deferred {
        return status::waits(&shared, deferred).await;
    }
    let shipment = shipment(&shared, &taken).await?;
    let order = status::moved(&shared, &actor, taken).await?.order;
    Ok((StatusCode::CREATED, Json(Shipped { success: true, shipment, order })).into_response())
}

fn command(row: &sale_order::Model, body: Body) -> SendEvent {
    let lines = body.items.map(|items| {
        let line = |item: ShippedItem| json!({ "orderLineId": item.item_id, "quantity": item.quantity });
        Value::Array(items.into_iter().map(line).collect())
    });
    let given = [
        ("lines", lines),
        ("carrier", body.carrier.map(Value::String)),
        ("trackingNumber", body.tracking_number.map(Value::String)),
        ("estimatedDelivery", body.estimated_delivery.map(Value::String)),
    ];
    let payload: Map<String, Value> =
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    SendEvent {
        subject: (SubjectKind::Sale, row.id),
        event: SHIP.to_owned(),
        payload: Some(Value::Object(payload)),
        reason_code: body.reason_code,
        note: body.notes,
        expected_version: body.expected_version.and_then(|version| i32::try_from(version).ok()),
        defer: body.defer.unwrap_or(false),
        metadata: None,
    }
}

/// The parcel that began with what was sent.
async fn shipment(shared: &Shared, taken: &EventTaken) -> Result<Option<Shipment>, Error> {
    let db = &shared.app.reader;
    let rows = workflow::queries::by_id(db, &taken.follow_ups).await?;
    let mut begun = rows.values().filter(|row| row.subject_kind == SubjectKind::Fulfilment && row.from_state.is_none());
    let Some(parcel) = begun.next().map(|row| row.subject_id) else { return Ok(None) };
    let lost = || Error::internal("a parcel was made and is not there");
    let row = queries::by_id(db, &[parcel]).await?.remove(&parcel).ok_or_else(lost)?;
    let lines = queries::lines(db, &[parcel]).await?.remove(&parcel).unwrap_or_default();
    let item = |(line, quantity): (uuid::Uuid, i32)| ShippedItem {
        item_id: id::encode(Prefix::Line, line),
        quantity: i64::from(quantity),
    };
    Ok(Some(Shipment {
        id: id::encode(Prefix::Fulfilment, parcel),
        status: row.workflow_state.clone(),
        carrier: row.carrier.clone(),
        tracking_number: row.tracking_number.clone(),
        items: lines.iter().map(|line| item((line.sale_line_id, line.quantity))).collect(),
    }))
}
