//! Holds of a fulfilment: they stack, and it goes on when the last is gone. Only their cause lifts PAYMENT and DISPUTE.

use crate::{
    error::Error,
    id,
    workflow::{Turn, Verdict},
};
use entity::{HoldCause, hold};
use serde_json::Value;
use uuid::Uuid;

fn live(turn: &Turn<'_>) -> Result<Vec<hold::Model>, Error> {
    let id = turn.subject.id;
    let holds = turn.order.holds.all()?.iter().filter(|hold| hold.fulfilment_id == id && hold.lifted_at.is_none());
    Ok(holds.map(|hold| (**hold).clone()).collect())
}

/// Which holds this RELEASE lifts: all of the cause that a command names; the manual one that a person names, or the
/// newest manual one.
fn lifted(turn: &Turn<'_>) -> Result<Vec<Uuid>, Error> {
    let live = live(turn)?;
    if let Some(cause) = cause(turn)? {
        return Ok(live.iter().filter(|hold| hold.cause == cause).map(|hold| hold.id).collect());
    }
    let mut manual = live.iter().filter(|hold| hold.cause == HoldCause::Manual);
    let chosen = match turn.event.text("hold") {
        Some(named) => manual.find(|hold| id::encode(id::Prefix::Hold, hold.id) == named),
        None => manual.max_by_key(|hold| (hold.placed_at, hold.id)),
    };
    Ok(chosen.map(|hold| hold.id).into_iter().collect())
}

fn cause(turn: &Turn<'_>) -> Result<Option<HoldCause>, Error> {
    let named = turn.event.payload.get("cause").cloned().filter(|cause| !cause.is_null());
    named.map(|cause| serde_json::from_value(cause).map_err(Error::internal)).transpose()
}

/// There is a hold that this RELEASE lifts.
pub fn can_be_lifted(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let lifts = !lifted(turn)?.is_empty();
    Ok(Verdict::when(
        lifts,
        "no such manual hold is in place; PAYMENT and DISPUTE holds are lifted only by their cause",
        "name a manual hold, take the payment, or wait for the dispute",
    ))
}

/// Nothing else holds it.
pub fn is_last(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let left = live(turn)?.len() - lifted(turn)?.len();
    Ok(Verdict::when(left == 0, format!("{left} other holds are in place"), "lift them too"))
}

/// Adds a hold.
pub fn add(turn: &mut Turn<'_>) -> Result<(), Error> {
    let text = |key: &str| turn.event.payload.get(key).and_then(Value::as_str).map(str::to_owned);
    let row = hold::Model {
        id: id::new(),
        root_id: turn.order.root.id,
        fulfilment_id: turn.subject.id,
        cause: cause(turn)?.unwrap_or(HoldCause::Manual),
        reason_code: turn.event.reason_code.clone().or_else(|| text("reasonCode")),
        note: turn.event.note.clone().or_else(|| text("note")),
        // One that is inherited is as old as it was.
        placed_by: text("placedBy").unwrap_or_else(|| turn.env.actor.id.clone()),
        placed_at: text("placedAt").and_then(|at| at.parse().ok()).unwrap_or_else(|| turn.now()),
        lifted_at: None,
    };
    turn.order.holds.insert(row)?;
    count(turn)
}

/// Lifts what this RELEASE lifts.
pub fn lift(turn: &mut Turn<'_>) -> Result<(), Error> {
    let (lifted, now) = (lifted(turn)?, turn.now());
    for hold in turn.order.holds.all_mut()?.iter_mut().filter(|hold| lifted.contains(&hold.id)) {
        hold.lifted_at = Some(now);
    }
    count(turn)
}

fn count(turn: &mut Turn<'_>) -> Result<(), Error> {
    let holds = i32::try_from(live(turn)?.len()).map_err(Error::internal)?;
    turn.fulfilment_mut()?.workflow_context.holds = holds;
    Ok(())
}
