//! Deletes objects that are nobody's receipt when their time is over: a page at a time, each row claimed before its
//! object is deleted, forgotten after.

use crate::app::App;
use crate::error::Error;
use crate::payment::receipts::{strays, uploads};
use entity::stray_object;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Objects claimed at a time.
const PAGE: u64 = 100;
/// How often it is looked.
const EVERY: Duration = Duration::from_mins(1);

/// Collects until it is told to stop. Beside the worker's round: a store that is slow keeps no timer waiting.
pub async fn keep_collecting(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = until(&app, &stop).await {
            tracing::warn!(%error, "what is no receipt could not be deleted; it is tried again");
        }
    }
}

/// Deletes all that is due. Answers how many objects.
pub async fn collect(app: &App) -> Result<usize, Error> {
    until(app, &CancellationToken::new()).await
}

async fn until(app: &App, stop: &CancellationToken) -> Result<usize, Error> {
    let mut collected = 0;
    while !stop.is_cancelled() {
        let txn = app.begin().await?;
        let rows = strays::claim(&txn, app.now(), PAGE).await?;
        uploads::forget_old(&txn, app.now()).await?;
        txn.commit().await?;
        let last = rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        collected += delete(app, &rows, stop).await?;
        if last {
            break;
        }
    }
    Ok(collected)
}

/// Deletes objects up to the first that cannot be, which is left for later; the rows of the others stay claimed and
/// come again.
async fn delete(app: &App, rows: &[stray_object::Model], stop: &CancellationToken) -> Result<usize, Error> {
    let mut gone = Vec::new();
    let mut failed = None;
    for row in rows {
        if stop.is_cancelled() {
            break;
        }
        match app.storage.delete(&row.bucket, &row.object_key).await {
            Ok(()) => gone.push(row.id),
            Err(error) => {
                failed = Some((row.id, error));
                break;
            }
        }
    }
    if !rows.is_empty() {
        let txn = app.begin().await?;
        strays::forget(&txn, &gone).await?;
        if let Some((culprit, _)) = &failed {
            strays::postpone(&txn, *culprit, app.now()).await?;
        }
        txn.commit().await?;
    }
    failed.map_or(Ok(gone.len()), |(_, error)| Err(error))
}
