//! How money that moved reaches the sale: through its machine where that takes it, on record where it does not.

use crate::{
    error::Error,
    workflow::{Cx, Event, SubjectRef, Unit},
};
use serde_json::Value;
use uuid::Uuid;

/// Tells the sale that money moved. It has moved, whatever the machine says: where nothing takes the event, it is on
/// record.
pub fn report(cx: &Cx<'_>, unit: &mut Unit, root: Uuid, sale: SubjectRef, event: &Event) -> Result<(), Error> {
    if unit.offer(cx.env(), root, sale, event)? { Ok(()) } else { unit.record(cx.env(), root, sale, event) }
}

/// Tells the sale of something that moved no money: where nothing takes the event it is a recorded no-op.
pub fn report_status(cx: &Cx<'_>, unit: &mut Unit, root: Uuid, sale: SubjectRef, event: &Event) -> Result<(), Error> {
    if unit.offer(cx.env(), root, sale, event)? { Ok(()) } else { unit.record_noop(cx.env(), root, sale, event) }
}

/// Sends an event to every fulfilment that takes it.
pub fn to_fulfilments(cx: &Cx<'_>, unit: &mut Unit, root: Uuid, event: &str, payload: &Value) -> Result<(), Error> {
    let ids: Vec<Uuid> = unit.order(root)?.fulfilments.all()?.iter().map(|row| row.id).collect();
    for id in ids {
        unit.offer(cx.env(), root, SubjectRef::fulfilment(id), &Event::named(event).with(payload.clone()))?;
    }
    Ok(())
}
