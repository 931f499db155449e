//! Migrating alone: however many processes begin at once, one migrates while the others wait, and then find it done.
//!
//! On PostgreSQL an advisory lock, held by a transaction; on SQLite a lock on a file beside the database's, since the
//! database itself is locked only for as long as each migration takes. A process that dies gives either back.

use crate::Migrator;
use sea_orm_migration::{
    MigratorTrait as _,
    sea_orm::{ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, TransactionTrait as _},
};
use std::fs::File;

/// Of PostgreSQL's advisory locks, which are numbers: the letters "waybill", so that nobody else's is met by chance.
const LOCK: i64 = 0x0077_6179_6269_6c6c;

/// Applies what is pending, oldest first: at most `steps` migrations, all when there is no number. Answers with the names of
/// those that it applied, in their order.
pub async fn up(db: &DatabaseConnection, steps: Option<u32>) -> Result<Vec<String>, DbErr> {
    let alone = Alone::wait(db).await?;
    let before = applied(db).await?;
    Migrator::up(db, steps).await?;
    let mut after = applied(db).await?;
    alone.end().await?;
    after.retain(|name| !before.contains(name));
    Ok(after)
}

/// Takes back what was applied last: at most `steps` migrations, all when there is no number. Answers with their names, the
/// last one first.
pub async fn down(db: &DatabaseConnection, steps: Option<u32>) -> Result<Vec<String>, DbErr> {
    let alone = Alone::wait(db).await?;
    let mut before = applied(db).await?;
    Migrator::down(db, steps).await?;
    let after = applied(db).await?;
    alone.end().await?;
    before.retain(|name| !after.contains(name));
    before.reverse();
    Ok(before)
}

async fn applied(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let applied = Migrator::get_applied_migrations_read_only(db).await?;
    Ok(applied.iter().map(|migration| migration.name().to_owned()).collect())
}

/// The right to migrate; given back when it is dropped.
enum Alone {
    /// Its connection is one more than those that migrate.
    Postgres(DatabaseTransaction),
    /// Locked while it is open.
    Sqlite(#[expect(dead_code, reason = "it is held, not used")] File),
    /// A database in memory, which no other process sees.
    Nobody,
}

impl Alone {
    async fn wait(db: &DatabaseConnection) -> Result<Self, DbErr> {
        if db.get_database_backend() == DbBackend::Postgres {
            let txn = db.begin().await?;
            txn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
            return Ok(Self::Postgres(txn));
        }
        let sql = "SELECT file FROM pragma_database_list WHERE name = 'main'";
        let row = db.query_one_raw(sea_orm_migration::sea_orm::Statement::from_string(DbBackend::Sqlite, sql)).await?;
        let path: String = row.map(|row| row.try_get("", "file")).transpose()?.unwrap_or_default();
        if path.is_empty() {
            return Ok(Self::Nobody);
        }
        let path = format!("{path}-migration");
        let locked = tokio::task::spawn_blocking(move || {
            // Left there: one that was deleted could be locked by two.
            let file = File::create(&path).map_err(|error| format!("{path}: {error}"))?;
            file.lock().map_err(|error| format!("{path}: {error}"))?;
            Ok::<_, String>(file)
        });
        locked.await.map_err(|error| error.to_string()).and_then(|file| file).map(Self::Sqlite).map_err(DbErr::Custom)
    }

    async fn end(self) -> Result<(), DbErr> {
        match self {
            Self::Postgres(txn) => txn.commit().await,
            Self::Sqlite(_) | Self::Nobody => Ok(()),
        }
    }
}
