//! Who may send which event, where and when: everything that is asked before the guards, in a fixed order.
//!
//! The same questions make a refusal and explain what is blocked. Knows `meta` of transitions; knows no rule of a machine.

use super::{
    Event, Order, SubjectRef,
    definition::{Definition, INSTANT, NAME},
    failed_guards::FailedGuard,
    status::{self, Way},
    subject::{self, Columns},
    turn::Env,
};
use crate::{
    actor::Actor,
    calendar::{self, Answer},
    clock::{self, Instant},
    error::{Code, Error, Refusal},
    texts::{self, LONGEST_NAME},
};
use entity::store;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;
use statechart::{Snapshot, TransitionId, Trigger, descriptor_matches};

/// Longest note, in characters.
pub const MAX_NOTE: usize = 10_000;

/// How an event came to the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A client sends it by name: permission, source, window and reason are asked.
    Client,
    /// A command that authorised itself, a timer, a webhook.
    Command,
}

/// A subject with the machine that drives it.
pub(super) struct SubjectView<'a> {
    pub order: &'a Order,
    pub subject: SubjectRef,
    pub columns: Columns<'a>,
    pub definition: &'a Definition,
    pub snapshot: &'a Snapshot,
    pub store: Option<&'a store::Model>,
}

/// Something in the way that is no guard.
pub(super) enum Obstacle {
    Source,
    Permission(String),
    Window { name: String, until: Option<Instant>, message: String },
}

impl SubjectView<'_> {
    /// Refuses what may not even be asked of the guards.
    pub(super) fn admit(&self, env: Env<'_>, event: &Event, expected: Option<i32>, via: Via) -> Result<(), Error> {
        self.admit_when(env, event, expected, via, false).map(drop)
    }

    /// The same for what a client sends and lets wait for its window: where nothing but the window is in the way, answers when
    /// it opens.
    pub(super) fn admit_or_wait(
        &self,
        env: Env<'_>,
        event: &Event,
        expected: Option<i32>,
    ) -> Result<Option<Instant>, Error> {
        self.admit_when(env, event, expected, Via::Client, true)
    }

    fn admit_when(
        &self,
        env: Env<'_>,
        event: &Event,
        expected: Option<i32>,
        via: Via,
        may_wait: bool,
    ) -> Result<Option<Instant>, Error> {
        if !subject::visible(self.order, self.subject, env.actor)? {
            return Err(Error::not_found(self.subject.type_id()));
        }
        check_version(self.columns.version, expected)?;
        let candidates = self.definition.machine.candidates(self.snapshot, &event.name);
        let Some(first) = candidates.first().copied() else {
            if Definition::delayed(&self.definition.machine, self.snapshot).any(|(name, _)| name == event.name) {
                return Err(Error::Forbidden(format!(
                    "{} is not sent by hand; it comes when its time is over",
                    event.name
                )));
            }
            return Err(self.refuse(
                env.actor,
                Code::TransitionNotAllowed,
                format!("{} is not possible in {}", event.name, self.columns.state),
            ));
        };
        if via == Via::Command {
            return Ok(None);
        }
        let opening = self.authorise(env, event, first, may_wait)?;
        self.check_payload(event, &candidates)?;
        self.check_reason(env, event, first)?;
        self.check_note(env, event, first)?;
        Ok(opening)
    }

    /// Refuses what must not be sent by this actor or now. Of what may wait, answers when its window opens.
    fn authorise(
        &self,
        env: Env<'_>,
        event: &Event,
        transition: TransitionId,
        may_wait: bool,
    ) -> Result<Option<Instant>, Error> {
        if let Some(obstacle) = self.obstacles(env, transition).into_iter().next() {
            return Err(match obstacle {
                // The window is the last of the obstacles: nothing else is in the way.
                Obstacle::Window { until: Some(opening), .. } if may_wait => return Ok(Some(opening)),
                Obstacle::Source => Error::Forbidden(format!(
                    "{} is not sent by hand; it comes from its own mutation, a provider or a timer",
                    event.name
                )),
                Obstacle::Permission(permission) => {
                    Error::Forbidden(format!("{} needs the permission {permission}", event.name))
                }
                Obstacle::Window { until, message, .. } => {
                    let mut refusal = self.refusal(env.actor, Code::OutsideWindow, message);
                    refusal.until = until;
                    Error::Refused(Box::new(refusal))
                }
            });
        }
        Ok(None)
    }

    /// What stands in the way of a transition, guards aside.
    pub(super) fn obstacles(&self, env: Env<'_>, transition: TransitionId) -> Vec<Obstacle> {
        let meta = &self.definition.machine.transition(transition).meta;
        let mut obstacles = Vec::new();
        if by_command(meta) {
            obstacles.push(Obstacle::Source);
        }
        if let Some(permission) = self.missing_permission(meta, env.actor) {
            obstacles.push(Obstacle::Permission(permission));
        }
        if let (Some(window), Some(store)) = (meta.get("window"), self.store)
            && let Answer::Closed { until, message } = calendar::ask(store, window, env.now)
        {
            obstacles.push(Obstacle::Window { name: calendar::name(window).to_owned(), until, message });
        }
        obstacles
    }

    fn check_payload(&self, event: &Event, candidates: &[TransitionId]) -> Result<(), Error> {
        if let Some(validator) = candidates.iter().find_map(|id| self.definition.schema(*id)) {
            let empty = Value::Object(serde_json::Map::new());
            let payload = if event.payload.is_null() { &empty } else { &event.payload };
            if let Some(error) = validator.iter_errors(payload).next() {
                let at = format!("payload{}", error.instance_path.to_string().replace('/', "."));
                if let (ValidationErrorKind::Format { format }, Some(text)) = (&error.kind, error.instance.as_str()) {
                    match format.as_str() {
                        INSTANT => clock::read(&at, &error.instance).map(drop)?,
                        NAME => texts::line(&at, text, LONGEST_NAME).map(drop)?,
                        _ => {}
                    }
                }
                return Err(Error::invalid(at, error.to_string()));
            }
            return Ok(());
        }
        if event.payload.is_null() || event.payload.as_object().is_some_and(serde_json::Map::is_empty) {
            return Ok(());
        }
        Err(Error::invalid("payload", format!("{} takes no payload", event.name)))
    }

    /// Refuses what the event would bring when the machine, as it stands, says of what form that is, and this is not.
    pub(super) fn check_form(&self, event: &Event) -> Result<(), Error> {
        let candidates = self.definition.machine.candidates(self.snapshot, &event.name);
        let formal = candidates.iter().any(|id| self.definition.schema(*id).is_some());
        if formal { self.check_payload(event, &candidates) } else { Ok(()) }
    }

    fn check_reason(&self, env: Env<'_>, event: &Event, transition: TransitionId) -> Result<(), Error> {
        let store = self.columns.store;
        if let Some(code) = &event.reason_code {
            return check_reason_code(env, store, &event.name, code);
        }
        if needs_reason(&self.definition.machine.transition(transition).meta, env.actor) {
            return Err(self.refuse(
                env.actor,
                Code::ReasonRequired,
                format!(
                    "{} needs a reasonCode: one of {}",
                    event.name,
                    reason_codes(env, store, &event.name).join(", ")
                ),
            ));
        }
        Ok(())
    }

    fn check_note(&self, env: Env<'_>, event: &Event, transition: TransitionId) -> Result<(), Error> {
        check_note(event.note.as_deref())?;
        let said = event.note.as_deref().is_some_and(texts::says_something);
        if !said && requires(&self.definition.machine.transition(transition).meta, "note") {
            let message = format!("{} needs a note that says why, in words", event.name);
            return Err(self.refuse(env.actor, Code::NoteRequired, message));
        }
        Ok(())
    }

    /// The refusal of an event whose guards said no.
    pub(super) fn rejected(&self, actor: &Actor, event: &Event, failed_guard: Option<FailedGuard>) -> Error {
        let Some(FailedGuard { guard, code, message, remedy }) = failed_guard else {
            return self.refuse(actor, Code::GuardRejected, format!("{} is not possible now", event.name));
        };
        let mut refusal = self.refusal(actor, code, message);
        refusal.guard = Some(guard);
        refusal.remedy = Some(remedy).filter(|remedy| !remedy.is_empty());
        refusal.allowed_events.retain(|name| *name != event.name);
        Error::Refused(Box::new(refusal))
    }

    pub(super) fn refuse(&self, actor: &Actor, code: Code, message: String) -> Error {
        Error::Refused(Box::new(self.refusal(actor, code, message)))
    }

    fn refusal(&self, actor: &Actor, code: Code, message: String) -> Refusal {
        Refusal {
            code,
            message,
            remedy: None,
            current_state: self.columns.state.to_owned(),
            allowed_events: self.allowed(actor),
            allowed_statuses: status::allowed(&self.definition.machine, self.snapshot, actor, self.columns.by_buyer),
            guard: None,
            until: None,
        }
    }

    /// Whether this actor could send an event in some state of the machine, guards and windows aside.
    pub(super) fn may_ever_send(&self, actor: &Actor, event: &str) -> bool {
        self.definition.machine.transitions().iter().any(|transition| {
            let takes = matches!(&transition.trigger, Trigger::Event(known) if descriptor_matches(known, event));
            let meta = &transition.meta;
            takes && !by_command(meta) && self.missing_permission(meta, actor).is_none()
        })
    }

    /// Events that this actor could send here, guards aside.
    fn allowed(&self, actor: &Actor) -> Vec<String> {
        let machine = &self.definition.machine;
        let may = |event: &&str| {
            machine.candidates(self.snapshot, event).first().is_some_and(|id| {
                let meta = &machine.transition(*id).meta;
                !by_command(meta) && self.missing_permission(meta, actor).is_none()
            })
        };
        machine.events(self.snapshot).into_iter().filter(may).map(str::to_owned).collect()
    }

    /// The event that leads to a state of this name, for whoever sends it; refused when none does from here.
    pub(super) fn event_to(&self, actor: &Actor, status: &str) -> Result<Way<'_>, Error> {
        let present = self.columns.state.split('+').any(|leaf| leaf == status);
        let way = status::ways(&self.definition.machine, self.snapshot).into_iter().find(|way| way.status == status);
        match way {
            _ if present => {
                Err(self.refuse(actor, Code::TransitionNotAllowed, format!("the order is {status} already")))
            }
            Some(way) => Ok(way),
            None if self.definition.machine.leaf(status).is_none() => {
                let message = format!("{status} is no status of the lifecycle {}", self.definition.name);
                Err(self.refuse(actor, Code::TransitionNotAllowed, message))
            }
            None => {
                let message = format!("nothing that is sent by hand leads from {} to {status}", self.columns.state);
                Err(self.refuse(actor, Code::TransitionNotAllowed, message))
            }
        }
    }

    fn missing_permission(&self, meta: &Value, actor: &Actor) -> Option<String> {
        missing_permission(meta, actor, self.columns.by_buyer)
    }
}

/// The permission that is lacking: `meta.permission` names one, or several of which one is enough. `meta.actor` keeps an
/// event to a side: `seller` is not for buyers, `author` only for the buyer who wrote the draft; `buyer` is for buyers,
/// and for staff with the permission that `meta.onBehalf` names.
pub(super) fn missing_permission(meta: &Value, actor: &Actor, by_buyer: bool) -> Option<String> {
    match meta.get("actor").and_then(Value::as_str) {
        Some("author") if actor.is_buyer() && !by_buyer => {
            return Some("of the selling side, which wrote it".to_owned());
        }
        Some("seller") if actor.is_buyer() => return Some("of the selling side".to_owned()),
        Some("buyer") if !actor.is_buyer() => {
            let on_behalf = meta.get("onBehalf").and_then(Value::as_str).unwrap_or_default();
            return (!actor.can(on_behalf)).then(|| on_behalf.to_owned());
        }
        _ => {}
    }
    match meta.get("permission")? {
        Value::String(permission) => (!actor.can(permission)).then(|| permission.clone()),
        Value::Array(any) => {
            let names: Vec<&str> = any.iter().filter_map(Value::as_str).collect();
            (!names.iter().any(|permission| actor.can(permission))).then(|| names.join(" or "))
        }
        _ => Some("that its machine names".to_owned()),
    }
}

/// Whether an event comes from commands, webhooks, timers and effects only.
pub(super) fn by_command(meta: &Value) -> bool {
    meta.get("source").and_then(Value::as_str) == Some("command")
}

/// Whether an event needs what `key` names: a `reason` code, a `note`.
pub(super) fn requires(meta: &Value, key: &str) -> bool {
    meta.get(key).and_then(Value::as_str) == Some("required")
}

/// Whether it takes a reason code of this actor: of everybody, or with `staff` of all but buyers.
pub(super) fn needs_reason(meta: &Value, actor: &Actor) -> bool {
    let of_staff = meta.get("reason").and_then(Value::as_str) == Some("staff");
    requires(meta, "reason") || (of_staff && !actor.is_buyer())
}

/// Refuses what was meant for another version than the one that there is.
pub fn check_version(version: i32, expected: Option<i32>) -> Result<(), Error> {
    match expected {
        Some(expected) if expected != version => Err(Error::Conflict(format!(
            "version {expected} was expected, but it has moved on to {version}; read it again"
        ))),
        _ => Ok(()),
    }
}

/// Refuses a note that is too long.
pub fn check_note(note: Option<&str>) -> Result<(), Error> {
    match note.map(|note| note.chars().count()) {
        Some(length) if length > MAX_NOTE => {
            Err(Error::invalid("note", format!("it has {length} characters; at most {MAX_NOTE} are kept")))
        }
        _ => Ok(()),
    }
}

/// The reason codes that a store takes for an event.
pub fn reason_codes(env: Env<'_>, store: uuid::Uuid, event: &str) -> Vec<String> {
    let store = crate::id::encode(crate::id::Prefix::Store, store);
    env.rules.settings.reasons.codes(&store, event).to_vec()
}

/// Refuses a reason code that the store does not take for the event.
pub fn check_reason_code(env: Env<'_>, store: uuid::Uuid, event: &str, code: &str) -> Result<(), Error> {
    let codes = reason_codes(env, store, event);
    if codes.iter().any(|known| known == code) {
        return Ok(());
    }
    Err(Error::invalid("reasonCode", format!("{code:?} is none of {}", codes.join(", "))))
}
