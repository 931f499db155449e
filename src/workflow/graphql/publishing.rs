//! `workflowDefinitions`, `publishWorkflowDefinition`, `migrateWorkflow`.

use super::definitions::{
    PublishWorkflowDefinitionInput, PublishWorkflowDefinitionPayload, StateMappingInput, WorkflowDefinition, mapping,
};
use crate::db::connect::at_one_moment;
use crate::edge;
use crate::error::Error;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::{Answer, actor, app, reader};
use crate::workflow::definitions;
use crate::workflow::migrate::{MigrateBatch, Migration, Moves};
use async_graphql::{Context, InputObject, Object, SimpleObject};
use std::collections::BTreeMap;

/// Versions of machines.
#[derive(Default)]
pub struct DefinitionQuery;

#[Object]
impl DefinitionQuery {
    /// Versions of one machine, or of all, newest first. Needs audit.read.
    async fn workflow_definitions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only versions of this machine; left out: of all.")] name: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<Connection<WorkflowDefinition>> {
        let asked = asked(ctx, first, after, last, before);
        let page = definitions::page(reader(ctx), &app(ctx).registry, actor(ctx)?, name.as_deref(), &asked).await?;
        Ok(page.map(WorkflowDefinition::from).into())
    }

    /// A version of a machine; the newest when none is named. Needs audit.read.
    async fn workflow_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The machine's name.")] name: String,
        #[graphql(desc = "Which version; left out: the newest.")] version: Option<i32>,
    ) -> Answer<Option<WorkflowDefinition>> {
        let found = definitions::version(reader(ctx), &app(ctx).registry, actor(ctx)?, &name, version).await?;
        Ok(found.map(WorkflowDefinition::from))
    }
}

/// Subjects to be moved from one version of their machine to another.
#[derive(InputObject)]
pub struct MigrateWorkflowInput {
    /// The machine's name.
    definition: String,
    /// The version that they leave.
    from_version: i32,
    /// The version that they move to; may be an older one.
    to_version: i32,
    /// What states are called in the other version; left out, the mapping that it was published with.
    mapping: Option<Vec<StateMappingInput>>,
    /// Say what would be moved, and move nothing.
    #[graphql(default)]
    dry_run: bool,
}

/// What was moved, or would be.
#[derive(SimpleObject)]
pub struct MigrateWorkflowPayload {
    /// How many.
    subjects: i64,
    /// By state.
    moves: Vec<StateMoves>,
}

/// How many subjects go from one state to another.
#[derive(SimpleObject)]
pub struct StateMoves {
    /// The state in the version that they leave.
    from_state: String,
    /// The state in the version that they move to; null, in a dry run, when there is no place for them.
    to_state: Option<String>,
    /// How many.
    subjects: i64,
}

impl From<Moves> for StateMoves {
    fn from(moves: Moves) -> Self {
        Self { from_state: moves.from, to_state: moves.to, subjects: moves.subjects }
    }
}

/// What changes machines.
#[derive(Default)]
pub struct DefinitionMutation;

#[Object]
impl DefinitionMutation {
    /// A new version of a machine: what starts from now on starts on it, what has started stays where it is until
    /// `migrateWorkflow`. Refused unless the document is in order, every live subject's state is still there or mapped,
    /// and the newest live logs come out the same on it. Needs workflow.publish.
    async fn publish_workflow_definition(
        &self,
        ctx: &Context<'_>,
        input: PublishWorkflowDefinitionInput,
    ) -> Answer<PublishWorkflowDefinitionPayload> {
        let (app, actor) = (app(ctx), actor(ctx)?);
        let (mut command, dry_run, key) = input.command()?;
        actor.require("workflow.publish")?;
        if dry_run {
            let rehearse = async |moment: &_| command.rehearse(moment, &app.registry).await;
            let report = at_one_moment(&app.reader, rehearse).await?;
            return Ok(PublishWorkflowDefinitionPayload::tried(report, command.accept_differences));
        }
        let before = edge::replayed(app, actor, key.as_deref(), &command).await?;
        let done = if let Some(done) = before {
            done
        } else {
            let pass = async |moment: &_| command.pass(moment, &app.registry).await;
            at_one_moment(&app.reader, pass).await?;
            edge::run(app, actor, key.as_deref(), &command).await?
        };
        let (name, version) = done.definition;
        let stored = definitions::stored(&app.reader, &app.registry, &name, Some(version)).await?;
        let stored = stored.ok_or_else(|| Error::internal("what was published is not there"))?;
        Ok(PublishWorkflowDefinitionPayload::published(stored))
    }

    /// Moves all live subjects of one version to another, in batches, each a commit with its log; what was moved before a
    /// failure stays moved, and the same call goes on. No guard is asked and no action runs; timers are armed anew. Needs
    /// workflow.publish.
    async fn migrate_workflow(&self, ctx: &Context<'_>, input: MigrateWorkflowInput) -> Answer<MigrateWorkflowPayload> {
        let (app, actor) = (app(ctx), actor(ctx)?);
        actor.require("workflow.publish")?;
        let migration = Migration {
            definition: input.definition,
            from: input.from_version,
            to: input.to_version,
            mapping: input.mapping.map(mapping).transpose()?,
        };
        let plan = async |moment: &_| migration.plan(moment, &app.registry).await;
        let plan = at_one_moment(&app.reader, plan).await?;
        if input.dry_run {
            return Ok(plan.into());
        }
        Migration::check(&plan)?;
        let mut moves: BTreeMap<(String, String), i64> = BTreeMap::new();
        let mut after = None;
        loop {
            let batch = MigrateBatch { migration: migration.clone(), after };
            let moved = edge::run(app, actor, None, &batch).await?;
            for (states, subjects) in moved.moves {
                *moves.entry(states).or_default() += subjects;
            }
            after = moved.last;
            if after.is_none() {
                break;
            }
        }
        let moves = moves.into_iter().map(|((from, to), subjects)| Moves { from, to: Some(to), subjects });
        Ok(moves.collect::<Vec<_>>().into())
    }
}

impl From<Vec<Moves>> for MigrateWorkflowPayload {
    fn from(moves: Vec<Moves>) -> Self {
        Self {
            subjects: moves.iter().map(|moves| moves.subjects).sum(),
            moves: moves.into_iter().map(StateMoves::from).collect(),
        }
    }
}
