//! Events that wait for their window: kept with who asked, sent in their name when it opens (`commands`), settled in the same
//! commit as what comes of them.
//!
//! A row of `deferred_event` that waits has a timer, and the order's root counts it; all three change together, under the
//! order's lock. Knows no window: the gate says when one opens.

pub mod commands;

use super::{
    EVENT_DEFERRED, EVENT_DEFERRED_REFUSED, Env, Event, Opened, Outcome, Row, SubjectRef, TimerKey, Via, run, subject,
};
use crate::{
    actor::Actor,
    clock::Instant,
    error::{Code, Error},
    id::{self, Prefix},
};
use entity::{DeferredStatus, TimerKind, deferred_event::Model, timer};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// How often an event is put off again, because its window was closed again when its time came.
const MOST_AGAIN: i32 = 5;

/// Why an event that waited was not taken.
struct Refusal {
    code: Code,
    message: String,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { code: error.code(), message: error.to_string() }
    }
}

impl Opened<'_> {
    /// Sends an event of a client. With `defer` it is kept until its window opens, where nothing else is in its way; then
    /// answers by which id.
    pub fn send_as_asked(&mut self, event: &Event, expected: Option<i32>, defer: bool) -> Result<Option<Uuid>, Error> {
        let opening = if defer { self.waits_until(event, expected)? } else { None };
        match opening {
            Some(opening) => self.defer(event, opening).map(Some),
            None => self.send(event, expected, Via::Client).map(|()| None),
        }
    }

    /// When the window of an event opens, where nothing else that is asked before the guards is in its way; none when it is
    /// open. Anything else is refused.
    fn waits_until(&self, event: &Event, expected: Option<i32>) -> Result<Option<Instant>, Error> {
        self.viewed(|view| view.admit_or_wait(self.env, event, expected))
    }

    /// Keeps an event until `due_at`, to be sent in this actor's name then. One that waits already is a conflict.
    fn defer(&mut self, event: &Event, due_at: Instant) -> Result<Uuid, Error> {
        let (env, root, subject) = (self.env, self.root(), self.subject);
        let nobody = || Error::Forbidden("only what users send can wait for its window".to_owned());
        let user_id = env.actor.user_id.ok_or_else(nobody)?;
        let state = subject::columns(self.order()?, subject)?.state.to_owned();
        let waiting = self.order()?.deferred.all()?.iter();
        if let Some(other) = waiting.filter(|row| waits(row, subject)).find(|row| row.event == event.name) {
            return Err(Error::Conflict(format!(
                "{} waits already, and is sent at {}; cancel {} first",
                event.name,
                text(other.due_at),
                id::encode(Prefix::Deferred, other.id),
            )));
        }
        let row = Model {
            id: id::new(),
            root_id: root,
            subject_kind: subject.kind,
            subject_id: subject.id,
            event: event.name.clone(),
            payload: Some(event.payload.clone()).filter(|payload| !payload.is_null()),
            reason_code: event.reason_code.clone(),
            note: event.note.clone(),
            metadata: event.metadata.clone(),
            state,
            user_id,
            api_key_id: env.actor.key,
            due_at,
            times: 1,
            status: DeferredStatus::Waiting,
            outcome_code: None,
            outcome: None,
            transition_id: None,
            created_at: env.now,
            settled_at: None,
        };
        let (order, shared) = self.parts()?;
        shared.timers.insert(key(&row), Some(timer_of(&row)));
        order.root.deferred_events += 1;
        order.deferred.insert(row.clone())?;
        let noted = Event { name: EVENT_DEFERRED.to_owned(), ..event.clone() };
        run::note(self, &noted, metadata(&row, [("dueAt", json!(text(due_at)))]))?;
        Ok(row.id)
    }

    /// Sends an event that waited, or puts it off again, or refuses it; `id` waits, and its needs are loaded.
    fn send_deferred(&mut self, id: Uuid) -> Result<(), Error> {
        let row = self.deferred_row(id)?.clone();
        let event = event_of(&row);
        let refusal = match self.waits_until(&event, None) {
            Err(error @ (Error::Db(_) | Error::Internal(_))) => return Err(error),
            Err(refusal) => Refusal::from(refusal),
            Ok(Some(opening)) if row.times <= MOST_AGAIN => return self.put_off(id, opening),
            Ok(Some(_)) => Refusal {
                code: Code::OutsideWindow,
                message: format!("its window was closed again, after it had been put off {MOST_AGAIN} times more"),
            },
            Ok(None) => {
                // Settled first, so that a state in which the subject ends does not find it waiting.
                self.settle(id, DeferredStatus::Sent)?;
                let first = self.unit.shared.log.len();
                match self.try_send(&event, None, Via::Client)? {
                    Outcome::Taken => {
                        let transition = self.unit.shared.log.get(first).map(|row| row.id);
                        self.deferred_row(id)?.transition_id = transition;
                        return Ok(());
                    }
                    Outcome::Refused(refusal) => Refusal::from(refusal),
                }
            }
        };
        self.refuse_deferred(id, refusal)
    }

    /// Puts what waits off to another opening.
    fn put_off(&mut self, id: Uuid, opening: Instant) -> Result<(), Error> {
        let row = self.deferred_row(id)?;
        row.due_at = opening;
        row.times += 1;
        let row = row.clone();
        self.unit.shared.timers.insert(key(&row), Some(timer_of(&row)));
        let said = metadata(&row, [("dueAt", json!(text(opening))), ("times", json!(row.times))]);
        run::note(&mut self.by(&Actor::system()), &Event::named(EVENT_DEFERRED), said)
    }

    /// Settles what waits of the subject, which has ended.
    pub(super) fn end_deferred(&mut self) -> Result<(), Error> {
        let subject = self.subject;
        let waiting = self.order()?.deferred.all()?.iter().filter(|row| waits(row, subject));
        let waiting: Vec<(Uuid, String)> = waiting.map(|row| (row.id, row.event.clone())).collect();
        for (id, event) in waiting {
            let state = subject::columns(self.order()?, subject)?.state.to_owned();
            let message = format!("{event} is not possible any more: this ended in {state}");
            self.refuse_deferred(id, Refusal { code: Code::TransitionNotAllowed, message })?;
        }
        Ok(())
    }

    /// Settles what waits as refused, on record by the system.
    fn refuse_deferred(&mut self, id: Uuid, Refusal { code, message }: Refusal) -> Result<(), Error> {
        self.settle(id, DeferredStatus::Refused)?;
        let row = self.deferred_row(id)?.clone();
        let said = metadata(&row, [("code", json!(code.as_str())), ("message", json!(message))]);
        run::note(&mut self.by(&Actor::system()), &Event::named(EVENT_DEFERRED_REFUSED), said)?;
        let transition = self.unit.shared.log.last().map(|row| row.id);
        let row = self.deferred_row(id)?;
        row.outcome_code = Some(code.as_str().to_owned());
        row.outcome = Some(message);
        row.transition_id = transition;
        Ok(())
    }

    /// It waits no more: nor does its timer, nor does the order count it. Once it is settled, another outcome takes the
    /// place of the first.
    fn settle(&mut self, id: Uuid, status: DeferredStatus) -> Result<(), Error> {
        let now = self.env.now;
        let row = self.deferred_row(id)?;
        let waited = row.status == DeferredStatus::Waiting;
        row.status = status;
        row.settled_at = Some(now);
        let key = key(row);
        if waited {
            let (order, shared) = self.parts()?;
            order.root.deferred_events -= 1;
            shared.timers.insert(key, None);
        }
        Ok(())
    }

    fn deferred_row(&mut self, id: Uuid) -> Result<&mut Row<Model>, Error> {
        let mut rows = self.order_mut()?.deferred.all_mut()?.iter_mut();
        rows.find(|row| row.id == id).ok_or_else(|| Error::internal("no such deferred event here"))
    }

    /// The same order as another actor sees it.
    fn by<'b>(&'b mut self, actor: &'b Actor) -> Opened<'b> {
        let (root, subject) = (self.root(), self.subject);
        Opened::of(self.unit, Env { actor, ..self.env }, root, subject)
    }
}

fn waits(row: &Model, subject: SubjectRef) -> bool {
    row.status == DeferredStatus::Waiting && row.subject_id == subject.id
}

fn event_of(row: &Model) -> Event {
    let payload = row.payload.clone().unwrap_or_default();
    let event = Event::named(row.event.clone()).with(payload).because(row.reason_code.clone(), row.note.clone());
    Event { metadata: row.metadata.clone(), ..event }
}

/// The subject of what waits.
fn subject_of(row: &Model) -> SubjectRef {
    SubjectRef { kind: row.subject_kind, id: row.subject_id }
}

fn timer_of(row: &Model) -> timer::Model {
    timer::Model {
        id: id::new(),
        root_id: row.root_id,
        subject_kind: row.subject_kind,
        subject_id: row.subject_id,
        state: row.state.clone(),
        event: row.event.clone(),
        ref_id: row.id,
        kind: TimerKind::Deferred,
        due_at: row.due_at,
        lease_until: None,
        attempts: 0,
    }
}

fn key(row: &Model) -> TimerKey {
    (row.subject_id, row.state.clone(), row.event.clone(), row.id)
}

/// What the log says of an event that waits, besides.
fn metadata<const N: usize>(row: &Model, more: [(&str, Value); N]) -> Map<String, Value> {
    let mut said = Map::new();
    said.insert("event".to_owned(), json!(row.event));
    said.insert("deferredEvent".to_owned(), json!(id::encode(Prefix::Deferred, row.id)));
    said.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    said
}

fn text(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
