//! Statuses: states by their names, and the events that people send to get there.
//!
//! A status is the name of a leaf state. From the present state an event leads to the leaf that its first candidate's target
//! is, begins in or, where it is a history, was left in; of several events that lead to one, the first in document order is meant. Events of which the machine
//! says `"status": false` change other things and are never meant. Knows no guard and no rule.

use super::{
    Event, Mode, Opened, Roots, SubjectRef, Unit,
    commands::{EventTaken, SendEvent, taken},
    gate::{by_command, missing_permission},
    own_needs,
    standing::Standing,
};
use crate::{
    actor::Actor,
    error::{Code, Error},
    workflow::{Command, Cx, Registry},
};
use entity::{SubjectKind, sale_order};
use serde::Serialize;
use serde_json::{Map, Value};
use statechart::{Machine, Snapshot, StateId, TransitionId};
use std::collections::BTreeSet;
use uuid::Uuid;

/// An event, and the state that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way<'a> {
    /// What is sent.
    pub event: &'a str,
    /// The leaf's name.
    pub status: &'a str,
    /// The event's first candidate.
    pub(super) transition: TransitionId,
}

/// The events that are sent by hand from here and lead to a state, in document order.
pub(super) fn ways<'a>(machine: &'a Machine, snapshot: &Snapshot) -> Vec<Way<'a>> {
    let way = |event: &'a str| {
        let transition = *machine.candidates(snapshot, event).first()?;
        let first = machine.transition(transition);
        let is_none = by_command(&first.meta) || first.meta.get("status").and_then(Value::as_bool) == Some(false);
        let target = first.targets.first().filter(|_| !is_none)?;
        Some(Way { event, status: leaf(machine, snapshot, *target)?, transition })
    };
    machine.events(snapshot).into_iter().filter_map(way).collect()
}

/// The name of the leaf that a state is, begins in, or, of a history, leads back to; none of a parallel state.
fn leaf<'a>(machine: &'a Machine, snapshot: &Snapshot, state: StateId) -> Option<&'a str> {
    let found = machine.state(state);
    if found.kind.is_leaf() {
        return Some(&found.key);
    }
    if found.kind.is_history() {
        let recalled = machine.recalled(snapshot, state);
        return recalled.first().filter(|_| recalled.len() == 1).and_then(|to| leaf(machine, snapshot, *to));
    }
    leaf(machine, snapshot, found.initial?)
}

/// The statuses that an actor could bring a subject to, guards aside; each once. `by_buyer`: its buyer wrote it.
pub(super) fn allowed(machine: &Machine, snapshot: &Snapshot, actor: &Actor, by_buyer: bool) -> Vec<String> {
    let may = |way: &Way<'_>| missing_permission(&machine.transition(way.transition).meta, actor, by_buyer).is_none();
    let mut found: Vec<String> = Vec::new();
    for way in ways(machine, snapshot).into_iter().filter(may) {
        if !found.iter().any(|known| known == way.status) {
            found.push(way.status.to_owned());
        }
    }
    found
}

/// What the payload of an event may have here, by the schema of the first candidate that has one.
pub(super) fn payload_keys(machine: &Machine, snapshot: &Snapshot, event: &str) -> Vec<String> {
    let candidates = machine.candidates(snapshot, event);
    let schema = candidates.iter().find_map(|id| machine.transition(*id).meta.get("payload"));
    let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}

/// The names of all statuses that sale orders may have, in every version that is known.
pub fn of_sales(registry: &Registry) -> BTreeSet<String> {
    let definitions = registry.all();
    let sales = definitions.iter().filter(|definition| definition.subject == SubjectKind::Sale);
    sales.flat_map(|definition| leaves(&definition.machine).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The names of a machine's leaf states.
pub fn leaves(machine: &Machine) -> impl Iterator<Item = &str> {
    machine.states().iter().filter(|state| state.kind.is_leaf()).map(|state| state.key.as_str())
}

/// Moves a sale order to the state of a name, by the event that leads there.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeStatus {
    /// Which sale order.
    pub sale: Uuid,
    /// The name of the state.
    pub status: String,
    /// What goes into the event's payload; a name that the event does not know is a refusal.
    pub details: Map<String, Value>,
    /// Why, in a word.
    pub reason_code: Option<String>,
    /// Why, in a person's words.
    pub note: Option<String>,
    /// Refused when the order has moved on from it.
    pub expected_version: Option<i32>,
    /// What is kept with it in the log, and read by nothing.
    pub metadata: Option<Value>,
    /// Where only its window is in the way, it waits until that opens.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub defer: bool,
    /// As whom the caller speaks; here so that a key remembers it.
    pub spoken_as: Option<(Option<entity::ActorType>, Option<String>)>,
}

impl Command for ChangeStatus {
    type Output = EventTaken;

    const NAME: &'static str = "changeStatus";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Sale, self.sale, self.status.clone()))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<EventTaken, Error> {
        let (subject, env) = (SubjectRef::sale(self.sale), cx.env());
        let mut unit = Unit::open(cx.txn, Roots::of_subjects(&[subject]), Mode::Write, cx.now).await?;
        unit.load(cx.rules, cx.txn, own_needs(subject.kind, cx.actor), Mode::Write).await?;
        let event = self.event(&Opened::only(&mut unit, env, subject)?)?;
        unit.load_for(cx.txn, env, &[subject], &event, Mode::Write).await?;
        let mut opened = Opened::only(&mut unit, env, subject)?;
        let deferred = opened.send_as_asked(&event, self.expected_version, self.defer)?;
        unit.flush(cx.txn).await?;
        Ok(EventTaken { deferred, ..taken(unit, subject)? })
    }
}

impl ChangeStatus {
    /// The event that it is, as far as a row tells that somebody has read, for that version of it alone. None where it would
    /// be refused.
    pub fn likely(&self, registry: &Registry, row: &sale_order::Model) -> Option<SendEvent> {
        if row.workflow_state == self.status || self.expected_version.is_some_and(|version| version != row.version) {
            return None;
        }
        let standing = Standing::of_sale(registry, row).ok()?;
        let event = standing.event_to(&self.status)?;
        Some(SendEvent {
            subject: (SubjectKind::Sale, row.id),
            event: event.to_owned(),
            payload: self.payload(&standing.payload_keys(event), event).ok()?,
            reason_code: self.reason_code.clone(),
            note: self.note.clone(),
            expected_version: Some(row.version),
            defer: self.defer,
            metadata: self.metadata.clone(),
        })
    }

    fn event(&self, opened: &Opened<'_>) -> Result<Event, Error> {
        if !super::visible(opened.order()?, opened.subject, opened.env.actor)? {
            return Err(Error::not_found(opened.subject.type_id()));
        }
        opened.viewed(|view| {
            super::check_version(view.columns.version, self.expected_version)?;
            let way = view.event_to(opened.env.actor, &self.status)?;
            let payload = self
                .payload(&payload_keys(&view.definition.machine, view.snapshot, way.event), way.event)
                .map_err(|what| view.refuse(opened.env.actor, Code::Conflict, what))?;
            let event = Event::named(way.event)
                .with(payload.unwrap_or(Value::Null))
                .because(self.reason_code.clone(), self.note.clone());
            Ok(Event { metadata: self.metadata.clone(), ..event })
        })
    }

    /// What goes with the event; the error names what it does not take.
    fn payload(&self, known: &[String], event: &str) -> Result<Option<Value>, String> {
        match self.details.keys().find(|key| !known.contains(key)) {
            Some(key) if known.is_empty() => Err(format!("{key}: {event} takes no details; leave it out")),
            Some(key) => Err(format!("{key}: {event} does not take it; it takes {}", known.join(", "))),
            None if self.details.is_empty() => Ok(None),
            None => Ok(Some(Value::Object(self.details.clone()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: &str = r#"{
        "id": "m", "initial": "a", "states": {
            "a": { "on": {
                "NOTE": { "target": "b", "meta": { "status": false } },
                "PAID": { "target": "b", "meta": { "source": "command" } },
                "GO": [{ "guard": "g", "target": "outer" }, { "target": "b" }],
                "ALSO": { "target": "c" },
                "STAY": { "meta": {} },
                "ON": { "target": "b" }
            } },
            "b": {}, "outer": { "initial": "c", "states": { "c": {}, "d": {} } }
        }
    }"#;

    #[test]
    fn a_status_is_reached_by_the_first_event_that_people_send_and_that_leads_there() {
        let machine = Machine::parse(MACHINE.replace("\"target\": \"c\"", "\"target\": \"outer.c\"").as_str());
        let machine = machine.expect("a machine");
        let snapshot = machine.restore("a", &Value::Null).expect("a state");
        let found: Vec<_> = ways(&machine, &snapshot).iter().map(|way| (way.event, way.status)).collect();
        assert_eq!(found, [("GO", "c"), ("ALSO", "c"), ("ON", "b")]);
        assert_eq!(leaves(&machine).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_history_leads_to_where_it_was_left() {
        let machine = Machine::parse(
            r#"{ "id": "m", "initial": "on", "states": {
                "on": { "initial": "a", "states": { "a": {}, "b": {}, "last": { "type": "history" } } },
                "off": { "on": { "BACK": { "target": "on.last" } } }
            } }"#,
        );
        let machine = machine.expect("a machine");
        for (history, status) in [(Value::Null, "a"), (serde_json::json!({ "on": ["on.b"] }), "b")] {
            let snapshot = machine.restore("off", &history).expect("a state");
            let found: Vec<_> = ways(&machine, &snapshot).iter().map(|way| (way.event, way.status)).collect();
            assert_eq!(found, [("BACK", status)]);
        }
    }
}
