//! Definitions in the database: every version that any subject runs on, by content.
//!
//! At boot each machine of the configuration is compared with the newest stored version of its name; a changed file is a
//! new version. Subjects keep the version that they started with.

use super::{Definition, Registry, registry::content_hash};
use crate::{clock::Instant, config::MachineSource, error::Error, id};
use entity::workflow_definition::{self, Column, Entity};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryOrder, TryInsertResult};
use std::collections::BTreeMap;

/// Reads all stored versions into the registry and stores what is new.
pub async fn sync(
    db: &DatabaseConnection,
    registry: &Registry,
    machines: &[MachineSource],
    now: Instant,
) -> Result<(), Error> {
    let mut newest: BTreeMap<String, (i32, String)> = BTreeMap::new();
    for row in Entity::find().order_by_asc(Column::Name).order_by_asc(Column::Version).all(db).await? {
        newest.insert(row.name.clone(), (row.version, row.content_hash.clone()));
        registry.add(compile(registry, &row.name, row.version, &row.source, "workflow_definition")?);
    }
    for machine in machines {
        let (version, known) = newest.get(&machine.name).cloned().unwrap_or((0, String::new()));
        if content_hash(&machine.text) == known {
            continue;
        }
        let definition = compile(registry, &machine.name, version + 1, &machine.text, &machine.file)?;
        if !store(db, &definition, now).await? {
            // Another server that starts now was faster: what it stored is read, and compared.
            return Box::pin(sync(db, registry, machines, now)).await;
        }
        registry.add(definition);
    }
    Ok(())
}

fn compile(registry: &Registry, name: &str, version: i32, source: &str, file: &str) -> Result<Definition, Error> {
    registry
        .compile(name, version, source)
        .map_err(|problems| Error::invalid(file, format!("the machine {name} cannot run:\n{problems}")))
}

/// Whether the version was free.
async fn store<C: ConnectionTrait>(db: &C, definition: &Definition, now: Instant) -> Result<bool, Error> {
    let row = workflow_definition::Model {
        id: id::new(),
        name: definition.name.clone(),
        version: definition.version,
        content_hash: definition.hash.clone(),
        source: definition.source.clone(),
        created_at: now,
    };
    let stored = Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([Column::Name, Column::Version])
        .exec_without_returning(db)
        .await?;
    Ok(matches!(stored, TryInsertResult::Inserted(1..)))
}
