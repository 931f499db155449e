//! Gathers events that are sent at the same time into one commit.
//!
//! A batch takes one event an order, and only orders that nobody else has locked, so that it waits for nobody. What it does not take, what a
//! machine refuses and everything of a batch that fails goes the way of single commands, which knows how to refuse, to
//! wait and to try again. Nothing is answered before it is committed.

use crate::{
    access::Actor,
    app::App,
    command::Done,
    error::Error,
    lanes::{self, Gathers, Lanes},
    workflow::{Mode, Needs, Outcome, Roots, Scene, SubjectRef, Unit, Via, commands, commands::SendEvent, own_needs},
};
use std::collections::BTreeSet;
use tokio::sync::oneshot;

/// How often a batch begins anew without those that were refused.
const ROUNDS: usize = 3;

/// An event that waits for a batch, and who waits for its answer.
#[derive(Debug)]
pub struct Waiting {
    actor: Actor,
    event: SendEvent,
    answer: oneshot::Sender<Answer>,
}

/// What becomes of an event in a batch.
#[derive(Debug)]
enum Answer {
    Done(Box<Done>),
    /// To be sent alone; nothing of it has happened.
    Alone,
    /// Nobody knows whether it happened.
    Lost(Error),
}

/// Sends an event together with others. `None`: it is to be sent alone.
pub async fn send(app: &App, actor: &Actor, event: &SendEvent) -> Result<Option<Done>, Error> {
    let (answer, answered) = oneshot::channel();
    lanes::push(app, Waiting { actor: actor.clone(), event: event.clone(), answer });
    match answered.await {
        Ok(Answer::Done(done)) => Ok(Some(*done)),
        Ok(Answer::Alone) => Ok(None),
        Ok(Answer::Lost(error)) => Err(error),
        Err(_) => Err(Error::internal("a batch of events broke off")),
    }
}

impl Gathers for Waiting {
    const MOST: usize = 32;
    const LANES: usize = 2;

    fn lanes(app: &App) -> &Lanes<Self> {
        &app.gather
    }

    async fn work(app: &App, batch: Vec<Self>) {
        let answers = commit(app, &batch).await;
        for (waiting, answer) in batch.into_iter().zip(answers) {
            // Whoever has hung up is not told.
            drop(waiting.answer.send(answer));
        }
    }
}

async fn commit(app: &App, batch: &[Waiting]) -> Vec<Answer> {
    let prepared = match prepare(app, batch).await {
        Ok(prepared) => prepared,
        Err(error) => {
            tracing::debug!(%error, size = batch.len(), "a batch of events failed; each is sent alone");
            None
        }
    };
    let Some((txn, done)) = prepared else { return batch.iter().map(|_| Answer::Alone).collect() };
    match txn.commit().await.map_err(Error::from) {
        Ok(()) => {
            app.wake.notify_one();
            done.into_iter().map(|done| done.map_or(Answer::Alone, |done| Answer::Done(Box::new(done)))).collect()
        }
        Err(error) if error.is_contention() => batch.iter().map(|_| Answer::Alone).collect(),
        Err(error) => {
            let what = format!("it is not known whether the event was taken; look before you send it again: {error}");
            let answer =
                |done: Option<Done>| done.map_or(Answer::Alone, |_| Answer::Lost(Error::Unavailable(what.clone())));
            done.into_iter().map(answer).collect()
        }
    }
}

type Prepared = (sea_orm::DatabaseTransaction, Vec<Option<Done>>);

/// Everything but the commit; `None` when nothing was taken.
async fn prepare(app: &App, batch: &[Waiting]) -> Result<Option<Prepared>, Error> {
    let txn = app.begin().await?;
    let now = app.now();
    let mut taken: Vec<usize> = (0..batch.len()).collect();
    for _ in 0..ROUNDS {
        let subjects: Vec<SubjectRef> = taken.iter().map(|index| batch[*index].event.subject_ref()).collect();
        let mut unit = Unit::open_free(&txn, Roots::of_subjects(&subjects), now).await?;
        let system = Actor::system();
        let likely = |needs: Needs, index: &usize| needs | likely_needs(app, &batch[*index]);
        let likely = taken.iter().fold(Needs::NOTHING, likely);
        unit.load(app, &txn, likely, Mode::Write).await?;
        let roots = unit.roots_of();
        // One event an order: what comes after it would have to see its commit.
        let mut orders = BTreeSet::new();
        taken.retain(|index| {
            let root = roots.get(&batch[*index].event.subject_ref());
            root.is_some_and(|root| orders.insert(*root))
        });
        let mut needs = Needs::NOTHING;
        for index in &taken {
            let (subject, event) = (batch[*index].event.subject_ref(), &batch[*index].event.event);
            let scene = Scene { app, actor: &system, now };
            needs |= unit.needs_here(scene, roots[&subject], subject, event)?;
        }
        unit.load(app, &txn, needs, Mode::Write).await?;
        let mut logged = Vec::with_capacity(taken.len());
        let mut refused = BTreeSet::new();
        for index in &taken {
            let Waiting { actor, event, .. } = &batch[*index];
            let (subject, first) = (event.subject_ref(), unit.shared.log.len());
            let (scene, root) = (Scene { app, actor, now }, roots[&subject]);
            match unit.try_send(scene, root, subject, &event.event(), event.expected_version, Via::Lever)? {
                Outcome::Taken => logged.push((*index, root, first..unit.shared.log.len())),
                Outcome::Refused(_) => {
                    refused.insert(*index);
                }
            }
        }
        if logged.is_empty() {
            break;
        }
        if refused.is_empty() {
            unit.flush(&txn).await?;
            let mut done: Vec<Option<Done>> = batch.iter().map(|_| None).collect();
            for (index, root, rows) in logged {
                let rows = unit.shared.log[rows].to_vec();
                done[index] = Some(commands::done_of(unit.order(root)?, batch[index].event.subject_ref(), rows)?);
            }
            return Ok(Some((txn, done)));
        }
        // A refusal may have touched the unit: begin anew without it, under the same locks.
        taken.retain(|index| !refused.contains(index));
    }
    txn.rollback().await?;
    Ok(None)
}

fn likely_needs(app: &App, waiting: &Waiting) -> Needs {
    let subject = waiting.event.subject_ref();
    let own = own_needs(subject.kind, &waiting.actor);
    own | app.registry.likely_needs(subject.kind, &waiting.event.event).of_the_order_alone()
}
