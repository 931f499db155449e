//! `PATCH` and `PUT /orders/{id}/status`: an order is moved by the name of the state that it is to come to.

use super::super::Shared;
use super::caller::{Caller, Id, key};
use super::fault::Fault;
use super::model::{ChangeStatus as Body, Deferred, Moved, MovedOrder, Waits};
use super::{answer, ids, sent};
use crate::actor::Actor;
use crate::edge;
use crate::error::Error;
use crate::fulfilment;
use crate::id::{self, Prefix};
use crate::texts::{self, LONGEST_NAME};
use crate::workflow;
use crate::workflow::commands::{EventTaken, Subject};
use crate::workflow::status::ChangeStatus;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use entity::{sale_order, transition_log};
use serde_json::{Map, Value};
use std::sync::Arc;
use uuid::Uuid;

/// Brings an order to another status
///
/// The order's lifecycle has an event that leads from its present status to this one; it is sent, with whatever guards,
/// permissions and consequences it has. Where there is none, `allowedStatuses` says what there is.
#[utoipa::path(
    patch, path = "/orders/{id}/status", tag = "Orders",
    params(
        ("id" = String, Path, description = "The order: `sale_…`, or its number.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request answers with the first result.", pattern = "^[!-~]{1,255}$"),
    ),
    request_body = Body,
    responses(
        (status = 200, description = "The order has that status.", body = Moved),
        (status = 202, description = "It waits for its window.", body = Waits),
    )
)]
pub async fn update_order_status(
    state: State<Shared>,
    caller: Caller,
    id: Id,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Response, Fault> {
    change(state, caller, id, headers, body).await
}

/// The same as PATCH
#[utoipa::path(
    put, path = "/orders/{id}/status", tag = "Orders",
    params(
        ("id" = String, Path, description = "The order: `sale_…`, or its number.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request answers with the first result.", pattern = "^[!-~]{1,255}$"),
    ),
    request_body = Body,
    responses(
        (status = 200, description = "The order has that status.", body = Moved),
        (status = 202, description = "It waits for its window.", body = Waits),
    )
)]
pub async fn put_order_status(
    state: State<Shared>,
    caller: Caller,
    id: Id,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Response, Fault> {
    change(state, caller, id, headers, body).await
}

async fn change(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(name): Id,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Response, Fault> {
    let key = key(&headers)?;
    let sent = sent::read::<Body>(&shared, &actor, "update_order_status", &headers, body).await?;
    let app = &shared.app;
    let row = ids::order(app, &actor, &name).await?;
    let command = command(&row, sent.told, sent.json.get("metadata"))?;
    let speaker = match &command.spoken_as {
        None => actor.clone(),
        Some((kind, name)) => actor.speaking_as(*kind, name.as_deref())?,
    };
    let likely = command.likely(&app.registry, &row);
    let taken = edge::send_as(app, &shared.events, &speaker, key, &command, likely.as_ref()).await?;
    match taken.deferred {
        Some(deferred) => waits(&shared, deferred).await,
        None => Ok(Json(moved(&shared, &actor, taken).await?).into_response()),
    }
}

/// The answer to what waits for its window.
pub async fn waits(shared: &Shared, deferred: Uuid) -> Result<Response, Fault> {
    let found = workflow::queries::deferred_by_id(&shared.app.reader, &[deferred]).await?;
    let row = found.get(&deferred).ok_or_else(|| Error::internal("an event was put off and is not there"))?;
    let deferred = Deferred {
        id: id::encode(Prefix::Deferred, row.id),
        event: row.event.clone(),
        due_at: answer::instant(row.due_at),
    };
    Ok((StatusCode::ACCEPTED, Json(Waits { success: true, deferred })).into_response())
}

fn command(row: &sale_order::Model, body: Body, metadata: Option<&Value>) -> Result<ChangeStatus, Error> {
    let given = [
        ("carrier", body.carrier),
        ("trackingNumber", body.tracking_number),
        ("estimatedDelivery", body.estimated_delivery),
    ];
    let details: Map<String, Value> =
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?)))).collect();
    let label = body.actor_label.map(|label| texts::line("actorLabel", &label, LONGEST_NAME)).transpose()?;
    let kind = body.actor_type.map(entity::ActorType::from);
    let defer = body.defer.unwrap_or(false);
    if defer && (kind.is_some() || label.is_some()) {
        let what = "what waits is sent in your own name; leave actorType and actorLabel out";
        return Err(Error::invalid("defer", what));
    }
    Ok(ChangeStatus {
        sale: row.id,
        status: body.status.0,
        details,
        reason_code: body.reason_code,
        note: body.notes,
        expected_version: body.expected_version.and_then(|version| i32::try_from(version).ok()),
        metadata: metadata.filter(|metadata| !metadata.is_null()).cloned(),
        defer,
        spoken_as: (kind.is_some() || label.is_some()).then_some((kind, label)),
    })
}

/// The order that was moved, and the row that says so.
pub async fn moved(shared: &Shared, actor: &Actor, taken: EventTaken) -> Result<Moved, Error> {
    let (row, event) = read(shared, actor, &taken).await?;
    let parcels = fulfilment::queries::by_sale(&shared.app.reader, &[row.id]).await?;
    let tracked =
        parcels.get(&row.id).and_then(|parcels| parcels.iter().rev().find_map(|parcel| parcel.tracking_number.clone()));
    let event = answer::event(actor, &event);
    let said = event.metadata.get("trackingNumber").and_then(Value::as_str).map(str::to_owned);
    let order = MovedOrder {
        id: answer::order_id(&row),
        order_number: row.number.clone(),
        status: row.workflow_state.clone(),
        status_updated_at: answer::since(&row),
        tracking_number: said.or(tracked),
        version: row.version,
    };
    Ok(Moved { success: true, order, event })
}

/// The order and its row of the log: as they were committed, or read on a replay.
async fn read(
    shared: &Shared,
    actor: &Actor,
    taken: &EventTaken,
) -> Result<(Arc<sale_order::Model>, Arc<transition_log::Model>), Error> {
    let lost = || Error::internal("an event was taken and is not on record");
    if let Some(fresh) = &taken.fresh
        && let Subject::Sale(row) = &fresh.subject
    {
        let event = fresh.transitions.first().ok_or_else(lost)?;
        return Ok((Arc::clone(row), Arc::new(event.clone())));
    }
    let event = taken.transition.ok_or_else(lost)?;
    let mut found = workflow::queries::by_id(&shared.app.reader, &[event]).await?;
    let row = crate::sale::queries::find(&shared.app.reader, actor, taken.subject.1).await?;
    Ok((row.ok_or_else(lost)?, found.remove(&event).ok_or_else(lost)?))
}
