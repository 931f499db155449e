//! Asking payment providers: claim, look, call, write the answer; the call is outside any transaction.
//!
//! A crash in between leaves a claim that ends, and the same is asked again with the same intent. Knows when providers are
//! asked, not what: `payment::outgoing` does.

use crate::{
    actor::Actor,
    app::App,
    edge,
    error::Error,
    payment::outgoing::{self, Answer, Plan, TakeAnswer},
    queue::outbox::{self, End, Handler},
    workflow::Cx,
};
use chrono::TimeDelta;
use entity::outbox::Model;
use futures_util::future::join_all;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Rows that are claimed, and asked for, at a time.
const BATCH: u64 = 8;
/// The longest that one row may take, all its requests together; its claim lasts longer.
const LONGEST: Duration = Duration::from_mins(2);

/// Asks for everything that is due. Answers how many rows were looked at.
pub async fn drain(app: &App, stop: &CancellationToken) -> Result<usize, Error> {
    let mut done = 0;
    while !stop.is_cancelled() {
        let rows = app.write(async |txn| outbox::claim(txn, Handler::Provider, app.now(), BATCH).await).await?;
        if rows.is_empty() {
            break;
        }
        done += rows.len();
        join_all(rows.iter().map(|row| carry_out(app, row, stop))).await;
    }
    Ok(done)
}

async fn carry_out(app: &App, row: &Model, stop: &CancellationToken) {
    let Err(error) = ask(app, row, stop).await else { return };
    tracing::error!(row = %row.id, %error, "what a provider was asked could not be written down; it is asked again");
    if let Err(error) = postpone(app, row, &error.to_string(), None).await {
        tracing::error!(row = %row.id, %error, "it is asked again when its claim is over");
    }
}

async fn ask(app: &App, row: &Model, stop: &CancellationToken) -> Result<(), Error> {
    let asked = match plan(app, row).await? {
        Plan::Ask(asked) => asked,
        Plan::Wait(why) => return postpone(app, row, &why, None).await,
        Plan::Fail(why) => {
            let command = TakeAnswer { row: row.id, answer: Answer::Refused(why) };
            return edge::run(app, &Actor::system(), None, &command).await.map(drop);
        }
        Plan::Nothing(how) => return end(app, row, &how).await,
    };
    let answer = tokio::select! {
        answer = tokio::time::timeout(LONGEST, outgoing::call(&app.http, &app.rules, &asked)) => answer,
        () = stop.cancelled() => return postpone(app, row, "the worker stopped while it was asked", None).await,
    };
    let answer = answer.unwrap_or_else(|_| Answer::Later { why: "no answer in time".to_owned(), pause: None });
    if let Answer::Later { why, pause } = &answer {
        tracing::warn!(provider = asked.provider, row = %row.id, %why, "a provider was not reached; it is asked again");
        return postpone(app, row, why, *pause).await;
    }
    let command = TakeAnswer { row: row.id, answer };
    match edge::run(app, &Actor::provider(&asked.provider), None, &command).await {
        // What cannot be booked now cannot be booked later: it is shown, and people decide.
        Err(error) if !error.retryable() => {
            end(app, row, &End::Refused(format!("the provider's answer was not booked: {error}"))).await
        }
        done => done.map(drop),
    }
}

/// What there is to ask, with the order locked: whatever settles the same by hand comes before, or sees the claim.
async fn plan(app: &App, row: &Model) -> Result<Plan, Error> {
    let (txn, actor) = (app.begin().await?, Actor::system());
    let cx = Cx { rules: &app.rules, txn: &txn, actor: &actor, now: app.now() };
    let plan = outgoing::plan(&cx, row).await;
    txn.rollback().await?;
    match plan {
        // A row that cannot be read never will.
        Err(error @ Error::NotFound(_)) => Ok(Plan::Nothing(End::NotAsked(error.to_string()))),
        plan => plan,
    }
}

async fn postpone(app: &App, row: &Model, why: &str, pause: Option<TimeDelta>) -> Result<(), Error> {
    app.write(async |txn| outbox::postpone(txn, row, why, pause, app.now()).await).await
}

async fn end(app: &App, row: &Model, how: &End) -> Result<(), Error> {
    app.write(async |txn| outbox::end(txn, row.id, how, app.now()).await).await
}
