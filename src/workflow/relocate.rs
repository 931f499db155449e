//! Writes a subject down as one of another version of its machine.

use super::{
    Event, Opened,
    definition::Definition,
    mapping::{Mapping, Restored},
    run, subject,
};
use crate::error::Error;
use serde_json::{Map, Value};
use statechart::{Host, Snapshot, StateId, Trigger};
use std::collections::BTreeSet;

/// A subject's way to another version of its machine.
pub(super) struct Move<'a> {
    /// The version that it leaves; one that is on another version stays.
    pub from: &'a Definition,
    /// The version that it goes to.
    pub to: &'a Definition,
    /// What its states are called there.
    pub mapping: &'a Mapping,
    /// What the log calls it.
    pub event: &'a Event,
    /// What the log says besides.
    pub metadata: Map<String, Value>,
}

/// Writes a live subject down as one of another version: no guard is asked and no action runs; timers are armed anew.
/// Answers its old and its new state; none when it is not there to be moved.
pub(super) fn relocate(opened: &mut Opened<'_>, step: Move<'_>) -> Result<Option<(String, String)>, Error> {
    let Move { from, to, mapping, event, metadata } = step;
    let (env, subject) = (opened.env, opened.subject);
    let (order, shared) = opened.parts()?;
    let columns = subject::columns(order, subject)?;
    if columns.definition != from.name || columns.definition_version != from.version {
        return Ok(None);
    }
    let was = subject::snapshot(from, &columns)?;
    if from.machine.is_done(&was) {
        return Ok(None);
    }
    let state = columns.state.to_owned();
    let history = columns.history.cloned().unwrap_or(Value::Null);
    let Restored { place: is, forgotten } = mapping
        .restore(&to.machine, &state, &history)
        .map_err(|error| Error::invalid("mapping", format!("{}: {error}", subject.type_id())))?;
    let mut leaving = run::runner(from, order, shared, subject, event, env, 0);
    for id in delaying(from, &was) {
        leaving.disarm(id)?;
    }
    subject::set(order, subject, to, &is, env.now)?;
    let mut arriving = run::runner(to, order, shared, subject, event, env, 0);
    for id in delaying(to, &is) {
        for delay in run::delays(to, id) {
            arriving.arm(id, &delay)?;
        }
    }
    arriving.metadata = metadata;
    if !forgotten.is_empty() {
        arriving.metadata.insert("forgottenHistory".to_owned(), forgotten.into());
    }
    run::finish(arriving, Some(state.clone()), event.name.clone(), false)?;
    if to.machine.is_done(&is) {
        opened.end_deferred()?;
    }
    Ok(Some((state, to.machine.leaf_names(&is))))
}

/// Active states that time can leave.
fn delaying(definition: &Definition, snapshot: &Snapshot) -> Vec<StateId> {
    let machine = &definition.machine;
    let sources = machine.transitions().iter().filter(|transition| matches!(transition.trigger, Trigger::After(_)));
    let active: BTreeSet<StateId> =
        sources.map(|transition| transition.source).filter(|id| machine.is_active(snapshot, *id)).collect();
    active.into_iter().collect()
}
