//! What could be sent to a subject now, and what stands in the way: the same gate and the same guards that `send` asks.

use super::{
    Event, Opened, Order, Roots, Shared, SubjectRef, Unit,
    definition::Definition,
    failed_guards::{FailedGuard, failed_guards},
    gate::{self, Obstacle},
    run::{Runner, Stepped},
    turn::Env,
    vocabulary::Verdict,
};
use crate::{actor::Actor, clock::Instant, db::connect::at_one_moment, error::Error, texts::readable, workflow::Rules};
use entity::SubjectKind;
use sea_orm::DatabaseConnection;
use serde_json::{Map, Value};
use statechart::{Candidate, Delay, GuardRef, Host, Machine, TransitionId, Trigger};
use std::collections::HashMap;
use uuid::Uuid;

/// An event that the current state knows.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "what is said of an event, each for itself")]
pub struct Available {
    /// Its name.
    pub event: String,
    /// As a person reads it.
    pub label: String,
    /// Whether nothing blocks it.
    pub enabled: bool,
    /// The state it would lead to; none when blocked or when that depends on the payload.
    pub target: Option<String>,
    /// Whether it needs a reason code.
    pub requires_reason: bool,
    /// Whether it needs a note.
    pub requires_note: bool,
    /// The codes that the store takes for it.
    pub reason_codes: Vec<String>,
    /// JSON Schema of its payload.
    pub payload_schema: Option<Value>,
    /// Whether a guard reads the payload, which is not known here.
    pub depends_on_payload: bool,
    /// All that blocks it.
    pub blocked_by: Vec<Blocked>,
}

/// What kind of thing blocks an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A permission, or that it is not sent by hand.
    Permission,
    /// The order is somebody else's.
    Ownership,
    /// A guard.
    Guard,
    /// A business window.
    Window,
}

/// Something that blocks an event.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// Of which kind.
    pub kind: BlockKind,
    /// The permission's or guard's name.
    pub name: String,
    /// For a person.
    pub message: String,
    /// When it opens.
    pub until: Option<Instant>,
}

/// Explains every event of many subjects, in a fixed number of statements. Subjects that the actor may not see are left out.
pub async fn available_events(
    db: &DatabaseConnection,
    rules: &Rules,
    now: Instant,
    actor: &Actor,
    subjects: &[(SubjectKind, Uuid)],
) -> Result<HashMap<Uuid, Vec<Available>>, Error> {
    let refs: Vec<SubjectRef> = subjects.iter().map(|(kind, id)| SubjectRef { kind: *kind, id: *id }).collect();
    let env = Env { rules, actor, now };
    let roots = Roots::of_subjects(&refs);
    let mut unit = at_one_moment(db, async |moment| Unit::look(rules, moment, roots, now).await).await?;
    let roots = unit.roots_of();
    let mut answers = HashMap::new();
    for subject in refs {
        if let Some(root) = roots.get(&subject).copied()
            && super::subject::visible(unit.order(root)?, subject, actor)?
        {
            answers.insert(subject.id, of_subject(&Opened::of(&mut unit, env, root, subject))?);
        }
    }
    Ok(answers)
}

fn of_subject(opened: &Opened<'_>) -> Result<Vec<Available>, Error> {
    let env = opened.env;
    opened.viewed(|view| {
        let machine = &view.definition.machine;
        if machine.is_done(view.snapshot) {
            return Ok(Vec::new());
        }
        let mut events = Vec::new();
        for event in machine.events(view.snapshot) {
            let candidates = machine.candidates(view.snapshot, event);
            let Some(first) = candidates.first().copied() else { continue };
            let mut blocked: Vec<Blocked> =
                view.obstacles(env, first).into_iter().map(|obstacle| from_obstacle(event, obstacle)).collect();
            let depends = candidates.iter().any(|id| view.definition.depends_on_payload(machine.transition(*id)));
            if !depends {
                blocked.extend(guards(opened, event)?);
            }
            events.push(describe(view, env, event, first, depends, blocked));
        }
        find_targets(opened, &mut events)?;
        events.extend(by_time(view));
        Ok(events)
    })
}

/// What time does here, which nobody sends: each named delay once.
fn by_time(view: &gate::SubjectView<'_>) -> Vec<Available> {
    let machine = &view.definition.machine;
    let mut events: Vec<Available> = Vec::new();
    for (name, transition) in Definition::delayed(machine, view.snapshot) {
        let named = matches!(transition.trigger, Trigger::After(Delay::Named(_)));
        if !named || events.iter().any(|known| known.event == name) {
            continue;
        }
        events.push(Available {
            label: label(&transition.meta, &name),
            enabled: false,
            target: None,
            requires_reason: false,
            requires_note: false,
            reason_codes: Vec::new(),
            payload_schema: None,
            depends_on_payload: false,
            blocked_by: vec![from_obstacle(&name, Obstacle::Source)],
            event: name,
        });
    }
    events
}

fn label(meta: &Value, event: &str) -> String {
    meta.get("label").and_then(Value::as_str).map_or_else(|| readable(event), str::to_owned)
}

fn describe(
    view: &gate::SubjectView<'_>,
    env: Env<'_>,
    event: &str,
    transition: TransitionId,
    depends_on_payload: bool,
    blocked_by: Vec<Blocked>,
) -> Available {
    let meta = &view.definition.machine.transition(transition).meta;
    Available {
        event: event.to_owned(),
        label: label(meta, event),
        enabled: blocked_by.is_empty(),
        target: None,
        requires_reason: gate::needs_reason(meta, env.actor),
        requires_note: gate::requires(meta, "note"),
        reason_codes: gate::reason_codes(env, view.columns.store, event),
        payload_schema: meta.get("payload").cloned(),
        depends_on_payload,
        blocked_by,
    }
}

/// Tries each enabled event on a copy and notes where it leads.
fn find_targets(opened: &Opened<'_>, events: &mut [Available]) -> Result<(), Error> {
    let root = opened.root();
    for available in events.iter_mut().filter(|event| event.enabled && !event.depends_on_payload) {
        let mut copy = Unit::empty(opened.unit.now);
        copy.orders.insert(root, opened.order()?.clone());
        copy.shared = opened.unit.shared.clone();
        let mut copy = Opened::of(&mut copy, opened.env, root, opened.subject);
        if let Stepped::Taken = super::run::step(&mut copy, &Event::named(available.event.clone()), 0)? {
            available.target = Some(super::subject::columns(copy.order()?, copy.subject)?.state.to_owned());
        }
    }
    Ok(())
}

/// All guards that would have to answer otherwise for the event to be taken.
fn guards(opened: &Opened<'_>, event: &str) -> Result<Vec<Blocked>, Error> {
    let found = failed_guards(opened, &Event::named(event))?;
    let blocked = |FailedGuard { guard, message, remedy, .. }: FailedGuard| {
        let message = if remedy.is_empty() { message } else { format!("{message}: {remedy}") };
        Blocked { kind: BlockKind::Guard, name: guard, message, until: None }
    };
    Ok(found.into_iter().map(blocked).collect())
}

/// Asks every guard of an event's candidates on a copy of what is loaded, and tells of the answers.
pub(super) fn ask<T>(
    opened: &Opened<'_>,
    event: &Event,
    tell: impl FnOnce(&Machine, &[Candidate], &Asking<'_>) -> T,
) -> Result<T, Error> {
    let mut order = opened.order()?.clone();
    let mut shared = opened.unit.shared.clone();
    opened.viewed(|view| {
        let machine = &view.definition.machine;
        let mut asking = Asking::new(view.definition, &mut order, &mut shared, opened.subject, event, opened.env)?;
        let candidates = machine.explain(view.snapshot, &event.name, &mut asking)?;
        Ok(tell(machine, &candidates, &asking))
    })
}

/// Asks guards and keeps every answer.
pub(super) struct Asking<'a> {
    runner: Runner<'a>,
    answers: Vec<(GuardRef, Verdict)>,
}

impl<'a> Asking<'a> {
    fn new(
        definition: &'a Definition,
        order: &'a mut Order,
        shared: &'a mut Shared,
        subject: SubjectRef,
        event: &'a Event,
        env: Env<'a>,
    ) -> Result<Self, Error> {
        let mut runner = Runner { definition, order, shared, subject, event, env, metadata: Map::new(), depth: 0 };
        // As before a step: what is compared is what is true now.
        runner.facts()?;
        Ok(Self { runner, answers: Vec::new() })
    }

    /// What a guard answered, when it was asked.
    pub(super) fn verdict(&self, guard: &GuardRef) -> Option<&Verdict> {
        self.answers.iter().find(|(asked, _)| asked == guard).map(|(_, verdict)| verdict)
    }
}

impl Host for Asking<'_> {
    type Error = Error;

    fn guard(&mut self, guard: &GuardRef, _event: &str) -> Result<bool, Error> {
        let verdict = self.runner.ask(guard)?;
        let passed = verdict == Verdict::Pass;
        self.answers.push((guard.clone(), verdict));
        Ok(passed)
    }
}

fn from_obstacle(event: &str, obstacle: Obstacle) -> Blocked {
    match obstacle {
        Obstacle::Source => Blocked {
            kind: BlockKind::Permission,
            name: "source".to_owned(),
            message: format!("{event} comes from its own mutation, a provider or a timer"),
            until: None,
        },
        Obstacle::Permission(name) => Blocked {
            message: format!("{event} needs the permission {name}"),
            kind: BlockKind::Permission,
            name,
            until: None,
        },
        Obstacle::Window { until, message } => {
            Blocked { kind: BlockKind::Window, name: "window".to_owned(), message, until }
        }
    }
}
