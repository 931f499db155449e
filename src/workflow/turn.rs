//! What a guard or an action sees: one subject of one order, the event, and what orders share.

use super::{Definition, FollowUp, Order, Shared, SubjectRef, Tag, standing::Standing, timers, unit::What};
use crate::{
    actor::Actor,
    clock::{self, Instant},
    error::Error,
    queue::outbox,
    workflow::Rules,
};
use entity::{SubjectKind, TimerKind, fulfilment, quotation, sale_order, timer};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Who acts, when, and under which settings.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// Settings, machines, currencies, roles.
    pub rules: &'a Rules,
    /// Who acts.
    pub actor: &'a Actor,
    /// The commit's time.
    pub now: Instant,
}

/// An event on its way to a subject.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// `UPPER_SNAKE`, or a delayed transition's internal name.
    pub name: String,
    /// Its data; `Null` when it brings none.
    pub payload: Value,
    /// Why, in a word.
    pub reason_code: Option<String>,
    /// Why, in a person's words.
    pub note: Option<String>,
    /// What its sender wants to be kept with it; read by nothing.
    pub metadata: Option<Value>,
}

impl Event {
    /// An event without data.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// With data.
    #[must_use]
    pub fn with(mut self, payload: Value) -> Self {
        self.payload = payload;
        self
    }

    /// With the reason that a person gave.
    #[must_use]
    pub fn because(mut self, reason_code: Option<String>, note: Option<String>) -> Self {
        self.reason_code = reason_code;
        self.note = note;
        self
    }

    /// An instant of the payload; none when it has none of that name. One that cannot be read is `BAD_INPUT`.
    pub fn instant(&self, key: &str) -> Result<Option<Instant>, Error> {
        match self.payload.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => clock::read(&format!("payload.{key}"), value).map(Some),
        }
    }

    /// A text of the payload.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.payload.get(key).and_then(Value::as_str)
    }
}

/// One subject's turn in a step.
pub struct Turn<'a> {
    /// The subject's order.
    pub order: &'a mut Order,
    /// What orders share.
    pub shared: &'a mut Shared,
    /// The subject.
    pub subject: SubjectRef,
    /// The event.
    pub event: &'a Event,
    /// The machine's `params` for this guard or action.
    pub params: &'a Value,
    /// Who, when, under which settings.
    pub env: Env<'a>,
    /// What the log row will carry besides.
    pub metadata: &'a mut Map<String, Value>,
    /// How many follow-ups led here.
    pub depth: u32,
}

impl Turn<'_> {
    /// The commit's time.
    pub fn now(&self) -> Instant {
        self.env.now
    }

    /// The quotation.
    pub fn quotation(&self) -> Result<&quotation::Model, Error> {
        Ok(self.order.quotation()?)
    }

    /// The quotation, to be changed.
    pub fn quotation_mut(&mut self) -> Result<&mut quotation::Model, Error> {
        Ok(self.order.quotation_mut()?)
    }

    /// The sale order.
    pub fn sale(&self) -> Result<&sale_order::Model, Error> {
        Ok(self.order.sale()?)
    }

    /// The sale order, to be changed.
    pub fn sale_mut(&mut self) -> Result<&mut sale_order::Model, Error> {
        Ok(self.order.sale_mut()?)
    }

    /// The fulfilment whose turn it is.
    pub fn fulfilment(&self) -> Result<&fulfilment::Model, Error> {
        Ok(self.order.fulfilment(self.subject.id)?)
    }

    /// The fulfilment whose turn it is, to be changed.
    pub fn fulfilment_mut(&mut self) -> Result<&mut fulfilment::Model, Error> {
        Ok(self.order.fulfilment_mut(self.subject.id)?)
    }

    /// Sends an event to a subject of this order in the same commit; if nothing takes it, the commit fails.
    pub fn follow(&mut self, subject: SubjectRef, event: &str, payload: Value) {
        self.queue(What::Send(subject, event.to_owned()), payload, false);
    }

    /// Sends an event to a subject of this order in the same commit; it is fine if nothing takes it.
    pub fn follow_optionally(&mut self, subject: SubjectRef, event: &str, payload: Value) {
        self.queue(What::Send(subject, event.to_owned()), payload, true);
    }

    /// Starts a new subject of this order in the same commit: its room builds the row from `seed`.
    pub fn start(&mut self, kind: SubjectKind, seed: Value) {
        self.queue(What::Build(kind), seed, false);
    }

    fn queue(&mut self, what: What, payload: Value, optional: bool) {
        let (root, depth) = (self.order.root.id, self.depth + 1);
        self.shared.queue.push_back(FollowUp { root, what, payload, optional, depth });
    }

    /// How a subject of this order stands, as its machine says; nothing before it has started.
    pub fn standing(&self, subject: SubjectRef) -> Result<Option<Standing>, Error> {
        let columns = super::subject::columns(self.order, subject)?;
        if columns.state.is_empty() {
            return Ok(None);
        }
        let definition = super::subject::definition(self.env.rules, &columns)?;
        Standing::under(definition, columns.state, columns.history).map(Some)
    }

    /// Whether the state that a subject of this order is in carries `tag`.
    pub fn has_tag(&self, subject: SubjectRef, tag: Tag) -> Result<bool, Error> {
        Ok(self.standing(subject)?.is_some_and(|standing| standing.has(tag)))
    }

    /// Whether a subject of this order has reached its end.
    pub fn is_done(&self, subject: SubjectRef) -> Result<bool, Error> {
        Ok(self.standing(subject)?.is_some_and(|standing| standing.is_done()))
    }

    /// Moves the time of a delay that the subject's state waits for; of one that it does not wait for, nothing.
    pub fn rearm(&mut self, subject: SubjectRef, delay: &str, due_at: Instant) -> Result<(), Error> {
        let columns = super::subject::columns(self.order, subject)?;
        let definition = super::subject::definition(self.env.rules, &columns)?;
        let snapshot = super::subject::snapshot(&definition, &columns)?;
        let machine = &definition.machine;
        let armed = Definition::delayed(machine, &snapshot).find(|(name, _)| name == delay);
        let Some((_, transition)) = armed else { return Ok(()) };
        let path = machine.state(transition.source).path.clone();
        let row = timers::row(self.order.root.id, subject, path, delay, due_at);
        self.shared.timers.insert(timers::key(&row), Some(row));
        Ok(())
    }

    /// Leaves work for the world outside.
    pub fn enqueue(&mut self, event: &outbox::Event) -> Result<(), Error> {
        self.shared.outbox.push(outbox::row(event, Some(self.order.root.id), self.env.now)?);
        Ok(())
    }

    /// Adds to the log row's metadata.
    pub fn remember(&mut self, key: &str, value: impl Into<Value>) {
        self.metadata.insert(key.to_owned(), value.into());
    }

    /// Arms (`Some`) or forgets (`None`) the timer by which an override request lapses.
    pub fn lapse_at(&mut self, request: Uuid, due_at: Option<Instant>) {
        let (root, subject) = (self.order.root.id, self.subject);
        self.shared.lapse_at(root, subject, request, due_at);
    }
}

impl Shared {
    /// Arms (`Some`) or forgets (`None`) the timer by which an override request of a sale lapses.
    pub fn lapse_at(&mut self, root: Uuid, sale: SubjectRef, request: Uuid, due_at: Option<Instant>) {
        let key = (sale.id, String::new(), super::OVERRIDE_LAPSED.to_owned(), request);
        let row = due_at.map(|due_at| timer::Model {
            id: crate::id::new(),
            root_id: root,
            subject_kind: sale.kind,
            subject_id: sale.id,
            state: String::new(),
            event: super::OVERRIDE_LAPSED.to_owned(),
            ref_id: request,
            kind: TimerKind::Lapse,
            due_at,
            lease_until: None,
            attempts: 0,
        });
        self.timers.insert(key, row);
    }
}
