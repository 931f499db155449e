//! Definitions in the database: every version that any subject runs on, by content.
//!
//! At boot each machine of the configuration is compared with the version that its file was last seen with; a changed
//! file is a new version. Others are published (`publish`). Servers learn of each other's versions when they meet one.
//! Subjects keep the version that they started with until they are migrated (`migrate`).

use super::{Definition, Order, Registry, Unit, definition::content_hash, publish::PublishDefinition};
use crate::{
    actor::Actor,
    clock::Instant,
    config::MachineSource,
    db::page::{self, Asked, KeyKind, Keyset, Page},
    error::Error,
    id,
};
use entity::workflow_definition::{self, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, TryInsertResult,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Reads all stored versions into the registry and stores what is new in the configuration.
pub async fn sync(
    db: &DatabaseConnection,
    registry: &Registry,
    machines: &[MachineSource],
    now: Instant,
) -> Result<(), Error> {
    let mut newest: BTreeMap<String, Model> = BTreeMap::new();
    let mut of_files: BTreeMap<String, String> = BTreeMap::new();
    for row in Entity::find().order_by_asc(Column::Name).order_by_asc(Column::Version).all(db).await? {
        registry.add(compile(registry, &row.name, row.version, &row.source, "workflow_definition")?);
        if row.from_file {
            of_files.insert(row.name.clone(), row.content_hash.clone());
        }
        newest.insert(row.name.clone(), row);
    }
    for machine in machines {
        let hash = content_hash(&machine.text);
        if of_files.get(&machine.name) == Some(&hash) {
            continue;
        }
        if let Some(published) = newest.get(&machine.name).filter(|newest| newest.content_hash == hash) {
            mark_from_file(db, published.id).await?;
            continue;
        }
        PublishDefinition::of_file(machine).judge_at_start(db, registry, &machine.file).await?;
        let version = newest.get(&machine.name).map_or(0, |newest| newest.version) + 1;
        let definition = compile(registry, &machine.name, version, &machine.text, &machine.file)?;
        if !store(db, row(&definition, now)).await? {
            // Another server that starts now was faster: what it stored is read, and compared.
            return Box::pin(sync(db, registry, machines, now)).await;
        }
        registry.add(definition);
    }
    Ok(())
}

/// Reads the versions that others have stored since.
pub async fn learn<C: ConnectionTrait>(db: &C, registry: &Registry) -> Result<(), Error> {
    let stored: Vec<(Uuid, String, i32)> =
        Entity::find().select_only().columns([Column::Id, Column::Name, Column::Version]).into_tuple().all(db).await?;
    let unknown = stored.into_iter().filter(|(_, name, version)| registry.definition(name, *version).is_none());
    let unknown: Vec<Uuid> = unknown.map(|(id, ..)| id).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    for row in Entity::find().filter(Column::Id.is_in(unknown)).all(db).await? {
        // A newer program may name functions that this one does not have. Only who meets that version is stopped by it.
        match registry.compile(&row.name, row.version, &row.source) {
            Ok(definition) => registry.add(definition),
            Err(why) => tracing::error!(machine = %row.name, version = row.version, %why, "this program cannot run it"),
        }
    }
    Ok(())
}

/// A version, read from the database when it is not known yet. One that does not exist is a fault.
pub async fn find(
    db: &DatabaseConnection,
    registry: &Registry,
    name: &str,
    version: i32,
) -> Result<Arc<Definition>, Error> {
    if let Some(definition) = registry.definition(name, version) {
        return Ok(definition);
    }
    learn(db, registry).await?;
    registry.known(name, version)
}

/// A stored version, compiled.
#[derive(Clone, Debug)]
pub struct Version {
    /// As stored.
    pub row: Model,
    /// As it runs.
    pub definition: Arc<Definition>,
    /// Whether what starts now starts on it.
    pub newest: bool,
}

/// A page of versions, of one machine or of all, newest first. For those who may read the audit.
pub async fn page(
    db: &DatabaseConnection,
    registry: &Registry,
    actor: &Actor,
    name: Option<&str>,
    asked: &Asked,
) -> Result<Page<Version>, Error> {
    actor.require("audit.read")?;
    learn(db, registry).await?;
    let select = name.map_or_else(Entity::find, |name| Entity::find().filter(Column::Name.eq(name)));
    let order = Keyset {
        tag: 62,
        key: None::<(Column, KeyKind)>,
        id: Column::Id,
        descending: true,
        place: |row: &Model| (0, row.id),
    };
    let page = page::fetch(db, select, &order, asked).await?;
    page.try_map(|row| version_of(registry, row))
}

/// One version; the newest when none is named. For those who may read the audit.
pub async fn version(
    db: &DatabaseConnection,
    registry: &Registry,
    actor: &Actor,
    name: &str,
    version: Option<i32>,
) -> Result<Option<Version>, Error> {
    actor.require("audit.read")?;
    learn(db, registry).await?;
    stored(db, registry, name, version).await
}

/// One version, for whoever has just published it; the newest when none is named.
pub async fn stored(
    db: &DatabaseConnection,
    registry: &Registry,
    name: &str,
    version: Option<i32>,
) -> Result<Option<Version>, Error> {
    let select = Entity::find().filter(Column::Name.eq(name)).order_by_desc(Column::Version);
    let select = version.map_or_else(|| select.clone(), |version| select.clone().filter(Column::Version.eq(version)));
    let row = select.one(db).await?;
    if row.is_some() {
        learn(db, registry).await?;
    }
    row.map(|row| version_of(registry, row)).transpose()
}

fn version_of(registry: &Registry, row: Model) -> Result<Version, Error> {
    let definition = registry.known(&row.name, row.version)?;
    let newest = registry.newest(&row.name).is_some_and(|newest| newest.version == row.version);
    Ok(Version { row, definition, newest })
}

impl Unit {
    /// Makes sure that the machines of all loaded subjects are known.
    pub(super) async fn learn_machines<C: ConnectionTrait>(&self, registry: &Registry, db: &C) -> Result<(), Error> {
        let known = |name: &str, version| registry.definition(name, version).is_some();
        let all_known = |order: &Order| {
            order.quotation.tracked().all(|row| known(&row.workflow_definition, row.workflow_version))
                && order.sale.tracked().all(|row| known(&row.workflow_definition, row.workflow_version))
                && order.fulfilments.tracked().all(|row| known(&row.workflow_definition, row.workflow_version))
        };
        if self.orders.values().all(all_known) { Ok(()) } else { learn(db, registry).await }
    }
}

fn compile(registry: &Registry, name: &str, version: i32, source: &str, file: &str) -> Result<Definition, Error> {
    registry
        .compile(name, version, source)
        .map_err(|problems| Error::invalid(file, format!("the machine {name} cannot run:\n{problems}")))
}

/// A row for a definition that came from a file.
pub(super) fn row(definition: &Definition, now: Instant) -> Model {
    Model {
        id: id::new(),
        name: definition.name.clone(),
        version: definition.version,
        content_hash: definition.hash.clone(),
        source: definition.source.clone(),
        created_at: now,
        published_by: None,
        state_mapping: None,
        from_file: true,
    }
}

/// Whether the version was free.
pub(super) async fn store<C: ConnectionTrait>(db: &C, row: workflow_definition::Model) -> Result<bool, Error> {
    let stored = Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([Column::Name, Column::Version])
        .exec_without_returning(db)
        .await?;
    Ok(matches!(stored, TryInsertResult::Inserted(1..)))
}

async fn mark_from_file(db: &DatabaseConnection, id: Uuid) -> Result<(), Error> {
    let update = Entity::update_many().col_expr(Column::FromFile, Expr::value(true)).filter(Column::Id.eq(id));
    update.exec(db).await?;
    Ok(())
}
