//! Fires timers: claims what is due by lease, then sends it through the door, which reads again that it is due.

use super::{
    Definition, Env, Event, Mode, Needs, OVERRIDE_LAPSED, Opened, Outcome, Roots, SALE_PENDING_EXPIRY, SubjectRef,
    TimerKey, Unit, run, send::stored_needs,
};
use crate::{actor::Actor, clock::Instant, error::Error, queue::lease::Queue, workflow::Rules};
use chrono::TimeDelta;
use entity::{
    OutboxKind, TimerKind, outbox,
    timer::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

/// Which timers a sweep takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Expiring sales, on their own schedule.
    SaleExpiry,
    /// All others, on every tick of the worker.
    Others,
}

/// How long a claim lasts; a worker that dies gives its claims back that late.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const QUEUE: Queue<Column> =
    Queue { id: Column::Id, due: Column::DueAt, lease_until: Column::LeaseUntil, attempts: Some(Column::Attempts) };
/// After so many attempts a timer is left alone, and stays to be seen.
pub const MAX_ATTEMPTS: i32 = 10;

/// Claims up to `limit` due timers, oldest first, skipping what others hold.
pub async fn claim(txn: &DatabaseTransaction, which: Which, now: Instant, limit: u64) -> Result<Vec<Model>, Error> {
    let event = match which {
        Which::SaleExpiry => {
            let expiry = Column::Event.eq(SALE_PENDING_EXPIRY).and(Column::Kind.ne(TimerKind::Deferred));
            expiry.and(no_capture_asked())
        }
        // Deferred events are those of machines, which may be called as they like.
        Which::Others => Column::Event.ne(SALE_PENDING_EXPIRY).or(Column::Kind.eq(TimerKind::Deferred)),
    };
    let wanted = Entity::find().filter(event).filter(Column::Attempts.lt(MAX_ATTEMPTS));
    QUEUE.claim(txn, wanted, LEASE, now, limit).await
}

/// Whether a timer that is due may fire.
pub fn may_fire() -> SimpleExpr {
    Column::Event.ne(SALE_PENDING_EXPIRY).or(no_capture_asked())
}

/// Whether no provider is being asked to take money that is set aside for a timer's order: a sale waits with its expiry for
/// the answer.
fn no_capture_asked() -> SimpleExpr {
    let of_order = Expr::col((outbox::Entity, outbox::Column::RootId)).eq(Expr::col((Entity, Column::RootId)));
    let asked = outbox::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(of_order)
        .filter(outbox::Column::Kind.eq(OutboxKind::CaptureRequested))
        .filter(outbox::Column::DoneAt.is_null())
        .filter(outbox::Column::DeadAt.is_null());
    Expr::exists(asked.into_query()).not()
}

/// Gives claims back untried, as a worker does that stops.
pub async fn release(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<(), Error> {
    QUEUE.release::<Entity, _>(txn, ids.iter().copied()).await
}

/// Fires delayed transitions of one definition's event in one transaction. Those that are not due any more, or that the
/// machine does not take now, are forgotten.
pub async fn fire(
    txn: &DatabaseTransaction,
    rules: &Rules,
    timers: &[Model],
    now: Instant,
) -> Result<Vec<Outcome>, Error> {
    let actor = Actor::system();
    let env = Env { rules, actor: &actor, now };
    let subjects: Vec<SubjectRef> = timers.iter().map(subject).collect();
    let mut unit = Unit::open(txn, Roots::of_subjects(&subjects), Mode::Write, now).await?;
    let still_due: std::collections::BTreeSet<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(timers.iter().map(|timer| timer.id)))
        .filter(Column::DueAt.lte(now))
        .filter(may_fire())
        .into_tuple::<Uuid>()
        .all(txn)
        .await?
        .into_iter()
        .collect();
    let own = subjects.iter().fold(Needs::NOTHING, |needs, subject| needs | stored_needs(subject.kind));
    unit.load(rules, txn, own, Mode::Write).await?;
    let roots = unit.roots_of();
    let mut needs = Needs::NOTHING;
    let mut events = Vec::with_capacity(timers.len());
    for timer in timers {
        let event = match roots.get(&subject(timer)) {
            Some(root) => Opened::of(&mut unit, env, *root, subject(timer)).delayed_event(timer)?,
            None => None,
        };
        needs |= event.as_ref().map_or(Needs::NOTHING, |(_, needs)| *needs);
        events.push(event.map(|(name, _)| name));
    }
    unit.load(rules, txn, needs, Mode::Write).await?;
    let mut outcomes = Vec::with_capacity(timers.len());
    for (timer, event) in timers.iter().zip(events) {
        let (Some(event), true, Some(root)) =
            (event, still_due.contains(&timer.id), roots.get(&subject(timer)).copied())
        else {
            outcomes.push(Outcome::Refused(Error::Conflict("not due any more".to_owned())));
            continue;
        };
        outcomes.push(Opened::of(&mut unit, env, root, subject(timer)).fire(timer, event)?);
    }
    unit.flush(txn).await?;
    Ok(outcomes)
}

/// A timer of a delayed transition.
pub(super) fn row(root_id: Uuid, subject: SubjectRef, state: String, event: &str, due_at: Instant) -> Model {
    Model {
        id: crate::id::new(),
        root_id,
        subject_kind: subject.kind,
        subject_id: subject.id,
        state,
        event: event.to_owned(),
        ref_id: Uuid::nil(),
        kind: TimerKind::Delay,
        due_at,
        lease_until: None,
        attempts: 0,
    }
}

/// What makes it this timer.
pub fn key(timer: &Model) -> TimerKey {
    (timer.subject_id, timer.state.clone(), timer.event.clone(), timer.ref_id)
}

fn subject(timer: &Model) -> SubjectRef {
    SubjectRef { kind: timer.subject_kind, id: timer.subject_id }
}

impl Opened<'_> {
    /// Fires a delayed transition of the subject, with all that follows.
    pub fn fire_here(&mut self, timer: &Model) -> Result<Outcome, Error> {
        match self.delayed_event(timer)? {
            Some((event, _)) => self.fire(timer, event),
            None => Ok(Outcome::Refused(Error::Conflict("the state that armed it is not active".to_owned()))),
        }
    }

    fn fire(&mut self, timer: &Model, event: String) -> Result<Outcome, Error> {
        // Taken off first: a transition that arms it anew puts it back.
        self.unit.shared.timers.insert(key(timer), None);
        match run::step(self, &Event::named(event), 0)? {
            run::Stepped::Taken => {
                run::drain(self.unit, self.env)?;
                Ok(Outcome::Taken)
            }
            run::Stepped::Refused => {
                Ok(Outcome::Refused(Error::Conflict("the machine does not take it now".to_owned())))
            }
        }
    }

    /// The machine's name for a timer's event and what it needs; none when the state that armed it is not active.
    fn delayed_event(&self, timer: &Model) -> Result<Option<(String, Needs)>, Error> {
        self.viewed(|view| {
            let machine = &view.definition.machine;
            let armed = Definition::delayed(machine, view.snapshot)
                .find(|(name, transition)| *name == timer.event && machine.state(transition.source).path == timer.state)
                .and_then(|(_, transition)| machine.after_event_of(transition));
            Ok(armed.map(|event| {
                let needs = view.definition.needs(&event);
                (event, needs)
            }))
        })
    }
}

/// Whether a timer is an override's lapse, which the approval room handles. Servers of the version before write no kind.
pub fn is_lapse(timer: &Model) -> bool {
    timer.kind != TimerKind::Deferred && timer.event == OVERRIDE_LAPSED && !timer.ref_id.is_nil()
}

/// Whether a timer is of an event that waits for its window (`deferred`).
pub fn is_deferred(timer: &Model) -> bool {
    timer.kind == TimerKind::Deferred
}
