//! The words of a room: guards, actions and delays by name, each with what it reads.
//!
//! Knows how functions are registered and what they answer; knows no machine (`registry` compiles machines against words).

use super::{Needs, Turn};
use crate::{
    clock::Instant,
    error::{Code, Error},
};
use entity::SubjectKind;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a guard answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Yes.
    Pass,
    /// No, and why.
    Fail {
        /// The guard's own code, when `GUARD_REJECTED` says too little.
        code: Code,
        /// What stands in the way, for a person.
        message: String,
        /// What would help, for a person.
        remedy: String,
    },
}

impl Verdict {
    /// `Pass` when `yes`, else `GUARD_REJECTED` with these words.
    pub fn when(yes: bool, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::with_code(yes, Code::GuardRejected, message, remedy)
    }

    /// `Pass` when `yes`, else `code` with these words.
    pub fn with_code(yes: bool, code: Code, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        if yes { Self::Pass } else { Self::Fail { code, message: message.into(), remedy: remedy.into() } }
    }

    /// A refusal where it is no: of a command that asks what guards ask.
    pub fn required(self) -> Result<(), Error> {
        match self {
            Self::Pass => Ok(()),
            Self::Fail { code, message, remedy } => Err(Error::refused(code, message, remedy)),
        }
    }
}

/// A pure yes or no over the unit and the event.
#[derive(Clone, Copy)]
pub struct GuardFn {
    /// What it reads.
    pub needs: Needs,
    /// Whether its answer depends on the event's payload.
    pub reads_payload: bool,
    /// The question.
    pub check: fn(&Turn<'_>) -> Result<Verdict, Error>,
}

/// A change of the unit.
#[derive(Clone, Copy)]
pub struct ActionFn {
    /// What it reads and changes, its follow-ups' needs included.
    pub needs: Needs,
    /// Whether guards asked later in the same step depend on what it takes from the payload.
    pub decides_by_payload: bool,
    /// The change.
    pub run: fn(&mut Turn<'_>) -> Result<(), Error>,
}

/// When a delayed transition is due.
#[derive(Clone, Copy)]
pub struct DelayFn {
    /// What it reads.
    pub needs: Needs,
    /// The question; none: never.
    pub due: fn(&Turn<'_>) -> Result<Option<Instant>, Error>,
}

/// Brings what a subject's context says of other rows up to date, before and after each of its steps.
#[derive(Clone, Copy)]
pub struct FactsFn {
    /// What it reads and changes.
    pub needs: Needs,
    /// The change; it leaves alone what orders share, but for the account of the order's party and the subject's timers.
    pub refresh: fn(&mut Turn<'_>) -> Result<(), Error>,
}

/// Builds the row of a new subject from the seed in the event's payload, inserts it into the order and answers its id.
pub type BuildFn = fn(&mut Turn<'_>) -> Result<Uuid, Error>;

/// The names that a room gives meaning to.
pub struct Vocabulary {
    /// What its machines drive.
    pub subject: SubjectKind,
    pub(super) facts: Option<FactsFn>,
    pub(super) builder: Option<BuildFn>,
    pub(super) guards: BTreeMap<&'static str, GuardFn>,
    pub(super) actions: BTreeMap<&'static str, ActionFn>,
    pub(super) delays: BTreeMap<&'static str, DelayFn>,
    pub(super) hears: BTreeSet<&'static str>,
    pub(super) records: BTreeSet<&'static str>,
    pub(super) offers: BTreeSet<&'static str>,
    pub(super) sets_off: Vec<(&'static str, &'static str)>,
}

impl Vocabulary {
    /// No words yet.
    pub fn of(subject: SubjectKind) -> Self {
        Self {
            subject,
            facts: None,
            builder: None,
            guards: BTreeMap::new(),
            actions: BTreeMap::new(),
            delays: BTreeMap::new(),
            hears: BTreeSet::new(),
            records: BTreeSet::new(),
            offers: BTreeSet::new(),
            sets_off: Vec::new(),
        }
    }

    /// Every name with what it names: `guard`, `action` or `delay`.
    pub fn words(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let guards = self.guards.keys().map(|name| ("guard", *name));
        let actions = self.actions.keys().map(|name| ("action", *name));
        guards.chain(actions).chain(self.delays.keys().map(|name| ("delay", *name)))
    }

    /// What brings the context up to date.
    #[must_use]
    pub fn facts(mut self, needs: Needs, refresh: fn(&mut Turn<'_>) -> Result<(), Error>) -> Self {
        self.facts = Some(FactsFn { needs, refresh });
        self
    }

    /// What builds new subjects of the kind.
    #[must_use]
    pub fn builder(mut self, builder: BuildFn) -> Self {
        self.builder = Some(builder);
        self
    }

    /// A guard that does not read the payload.
    #[must_use]
    pub fn guard(self, name: &'static str, needs: Needs, check: fn(&Turn<'_>) -> Result<Verdict, Error>) -> Self {
        self.add_guard(name, GuardFn { needs, reads_payload: false, check })
    }

    /// A guard whose answer depends on the payload.
    #[must_use]
    pub fn payload_guard(
        self,
        name: &'static str,
        needs: Needs,
        check: fn(&Turn<'_>) -> Result<Verdict, Error>,
    ) -> Self {
        self.add_guard(name, GuardFn { needs, reads_payload: true, check })
    }

    /// A guard that refuses some payloads and passes where there is none, so that what happens then can be told.
    #[must_use]
    pub fn vetting_guard(
        self,
        name: &'static str,
        needs: Needs,
        check: fn(&Turn<'_>) -> Result<Verdict, Error>,
    ) -> Self {
        self.add_guard(name, GuardFn { needs, reads_payload: false, check })
    }

    fn add_guard(mut self, name: &'static str, guard: GuardFn) -> Self {
        self.guards.insert(name, guard);
        self
    }

    /// An action.
    #[must_use]
    pub fn action(mut self, name: &'static str, needs: Needs, run: fn(&mut Turn<'_>) -> Result<(), Error>) -> Self {
        self.actions.insert(name, ActionFn { needs, decides_by_payload: false, run });
        self
    }

    /// An action after which guards depend on what it took from the payload.
    #[must_use]
    pub fn deciding_action(
        mut self,
        name: &'static str,
        needs: Needs,
        run: fn(&mut Turn<'_>) -> Result<(), Error>,
    ) -> Self {
        self.actions.insert(name, ActionFn { needs, decides_by_payload: true, run });
        self
    }

    /// A delay; one that answers with no time is never over.
    #[must_use]
    pub fn delay(
        mut self,
        name: &'static str,
        needs: Needs,
        due: fn(&Turn<'_>) -> Result<Option<Instant>, Error>,
    ) -> Self {
        self.delays.insert(name, DelayFn { needs, due });
        self
    }

    /// Events that rooms, commands and other subjects send to subjects of the kind. One that no machine of the kind knows
    /// stops the boot: nobody would ever hear it.
    #[must_use]
    pub fn hears(mut self, events: &[&'static str]) -> Self {
        self.hears.extend(events);
        self
    }

    /// Events that are put on record, whether a machine knows them or not.
    #[must_use]
    pub fn records(mut self, events: &[&'static str]) -> Self {
        self.records.extend(events);
        self
    }

    /// Events that subjects of one order offer to each other: a machine that has no use for them passes them over.
    #[must_use]
    pub fn offers(mut self, events: &[&'static str]) -> Self {
        self.offers.extend(events);
        self
    }

    /// An action after which a subject sends itself an event that has to be taken: a machine that names the action and
    /// does not know the event is refused.
    #[must_use]
    pub fn sets_off(mut self, action: &'static str, event: &'static str) -> Self {
        self.sets_off.push((action, event));
        self.offers(&[event])
    }
}
