//! Gathers events that are sent at the same time into one commit.
//!
//! A batch takes one event an order, and only orders that nobody else has locked, so that it waits for none. What it does not
//! take, what a machine refuses, what waits for its window and everything of a batch that fails goes the way of single
//! commands, which knows how to refuse, to wait and to try again. Nothing is answered before it is committed.

use crate::{
    actor::Actor,
    app::App,
    clock::Instant,
    db::{connect, rows::Writes},
    edge::{
        batch::{Batched, Batches},
        idempotency::{self, Claim},
    },
    error::Error,
    workflow::{
        Env, Mode, Needs, Opened, Outcome, Roots, SubjectRef, Unit, Via,
        commands::{EventTaken, Fresh, SendEvent},
        own_needs,
    },
};
use sea_orm::DatabaseTransaction;
use std::{collections::BTreeSet, ops::Range};
use tokio::sync::oneshot;
use uuid::Uuid;

/// An event that waits for a batch, and who waits for its answer.
#[derive(Debug)]
pub struct Waiting {
    actor: Actor,
    event: SendEvent,
    claim: Option<Claim>,
    answer: oneshot::Sender<Answer>,
}

/// What becomes of an event in a batch.
#[derive(Debug)]
enum Answer {
    Done(Box<EventTaken>),
    /// To be sent alone; nothing of it has happened.
    Alone,
    /// Nobody knows whether it happened.
    Lost(Error),
}

/// Sends an event together with others. `None`: it is to be sent alone.
pub async fn send(
    batches: &Batches<Waiting>,
    actor: &Actor,
    event: &SendEvent,
    claim: Option<Claim>,
) -> Result<Option<EventTaken>, Error> {
    let (answer, answered) = oneshot::channel();
    batches.push(Waiting { actor: actor.clone(), event: event.clone(), claim, answer });
    match answered.await {
        Ok(Answer::Done(done)) => Ok(Some(*done)),
        Ok(Answer::Alone) => Ok(None),
        Ok(Answer::Lost(error)) => Err(error),
        Err(_) => Err(Error::internal("a batch of events broke off")),
    }
}

impl Batched for Waiting {
    type With = App;
    const MOST: usize = 32;
    const AT_ONCE: usize = 2;

    async fn work(app: &App, batch: Vec<Self>) {
        let answers = commit(app, &batch).await;
        for (waiting, answer) in batch.into_iter().zip(answers) {
            // Whoever has hung up is not told.
            drop(waiting.answer.send(answer));
        }
    }
}

async fn commit(app: &App, batch: &[Waiting]) -> Vec<Answer> {
    let prepared = match prepare_without_used_keys(app, batch).await {
        Ok(prepared) => prepared,
        Err(error) => {
            tracing::debug!(%error, size = batch.len(), "a batch of events failed; each is sent alone");
            None
        }
    };
    let Some(Prepared { txn, done, left_work }) = prepared else {
        return batch.iter().map(|_| Answer::Alone).collect();
    };
    match connect::commit(txn).await {
        Ok(()) => {
            if left_work {
                app.wake.notify_one();
            }
            done.into_iter().map(|done| done.map_or(Answer::Alone, |done| Answer::Done(Box::new(done)))).collect()
        }
        Err(error) if error.is_contention() => batch.iter().map(|_| Answer::Alone).collect(),
        Err(error) => {
            let lost = || Answer::Lost(Error::Unavailable(error.to_string()));
            done.into_iter().map(|done| done.map_or(Answer::Alone, |_| lost())).collect()
        }
    }
}

/// A batch that is written and not committed.
struct Prepared {
    txn: DatabaseTransaction,
    /// What each came to; `None` where it was not taken.
    done: Vec<Option<EventTaken>>,
    /// Whether it leaves something in the outbox.
    left_work: bool,
}

/// Keys are new, nearly always: whether one was used before is asked when the batch has failed.
async fn prepare_without_used_keys(app: &App, batch: &[Waiting]) -> Result<Option<Prepared>, Error> {
    let failed = match prepare(app, batch, &vec![true; batch.len()]).await {
        Ok(prepared) => return Ok(prepared),
        Err(failed) => failed,
    };
    let claims: Vec<&Claim> = batch.iter().filter_map(|waiting| waiting.claim.as_ref()).collect();
    let mut unused = idempotency::unused(&app.reader, &claims).await?.into_iter();
    let tried: Vec<bool> = batch.iter().map(|waiting| waiting.claim.is_none() || unused.next() == Some(true)).collect();
    if tried.iter().all(|tried| *tried) { Err(failed) } else { prepare(app, batch, &tried).await }
}

/// Everything but the commit, of those that are to be tried; `None` when nothing was taken.
async fn prepare(app: &App, batch: &[Waiting], to_try: &[bool]) -> Result<Option<Prepared>, Error> {
    let txn = app.begin().await?;
    let now = app.now();
    let subjects: Vec<SubjectRef> = batch.iter().map(|waiting| waiting.event.subject_ref()).collect();
    let mut unit = Unit::open_free(&txn, Roots::of_subjects(&subjects), now).await?;
    let system = Actor::system();
    let likely = |needs: Needs, waiting: &Waiting| needs | likely_needs(app, waiting);
    unit.load(&app.rules, &txn, batch.iter().fold(Needs::NOTHING, likely), Mode::Write).await?;
    let roots = unit.roots_of();
    // One event an order: what comes after it would have to see its commit.
    let mut orders = BTreeSet::new();
    let mut tried = Vec::with_capacity(batch.len());
    for (index, subject) in subjects.iter().enumerate().filter(|(index, _)| to_try[*index]) {
        let root = roots.get(subject).copied();
        tried.extend(root.filter(|root| orders.insert(*root)).map(|root| (index, root)));
    }
    let mut needs = Needs::NOTHING;
    for (index, root) in &tried {
        let env = Env { rules: &app.rules, actor: &system, now };
        needs |= Opened::of(&mut unit, env, *root, subjects[*index]).needs_here(&batch[*index].event.event)?;
    }
    unit.load(&app.rules, &txn, needs, Mode::Write).await?;
    let mut taken = Vec::with_capacity(tried.len());
    for (index, root) in tried {
        let Waiting { actor, event, .. } = &batch[index];
        let (env, first) = (Env { rules: &app.rules, actor, now }, unit.shared.log.len());
        // One that is refused has changed nothing.
        let mut opened = Opened::of(&mut unit, env, root, subjects[index]);
        let outcome = opened.try_send(&event.event(), event.expected_version, Via::Client)?;
        if let Outcome::Taken = outcome {
            taken.push(Taken { index, root, rows: first..unit.shared.log.len() });
        }
    }
    if taken.is_empty() {
        txn.rollback().await?;
        return Ok(None);
    }
    let mut done: Vec<Option<EventTaken>> = batch.iter().map(|_| None).collect();
    for Taken { index, rows, .. } in &taken {
        done[*index] = Some(EventTaken::of(subjects[*index], &unit.shared.log[rows.clone()]));
    }
    unit.flush_beside(&txn, kept(batch, &done, now)?).await?;
    for Taken { index, root, rows } in taken {
        let rows = unit.shared.log[rows].to_vec();
        let fresh = Fresh::of(unit.order(root)?, subjects[index], rows)?;
        done[index] = done[index].take().map(|taken| taken.with(fresh));
    }
    let left_work = !unit.shared.outbox.is_empty();
    Ok(Some(Prepared { txn, done, left_work }))
}

/// An event of a batch that was taken, and its rows of the log.
struct Taken {
    index: usize,
    root: Uuid,
    rows: Range<usize>,
}

/// What is written of idempotency keys: the results of what was taken.
fn kept(batch: &[Waiting], done: &[Option<EventTaken>], now: Instant) -> Result<Writes, Error> {
    let kept = batch.iter().zip(done).filter_map(|(waiting, done)| waiting.claim.as_ref().zip(done.as_ref()));
    let mut writes = Writes::new();
    idempotency::keep_all(&mut writes, kept.collect(), now)?;
    Ok(writes)
}

fn likely_needs(app: &App, waiting: &Waiting) -> Needs {
    let subject = waiting.event.subject_ref();
    let own = own_needs(subject.kind, &waiting.actor);
    own | app.registry.likely_needs(subject.kind, &waiting.event.event).of_the_order_alone()
}
