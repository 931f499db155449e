//! `send` and `record`: one event, many subjects, one commit.

use super::failed_guards::failed_guards;
use super::{
    Event, Mode, Needs, Opened, Roots, SubjectRef, Tag, Unit,
    gate::{SubjectView, Via},
    run::{self, Stepped},
    subject,
    turn::Env,
};
use crate::error::Error;
use entity::SubjectKind;
use sea_orm::DatabaseTransaction;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What became of one subject.
#[derive(Debug)]
pub enum Outcome {
    /// Taken; the log rows are in the unit.
    Taken,
    /// Not taken; nothing of it has changed.
    Refused(Error),
}

/// Sends one event to many subjects in one transaction: lock, load, step each with what follows, write once.
/// A refusal drops its subject only; any other failure is the batch's.
pub async fn send(
    txn: &DatabaseTransaction,
    env: Env<'_>,
    subjects: &[(SubjectRef, Option<i32>)],
    event: &Event,
    via: Via,
) -> Result<(Unit, Vec<Outcome>), Error> {
    let refs: Vec<SubjectRef> = subjects.iter().map(|(subject, _)| *subject).collect();
    let mut unit = Unit::open(txn, Roots::of_subjects(&refs), Mode::Write, env.now).await?;
    unit.load_for(txn, env, &refs, event, Mode::Write).await?;
    let roots = unit.roots_of();
    let mut outcomes = Vec::with_capacity(subjects.len());
    for (subject, expected) in subjects {
        let Some(root) = roots.get(subject).copied() else {
            outcomes.push(Outcome::Refused(Error::not_found(subject.type_id())));
            continue;
        };
        outcomes.push(Opened::of(&mut unit, env, root, *subject).try_send(event, *expected, via)?);
    }
    unit.flush(txn).await?;
    Ok((unit, outcomes))
}

/// The subject itself, and what tells whether the actor may see it.
pub fn own_needs(kind: SubjectKind, actor: &crate::actor::Actor) -> Needs {
    let limited = !matches!(actor.scope, crate::actor::Scope::All);
    let whose = if limited && kind == SubjectKind::Fulfilment { Needs::SALE } else { Needs::NOTHING };
    stored_needs(kind) | whose
}

/// The subject's own row.
pub(super) fn stored_needs(kind: SubjectKind) -> Needs {
    match kind {
        SubjectKind::Quotation => Needs::QUOTATION,
        SubjectKind::Sale => Needs::SALE,
        SubjectKind::Fulfilment => Needs::FULFILMENTS,
    }
}

impl Unit {
    /// Reads what `event` may need of these subjects: of one in the state that it is in, of many whatever their states.
    pub async fn load_for<C: sea_orm::ConnectionTrait>(
        &mut self,
        db: &C,
        env: Env<'_>,
        subjects: &[SubjectRef],
        event: &Event,
        mode: Mode,
    ) -> Result<(), Error> {
        let own = |needs: Needs, subject: &SubjectRef| needs | own_needs(subject.kind, env.actor);
        let own = subjects.iter().fold(Needs::NOTHING, own);
        let likely = subjects.iter().fold(own, |needs, subject| {
            needs | env.rules.registry.likely_needs(subject.kind, &event.name).of_the_order_alone()
        });
        self.load(env.rules, db, likely, mode).await?;
        let roots = self.roots_of();
        let mut needs = Needs::NOTHING;
        for subject in subjects {
            let Some(root) = roots.get(subject) else { continue };
            let columns = subject::columns(self.order(*root)?, *subject)?;
            let definition = subject::definition(env.rules, &columns)?;
            needs |= match subjects {
                // Nobody else's event moves it before its own.
                [_] => definition.needs_in(&subject::snapshot(&definition, &columns)?, &event.name),
                _ => definition.needs(&event.name),
            };
        }
        self.load(env.rules, db, needs, mode).await
    }

    /// Which order each loaded subject belongs to.
    pub fn roots_of(&self) -> BTreeMap<SubjectRef, Uuid> {
        let mut roots = BTreeMap::new();
        for (root, order) in &self.orders {
            roots.extend(order.quotation.tracked().map(|row| (SubjectRef::quotation(row.id), *root)));
            roots.extend(order.sale.tracked().map(|row| (SubjectRef::sale(row.id), *root)));
            roots.extend(order.fulfilments.tracked().map(|row| (SubjectRef::fulfilment(row.id), *root)));
        }
        roots
    }
}

impl Opened<'_> {
    /// Sends an event with all that follows from it. A refusal has changed nothing; an error leaves the unit unusable.
    pub fn try_send(&mut self, event: &Event, expected: Option<i32>, via: Via) -> Result<Outcome, Error> {
        let env = self.env;
        if via == Via::Command {
            env.rules.registry.check_sent(self.subject.kind, &event.name)?;
        }
        match self.viewed(|view| view.admit(env, event, expected, via)) {
            Err(error @ (Error::Db(_) | Error::Internal(_))) => return Err(error),
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
            Ok(()) => {}
        }
        match run::step(self, event, 0)? {
            Stepped::Taken => {
                run::drain(self.unit, env)?;
                Ok(Outcome::Taken)
            }
            Stepped::Refused => {
                let failed_guard = failed_guards(self, event)?.into_iter().next();
                self.viewed(|view| Ok(Outcome::Refused(view.rejected(env.actor, event, failed_guard))))
            }
        }
    }

    /// Sends an event with all that follows from it; a refusal is an error.
    pub fn send(&mut self, event: &Event, expected: Option<i32>, via: Via) -> Result<(), Error> {
        match self.try_send(event, expected, via)? {
            Outcome::Taken => Ok(()),
            Outcome::Refused(refusal) => Err(refusal),
        }
    }

    /// Sends an event that a command, a timer or a provider reports.
    pub fn command(&mut self, event: &Event) -> Result<(), Error> {
        self.send(event, None, Via::Command)
    }

    /// Sends an event that it is fine not to take; says whether it was.
    pub fn offer(&mut self, event: &Event) -> Result<bool, Error> {
        Ok(matches!(self.try_send(event, None, Via::Command)?, Outcome::Taken))
    }

    /// Tells of what has happened, whatever the machine says: where nothing takes the event, it is on record.
    pub fn report(&mut self, event: &Event) -> Result<(), Error> {
        if self.offer(event)? { Ok(()) } else { self.record(event) }
    }

    /// The same of what changes nothing: where nothing takes the event, it is a recorded no-op.
    pub fn report_noop(&mut self, event: &Event) -> Result<(), Error> {
        if self.offer(event)? { Ok(()) } else { self.record_noop(event) }
    }

    /// Starts a subject whose row was inserted, with all that follows. Note and metadata are its first log row's.
    pub fn start(&mut self, note: Option<String>, metadata: Option<serde_json::Value>) -> Result<(), Error> {
        let event = Event { metadata, ..Event::named(super::CREATED).because(None, note) };
        run::start(self, &event, 0)?;
        run::drain(self.unit, self.env)
    }

    /// Refuses what may not even be asked of the guards, before a command does more: visibility, version, transition,
    /// permission, window, payload, reason.
    pub fn admit(&self, event: &Event, expected: Option<i32>) -> Result<(), Error> {
        self.viewed(|view| view.admit(self.env, event, expected, Via::Client))
    }

    /// Brings what the subject's context says of other rows up to date, before a command reads it.
    pub fn refresh(&mut self) -> Result<(), Error> {
        run::refresh(self)
    }

    /// Books what happened to the subject without a step: facts, version + 1, a log row with from = to.
    pub fn record(&mut self, event: &Event) -> Result<(), Error> {
        run::record(self, event, false)
    }

    /// Puts on record what changed nothing; the version stays.
    pub fn record_noop(&mut self, event: &Event) -> Result<(), Error> {
        run::record(self, event, true)
    }

    /// What must be loaded before `event` is sent to the subject in the state that it is in.
    pub fn needs_here(&self, event: &str) -> Result<Needs, Error> {
        self.viewed(|view| Ok(view.definition.needs_in(view.snapshot, event)))
    }

    /// Whether the subject's machine would at least ask its guards about `event` in the state that it is in.
    pub fn knows(&self, event: &str) -> Result<bool, Error> {
        self.viewed(|view| {
            let machine = &view.definition.machine;
            Ok(!machine.is_done(view.snapshot) && !machine.candidates(view.snapshot, event).is_empty())
        })
    }

    /// Refuses a payload that the machine, as it stands, would not let a client send.
    pub fn check_form(&self, event: &Event) -> Result<(), Error> {
        self.viewed(|view| view.check_form(event))
    }

    /// Whether one of the subject's active states carries `tag`.
    pub fn has_tag(&self, tag: Tag) -> Result<bool, Error> {
        self.viewed(|view| Ok(view.definition.machine.tags(view.snapshot).contains(&tag.as_str())))
    }

    pub(super) fn viewed<T>(&self, ask: impl FnOnce(&SubjectView<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let (order, subject) = (self.order()?, self.subject);
        let columns = subject::columns(order, subject)?;
        let definition = subject::definition(self.env.rules, &columns)?;
        let snapshot = subject::snapshot(&definition, &columns)?;
        let store = self.unit.shared.stores.get(&columns.store);
        ask(&SubjectView { order, subject, columns, definition: &definition, snapshot: &snapshot, store })
    }
}
