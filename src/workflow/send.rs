//! `send` and `record`: one event, many subjects, one commit.

use super::failed_guards::failed_guards;
use super::{
    Event, Mode, Needs, Roots, SubjectRef, Unit,
    gate::{SubjectView, Via},
    run::{self, Stepped},
    subject,
    turn::Env,
    unit::What,
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
        outcomes.push(unit.try_send(env, root, *subject, event, *expected, via)?);
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

    /// Sends an event with all that follows from it. A refusal has changed nothing; an error leaves the unit unusable.
    pub fn try_send(
        &mut self,
        env: Env<'_>,
        root: Uuid,
        subject: SubjectRef,
        event: &Event,
        expected: Option<i32>,
        via: Via,
    ) -> Result<Outcome, Error> {
        if via == Via::Command {
            env.rules.registry.check_sent(subject.kind, &event.name)?;
        }
        match self.viewed(env, root, subject, |view| view.admit(env, event, expected, via)) {
            Err(error @ (Error::Db(_) | Error::Internal(_))) => return Err(error),
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
            Ok(()) => {}
        }
        match run::step(self, env, root, subject, event, 0)? {
            Stepped::Taken => {
                run::drain(self, env)?;
                Ok(Outcome::Taken)
            }
            Stepped::Refused => {
                let failed_guard = failed_guards(self, env, root, subject, event)?.into_iter().next();
                self.viewed(env, root, subject, |view| {
                    Ok(Outcome::Refused(view.rejected(env.actor, event, failed_guard)))
                })
            }
        }
    }

    /// Sends an event with all that follows from it; a refusal is an error.
    pub fn send_one(
        &mut self,
        env: Env<'_>,
        root: Uuid,
        subject: SubjectRef,
        event: &Event,
        expected: Option<i32>,
        via: Via,
    ) -> Result<(), Error> {
        match self.try_send(env, root, subject, event, expected, via)? {
            Outcome::Taken => Ok(()),
            Outcome::Refused(refusal) => Err(refusal),
        }
    }

    /// Sends an event that a command, a timer or a provider reports.
    pub fn command(&mut self, env: Env<'_>, root: Uuid, subject: SubjectRef, event: &Event) -> Result<(), Error> {
        self.send_one(env, root, subject, event, None, Via::Command)
    }

    /// Sends an event that it is fine not to take; says whether it was.
    pub fn offer(&mut self, env: Env<'_>, root: Uuid, subject: SubjectRef, event: &Event) -> Result<bool, Error> {
        Ok(matches!(self.try_send(env, root, subject, event, None, Via::Command)?, Outcome::Taken))
    }

    /// Starts a subject whose row was inserted, with all that follows.
    pub fn start(&mut self, env: Env<'_>, root: Uuid, subject: SubjectRef) -> Result<(), Error> {
        self.shared.queue.push_back(super::FollowUp {
            root,
            what: What::Start(subject),
            payload: serde_json::Value::Null,
            optional: false,
            depth: 0,
        });
        run::drain(self, env)
    }

    /// Refuses what may not even be asked of the guards, before a command does more: visibility, version, transition,
    /// permission, window, payload, reason.
    pub fn admit(
        &self,
        env: Env<'_>,
        root: Uuid,
        subject: SubjectRef,
        event: &Event,
        expected: Option<i32>,
    ) -> Result<(), Error> {
        self.viewed(env, root, subject, |view| view.admit(env, event, expected, Via::Client))
    }

    /// Brings what a subject's context says of other rows up to date, before a command reads it.
    pub fn refresh(&mut self, env: Env<'_>, root: Uuid, subject: SubjectRef) -> Result<(), Error> {
        run::refresh(self, env, root, subject)
    }

    /// Books what happened to a subject without a step: facts, version + 1, a log row with from = to.
    pub fn record(&mut self, env: Env<'_>, root: Uuid, subject: SubjectRef, event: &Event) -> Result<(), Error> {
        run::record(self, env, root, subject, event, false)
    }

    /// Puts on record what changed nothing; the version stays.
    pub fn record_noop(&mut self, env: Env<'_>, root: Uuid, subject: SubjectRef, event: &Event) -> Result<(), Error> {
        run::record(self, env, root, subject, event, true)
    }

    /// What must be loaded before `event` is sent to a subject in the state that it is in.
    pub fn needs_here(&self, env: Env<'_>, root: Uuid, subject: SubjectRef, event: &str) -> Result<Needs, Error> {
        self.viewed(env, root, subject, |view| Ok(view.definition.needs_in(view.snapshot, event)))
    }

    /// Whether the subject's machine would at least ask its guards about `event` in the state that it is in.
    pub fn knows(&self, env: Env<'_>, root: Uuid, subject: SubjectRef, event: &str) -> Result<bool, Error> {
        self.viewed(env, root, subject, |view| {
            let machine = &view.definition.machine;
            Ok(!machine.is_done(view.snapshot) && !machine.candidates(view.snapshot, event).is_empty())
        })
    }

    /// Whether the subject has reached its machine's end.
    pub fn is_done(&self, env: Env<'_>, root: Uuid, subject: SubjectRef) -> Result<bool, Error> {
        self.viewed(env, root, subject, |view| Ok(view.definition.machine.is_done(view.snapshot)))
    }

    /// Whether one of the subject's active states carries `tag`.
    pub fn has_tag(&self, env: Env<'_>, root: Uuid, subject: SubjectRef, tag: &str) -> Result<bool, Error> {
        self.viewed(env, root, subject, |view| Ok(view.definition.machine.tags(view.snapshot).contains(&tag)))
    }

    pub(super) fn viewed<T>(
        &self,
        env: Env<'_>,
        root: Uuid,
        subject: SubjectRef,
        ask: impl FnOnce(&SubjectView<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let order = self.order(root)?;
        let columns = subject::columns(order, subject)?;
        let definition = subject::definition(env.rules, &columns)?;
        let snapshot = subject::snapshot(&definition, &columns)?;
        let store = self.shared.stores.get(&columns.store);
        ask(&SubjectView { order, subject, columns, definition: &definition, snapshot: &snapshot, store })
    }
}
