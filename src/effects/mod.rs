//! What becomes of outbox rows: one match from event to deed.
//!
//! Providers are asked in `providers`. Notifications have no sender here yet: their rows wait in the queue
//! (`outbox::Handler::Notifier`).

pub mod attribution;
pub mod providers;

use crate::{
    actor::Actor,
    app::App,
    clock,
    error::Error,
    fulfilment::waiting::{self, Arrival, Waiting},
    queue::outbox::{self, Event},
    workflow::Env,
};
use entity::outbox::Model;
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Those who wait for stock that are served in one transaction.
const BATCH: u64 = 50;

/// Carries out claimed rows: the same deed once, however many rows ask for it. Answers how many rows are settled; when it
/// is told to stop, those that are not are given back.
pub async fn carry_out(app: &App, rows: &[Model], stop: &CancellationToken) -> Result<usize, Error> {
    let mut available: BTreeMap<(Uuid, String), Vec<&Model>> = BTreeMap::new();
    let mut moved: Vec<(Uuid, &Model)> = Vec::new();
    for row in rows {
        match outbox::event(row) {
            Ok(Event::StockAvailable { store_id, sku }) => available.entry((store_id, sku)).or_default().push(row),
            Ok(Event::AttributionMoved { sale_order_id }) => moved.push((sale_order_id, row)),
            Ok(other) => fail(app, &[row], &Error::internal(format!("nobody carries out {other:?}"))).await?,
            Err(error) => fail(app, &[row], &error).await?,
        }
    }
    let (mut settled, failed) = attribution::agree(app, &moved).await?;
    for (_, row) in &moved {
        if let Some((_, error)) = failed.iter().find(|(id, _)| *id == row.id) {
            fail(app, &[row], error).await?;
        }
    }
    for ((store, sku), rows) in available {
        match serve_waiting(app, store, sku, &rows, stop).await {
            Ok(()) if stop.is_cancelled() => give_back(app, &rows).await?,
            Ok(()) => {
                settle(app, &rows).await?;
                settled += rows.len();
            }
            Err(error) => fail(app, &rows, &error).await?,
        }
    }
    Ok(settled)
}

/// Stock came: whoever waits for it is served, oldest first, a batch a transaction, until the stock or those who wait have
/// an end. A batch that fails is halved until the culprit stands alone; for its sake the rows come again.
async fn serve_waiting(
    app: &App,
    store: Uuid,
    sku: String,
    rows: &[&Model],
    stop: &CancellationToken,
) -> Result<(), Error> {
    let patience = clock::seconds(app.settings.fulfilment.backorder_patience_days * 86_400.0);
    let arrival = Arrival { store, sku, patient_until: app.now() - patience };
    let mut last: Option<Waiting> = None;
    let mut failed = None;
    while !stop.is_cancelled() {
        let batch = waiting::next(&app.reader, &app.registry, &arrival, last.as_ref(), BATCH).await?;
        let Some(newest) = batch.last() else { break };
        last = Some(newest.clone());
        let mut parts = vec![batch.as_slice()];
        while let Some(part) = parts.pop() {
            match serve(app, &arrival, part, rows).await {
                Ok(()) => {}
                Err(error) if part.len() > 1 => {
                    tracing::warn!(%error, size = part.len(), "a batch of waiting fulfilments failed and is halved");
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
                Err(error) => failed = Some(error),
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Serves these in one transaction, which also keeps the claim of the rows that asked for it.
async fn serve(app: &App, arrival: &Arrival, waiting: &[Waiting], rows: &[&Model]) -> Result<(), Error> {
    let actor = Actor::system();
    let env = Env { rules: &app.rules, actor: &actor, now: app.now() };
    app.write(async |txn| {
        waiting::serve(txn, env, arrival, waiting).await?;
        outbox::keep(txn, &ids(rows), env.now).await
    })
    .await
}

fn ids(rows: &[&Model]) -> Vec<Uuid> {
    rows.iter().map(|row| row.id).collect()
}

async fn settle(app: &App, rows: &[&Model]) -> Result<(), Error> {
    app.write(async |txn| outbox::settle(txn, &ids(rows), app.now()).await).await
}

async fn give_back(app: &App, rows: &[&Model]) -> Result<(), Error> {
    app.write(async |txn| outbox::release(txn, &ids(rows)).await).await
}

async fn fail(app: &App, rows: &[&Model], error: &Error) -> Result<(), Error> {
    tracing::error!(%error, rows = rows.len(), "outbox rows failed");
    app.write(async |txn| {
        for row in rows {
            outbox::fail(txn, row, error, app.now()).await?;
        }
        Ok(())
    })
    .await
}
