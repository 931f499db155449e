//! How money that moved reaches the sale: through its machine where that listens, on record where it does not.

use crate::{
    command::Cx,
    error::Error,
    workflow::{Event, SubjectRef, Unit},
};
use serde_json::Value;
use uuid::Uuid;

/// Tells the sale that money moved.
pub fn report(cx: &Cx<'_>, unit: &mut Unit, root: Uuid, sale: SubjectRef, event: &Event) -> Result<(), Error> {
    if unit.knows(cx.scene(), root, sale, &event.name)? {
        unit.command(cx.scene(), root, sale, event)
    } else {
        unit.record(cx.scene(), root, sale, event)
    }
}

/// Tells the sale of something that moved no money: where its machine does not listen it is a recorded no-op.
pub fn report_status(cx: &Cx<'_>, unit: &mut Unit, root: Uuid, sale: SubjectRef, event: &Event) -> Result<(), Error> {
    if unit.knows(cx.scene(), root, sale, &event.name)? {
        unit.command(cx.scene(), root, sale, event)
    } else {
        unit.record_noop(cx.scene(), root, sale, event)
    }
}

/// Sends an event to every fulfilment that takes it.
pub fn to_fulfilments(cx: &Cx<'_>, unit: &mut Unit, root: Uuid, event: &str, payload: &Value) -> Result<(), Error> {
    let ids: Vec<Uuid> = unit.order(root)?.fulfilments.all()?.iter().map(|row| row.id).collect();
    for id in ids {
        let subject = SubjectRef::fulfilment(id);
        if unit.knows(cx.scene(), root, subject, event)? {
            unit.offer(cx.scene(), root, subject, &Event::named(event).with(payload.clone()))?;
        }
    }
    Ok(())
}
