//! Where commands meet the world: begins, looks up the idempotency key, runs, commits, tries again after a lost race,
//! and keeps what was refused. GraphQL, REST, webhooks and the worker call this; nothing below it commits.

pub mod batch;
pub mod group;
pub mod idempotency;
mod input;
mod refusals;

use crate::{
    actor::Actor,
    app::App,
    db::connect,
    error::Error,
    workflow::{
        Command, Cx,
        commands::{EventTaken, SendEvent},
    },
};
use batch::Batches;
use futures_util::{FutureExt as _, future::BoxFuture};
use idempotency::Claim;
use std::panic::AssertUnwindSafe;

/// How often a lost race is run again.
const TRIES: u32 = 3;

/// Runs a command in a transaction of its own.
///
/// Input that nobody may send is refused before anything is looked at, and is no attempt at anything. What is refused
/// after that is kept, and stays the answer when it cannot be.
pub async fn run<C: Command>(app: &App, actor: &Actor, key: Option<&str>, command: &C) -> Result<C::Output, Error> {
    run_checked(app, actor, Claim::of(actor, key, command)?.as_ref(), command).await
}

/// The same, once its input is fit to be looked at and the key's claim is made.
async fn run_checked<C: Command>(
    app: &App,
    actor: &Actor,
    claim: Option<&Claim>,
    command: &C,
) -> Result<C::Output, Error> {
    let mut tries = 0;
    let result = loop {
        tries += 1;
        let lost = match attempt(app, actor, claim, command).await {
            Ok(Some(done)) => break Ok(done),
            Ok(None) => "the idempotency key was used meanwhile".to_owned(),
            Err(error) if error.is_contention() => error.to_string(),
            Err(error) => break Err(error),
        };
        if tries == TRIES {
            break Err(Error::Unavailable("too many others want the same thing just now; try again".to_owned()));
        }
        tracing::debug!(mutation = C::NAME, tries, %lost, "lost a race, trying again");
        tokio::time::sleep(std::time::Duration::from_millis(u64::from(tries) * 5)).await;
    };
    match &result {
        Ok(_) => app.wake.notify_one(),
        Err(refusal) => {
            if let Err(error) = refusals::keep(app, actor, command, refusal).await {
                tracing::error!(mutation = C::NAME, %refusal, %error, "a refused attempt could not be kept");
            }
        }
    }
    result
}

/// Work that may have a bug: where it panics, that is an error like others, and whoever comes after is served.
pub fn caught<'a, T: 'a>(work: impl Future<Output = Result<T, Error>> + Send + 'a) -> BoxFuture<'a, Result<T, Error>> {
    let as_error = |panic: Box<dyn std::any::Any + Send>| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::internal(format!("panicked: {}", text.unwrap_or_default())))
    };
    AssertUnwindSafe(work).catch_unwind().map(move |done| done.unwrap_or_else(as_error)).boxed()
}

/// What a command with this key and this input came to before; so that what precedes a command need not be done again.
pub async fn replayed<C: Command>(
    app: &App,
    actor: &Actor,
    key: Option<&str>,
    command: &C,
) -> Result<Option<C::Output>, Error> {
    let Some(claim) = Claim::of(actor, key, command)? else { return Ok(None) };
    claim.known(&app.reader, app.now()).await
}

/// Sends an event to a subject: together with others, where that can be; else alone.
pub async fn send(
    app: &App,
    batches: &Batches<group::Waiting>,
    actor: &Actor,
    key: Option<&str>,
    event: &SendEvent,
) -> Result<EventTaken, Error> {
    send_as(app, batches, actor, key, event, Some(event)).await
}

/// Runs a command that sends an event: as that event together with others, where it can be told beforehand which it is, and
/// nothing has changed meanwhile; else alone.
pub async fn send_as<C: Command<Output = EventTaken>>(
    app: &App,
    batches: &Batches<group::Waiting>,
    actor: &Actor,
    key: Option<&str>,
    command: &C,
    likely: Option<&SendEvent>,
) -> Result<EventTaken, Error> {
    let claim = Claim::of(actor, key, command)?;
    if let Some(event) = likely
        && let Some(taken) = group::send(batches, actor, event, claim.clone()).await?
    {
        return Ok(taken);
    }
    run_checked(app, actor, claim.as_ref(), command).await
}

/// One try in a transaction of its own; `None` when somebody else used the idempotency key meanwhile.
async fn attempt<C: Command>(
    app: &App,
    actor: &Actor,
    claim: Option<&Claim>,
    command: &C,
) -> Result<Option<C::Output>, Error> {
    let txn = app.begin().await?;
    let now = app.now();
    if let Some(claim) = claim
        && let Some(done) = claim.known(&txn, now).await?
    {
        txn.rollback().await?;
        return Ok(Some(done));
    }
    let cx = Cx { rules: &app.rules, txn: &txn, actor, now };
    let result = command.run(&cx).await;
    let kept = match (&result, claim) {
        (Ok(done), Some(claim)) => claim.keep(&txn, done, now).await?,
        (result, _) => result.is_ok(),
    };
    if kept {
        connect::commit(txn).await?;
        return result.map(Some);
    }
    // A connection that is gone cannot roll back, and need not: the server does it.
    if let Err(failed) = txn.rollback().await {
        tracing::debug!(%failed, "rollback");
    }
    match (result, claim) {
        (Ok(_), _) => Ok(None),
        // What it waited for may have been the same command under the same key.
        (Err(error), Some(claim)) if !error.is_contention() => {
            claim.known(&app.reader, now).await?.map(Some).ok_or(error)
        }
        (Err(error), _) => Err(error),
    }
}
