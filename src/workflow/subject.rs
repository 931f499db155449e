//! The workflow columns of a subject's row: read and written here and nowhere else.

use super::{Order, SubjectRef, definition::Definition};
use crate::clock::Instant;
use crate::error::Error;
use crate::workflow::Rules;
use entity::{SubjectKind, quotation};
use serde_json::Value;
use statechart::Snapshot;
use std::sync::Arc;

/// The workflow columns of a row.
pub(super) struct Columns<'a> {
    pub definition: &'a str,
    pub definition_version: i32,
    pub state: &'a str,
    pub history: Option<&'a Value>,
    pub version: i32,
    pub store: uuid::Uuid,
    /// Whether its buyer wrote it.
    pub by_buyer: bool,
}

macro_rules! columns {
    ($row:expr) => {
        columns!($row, |_| false)
    };
    ($row:expr, $by_buyer:expr) => {{
        let row = $row;
        Columns {
            by_buyer: $by_buyer(row),
            definition: &row.workflow_definition,
            definition_version: row.workflow_version,
            state: &row.workflow_state,
            history: row.workflow_history.as_ref(),
            version: row.version,
            store: row.store_id,
        }
    }};
}

/// Reads them.
pub(super) fn columns(order: &Order, subject: SubjectRef) -> Result<Columns<'_>, Error> {
    Ok(match subject.kind {
        SubjectKind::Quotation => {
            columns!(order.quotation()?, |row: &quotation::Model| row.workflow_context.drafted_by_buyer)
        }
        SubjectKind::Sale => columns!(order.sale()?),
        SubjectKind::Fulfilment => columns!(order.fulfilment(subject.id)?),
    })
}

/// Writes definition, state and history, and since when it is in that state.
pub(super) fn set(
    order: &mut Order,
    subject: SubjectRef,
    definition: &Definition,
    snapshot: &Snapshot,
    now: Instant,
) -> Result<(), Error> {
    let state = definition.machine.leaf_names(snapshot);
    let history = Some(definition.machine.history_value(snapshot)).filter(|value| !value.is_null());
    macro_rules! write {
        ($row:expr) => {{
            let row = $row;
            row.workflow_definition.clone_from(&definition.name);
            row.workflow_version = definition.version;
            if row.workflow_state != state {
                row.state_since = Some(now);
            }
            row.workflow_state = state;
            row.workflow_history = history;
        }};
    }
    match subject.kind {
        SubjectKind::Quotation => write!(order.quotation_mut()?),
        SubjectKind::Sale => write!(order.sale_mut()?),
        SubjectKind::Fulfilment => write!(order.fulfilment_mut(subject.id)?),
    }
    Ok(())
}

/// The definition that drives a subject.
pub(super) fn definition(rules: &Rules, columns: &Columns<'_>) -> Result<Arc<Definition>, Error> {
    rules.registry.known(columns.definition, columns.definition_version)
}

/// The stored state as a snapshot of its machine.
pub(super) fn snapshot(definition: &Definition, columns: &Columns<'_>) -> Result<Snapshot, Error> {
    definition.machine.restore(columns.state, columns.history.unwrap_or(&Value::Null)).map_err(Error::internal)
}

/// Whether the actor may know of it: staff of all, sellers of their stores', parties of their own.
pub fn visible(order: &Order, subject: SubjectRef, actor: &crate::actor::Actor) -> Result<bool, Error> {
    if matches!(actor.scope, crate::actor::Scope::All) {
        return Ok(true);
    }
    let (store, customer, reseller) = match subject.kind {
        SubjectKind::Quotation => {
            let row = order.quotation()?;
            (row.store_id, row.customer_id, row.reseller_id)
        }
        SubjectKind::Sale | SubjectKind::Fulfilment => {
            let row = order.sale()?;
            (row.store_id, row.customer_id, row.reseller_id)
        }
    };
    Ok(actor.sees(store, customer, reseller))
}
