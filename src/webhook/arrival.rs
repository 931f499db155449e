//! Deliveries that arrive at the same time are stored in one statement and applied in one transaction.

use super::apply_all;
use crate::{
    app::App,
    edge::batch::{Batched, Batches},
    error::Error,
    payment::news::{self, Due},
    queue::inbox,
};
use entity::{DeliveryStatus, webhook_delivery};
use tokio::sync::oneshot;

/// A delivery that was let in, and who waits for its answer.
#[derive(Debug)]
pub struct Arrival {
    events: Vec<Due>,
    answer: oneshot::Sender<Result<(), Error>>,
}

/// Stores a delivery's events and applies those that were not known; answered when that is committed, or when it is
/// stored and left to the worker.
pub async fn take(batches: &Batches<Arrival>, events: Vec<Due>) -> Result<(), Error> {
    let (answer, answered) = oneshot::channel();
    batches.push(Arrival { events, answer });
    answered.await.map_err(|_| Error::internal("a batch of deliveries broke off"))?
}

impl Batched for Arrival {
    type With = App;
    const MOST: usize = 64;
    const AT_ONCE: usize = 2;

    async fn work(app: &App, batch: Vec<Self>) {
        let all: Vec<&Due> = batch.iter().flat_map(|arrival| &arrival.events).collect();
        match store(app, &all).await {
            Ok(()) => batch.into_iter().for_each(|arrival| arrival.tell(Ok(()))),
            // One of them may be the cause.
            Err(error) => {
                tracing::warn!(%error, size = batch.len(), "a batch of deliveries could not be stored; each is alone");
                for arrival in batch {
                    let stored = store(app, &arrival.events.iter().collect::<Vec<_>>()).await;
                    arrival.tell(stored);
                }
            }
        }
    }
}

impl Arrival {
    /// Whoever has hung up is not told.
    fn tell(self, answer: Result<(), Error>) {
        drop(self.answer.send(answer));
    }
}

/// Fails when nothing was stored. What was stored and could not be applied is the worker's from then on.
async fn store(app: &App, events: &[&Due]) -> Result<(), Error> {
    let rows: Vec<_> = events.iter().map(|event| &event.row).collect();
    let kept = inbox::keep(&app.writer, &rows).await?;
    let fresh = events.iter().filter(|event| kept.fresh.contains(&event.row.id));
    let mut due: Vec<Due> = fresh.map(|event| (*event).clone()).collect();
    for row in kept.others {
        let event = events.iter().find(|event| event.row.id == row.id).and_then(|event| event.event.clone());
        due.extend(beside(app, row).await?.map(|row| Due { row, event }));
    }
    due.retain(|due| due.row.status == DeliveryStatus::Received);
    if !due.is_empty()
        && let Err(error) = apply_all(app, &due).await
    {
        tracing::error!(%error, "deliveries were stored and not applied; the worker takes them over");
    }
    Ok(())
}

/// Keeps an event whose id is known, unless it says the same after all. Answers it when it was not known yet.
async fn beside(app: &App, row: webhook_delivery::Model) -> Result<Option<webhook_delivery::Model>, Error> {
    let known = inbox::with_id(&app.writer, &row).await?;
    for old in known.iter().filter(|old| old.said.is_none()) {
        if news::said(old, app.now()) == row.said {
            inbox::count_again(&app.writer, old.id, &row).await?;
            return Ok(None);
        }
    }
    let first =
        known.first().ok_or_else(|| Error::Unavailable("the event's id was just being forgotten".to_owned()))?;
    inbox::keep_beside(&app.writer, first, row).await
}
