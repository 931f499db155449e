//! `sendWorkflowEvent`: the one lever for every machine.

use super::{Event, Mode, Opened, Order, Roots, SubjectRef, Unit};
use crate::{
    error::Error,
    workflow::{Command, Cx},
};
use entity::{SubjectKind, fulfilment, quotation, sale_order, transition_log};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use statechart::MAX_NAME;
use std::sync::Arc;
use uuid::Uuid;

/// Sends an event to a subject.
#[derive(Clone, Debug, Serialize)]
pub struct SendEvent {
    /// Which subject.
    pub subject: (SubjectKind, Uuid),
    /// The event's name.
    pub event: String,
    /// Its data.
    pub payload: Option<Value>,
    /// Why, in a word.
    pub reason_code: Option<String>,
    /// Why, in a person's words.
    pub note: Option<String>,
    /// Refused when the subject has moved on from it.
    pub expected_version: Option<i32>,
    /// Where only its window is in the way, it waits until that opens. Not part of what an idempotency key remembers of events
    /// that do not wait: those of the version before have no such field.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub defer: bool,
    /// What is kept with it in the log, and read by nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

impl SendEvent {
    /// An event that is to be tried or explained: nothing is written, hence no note and no version. Refused when nobody
    /// may send it at all.
    pub fn tried(
        subject: (SubjectKind, Uuid),
        event: String,
        payload: Option<Value>,
        reason_code: Option<String>,
    ) -> Result<Self, Error> {
        let tried = Self {
            subject,
            event,
            payload,
            reason_code,
            note: None,
            expected_version: None,
            defer: false,
            metadata: None,
        };
        tried.check_form()?;
        Ok(tried)
    }

    /// The subject.
    pub fn subject_ref(&self) -> SubjectRef {
        SubjectRef { kind: self.subject.0, id: self.subject.1 }
    }

    /// The event.
    pub fn event(&self) -> Event {
        let event = Event::named(self.event.clone())
            .with(self.payload.clone().unwrap_or(Value::Null))
            .because(self.reason_code.clone(), self.note.clone());
        Event { metadata: self.metadata.clone(), ..event }
    }
}

/// What came of an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventTaken {
    /// The subject.
    pub subject: (SubjectKind, Uuid),
    /// The log row of the event itself; none when it changed nothing.
    pub transition: Option<Uuid>,
    /// The log rows of what followed, in order.
    pub follow_ups: Vec<Uuid>,
    /// The event waits for its window, by this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferred: Option<Uuid>,
    /// Rows as they were committed; not there on a replay, when they are read.
    #[serde(skip)]
    pub fresh: Option<Box<Fresh>>,
}

/// Rows as they were committed, so that a payload needs no read.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// The subject of the event.
    pub subject: Subject,
    /// Its log row first, then those of what followed.
    pub transitions: Vec<transition_log::Model>,
}

/// The row of a subject.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the kinds of subjects")]
pub enum Subject {
    Quotation(Arc<quotation::Model>),
    Sale(Arc<sale_order::Model>),
    Fulfilment(Arc<fulfilment::Model>),
}

impl Command for SendEvent {
    type Output = EventTaken;

    const NAME: &'static str = "sendWorkflowEvent";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((self.subject.0, self.subject.1, self.event.clone()))
    }

    fn check_form(&self) -> Result<(), Error> {
        if self.event.len() > MAX_NAME {
            return Err(Error::invalid("event", format!("a name of an event has at most {MAX_NAME} bytes")));
        }
        if self.event.starts_with("xstate.") || self.event.is_empty() {
            return Err(Error::invalid("event", "xstate.* events are the machine's own and cannot be sent"));
        }
        Ok(())
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<EventTaken, Error> {
        let (subject, event) = (self.subject_ref(), self.event());
        let env = cx.env();
        let mut unit = Unit::open(cx.txn, Roots::of_subjects(&[subject]), Mode::Write, cx.now).await?;
        unit.load_for(cx.txn, env, &[subject], &event, Mode::Write).await?;
        let mut opened = Opened::only(&mut unit, env, subject)?;
        let deferred = opened.send_as_asked(&event, self.expected_version, self.defer)?;
        unit.flush(cx.txn).await?;
        Ok(EventTaken { deferred, ..taken(unit, subject)? })
    }
}

/// The payload of an event on one subject: the subject as committed, and the log rows of the commit.
pub fn taken(mut unit: Unit, subject: SubjectRef) -> Result<EventTaken, Error> {
    let transitions = std::mem::take(&mut unit.shared.log);
    let taken = EventTaken::of(subject, &transitions);
    Ok(taken.with(Fresh::of(unit.only()?, subject, transitions)?))
}

impl EventTaken {
    /// As it is remembered: by the ids of its log rows.
    pub fn of(subject: SubjectRef, transitions: &[transition_log::Model]) -> Self {
        let mut ids = transitions.iter().map(|row| row.id);
        let (transition, follow_ups) = (ids.next(), ids.collect());
        Self { subject: (subject.kind, subject.id), transition, follow_ups, deferred: None, fresh: None }
    }

    /// With rows as they were committed.
    #[must_use]
    pub fn with(self, fresh: Fresh) -> Self {
        Self { fresh: Some(Box::new(fresh)), ..self }
    }
}

impl Fresh {
    /// A subject of an order that was flushed, and the log rows of an event.
    pub fn of(order: &Order, subject: SubjectRef, transitions: Vec<transition_log::Model>) -> Result<Self, Error> {
        let subject = match subject.kind {
            SubjectKind::Quotation => Subject::Quotation(Arc::new((**order.quotation()?).clone())),
            SubjectKind::Sale => Subject::Sale(Arc::new((**order.sale()?).clone())),
            SubjectKind::Fulfilment => Subject::Fulfilment(Arc::new((**order.fulfilment(subject.id)?).clone())),
        };
        Ok(Self { subject, transitions })
    }
}
