//! `GET /orders/{id}/state-events` and `GET /orders/{id}/timeline`.

use super::super::Shared;
use super::caller::{Caller, Id};
use super::fault::Fault;
use super::model::{StateEvents, Timeline, TimelineEntry};
use super::{answer, ids};
use crate::actor::Actor;
use crate::db::page::Asked;
use crate::error::Error;
use crate::shipping;
use crate::workflow::queries::{LogOf, LogPage, Standing, TRANSITIONS, log_pages, state_changes};
use axum::Json;
use axum::extract::{RawQuery, State};
use entity::{sale_order, tracking_event};
use serde::Deserialize;

/// How many events a page has when the client names no number.
const USUAL: i32 = 50;

/// Which part of the events is wanted.
#[derive(Deserialize)]
struct Wanted {
    limit: Option<i32>,
    cursor: Option<String>,
}

/// Everything that happened to an order itself, newest first
///
/// What happened to its parcels and its quotation is in GraphQL's timeline. Buyers read no names and notes of staff.
#[utoipa::path(
    get, path = "/orders/{id}/state-events", tag = "Orders",
    params(
        ("id" = String, Path, description = "The order: `sale_…`, or its number.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("limit" = Option<i32>, Query, description = "How many; left out: 50.", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before.", pattern = "^[A-Za-z0-9_-]{34}$"),
    ),
    responses((status = 200, description = "What happened.", body = StateEvents))
)]
pub async fn list_state_events(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(id): Id,
    RawQuery(query): RawQuery,
) -> Result<Json<StateEvents>, Fault> {
    let wanted: Wanted = shared.contract()?.query("list_state_events", query.as_deref())?;
    let app = &shared.app;
    let row = ids::order(app, &actor, &id).await?;
    let asked = Asked { first: Some(wanted.limit.unwrap_or(USUAL)), after: wanted.cursor, ..Asked::default() };
    let key = LogPage { of: LogOf::Subject(row.id), range: asked.range(TRANSITIONS)?, total: false };
    let page = log_pages(&app.reader, &[key]).await?.remove(&key);
    let page = page.ok_or_else(|| Error::internal("a page of the log was not read"))?;
    let next = page.rows.last().filter(|_| page.has_next).map(|(cursor, _)| cursor.encode());
    let events = page.rows.iter().map(|(_, row)| answer::event(&actor, row)).collect();
    Ok(Json(StateEvents { order_id: answer::order_id(&row), events, next_cursor: next }))
}

/// How an order came to its status, oldest first
#[utoipa::path(
    get, path = "/orders/{id}/timeline", tag = "Orders",
    params(("id" = String, Path, description = "The order: `sale_…`, or its number.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$")),
    responses((status = 200, description = "The statuses that it had.", body = Timeline))
)]
pub async fn get_timeline(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(id): Id,
) -> Result<Json<Timeline>, Fault> {
    let row = ids::order(&shared.app, &actor, &id).await?;
    let standing = Standing::of_any_sale(&shared.app.reader, &shared.app.registry, &row).await?;
    Ok(Json(Timeline { timeline: timeline(&shared, &actor, &standing, &row).await? }))
}

/// The statuses that an order had, and what carriers said beside them, oldest first. What a carrier said that led to a status
/// is told with it.
pub async fn timeline(
    shared: &Shared,
    actor: &Actor,
    standing: &Standing,
    row: &sale_order::Model,
) -> Result<Vec<TimelineEntry>, Error> {
    let changes = state_changes(&shared.app.reader, row.id).await?;
    let said = shipping::queries::of_sale(&shared.app.reader, row.id).await?;
    let is_told = |event: &&tracking_event::Model| changes.iter().any(|row| event.moved_sequence == Some(row.sequence));
    let (told, others): (Vec<_>, Vec<_>) = said.iter().partition(is_told);
    let mut entries = Vec::with_capacity(changes.len() + others.len());
    for row in &changes {
        let mut entry = answer::entry(&shared.app.settings, actor, standing, row);
        if let Some(event) = told.iter().find(|event| event.moved_sequence == Some(row.sequence)) {
            answer::tell(&mut entry, event);
        }
        entries.push((row.occurred_at, entry));
    }
    entries.extend(others.into_iter().map(|event| (event.occurred_at, answer::tracked(event))));
    entries.sort_by_key(|(at, _)| *at);
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}
