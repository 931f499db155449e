//! States by what their machines say of them: tags and phases as conditions on stored rows, and how a stored row stands.

use super::definition::Definition;
use super::definitions;
use super::registry::Registry;
use super::status;
use super::tag::Tag;
use crate::actor::Actor;
use crate::db::finders::any_of;
use crate::error::Error;
use crate::texts::readable;
use entity::{SubjectKind, fulfilment, quotation, sale_order};
use sea_orm::sea_query::{ExprTrait, IntoCondition, LikeExpr};
use sea_orm::{ColumnTrait, Condition, DatabaseConnection};
use serde_json::Value;
use statechart::{Kind, Machine, Snapshot, StateId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How far a sale order has come, told from its state's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Tagged `open`.
    Sale,
    /// Neither open nor closed.
    Fulfilment,
    /// Final, or tagged `closed`.
    Closed,
}

/// States of versions of machines, as conditions on stored rows.
#[derive(Clone, Debug, Default)]
pub struct States(Vec<Of>);

#[derive(Clone, Debug)]
struct Of {
    definition: String,
    version: i32,
    leaves: Vec<String>,
    /// Whether stored states may be several leaves joined by `+`.
    parallel: bool,
}

impl States {
    /// Which sale orders are in one of them.
    pub fn sales(&self) -> Condition {
        self.condition(
            sale_order::Column::WorkflowDefinition,
            sale_order::Column::WorkflowVersion,
            sale_order::Column::WorkflowState,
        )
    }

    /// Which quotations are in one of them.
    pub fn quotations(&self) -> Condition {
        self.condition(
            quotation::Column::WorkflowDefinition,
            quotation::Column::WorkflowVersion,
            quotation::Column::WorkflowState,
        )
    }

    /// Which fulfilments are in one of them.
    pub fn fulfilments(&self) -> Condition {
        self.condition(
            fulfilment::Column::WorkflowDefinition,
            fulfilment::Column::WorkflowVersion,
            fulfilment::Column::WorkflowState,
        )
    }

    fn condition<C: ColumnTrait>(&self, name: C, version: C, state: C) -> Condition {
        let of_versions = self.0.iter().map(|of| {
            let mut within = vec![state.is_in(of.leaves.iter().map(String::as_str))];
            if of.parallel {
                for leaf in of.leaves.iter().map(|leaf| leaf.replace('_', "\\_")) {
                    let patterns = [format!("{leaf}+%"), format!("%+{leaf}"), format!("%+{leaf}+%")];
                    let like = |pattern| state.into_expr().like(LikeExpr::new(pattern).escape('\\'));
                    within.extend(patterns.map(like));
                }
            }
            name.eq(of.definition.as_str()).and(version.eq(of.version)).and(any_of(within))
        });
        any_of(of_versions.collect()).into_condition()
    }
}

/// States whose own or surrounding states carry one of `tags`.
pub fn with_tags(registry: &Registry, subject: SubjectKind, tags: &[String]) -> States {
    select(registry, subject, |machine, leaf| tags_of(machine, leaf).any(|tag| tags.iter().any(|wanted| wanted == tag)))
}

/// States whose own or surrounding states carry `tag`.
pub fn tagged(registry: &Registry, subject: SubjectKind, tag: Tag) -> States {
    select(registry, subject, |machine, leaf| carries(machine, leaf, tag))
}

/// Which sale orders owe nothing: [`Standing::fell_through`] as a condition on stored rows.
pub fn fell_through(registry: &Registry) -> Condition {
    let tagged = |tag| tagged(registry, SubjectKind::Sale, tag).sales();
    let ended = select(registry, SubjectKind::Sale, is_end).sales();
    let uncleared = Condition::all().add(sale_order::Column::ClosedAt.is_not_null());
    Condition::any().add(tagged(Tag::Void)).add(uncleared.add(ended).add(tagged(Tag::Cleared).not()))
}

fn tags_of(machine: &Machine, leaf: StateId) -> impl Iterator<Item = &str> {
    let around = std::iter::successors(Some(leaf), |id| machine.state(*id).parent);
    around.flat_map(|id| &machine.state(id).tags).map(String::as_str)
}

fn carries(machine: &Machine, leaf: StateId, tag: Tag) -> bool {
    tags_of(machine, leaf).any(|found| found == tag.as_str())
}

/// The names of a machine's leaf states that carry `tag`.
pub fn leaves_tagged(definition: &Definition, tag: Tag) -> Vec<&str> {
    let machine = &definition.machine;
    let tagged = machine.state_ids().filter(|id| machine.state(*id).kind.is_leaf() && carries(machine, *id, tag));
    tagged.map(|id| machine.state(id).key.as_str()).collect()
}

/// States of sale orders in one of `phases`.
pub fn in_phases(registry: &Registry, phases: &[Phase]) -> States {
    select(registry, SubjectKind::Sale, |machine, leaf| phases.contains(&phase_of(machine, leaf)))
}

/// States of these versions that are not their machine's end. All versions must drive the same kind of subject.
pub fn live(versions: &[Arc<Definition>]) -> States {
    States(versions.iter().map(|definition| of(definition, |machine, leaf| !is_end(machine, leaf))).collect())
}

/// A final state of the root, or of a region right under it.
fn is_end(machine: &Machine, leaf: StateId) -> bool {
    let parent = machine.state(leaf).parent;
    let region_of_root = |state: StateId| {
        machine.state(StateId::ROOT).kind == Kind::Parallel && machine.state(state).parent == Some(StateId::ROOT)
    };
    machine.state(leaf).kind == Kind::Final && parent.is_some_and(|id| id == StateId::ROOT || region_of_root(id))
}

/// What a list of subjects is narrowed to by their machines.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowing<'a> {
    /// Stored states.
    pub states: Option<&'a [String]>,
    /// Stored states that are left out.
    pub other_than: Option<&'a [String]>,
    /// Tags of states.
    pub tags: Option<&'a [String]>,
    /// Names of machines.
    pub lifecycles: Option<&'a [String]>,
}

/// Refuses words that no version of any machine of the kind has, and says which there are: an empty list would look like
/// an answer.
pub async fn known(
    db: &DatabaseConnection,
    registry: &Registry,
    subject: SubjectKind,
    narrowing: Narrowing<'_>,
) -> Result<(), Error> {
    if narrowing.unknown(registry, subject).is_none() {
        return Ok(());
    }
    // Another process may have published it a moment ago.
    definitions::learn(db, registry).await?;
    narrowing.unknown(registry, subject).map_or(Ok(()), Err)
}

impl Narrowing<'_> {
    fn unknown(&self, registry: &Registry, subject: SubjectKind) -> Option<Error> {
        let of = |definition: &Arc<Definition>| definition.subject == subject;
        let ours: Vec<_> = registry.all().into_iter().filter(of).collect();
        let leaves = |definition: &Definition| {
            let machine = &definition.machine;
            let leaves = machine.state_ids().filter(|id| machine.state(*id).kind.is_leaf());
            leaves.map(|id| machine.state(id).key.clone()).collect::<Vec<_>>()
        };
        let tags = |definition: &Definition| {
            definition.machine.states().iter().flat_map(|state| state.tags.clone()).collect::<Vec<_>>()
        };
        let name = |definition: &Definition| vec![definition.name.clone()];
        // Of parallel states, the stored word joins a leaf of each region.
        stray("filter.stateIn", "state", self.states, '+', &ours, leaves)
            .or_else(|| stray("filter.stateNotIn", "state", self.other_than, '+', &ours, leaves))
            .or_else(|| stray("filter.tagIn", "tag", self.tags, '\0', &ours, tags))
            .or_else(|| stray("filter.lifecycleIn", "lifecycle", self.lifecycles, '\0', &ours, name))
    }
}

fn stray(
    field: &str,
    what: &str,
    wanted: Option<&[String]>,
    joined: char,
    versions: &[Arc<Definition>],
    words: impl Fn(&Definition) -> Vec<String>,
) -> Option<Error> {
    const MOST: usize = 64;
    let wanted = wanted?;
    let known: BTreeSet<String> = versions.iter().flat_map(|definition| words(definition)).collect();
    let stray = wanted.iter().find(|word| word.split(joined).any(|part| !known.contains(part)))?;
    let shown: String = stray.chars().take(MOST).collect();
    let there = known.into_iter().collect::<Vec<_>>().join(", ");
    Some(Error::invalid(field, format!("there is no {what} {shown:?}; there are {there}")))
}

fn phase_of(machine: &Machine, leaf: StateId) -> Phase {
    let state = machine.state(leaf);
    let over = state.kind == Kind::Final && state.parent == Some(StateId::ROOT);
    if over || carries(machine, leaf, Tag::Closed) {
        return Phase::Closed;
    }
    if carries(machine, leaf, Tag::Open) { Phase::Sale } else { Phase::Fulfilment }
}

fn select(registry: &Registry, subject: SubjectKind, wanted: impl Fn(&Machine, StateId) -> bool) -> States {
    let all = registry.all();
    let ours = all.iter().filter(|definition| definition.subject == subject);
    States(ours.map(|definition| of(definition, &wanted)).filter(|of| !of.leaves.is_empty()).collect())
}

fn of(definition: &Definition, wanted: impl Fn(&Machine, StateId) -> bool) -> Of {
    let machine = &definition.machine;
    let leaves: Vec<_> = machine
        .state_ids()
        .filter(|id| machine.state(*id).kind.is_leaf() && wanted(machine, *id))
        .map(|id| machine.state(id).key.clone())
        .collect();
    let parallel = machine.states().iter().any(|state| state.kind == Kind::Parallel);
    Of { definition: definition.name.clone(), version: definition.version, leaves, parallel }
}

/// How a stored subject stands, as its machine says.
#[derive(Clone, Debug)]
pub struct Standing {
    definition: Arc<Definition>,
    snapshot: Snapshot,
}

impl Standing {
    /// Of a row's workflow columns. Names that its machine does not know are an error, never a default.
    pub async fn of(
        db: &DatabaseConnection,
        registry: &Registry,
        name: &str,
        version: i32,
        state: &str,
        history: Option<&Value>,
    ) -> Result<Self, Error> {
        Self::under(definitions::find(db, registry, name, version).await?, state, history)
    }

    /// Of a sale order; its machine is read where it is not known yet.
    pub async fn of_any_sale(
        db: &DatabaseConnection,
        registry: &Registry,
        sale: &sale_order::Model,
    ) -> Result<Self, Error> {
        let (name, version, history) =
            (&sale.workflow_definition, sale.workflow_version, sale.workflow_history.as_ref());
        Self::of(db, registry, name, version, &sale.workflow_state, history).await
    }

    /// Of a sale order whose machine is known already.
    pub fn of_sale(registry: &Registry, sale: &sale_order::Model) -> Result<Self, Error> {
        let definition = registry.known(&sale.workflow_definition, sale.workflow_version)?;
        Self::under(definition, &sale.workflow_state, sale.workflow_history.as_ref())
    }

    pub(super) fn under(definition: Arc<Definition>, state: &str, history: Option<&Value>) -> Result<Self, Error> {
        let restored = definition.machine.restore(state, history.unwrap_or(&Value::Null));
        let snapshot = restored
            .map_err(|error| Error::internal(format!("{} version {}: {error}", definition.name, definition.version)))?;
        Ok(Self { definition, snapshot })
    }

    /// `XState`'s state value.
    pub fn value(&self) -> Value {
        self.definition.machine.value(&self.snapshot)
    }

    /// Tags of the active states and those around them.
    pub fn tags(&self) -> Vec<String> {
        self.definition.machine.tags(&self.snapshot).into_iter().map(str::to_owned).collect()
    }

    /// Whether one of the active states, or one around them, carries `tag`.
    pub fn has(&self, tag: Tag) -> bool {
        self.definition.machine.tags(&self.snapshot).contains(&tag.as_str())
    }

    /// Whether any state of its machine carries `tag`.
    pub fn uses(&self, tag: Tag) -> bool {
        self.definition.uses(tag)
    }

    /// How it would stand in another state of its machine; none where there is no such state.
    pub fn in_state(&self, state: &str) -> Option<Self> {
        Self::under(Arc::clone(&self.definition), state, None).ok()
    }

    /// Whether its machine is over: nothing leaves its state.
    pub fn is_done(&self) -> bool {
        self.definition.machine.is_done(&self.snapshot)
    }

    /// Whether nothing more comes by itself: its machine is over, or says `closed`.
    pub fn is_closed(&self) -> bool {
        self.is_done() || self.has(Tag::Closed)
    }

    /// Whether a sale order came to nothing and owes nothing: `void`, or over without being `cleared`.
    pub fn fell_through(&self) -> bool {
        self.has(Tag::Void) || (self.is_done() && !self.has(Tag::Cleared))
    }

    /// Whether a sale order ended well: `done`, or over and `cleared`.
    pub fn is_completed(&self) -> bool {
        !self.fell_through() && (self.is_done() || self.has(Tag::Done))
    }

    /// How far a sale order has come.
    pub fn phase(&self) -> Phase {
        if self.is_closed() {
            return Phase::Closed;
        }
        if self.has(Tag::Open) { Phase::Sale } else { Phase::Fulfilment }
    }

    /// The active states as a person reads them.
    pub fn label(&self) -> String {
        let machine = &self.definition.machine;
        let label = |id: StateId| {
            let state = machine.state(id);
            state.meta.get("label").and_then(Value::as_str).map_or_else(|| readable(&state.key), str::to_owned)
        };
        machine.leaves(&self.snapshot).map(label).collect::<Vec<_>>().join(" + ")
    }

    /// The event, sent by hand, that leads to the state of this name.
    pub fn event_to(&self, status: &str) -> Option<&str> {
        status::ways(&self.definition.machine, &self.snapshot)
            .iter()
            .find(|way| way.status == status)
            .map(|way| way.event)
    }

    /// The statuses that an actor could bring it to, guards aside. Of machines whose drafts are their author's, as a stranger.
    pub fn allowed_statuses(&self, actor: &Actor) -> Vec<String> {
        status::allowed(&self.definition.machine, &self.snapshot, actor, false)
    }

    /// What the payload of an event may have, by the machine's schema.
    pub fn payload_keys(&self, event: &str) -> Vec<String> {
        status::payload_keys(&self.definition.machine, &self.snapshot, event)
    }

    /// What a state of its machine means, for people who read what happened: its description, else its label, else its name.
    pub fn describe(&self, state: &str) -> String {
        let machine = &self.definition.machine;
        let of = |name: &str| {
            let state = machine.leaf(name).map(|id| machine.state(id));
            let said =
                state.and_then(|state| state.description.as_deref().or_else(|| state.meta.get("label")?.as_str()));
            said.map_or_else(|| readable(name), str::to_owned)
        };
        state.split('+').map(of).collect::<Vec<_>>().join(" + ")
    }

    /// The tone of the first active state that has one.
    pub fn tone(&self) -> Option<&str> {
        let machine = &self.definition.machine;
        machine.leaves(&self.snapshot).find_map(|id| machine.state(id).meta.get("tone")).and_then(Value::as_str)
    }
}
