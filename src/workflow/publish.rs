//! A new version of a machine, by mutation: what is checked before it, and what would be otherwise on it.
//!
//! The gate: the document is in order and all its names have functions; every live subject's state is still there or is
//! mapped; and the newest live logs, replayed on it, come out the same, or the publisher accepts that they do not.

use super::{
    Definition, Registry, check, definitions,
    live::{self, Live},
    mapping::Mapping,
    replay::{self, Difference, Effort},
};
use crate::{
    config::MachineSource,
    db::finders::among,
    error::Error,
    workflow::{Command, Cx},
};
use entity::{SubjectKind, transition_log};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use statechart::{Problem, Severity};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// At most so many logs are replayed.
pub const MAX_REPLAYED: u64 = 1_000;
/// So many are replayed when a changed file is read.
const REPLAYED_AT_START: u64 = 100;
/// Longest name of a machine.
const MAX_NAME: usize = 64;

/// A machine has this version now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublishDone {
    /// Name and version of the machine.
    pub definition: (String, i32),
}

/// Publishes a version of a machine.
#[derive(Clone, Debug, Serialize)]
pub struct PublishDefinition {
    /// The machine's name, as stores' `defaultLifecycle` and subjects have it.
    pub name: String,
    /// The JSON document.
    pub source: String,
    /// Where subjects go whose states it does not have.
    pub mapping: Mapping,
    /// How many of the newest live logs are replayed.
    pub replay: u64,
    /// Publish although some of them come out otherwise.
    pub accept_differences: bool,
    /// The newest version when it passed the gate, 0 for none: what came in between is to be looked at first.
    #[serde(skip)]
    pub seen: Option<i32>,
}

/// What came of the checks.
#[derive(Debug, Default)]
pub struct Report {
    /// What is wrong with the document.
    pub problems: Vec<Problem>,
    /// What differs from the newest version.
    pub changes: Vec<statechart::diff::Change>,
    /// Live subjects of all versions by state, with where they would go; none when there is no place for them.
    pub live: Vec<(Live, Option<String>)>,
    /// What came of replaying the newest live logs.
    pub replayed: Replayed,
    /// The newest version that there was; 0 when there was none.
    pub newest: i32,
}

/// What came of replaying live logs.
#[derive(Debug, Default)]
pub struct Replayed {
    /// How many.
    pub logs: usize,
    /// How many were left out, because the machine's guards have too many combinations of answers to try them all.
    pub left_out: usize,
    /// Those that would have come out otherwise, each at its first row that would.
    pub differences: Vec<(SubjectKind, Uuid, Difference)>,
}

impl PublishDefinition {
    /// A file of the configuration that has changed.
    pub(super) fn of_file(machine: &MachineSource) -> Self {
        let (name, source) = (machine.name.clone(), machine.text.clone());
        Self {
            name,
            source,
            mapping: Mapping::default(),
            replay: REPLAYED_AT_START,
            accept_differences: true,
            seen: None,
        }
    }

    /// The same gate at start, where nobody is there to map and to accept: what is wrong with the document stops the
    /// start, the rest is said, since subjects stay on their version.
    pub(super) async fn judge_at_start<C: ConnectionTrait>(
        &self,
        db: &C,
        registry: &Registry,
        file: &str,
    ) -> Result<(), Error> {
        let report = self.report(db, registry).await?;
        if !report.problems.is_empty() {
            let lines: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
            return Err(Error::invalid(file, format!("the machine {} cannot run:\n{}", self.name, lines.join("\n"))));
        }
        for (live, _) in report.live.iter().filter(|(_, place)| place.is_none()) {
            let (state, version, subjects) = (&live.state, live.version, live.subjects);
            tracing::warn!(machine = %self.name, %state, version, subjects, "the new version has no such state; to migrate, map it");
        }
        let Replayed { logs: of, left_out, differences } = &report.replayed;
        if *left_out > 0 {
            tracing::warn!(machine = %self.name, left_out, "live logs were not replayed: too many combinations of answers");
        }
        if !differences.is_empty() {
            let differ = differences.len();
            tracing::warn!(machine = %self.name, differ, of, "live logs would have come out otherwise on the new version");
        }
        Ok(())
    }

    /// Checks it and publishes nothing; on what the database was at one moment, while others write.
    pub async fn rehearse(&self, moment: &DatabaseTransaction, registry: &Registry) -> Result<Report, Error> {
        definitions::learn(moment, registry).await?;
        self.report(moment, registry).await
    }

    /// The gate before publishing: all that takes long, ahead of the transaction that nobody is to wait for.
    pub async fn pass(&mut self, moment: &DatabaseTransaction, registry: &Registry) -> Result<(), Error> {
        let report = self.rehearse(moment, registry).await?;
        report.judge(self.accept_differences)?;
        self.seen = Some(report.newest);
        Ok(())
    }

    async fn report<C: ConnectionTrait>(&self, db: &C, registry: &Registry) -> Result<Report, Error> {
        self.check_name()?;
        if self.replay > MAX_REPLAYED {
            return Err(Error::invalid("replay", format!("at most {MAX_REPLAYED} logs are replayed")));
        }
        let problems = registry.problems(&self.name, &self.source);
        if !problems.is_empty() {
            return Ok(Report { problems, ..Report::default() });
        }
        let new = Arc::new(self.compile(registry, 0)?);
        let versions = self.versions(registry);
        if let Some(other) = versions.iter().find(|known| known.subject != new.subject) {
            let message =
                format!("{} drives a {:?}, not a {:?}; choose another name", self.name, other.subject, new.subject);
            return Err(Error::invalid("source", message));
        }
        let known: Vec<&Definition> = versions.iter().map(AsRef::as_ref).collect();
        self.mapping.check(&known, &new.machine)?;
        let changes = versions.last().map(|newest| statechart::diff::diff(&newest.machine, &new.machine).changes);
        let live = self.places(db, &versions, &new).await?;
        let replayed = self.replay(db, &versions, &new).await?;
        let newest = versions.last().map_or(0, |newest| newest.version);
        Ok(Report { problems, changes: changes.unwrap_or_default(), live, replayed, newest })
    }

    /// The versions that there are, oldest first.
    fn versions(&self, registry: &Registry) -> Vec<Arc<Definition>> {
        registry.all().into_iter().filter(|known| known.name == self.name).collect()
    }

    /// Live subjects by state, with where they would go.
    async fn places<C: ConnectionTrait>(
        &self,
        db: &C,
        versions: &[Arc<Definition>],
        new: &Definition,
    ) -> Result<Vec<(Live, Option<String>)>, Error> {
        let place = |live: Live| {
            let place = self.mapping.restore(&new.machine, &live.state, &Value::Null).ok();
            (live, place.map(|restored| new.machine.leaf_names(&restored.place)))
        };
        Ok(live::counts(db, versions).await?.into_iter().map(place).collect())
    }

    async fn replay<C: ConnectionTrait>(
        &self,
        db: &C,
        versions: &[Arc<Definition>],
        new: &Arc<Definition>,
    ) -> Result<Replayed, Error> {
        let subjects = live::newest(db, versions, self.replay).await?;
        let ids: Vec<Uuid> = subjects.iter().map(|(id, _)| *id).collect();
        let mut logs: HashMap<Uuid, Vec<transition_log::Model>> = HashMap::new();
        let rows = transition_log::Entity::find()
            .filter(among(transition_log::Column::SubjectId, &ids))
            .order_by_asc(transition_log::Column::SubjectId)
            .order_by_asc(transition_log::Column::Sequence);
        for row in rows.all(db).await? {
            logs.entry(row.subject_id).or_default().push(row);
        }
        let (versions, mapping, new) = (versions.to_vec(), self.mapping.clone(), Arc::clone(new));
        // Many combinations of answers may have to be tried, which is no work for a thread that serves requests.
        let replayed = tokio::task::spawn_blocking(move || {
            let mut replayed = Replayed::default();
            let mut effort = Effort::whole();
            for (id, version) in &subjects {
                let Some(old) = versions.iter().find(|known| known.version == *version) else { continue };
                let log = logs.get(id).map_or(&[][..], Vec::as_slice);
                let found = replay::first_difference(&old.machine, &new.machine, &mapping, log, &mut effort);
                if effort.is_spent() {
                    break;
                }
                replayed.logs += 1;
                replayed.differences.extend(found.map(|found| (old.subject, *id, found)));
            }
            replayed.left_out = subjects.len() - replayed.logs;
            replayed
        });
        replayed.await.map_err(Error::internal)
    }

    fn compile(&self, registry: &Registry, version: i32) -> Result<Definition, Error> {
        registry.compile(&self.name, version, &self.source).map_err(|wrong| Error::invalid("source", wrong))
    }

    fn check_name(&self) -> Result<(), Error> {
        let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
        if self.name.is_empty() || self.name.len() > MAX_NAME || !self.name.chars().all(fits) {
            let message = format!("write 1 to {MAX_NAME} lower-case letters, digits, \"-\" and \"_\"");
            return Err(Error::invalid("name", message));
        }
        Ok(())
    }
}

impl Report {
    /// Refuses what does not pass the gate.
    pub fn judge(&self, accept_differences: bool) -> Result<(), Error> {
        if !self.problems.is_empty() {
            let lines: Vec<String> = self.problems.iter().map(ToString::to_string).collect();
            return Err(Error::invalid("source", format!("the machine is not in order:\n{}", lines.join("\n"))));
        }
        judge_places(&self.live)?;
        let Replayed { logs, left_out, differences } = &self.replayed;
        if !differences.is_empty() && !accept_differences {
            let differ = differences.len();
            return Err(Error::Conflict(format!(
                "{differ} of {logs} live logs would have come out otherwise; dryRun lists them, acceptDifferences \
                 publishes all the same"
            )));
        }
        if *left_out > 0 && !accept_differences {
            return Err(Error::Conflict(format!(
                "{left_out} live logs could not be replayed, because guards have too many combinations of answers; \
                 replay fewer, or publish with acceptDifferences all the same"
            )));
        }
        Ok(())
    }
}

impl Registry {
    /// All that is wrong with a document, judged for publishing.
    fn problems(&self, name: &str, source: &str) -> Vec<Problem> {
        let mut problems = check::problems(name, source, self.words(), true);
        problems.retain(|problem| problem.severity == Severity::Error);
        problems
    }
}

impl Command for PublishDefinition {
    type Output = PublishDone;

    const NAME: &'static str = "publishWorkflowDefinition";

    /// Stores what has passed the gate.
    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PublishDone, Error> {
        cx.actor.require("workflow.publish")?;
        let seen = self.seen.ok_or_else(|| Error::internal("a version that has not passed the gate"))?;
        let registry = &cx.rules.registry;
        definitions::learn(cx.txn, registry).await?;
        let versions = self.versions(registry);
        if let Some(same) = versions.last().filter(|newest| newest.source == self.source) {
            return Ok(PublishDone { definition: (same.name.clone(), same.version) });
        }
        if versions.last().map_or(0, |newest| newest.version) != seen {
            return Err(published_meanwhile(&self.name));
        }
        let definition = self.compile(registry, seen + 1)?;
        // Subjects have moved on since, perhaps to states that have no place.
        judge_places(&self.places(cx.txn, &versions, &definition).await?)?;
        let mut row = definitions::row(&definition, cx.now);
        row.from_file = false;
        row.published_by = Some(cx.actor.id.clone());
        row.state_mapping = Some(serde_json::to_value(&self.mapping).map_err(Error::internal)?)
            .filter(|mapping| mapping.as_object().is_some_and(|mapping| !mapping.is_empty()));
        if !definitions::store(cx.txn, row).await? {
            return Err(published_meanwhile(&self.name));
        }
        Ok(PublishDone { definition: (definition.name, definition.version) })
    }
}

fn published_meanwhile(name: &str) -> Error {
    Error::Conflict(format!("somebody else has just published {name}; look at it first"))
}

/// Refuses when somebody has no place.
fn judge_places(live: &[(Live, Option<String>)]) -> Result<(), Error> {
    let lost = |(live, place): &(Live, Option<String>)| {
        place.is_none().then(|| format!("{} ({} in version {})", live.state, live.subjects, live.version))
    };
    let lost: Vec<String> = live.iter().filter_map(lost).collect();
    if lost.is_empty() {
        return Ok(());
    }
    let message = format!("there is no place for subjects in {}; map each to one", lost.join(", "));
    Err(Error::invalid("mapping", message))
}
