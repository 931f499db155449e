//! The worker: drains the outbox, fires due timers, and expires stale sales on their schedule.
//!
//! Several may run at once: each claims rows by lease and skips what others hold. A batch that fails is halved until the
//! culprit stands alone. Knows when things are done, not what they mean.

mod deferred;

use crate::{
    access,
    actor::Actor,
    app::App,
    approval::lapse::LapseOverride,
    clock::Instant,
    edge, effects,
    error::Error,
    login,
    queue::{
        inbox,
        outbox::{self, Handler},
    },
    receipt, webhook,
    workflow::{
        Outcome, definitions,
        timers::{self, Which},
    },
};
use entity::{SubjectKind, timer};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Rows taken from the outbox at a time, and timers that fire on a tick.
const BATCH: u64 = 200;
/// Between two looks at the outbox that commits ask for: on a busy server each commit asks.
const REST: Duration = Duration::from_millis(25);
/// How often a server looks for versions of machines that others have published.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often old idempotency keys, refused deliveries, failed logins and ended tokens are forgotten, and words folded that
/// were left out.
const CLEAN_EVERY: Duration = Duration::from_mins(1);

/// Works until it is told to stop; then finishes the batch in hand and gives claims back.
pub async fn run(app: App, stop: CancellationToken) -> Result<(), Error> {
    let expire = Arc::new(Notify::new());
    let mut schedule = schedule(&app, Arc::clone(&expire)).await?;
    let mut tick = tokio::time::interval(Duration::from_millis(app.settings.worker.tick_ms));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut clean = tokio::time::interval(CLEAN_EVERY);
    // Of its own, so that a provider that does not answer holds up nothing else.
    let providers = tokio::spawn(ask_providers(app.clone(), stop.clone()));
    let mut rested = tokio::time::Instant::now();
    let collecting = tokio::spawn(receipt::collect::keep_collecting(app.clone(), stop.clone()));
    loop {
        let done = tokio::select! {
            () = stop.cancelled() => break,
            () = expire.notified() => edge::caught(expire_until(&app, &stop)).await,
            () = rest_and_wake(&app, rested) => {
                let drained = edge::caught(follow_up(&app, &stop)).await;
                rested = tokio::time::Instant::now() + REST;
                drained
            }
            _ = tick.tick() => edge::caught(tick_until(&app, &stop)).await,
            _ = clean.tick() => edge::caught(tidy_up(&app)).await,
        };
        if let Err(error) = done {
            tracing::error!(%error, "the worker could not do its round; it tries again on the next tick");
        }
    }
    collecting.await.map_err(Error::internal)?;
    providers.await.map_err(Error::internal)?;
    schedule.shutdown().await.map_err(Error::internal)
}

async fn ask_providers(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(Duration::from_millis(app.settings.worker.tick_ms));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = edge::caught(effects::providers::drain(&app, &stop)).await {
            tracing::error!(%error, "providers could not be asked; they are on the next tick");
        }
    }
}

/// Rests first: a commit meanwhile is remembered.
async fn rest_and_wake(app: &App, rested: tokio::time::Instant) {
    tokio::time::sleep_until(rested).await;
    app.wake.notified().await;
}

async fn schedule(app: &App, expire: Arc<Notify>) -> Result<JobScheduler, Error> {
    let schedule = JobScheduler::new().await.map_err(Error::internal)?;
    let job = Job::new_async(app.settings.sale.expiry_cron.as_str(), move |_, _| {
        let expire = Arc::clone(&expire);
        Box::pin(async move { expire.notify_one() })
    });
    let job = job.map_err(|error| Error::invalid("sale.expiry_cron", error.to_string()))?;
    schedule.add(job).await.map_err(Error::internal)?;
    schedule.start().await.map_err(Error::internal)?;
    Ok(schedule)
}

/// One round of the outbox, of the timers that fire on every tick, and of what providers are asked. Answers how much was
/// done.
pub async fn tick(app: &App) -> Result<usize, Error> {
    let stop = CancellationToken::new();
    let done = tick_until(app, &stop).await?;
    Ok(done + effects::providers::drain(app, &stop).await?)
}

async fn tick_until(app: &App, stop: &CancellationToken) -> Result<usize, Error> {
    let fired = sweep(app, Which::Others, BATCH, stop).await?;
    Ok(fired + follow_up(app, stop).await?)
}

/// Expires every sale whose time is over, a batch a transaction. Answers how many timers fired.
pub async fn expire_sales(app: &App) -> Result<usize, Error> {
    expire_until(app, &CancellationToken::new()).await
}

async fn expire_until(app: &App, stop: &CancellationToken) -> Result<usize, Error> {
    let expired = sweep(app, Which::SaleExpiry, app.settings.sale.expiry_batch_size, stop).await?;
    Ok(expired + drain_outbox(app, stop).await?)
}

async fn sweep(app: &App, which: Which, limit: u64, stop: &CancellationToken) -> Result<usize, Error> {
    let mut fired = 0;
    while !stop.is_cancelled() {
        let due = app.write(async |txn| timers::claim(txn, which, app.now(), limit).await).await?;
        if due.is_empty() {
            break;
        }
        let last = u64::try_from(due.len()).is_ok_and(|taken| taken < limit);
        fired += fire(app, due, stop).await?;
        if last {
            break;
        }
    }
    Ok(fired)
}

async fn fire(app: &App, due: Vec<timer::Model>, stop: &CancellationToken) -> Result<usize, Error> {
    let (deferred, due): (Vec<_>, Vec<_>) = due.into_iter().partition(timers::is_deferred);
    let (lapses, delayed): (Vec<_>, Vec<_>) = due.into_iter().partition(timers::is_lapse);
    let mut fired = 0;
    for timer in &lapses {
        let command = LapseOverride { override_request_id: timer.ref_id };
        match edge::run(app, &Actor::system(), None, &command).await {
            Ok(_) => fired += 1,
            Err(error) => tracing::error!(timer = %timer.id, %error, "an override could not lapse"),
        }
    }
    if !deferred.is_empty() {
        fired += deferred::send(app, &deferred, stop).await?;
    }
    for kind in [SubjectKind::Quotation, SubjectKind::Sale, SubjectKind::Fulfilment] {
        let batch: Vec<timer::Model> = delayed.iter().filter(|timer| timer.subject_kind == kind).cloned().collect();
        if stop.is_cancelled() {
            give_back(app, &batch).await?;
        } else {
            fired += fire_batch(app, &batch).await;
        }
    }
    Ok(fired)
}

/// Fires a batch in one transaction; if that fails, each half in one of its own, down to the culprit.
async fn fire_batch(app: &App, batch: &[timer::Model]) -> usize {
    let mut waiting = vec![batch];
    let mut fired = 0;
    while let Some(part) = waiting.pop() {
        match try_fire(app, part).await {
            Ok(taken) => fired += taken,
            Err(error) if part.len() > 1 => {
                tracing::warn!(%error, size = part.len(), "a batch of timers failed and is halved");
                let (first, second) = part.split_at(part.len() / 2);
                waiting.extend([second, first]);
            }
            Err(error) => {
                let timer = part.first().map(|timer| timer.id);
                tracing::error!(?timer, %error, "a timer could not fire; it is tried again when its claim is over");
            }
        }
    }
    fired
}

async fn try_fire(app: &App, part: &[timer::Model]) -> Result<usize, Error> {
    if part.is_empty() {
        return Ok(0);
    }
    let outcomes = app.write(async |txn| timers::fire(txn, app, part, app.now()).await).await?;
    Ok(outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Taken)).count())
}

async fn give_back(app: &App, batch: &[timer::Model]) -> Result<(), Error> {
    let ids: Vec<Uuid> = batch.iter().map(|timer| timer.id).collect();
    app.write(async |txn| timers::release(txn, &ids).await).await
}

/// What commits left behind: deliveries that wait, and the outbox.
async fn follow_up(app: &App, stop: &CancellationToken) -> Result<usize, Error> {
    Ok(webhook::drain(app, stop).await? + drain_outbox(app, stop).await?)
}

async fn drain_outbox(app: &App, stop: &CancellationToken) -> Result<usize, Error> {
    let mut done = 0;
    loop {
        let rows = app.write(async |txn| outbox::claim(txn, Handler::House, app.now(), BATCH).await).await?;
        if rows.is_empty() {
            return Ok(done);
        }
        if stop.is_cancelled() {
            let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            app.write(async |txn| outbox::release(txn, &ids).await).await?;
            return Ok(done);
        }
        done += effects::carry_out(app, &rows, stop).await?;
    }
}

async fn tidy_up(app: &App) -> Result<usize, Error> {
    let now: Instant = app.now();
    let forget = async |txn: &_| {
        edge::idempotency::forget_old(txn, now).await?;
        inbox::forget_refused(txn).await?;
        login::backoff::forget_old(txn, now).await?;
        access::commands::forget_old(txn, now).await
    };
    app.write(forget).await?;
    app.fold_words().await?;
    Ok(0)
}

/// Looks for versions that others have published, until it is told to stop: what starts here then starts on them.
pub async fn learn_machines(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        if let Err(error) = definitions::learn(&app.reader, &app.registry).await {
            tracing::error!(%error, "published machines could not be read; the next look is in a moment");
        }
    }
}
