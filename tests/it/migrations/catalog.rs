//! What a database says about itself, in the same words for both, and what the entities expect of it.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnType, ConnectionTrait, DatabaseConnection, DbBackend, IdenStatic, IntoActiveModel,
    Iterable, QueryResult, Statement,
};
use std::collections::{BTreeMap, BTreeSet};

/// A column of a table, or of an entity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    pub table: String,
    pub name: String,
    pub kind: String,
    pub nullable: bool,
}

/// (table, column, parent table).
pub type ForeignKey = (String, String, String);

/// Everything that migrations build, sequences excepted.
#[derive(Debug, PartialEq, Eq)]
pub struct Catalog {
    pub columns: BTreeSet<Column>,
    pub checks: BTreeMap<String, String>,
    pub foreign_keys: BTreeSet<ForeignKey>,
    pub indexes: BTreeSet<String>,
}

impl Catalog {
    pub async fn read(db: &DatabaseConnection) -> Result<Catalog, DbErr> {
        Ok(Catalog {
            columns: columns(db).await?,
            checks: checks(db).await?,
            foreign_keys: foreign_keys(db).await?,
            indexes: indexes(db).await?,
        })
    }
}

/// Whether an error's text names this rule, and not only one that begins or ends alike.
pub fn names(said: &str, rule: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    said.match_indices(rule)
        .any(|(start, _)| !said[..start].ends_with(word) && !said[start + rule.len()..].starts_with(word))
}

async fn rows(db: &impl ConnectionTrait, postgres: &str, sqlite: &str) -> Result<Vec<QueryResult>, DbErr> {
    let backend = db.get_database_backend();
    let sql = if backend == DbBackend::Postgres { postgres } else { sqlite };
    db.query_all_raw(Statement::from_string(backend, sql)).await
}

pub async fn columns(db: &impl ConnectionTrait) -> Result<BTreeSet<Column>, DbErr> {
    let postgres = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES' AS nullable
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'";
    let sqlite = "SELECT m.name AS table_name, c.name AS column_name, lower(c.type) AS data_type,
        c.\"notnull\" = 0 AS nullable FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT IN ('seaql_migrations', 'sqlite_sequence')";
    let read = |row: QueryResult| {
        Ok(Column {
            table: row.try_get("", "table_name")?,
            name: row.try_get("", "column_name")?,
            kind: row.try_get("", "data_type")?,
            nullable: row.try_get("", "nullable")?,
        })
    };
    rows(db, postgres, sqlite).await?.into_iter().map(read).collect()
}

/// Named CHECK rules and their text.
pub async fn checks(db: &DatabaseConnection) -> Result<BTreeMap<String, String>, DbErr> {
    let postgres = "SELECT 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) AS text
        FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace";
    let sqlite = "SELECT sql AS text FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CONSTRAINT%'";
    let mut checks = BTreeMap::new();
    for row in rows(db, postgres, sqlite).await? {
        let text: String = row.try_get("", "text")?;
        for rule in text.split("CONSTRAINT ").skip(1) {
            let (name, rest) = rule.split_once(' ').unwrap_or((rule, ""));
            if rest.starts_with("CHECK") {
                checks.insert(name.to_owned(), rest.to_owned());
            }
        }
    }
    Ok(checks)
}

pub async fn foreign_keys(db: &DatabaseConnection) -> Result<BTreeSet<ForeignKey>, DbErr> {
    let postgres = "SELECT conrelid::regclass::text AS child, attname::text AS key, confrelid::regclass::text AS parent
        FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) WHERE contype = 'f'";
    let sqlite = "SELECT m.name AS child, f.\"from\" AS key, f.\"table\" AS parent
        FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
    let read = |row: QueryResult| Ok((row.try_get("", "child")?, row.try_get("", "key")?, row.try_get("", "parent")?));
    rows(db, postgres, sqlite).await?.into_iter().map(read).collect()
}

/// Names of the indexes that no primary key or UNIQUE rule brought along.
pub async fn indexes(db: &DatabaseConnection) -> Result<BTreeSet<String>, DbErr> {
    let postgres = "SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = 'public'
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname AND contype IN ('p', 'u'))";
    let sqlite = "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_autoindex%'";
    rows(db, postgres, sqlite).await?.into_iter().map(|row| row.try_get("", "name")).collect()
}

/// Calls the macro with the module of every entity: the one list of all tables.
macro_rules! every_entity {
    ($call:ident) => {
        $call! {
            api_key attribution_credit attribution_touch credit_account credit_change credit_entry credit_note
            customer deferred_event dispute ended_token fulfilment fulfilment_line hold idempotency_key installation
            line_account login_count metric_snapshot number_counter order_root outbox override_request password_reset
            payment payment_detail payment_entry product quotation quotation_line receipt_upload refill refund
            refused_attempt reseller reseller_settlement sale_line sale_order sales_aggregate social_account stock
            stock_adjustment store stray_object timer tracking_event transition_log user_account user_store
            webhook_delivery
            workflow_definition
        }
    };
}

pub(crate) use every_entity;

/// The columns that the entities read and write, with the types that they are stored as.
pub fn entities(backend: DbBackend) -> BTreeSet<Column> {
    fn columns<E: EntityTrait>(entity: E, backend: DbBackend) -> impl Iterator<Item = Column> {
        let table = entity.table_name().to_owned();
        E::Column::iter().map(move |column| {
            let def = column.def();
            let kind = kind(def.get_column_type(), backend).to_owned();
            Column { table: table.clone(), name: column.as_str().to_owned(), kind, nullable: def.is_null() }
        })
    }
    macro_rules! all {
        ($($module:ident)+) => {
            [$(columns(entity::$module::Entity, backend).collect::<Vec<_>>()),+].into_iter().flatten().collect()
        };
    }
    every_entity!(all)
}

/// Reads the rows of each table through its entity, writes them over themselves, and reads the same.
pub async fn write_back(db: &DatabaseConnection) -> Result<(), DbErr> {
    macro_rules! all {
        ($($module:ident)+) => {
            $({
                use entity::$module::{Column, Entity, PrimaryKey};
                let before = Entity::find().all(db).await?;
                assert_eq!(before.len(), 2, stringify!($module));
                for row in before.clone() {
                    let conflict = OnConflict::columns(PrimaryKey::iter()).update_columns(Column::iter()).to_owned();
                    let row = row.into_active_model().reset_all();
                    Entity::insert(row).on_conflict(conflict).exec_without_returning(db).await?;
                }
                assert_eq!(Entity::find().all(db).await?.len(), 2);
                for row in Entity::find().all(db).await? {
                    assert!(before.contains(&row), "{row:?}");
                }
            })+
        };
    }
    every_entity!(all);
    Ok(())
}

fn kind(kind: &ColumnType, backend: DbBackend) -> &'static str {
    let (postgres, sqlite) = match kind {
        ColumnType::Uuid => ("uuid", "blob"),
        ColumnType::String(_) | ColumnType::Text => ("text", "text"),
        ColumnType::TimestampWithTimeZone => ("timestamp with time zone", "text"),
        ColumnType::Date => ("date", "text"),
        ColumnType::JsonBinary => ("jsonb", "text"),
        ColumnType::Boolean => ("boolean", "integer"),
        ColumnType::Integer => ("integer", "integer"),
        ColumnType::BigInteger => ("bigint", "integer"),
        ColumnType::VarBinary(_) | ColumnType::Blob => ("bytea", "blob"),
        other => panic!("no column is of this type: {other:?}"),
    };
    if backend == DbBackend::Postgres { postgres } else { sqlite }
}

/// The tables that `entity/src` has a file for.
pub fn entity_files() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/entity/src");
    let files = std::fs::read_dir(folder).expect("entity/src").map(|file| file.expect("a file").path());
    let names = files.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned());
    names.filter(|name| !["lib", "words", "address", "folding"].contains(&name.as_str())).collect()
}
