//! What becomes of outbox rows: one match from event to deed.
//!
//! Providers are asked in `providers`. Notifications have no sender here yet: their rows wait in the queue
//! (`outbox::HANDLED`).

pub mod providers;

use crate::{
    access::Actor,
    app::App,
    error::Error,
    fulfilment::waiting,
    outbox::{self, Event},
    workflow::{self, Scene, SubjectRef, Via},
};
use entity::outbox::Model;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Carries out claimed rows: the same deed once, however many rows ask for it. Answers how many rows are settled.
pub async fn carry_out(app: &App, rows: &[Model]) -> Result<usize, Error> {
    let mut available: BTreeMap<(Uuid, String), Vec<&Model>> = BTreeMap::new();
    for row in rows {
        match outbox::event(row) {
            Ok(Event::StockAvailable { store_id, sku }) => available.entry((store_id, sku)).or_default().push(row),
            Ok(other) => fail(app, &[row], &Error::internal(format!("nobody carries out {other:?}"))).await?,
            Err(error) => fail(app, &[row], &error).await?,
        }
    }
    let mut settled = 0;
    for ((store, sku), rows) in available {
        match serve_waiting(app, store, &sku, &rows).await {
            Ok(()) => settled += rows.len(),
            Err(error) => fail(app, &rows, &error).await?,
        }
    }
    Ok(settled)
}

/// Stock came: fulfilments that wait for it are told, oldest first; those for which it is not enough go on waiting.
/// A batch that fails is halved until the culprit stands alone; for its sake the rows come again.
async fn serve_waiting(app: &App, store: Uuid, sku: &str, rows: &[&Model]) -> Result<(), Error> {
    let waiting = waiting::waiting_for(&app.reader, &app.registry, store, sku).await?;
    let mut parts = vec![waiting.as_slice()];
    let mut failed = None;
    while let Some(part) = parts.pop() {
        match tell(app, part).await {
            Ok(()) => {}
            Err(error) if part.len() > 1 => {
                tracing::warn!(%error, size = part.len(), "a batch of waiting fulfilments failed and is halved");
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
            Err(error) => failed = Some(error),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let txn = app.begin().await?;
    outbox::settle(&txn, &ids, app.now()).await?;
    txn.commit().await?;
    Ok(())
}

/// Tells these fulfilments in one transaction that there is stock.
async fn tell(app: &App, waiting: &[Uuid]) -> Result<(), Error> {
    if waiting.is_empty() {
        return Ok(());
    }
    let actor = Actor::system();
    let scene = Scene { app, actor: &actor, now: app.now() };
    let subjects: Vec<_> = waiting.iter().map(|id| (SubjectRef::fulfilment(*id), None)).collect();
    let txn = app.begin().await?;
    workflow::send(&txn, scene, &subjects, &workflow::Event::named("RESERVE_OK"), Via::Command).await?;
    txn.commit().await?;
    Ok(())
}

async fn fail(app: &App, rows: &[&Model], error: &Error) -> Result<(), Error> {
    tracing::error!(%error, rows = rows.len(), "outbox rows failed");
    let txn = app.begin().await?;
    for row in rows {
        outbox::fail(&txn, row, error, app.now()).await?;
    }
    txn.commit().await?;
    Ok(())
}
