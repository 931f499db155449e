//! Deletes objects that are nobody's receipt when their time is over: a page at a time, each row claimed before its
//! object is deleted, forgotten after. And files of uploads that a server which was killed left on its disk.

use super::received::UPLOADS;
use crate::app::App;
use crate::error::Error;
use crate::payment::receipts::{strays, uploads};
use chrono::TimeDelta;
use entity::stray_object;
use std::fs::DirEntry;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tokio_util::sync::CancellationToken;

/// Objects claimed at a time.
const PAGE: u64 = 100;
/// How often it is looked.
const EVERY: Duration = Duration::from_mins(1);
/// How often the folder for temporary files is looked through, the first time at once.
const SWEEP_EVERY: Duration = Duration::from_hours(1);
/// Files younger than that stay: another server may be writing them.
const LEFT_BEHIND: TimeDelta = TimeDelta::days(1);

/// Collects until it is told to stop. Beside the worker's round: a store that is slow keeps no timer waiting.
pub async fn keep_collecting(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut sweeps = tokio::time::interval(SWEEP_EVERY);
    sweeps.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = sweeps.tick() => {
                sweep_temporary(&app).await;
                continue;
            }
            _ = tick.tick() => {}
        }
        if let Err(error) = until(&app, &stop).await {
            tracing::warn!(%error, "what is no receipt could not be deleted; it is tried again");
        }
    }
}

async fn sweep_temporary(app: &App) {
    let before = SystemTime::from(app.now() - LEFT_BEHIND);
    let swept = tokio::task::spawn_blocking(move || sweep(&tempfile::env::temp_dir(), before)).await;
    match swept.map_err(io::Error::other).flatten() {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "deleted uploads that a server which was killed left on its disk"),
        Err(error) => tracing::warn!(%error, "the folder for temporary files cannot be read"),
    }
}

/// Deletes the files of uploads in the folder that were last written before then: payment documents that nobody reads
/// any more. Answers how many.
pub fn sweep(folder: &Path, before: SystemTime) -> io::Result<usize> {
    let mut deleted = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(|name| name.starts_with(UPLOADS)) {
            continue;
        }
        match delete_old(&entry, before) {
            Ok(was_old) => deleted += usize::from(was_old),
            // Another server's sweep was faster, or its upload ended.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, file = %entry.path().display(), "an old upload cannot be deleted"),
        }
    }
    Ok(deleted)
}

fn delete_old(entry: &DirEntry, before: SystemTime) -> io::Result<bool> {
    let of_it = entry.metadata()?;
    let is_old = of_it.is_file() && of_it.modified()? < before;
    if is_old {
        std::fs::remove_file(entry.path())?;
    }
    Ok(is_old)
}

/// Deletes all that is due. Answers how many objects.
pub async fn collect(app: &App) -> Result<usize, Error> {
    until(app, &CancellationToken::new()).await
}

async fn until(app: &App, stop: &CancellationToken) -> Result<usize, Error> {
    let mut collected = 0;
    while !stop.is_cancelled() {
        let claim = async |txn: &_| {
            uploads::forget_old(txn, app.now()).await?;
            strays::claim(txn, app.now(), PAGE).await
        };
        let rows = app.write(claim).await?;
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
        let settle = async |txn: &_| {
            strays::forget(txn, &gone).await?;
            let Some((culprit, _)) = &failed else { return Ok(()) };
            strays::postpone(txn, *culprit, app.now()).await
        };
        app.write(settle).await?;
    }
    failed.map_or(Ok(gone.len()), |(_, error)| Err(error))
}
