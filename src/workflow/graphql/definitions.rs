//! Versions of machines in the API: what there is, what is published, what is moved.

use crate::error::Error;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, loaders};
use crate::workflow::definitions::Version;
use crate::workflow::graphql::keys::LiveOf;
use crate::workflow::mapping::Mapping;
use crate::workflow::publish::{PublishDefinition, Report};
use crate::workflow::{Definition, graphql::subject_id};
use async_graphql::{Context, Description, Enum, ID, InputObject, Object, SimpleObject};
use entity::{SubjectKind, workflow_definition};
use statechart::diagram;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What differs between two versions of a machine.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "statechart::diff::Subject")]
pub enum ChangeSubject {
    /// A state.
    State,
    /// A transition.
    Transition,
    /// The name of a guard.
    Guard,
    /// The name of an action.
    Action,
    /// The name of a delay.
    Delay,
}

/// Whether something is new, gone, or not as it was.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "statechart::diff::Sign")]
pub enum ChangeSign {
    /// Only the new version has it.
    Added,
    /// Only the old version has it.
    Removed,
    /// Both have it, but not the same.
    Changed,
}

/// The language of a drawing.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "statechart::diagram::Format")]
pub enum DiagramFormat {
    /// For Markdown and mermaid.live.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture that needs nothing else.
    Svg,
}

/// How many live logs are replayed when nothing else is said.
const REPLAYED: i32 = 100;

/// A version of a machine.
#[derive(Clone, Debug, Description)]
pub struct WorkflowDefinition {
    row: workflow_definition::Model,
    definition: Arc<Definition>,
    newest: bool,
}

#[Object(use_type_description = true)]
impl WorkflowDefinition {
    /// The machine's name: what `Workflow.definition` and a store's `defaultLifecycle` say.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// From 1, without gaps.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// What it drives.
    async fn kind(&self) -> SubjectKind {
        self.definition.subject
    }

    /// Whether what starts now starts on it.
    async fn newest(&self) -> bool {
        self.newest
    }

    /// SHA-256 of the source, hex.
    async fn content_hash(&self) -> &str {
        &self.row.content_hash
    }

    /// The XState document, as it was published.
    async fn source(&self) -> &str {
        &self.row.source
    }

    /// Who published it; null when it came with the configuration.
    async fn published_by(&self) -> Option<&str> {
        self.row.published_by.as_deref()
    }

    /// When it was stored.
    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// Where subjects go whose states it does not have, as it was published.
    async fn state_mapping(&self) -> Answer<Vec<StateMapping>> {
        let Some(stored) = &self.row.state_mapping else { return Ok(Vec::new()) };
        let mapping: Mapping = serde_json::from_value(stored.clone()).map_err(Error::internal)?;
        Ok(mapping.0.into_iter().map(|(from, to)| StateMapping { from, to }).collect())
    }

    /// How many subjects are in each of its states now. Those that have ended are not counted.
    async fn live_states(&self, ctx: &Context<'_>) -> Answer<Vec<LiveState>> {
        let key = LiveOf(self.row.name.clone(), self.row.version);
        let live = loaders(ctx).or_default(key).await?;
        Ok(live.iter().map(|live| LiveState { state: live.state.clone(), subjects: live.subjects }).collect())
    }

    /// A drawing, with `state` (as in `workflowState`) highlighted.
    async fn diagram(
        &self,
        #[graphql(desc = "The language of the drawing.", default_with = "DiagramFormat::Mermaid")]
        format: DiagramFormat,
        #[graphql(desc = "A state that is drawn as the current one, as `workflowState` writes it.")] state: Option<
            String,
        >,
    ) -> Answer<String> {
        let machine = &self.definition.machine;
        if let Some(state) = &state {
            let unknown = |error| Error::invalid("state", format!("{error}; write it as workflowState says it"));
            machine.restore(state, &serde_json::Value::Null).map_err(unknown)?;
        }
        Ok(diagram::render(machine, format.into(), state.as_deref()))
    }
}

/// How many subjects are in a state.
#[derive(SimpleObject)]
pub struct LiveState {
    /// As in `workflowState`.
    state: String,
    /// How many.
    subjects: i64,
}

/// What a state of one version is called in another.
#[derive(SimpleObject)]
pub struct StateMapping {
    /// The leaf state's name in the old version.
    from: String,
    /// The leaf state's name in the new version.
    to: String,
}

/// What a state of one version is called in another.
#[derive(InputObject)]
pub struct StateMappingInput {
    /// The leaf state's name in the old version.
    from: String,
    /// The leaf state's name in the new version; several joined by `+` where it becomes parallel.
    to: String,
}

/// The pairs as a mapping; none may be there twice.
pub fn mapping(pairs: Vec<StateMappingInput>) -> Result<Mapping, Error> {
    let mut mapping = BTreeMap::new();
    for StateMappingInput { from, to } in pairs {
        if mapping.insert(from.clone(), to).is_some() {
            return Err(Error::invalid("mapping", format!("{from:?} is mapped twice")));
        }
    }
    Ok(Mapping(mapping))
}

/// A machine to be published.
#[derive(InputObject)]
pub struct PublishWorkflowDefinitionInput {
    /// The machine's name; a new one begins at version 1.
    name: String,
    /// The XState document, as text.
    source: String,
    /// Where subjects go whose states it does not have; `migrateWorkflow` goes by it unless it is told otherwise.
    #[graphql(default)]
    mapping: Vec<StateMappingInput>,
    /// How many of the newest live logs are replayed on it, 1,000 at most.
    #[graphql(default_with = "REPLAYED")]
    replay: i32,
    /// Publish although some of them come out otherwise.
    #[graphql(default)]
    accept_differences: bool,
    /// Check and publish nothing: the report says what publishing would meet.
    #[graphql(default)]
    dry_run: bool,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// What came of publishing.
#[derive(SimpleObject)]
pub struct PublishWorkflowDefinitionPayload {
    /// The version; null after a dry run. Publishing what is newest already answers with that.
    definition: Option<WorkflowDefinition>,
    /// What a dry run found; null when it was published.
    report: Option<PublishReport>,
}

/// What was checked before publishing.
#[derive(SimpleObject)]
pub struct PublishReport {
    /// Whether it could be published as it is.
    publishable: bool,
    /// What is wrong with the document; nothing else is looked at while there is something.
    problems: Vec<DefinitionProblem>,
    /// What differs from the newest version.
    changes: Vec<DefinitionChange>,
    /// Live subjects of all versions by state, and where they would go.
    live_states: Vec<PlacedState>,
    /// How many live logs were replayed.
    replayed: i32,
    /// How many were left out, because the machine's guards have too many combinations of answers to try them all.
    left_out: i32,
    /// Those that would have come out otherwise, each at its first row that would.
    differences: Vec<ReplayDifference>,
}

/// Something that is wrong with a document.
#[derive(SimpleObject)]
pub struct DefinitionProblem {
    /// JSON path in dots (`states.a.on.GO.1.target`); empty for the root.
    path: String,
    /// What is wrong.
    message: String,
    /// What would be right.
    help: String,
}

/// Something that differs between two versions.
#[derive(SimpleObject)]
pub struct DefinitionChange {
    /// New, gone, or not as it was.
    sign: ChangeSign,
    /// What it is about.
    subject: ChangeSubject,
    /// JSON path in dots; a name for guards, actions and delays.
    path: String,
    /// What it is, or what was and what is.
    what: String,
}

/// Live subjects of a version in a state, and their place in another version.
#[derive(SimpleObject)]
pub struct PlacedState {
    /// The version that they are on.
    version: i32,
    /// The state that they are in.
    state: String,
    /// How many.
    subjects: i64,
    /// The state that they would be in; null when there is no place for them.
    place: Option<String>,
}

/// A log that would have come out otherwise.
#[derive(SimpleObject)]
pub struct ReplayDifference {
    /// Whose.
    subject_id: ID,
    /// The first row that would differ: its place in the order's log.
    sequence: i64,
    /// What happened.
    event: String,
    /// From where; null at the start.
    from_state: Option<String>,
    /// To where.
    to_state: String,
    /// Where the new version could lead, whatever its own guards say; empty when nothing takes the event.
    would_lead_to: Vec<String>,
}

impl From<Version> for WorkflowDefinition {
    fn from(Version { row, definition, newest }: Version) -> Self {
        Self { row, definition, newest }
    }
}

impl PublishWorkflowDefinitionInput {
    /// The command, and whether it is only to be tried.
    pub fn command(self) -> Result<(PublishDefinition, bool, Option<String>), Error> {
        let replay = u64::try_from(self.replay).map_err(|_| Error::invalid("replay", "write 0 or more"))?;
        let command = PublishDefinition {
            name: self.name,
            source: self.source,
            mapping: mapping(self.mapping)?,
            replay,
            accept_differences: self.accept_differences,
            seen: None,
        };
        Ok((command, self.dry_run, self.idempotency_key))
    }
}

impl PublishWorkflowDefinitionPayload {
    /// After a dry run.
    pub fn tried(report: Report, accept_differences: bool) -> Self {
        Self { definition: None, report: Some(PublishReport::of(report, accept_differences)) }
    }

    /// When it was published.
    pub fn published(version: Version) -> Self {
        Self { definition: Some(version.into()), report: None }
    }
}

impl PublishReport {
    fn of(report: Report, accept_differences: bool) -> Self {
        let publishable = report.judge(accept_differences).is_ok();
        let problems = report.problems.into_iter();
        Self {
            publishable,
            problems: problems
                .map(|problem| DefinitionProblem { path: problem.path, message: problem.message, help: problem.help })
                .collect(),
            changes: report.changes.into_iter().map(DefinitionChange::from).collect(),
            live_states: report
                .live
                .into_iter()
                .map(|(live, place)| PlacedState {
                    version: live.version,
                    state: live.state,
                    subjects: live.subjects,
                    place,
                })
                .collect(),
            replayed: i32::try_from(report.replayed.logs).unwrap_or(i32::MAX),
            left_out: i32::try_from(report.replayed.left_out).unwrap_or(i32::MAX),
            differences: report
                .replayed
                .differences
                .into_iter()
                .map(|(kind, id, found)| ReplayDifference {
                    subject_id: subject_id(kind, id),
                    sequence: found.sequence,
                    event: found.event,
                    from_state: found.from,
                    to_state: found.to,
                    would_lead_to: found.now,
                })
                .collect(),
        }
    }
}

impl From<statechart::diff::Change> for DefinitionChange {
    fn from(change: statechart::diff::Change) -> Self {
        Self { sign: change.sign.into(), subject: change.subject.into(), path: change.path, what: change.what }
    }
}
