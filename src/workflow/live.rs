//! Subjects that are not at their machine's end: how many are in which state of which version, and which they are.

use super::{Definition, standing};
use crate::error::Error;
use entity::{SubjectKind, fulfilment, quotation, sale_order};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::sync::Arc;
use uuid::Uuid;

/// How many live subjects are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The machine's name.
    pub definition: String,
    /// The machine's version.
    pub version: i32,
    /// The stored state.
    pub state: String,
    /// How many.
    pub subjects: i64,
}

/// Runs the body with `table`, `condition` and the columns of what a kind is stored in.
macro_rules! with_table {
    ($kind:expr, $versions:expr, |$table:ident, $condition:ident| $body:expr) => {
        match $kind {
            SubjectKind::Quotation => {
                use quotation as $table;
                let $condition = standing::live($versions).quotations();
                $body
            }
            SubjectKind::Sale => {
                use sale_order as $table;
                let $condition = standing::live($versions).sales();
                $body
            }
            SubjectKind::Fulfilment => {
                use fulfilment as $table;
                let $condition = standing::live($versions).fulfilments();
                $body
            }
        }
    };
}

/// Live subjects of versions, by state: one statement for each kind of subject.
pub async fn counts<C: ConnectionTrait>(db: &C, versions: &[Arc<Definition>]) -> Result<Vec<Live>, Error> {
    let mut all = Vec::new();
    for kind in [SubjectKind::Quotation, SubjectKind::Sale, SubjectKind::Fulfilment] {
        let ours: Vec<_> = versions.iter().filter(|definition| definition.subject == kind).cloned().collect();
        if ours.is_empty() {
            continue;
        }
        let rows: Vec<(String, i32, String, i64)> = with_table!(kind, &ours, |table, condition| {
            table::Entity::find()
                .select_only()
                .columns([
                    table::Column::WorkflowDefinition,
                    table::Column::WorkflowVersion,
                    table::Column::WorkflowState,
                ])
                .column_as(table::Column::Id.count(), "subjects")
                .filter(condition)
                .group_by(table::Column::WorkflowDefinition)
                .group_by(table::Column::WorkflowVersion)
                .group_by(table::Column::WorkflowState)
                .order_by_asc(table::Column::WorkflowState)
                .into_tuple()
                .all(db)
                .await?
        });
        let live = |(definition, version, state, subjects)| Live { definition, version, state, subjects };
        all.extend(rows.into_iter().map(live));
    }
    Ok(all)
}

/// The newest live subjects of versions of one machine, with their versions.
pub(super) async fn newest<C: ConnectionTrait>(
    db: &C,
    versions: &[Arc<Definition>],
    limit: u64,
) -> Result<Vec<(Uuid, i32)>, Error> {
    let Some(first) = versions.first() else { return Ok(Vec::new()) };
    Ok(with_table!(first.subject, versions, |table, condition| {
        table::Entity::find()
            .select_only()
            .columns([table::Column::Id, table::Column::WorkflowVersion])
            .filter(condition)
            .order_by_desc(table::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(db)
            .await?
    }))
}

/// Live subjects of a version by id, after `after`.
pub(super) async fn after<C: ConnectionTrait>(
    db: &C,
    version: &Arc<Definition>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>, Error> {
    Ok(with_table!(version.subject, std::slice::from_ref(version), |table, condition| {
        let further = after.map_or_else(Condition::all, |id| Condition::all().add(table::Column::Id.gt(id)));
        table::Entity::find()
            .select_only()
            .column(table::Column::Id)
            .filter(condition)
            .filter(further)
            .order_by_asc(table::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(db)
            .await?
    }))
}
