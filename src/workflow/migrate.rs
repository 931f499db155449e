//! Moves live subjects from one version of their machine to another, a batch a commit, each on record, and back the same
//! way.
//!
//! A move runs no guard and no action: it changes where the subject is written down, not what has happened to it. Timers
//! of the old state are forgotten and those of the new one armed as if it had just been entered.

use super::{
    Definition, Event, MIGRATED, Mode, Needs, Opened, Registry, Roots, SubjectRef, Unit, definitions, live,
    live::Live,
    mapping::Mapping,
    relocate::{Move, relocate},
    send::stored_needs,
};
use crate::{
    error::Error,
    workflow::{Command, Cx},
};
use entity::workflow_definition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Subjects moved in one commit.
const BATCH: u64 = 500;

/// From which version to which, and how states are mapped.
#[derive(Clone, Debug, Serialize)]
pub struct Migration {
    /// The machine's name.
    pub definition: String,
    /// The version that subjects leave.
    pub from: i32,
    /// The version that they move to.
    pub to: i32,
    /// What states of the one are called in the other; none takes the mapping that the new version was published with.
    pub mapping: Option<Mapping>,
}

/// Live subjects of a state, and where they go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moves {
    /// The stored state that they are in.
    pub from: String,
    /// The state that they go to; none when there is no place for them.
    pub to: Option<String>,
    /// How many.
    pub subjects: i64,
}

/// What one batch has moved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Moved {
    /// How many, by old and new state.
    pub moves: BTreeMap<(String, String), i64>,
    /// The last subject that was looked at; none when there are no more.
    pub last: Option<Uuid>,
}

impl Migration {
    /// What would be moved, and where.
    pub async fn plan<C: ConnectionTrait>(&self, db: &C, registry: &Registry) -> Result<Vec<Moves>, Error> {
        let (from, to) = self.versions(db, registry).await?;
        let mapping = self.mapping(db, &from, &to).await?;
        let place = |live: Live| {
            let snapshot = mapping.restore(&to.machine, &live.state, &Value::Null).ok();
            let place = snapshot.map(|restored| to.machine.leaf_names(&restored.place));
            Moves { from: live.state, to: place, subjects: live.subjects }
        };
        Ok(live::counts(db, &[from]).await?.into_iter().map(place).collect())
    }

    /// Refuses a plan in which somebody has no place.
    pub fn check(plan: &[Moves]) -> Result<(), Error> {
        let lost = plan.iter().filter(|moves| moves.to.is_none());
        let lost: Vec<String> = lost.map(|moves| format!("{} ({})", moves.from, moves.subjects)).collect();
        if lost.is_empty() {
            return Ok(());
        }
        let message = format!("there is no place for subjects in {}; map each to a leaf state", lost.join(", "));
        Err(Error::invalid("mapping", message))
    }

    async fn versions<C: ConnectionTrait>(
        &self,
        db: &C,
        registry: &Registry,
    ) -> Result<(Arc<Definition>, Arc<Definition>), Error> {
        definitions::learn(db, registry).await?;
        let version = |field: &str, version| {
            registry.definition(&self.definition, version).ok_or_else(|| {
                let known = registry.newest(&self.definition).map_or_else(
                    || format!("there is no machine {:?}", self.definition),
                    |newest| format!("{} has versions 1 to {}", self.definition, newest.version),
                );
                Error::invalid(field, known)
            })
        };
        if self.from == self.to {
            return Err(Error::invalid("toVersion", "it is the version that they are on"));
        }
        Ok((version("fromVersion", self.from)?, version("toVersion", self.to)?))
    }

    async fn mapping<C: ConnectionTrait>(&self, db: &C, from: &Definition, to: &Definition) -> Result<Mapping, Error> {
        if let Some(mapping) = &self.mapping {
            mapping.check(&[from], &to.machine)?;
            return Ok(mapping.clone());
        }
        let row = workflow_definition::Entity::find()
            .filter(workflow_definition::Column::Name.eq(self.definition.as_str()))
            .filter(workflow_definition::Column::Version.eq(self.to))
            .one(db)
            .await?;
        match row.and_then(|row| row.state_mapping) {
            Some(stored) => serde_json::from_value(stored).map_err(Error::internal),
            None => Ok(Mapping::default()),
        }
    }
}

/// Moves the next batch.
#[derive(Clone, Debug, Serialize)]
pub struct MigrateBatch {
    /// From where to where.
    pub migration: Migration,
    /// The last subject that the batch before has looked at.
    pub after: Option<Uuid>,
}

impl Command for MigrateBatch {
    type Output = Moved;

    const NAME: &'static str = "migrateWorkflow";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Moved, Error> {
        cx.actor.require("workflow.publish")?;
        let migration = &self.migration;
        let (from, to) = migration.versions(cx.txn, &cx.rules.registry).await?;
        let mapping = migration.mapping(cx.txn, &from, &to).await?;
        let ids = live::after(cx.txn, &from, self.after, BATCH).await?;
        let subjects: Vec<SubjectRef> = ids.iter().map(|id| SubjectRef { kind: from.subject, id: *id }).collect();
        let mut unit = Unit::open(cx.txn, Roots::of_subjects(&subjects), Mode::Write, cx.now).await?;
        unit.load(cx.rules, cx.txn, stored_needs(from.subject) | Needs::STORE | to.delay_needs(), Mode::Write).await?;
        let roots = unit.roots_of();
        let event = Event::named(MIGRATED);
        let mut moved = Moved { moves: BTreeMap::new(), last: ids.last().copied() };
        for subject in subjects {
            let Some(root) = roots.get(&subject).copied() else { continue };
            let metadata: Map<String, Value> = [
                ("definition".to_owned(), from.name.as_str().into()),
                ("fromVersion".to_owned(), from.version.into()),
                ("toVersion".to_owned(), to.version.into()),
            ]
            .into_iter()
            .collect();
            let step = Move { from: &from, to: &to, mapping: &mapping, event: &event, metadata };
            // Whoever was moved or ended between the reading of the ids and the lock stays where they are.
            if let Some(states) = relocate(&mut Opened::of(&mut unit, cx.env(), root, subject), step)? {
                *moved.moves.entry(states).or_default() += 1;
            }
        }
        unit.flush(cx.txn).await?;
        Ok(moved)
    }
}
