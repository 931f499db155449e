//! Definitions in the database: every version that any subject runs on, by content.
//!
//! At boot each machine of the configuration is compared with the newest stored version of its name; a changed file is a
//! new version. Subjects keep the version that they started with.

use super::{Definition, Registry, registry::content_hash};
use crate::{clock::Instant, config::MachineSource, error::Error, id};
use entity::workflow_definition::{self, Column, Entity};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryOrder};
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
        store(db, &definition, now).await?;
        registry.add(definition);
    }
    Ok(())
}

fn compile(registry: &Registry, name: &str, version: i32, source: &str, file: &str) -> Result<Definition, Error> {
    registry
        .compile(name, version, source)
        .map_err(|problems| Error::invalid(file, format!("the machine {name} cannot run:\n{problems}")))
}

async fn store<C: ConnectionTrait>(db: &C, definition: &Definition, now: Instant) -> Result<(), Error> {
    let row = workflow_definition::Model {
        id: id::new(),
        name: definition.name.clone(),
        version: definition.version,
        content_hash: definition.hash.clone(),
        source: definition.source.clone(),
        created_at: now,
    };
    // Two servers that start at once store the same version; the second finds it there.
    Entity::insert(row.into_active_model()).on_conflict_do_nothing().exec_without_returning(db).await?;
    Ok(())
}
