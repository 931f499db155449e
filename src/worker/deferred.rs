//! Events that waited for their windows, sent in the name of who asked for them.
//!
//! Who that is now is asked first: a user who was disabled or a key that was revoked sends nothing any more, and the role counts
//! that the user has now. Each is a transaction of its own, since each has its own actor; a fault leaves the event to its timer.

use crate::{
    access, actor::Actor, app::App, clock::Instant, edge, error::Error,
    workflow::deferred::commands::SendDeferredEvent, workflow::queries,
};
use entity::{deferred_event, timer};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Sends what these timers are of, and gives back what it does not come to before it is told to stop. Answers how many were
/// seen to.
pub async fn send(app: &App, due: &[timer::Model], stop: &CancellationToken) -> Result<usize, Error> {
    let ids: Vec<Uuid> = due.iter().map(|timer| timer.ref_id).collect();
    let rows = queries::deferred_by_id(&app.reader, &ids).await?;
    let mut sent = 0;
    for (place, timer) in due.iter().enumerate() {
        if stop.is_cancelled() {
            super::give_back(app, &due[place..]).await?;
            break;
        }
        let row = rows.get(&timer.ref_id);
        match send_one(app, timer.ref_id, row).await {
            Ok(()) => sent += 1,
            Err(error) => {
                tracing::error!(timer = %timer.id, %error, "an event that waited could not be sent; it is tried again when its claim is over");
            }
        }
    }
    Ok(sent)
}

async fn send_one(app: &App, id: Uuid, row: Option<&Arc<deferred_event::Model>>) -> Result<(), Error> {
    let now: Instant = app.now();
    let (actor, barred) = match row {
        // Nothing to send: the command forgets the timer.
        None => (Actor::system(), None),
        Some(row) => match access::again(&app.reader, &app.roles, now, row.user_id, row.api_key_id).await {
            Ok(actor) => (actor, None),
            Err(Error::Unauthenticated(why)) => (Actor::system(), Some(why)),
            Err(error) => return Err(error),
        },
    };
    edge::run(app, &actor, None, &SendDeferredEvent { deferred_event_id: id, barred }).await.map(drop)
}
