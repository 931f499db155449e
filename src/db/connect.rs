//! Connections, and what is begun and ended on them.
//!
//! Promises that what is only read sees one moment, and that a commit whose end nobody knows is told as that.

use crate::{config::Settings, error::Error};
use sea_orm::{
    AccessMode, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::time::Duration;

/// How long a request waits for a connection to PostgreSQL, which may be gone or have none left, before it is told so.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections to one database.
pub struct Connections {
    /// For transactions.
    pub writer: DatabaseConnection,
    /// For reading.
    pub reader: DatabaseConnection,
}

/// Begins a transaction that may write.
pub async fn begin(writer: &DatabaseConnection) -> Result<DatabaseTransaction, Error> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        access_mode: None::<AccessMode>,
        ..TransactionOptions::default()
    };
    Ok(writer.begin_with_options(options).await?)
}

/// Commits. After a lost race nothing has happened, and it may be run again. After any other failure nobody knows whether
/// it has, and that is what is said.
pub async fn commit(txn: DatabaseTransaction) -> Result<(), Error> {
    let committed = txn.commit().await.map_err(Error::from);
    if let Err(error) = &committed
        && !error.is_contention()
    {
        tracing::error!(%error, "a commit failed, and may have happened");
        let what = "it is not known whether it was done; look before you send it again, or send it again with the same \
                    idempotency key";
        return Err(Error::Unavailable(what.to_owned()));
    }
    committed
}

/// Reads one moment of a database that may be at work.
pub async fn at_one_moment<T>(
    db: &DatabaseConnection,
    read: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, Error>,
) -> Result<T, Error> {
    let postgres = db.get_database_backend() == DbBackend::Postgres;
    let options = TransactionOptions {
        isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
        access_mode: postgres.then_some(AccessMode::ReadOnly),
        ..TransactionOptions::default()
    };
    let moment = db.begin_with_options(options).await?;
    let found = read(&moment).await?;
    moment.rollback().await?;
    Ok(found)
}

/// Connects as the settings say. A SQLite file and its folder are made.
pub async fn connect(settings: &Settings) -> Result<Connections, Error> {
    let url = settings.database.url.as_str();
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.trim_start_matches("//");
        return sqlite(path.split('?').next().unwrap_or(path), settings).await;
    }
    let mut options = options(url, most(settings));
    // Plans are made once a statement and connection, and not five times first: the statements are few, and each is to be
    // planned for any values. They are kept. A plan that was made when a table was small scans it when it is
    // large, and everything here is found by an index. A scan that cannot be done without is made to look so dear by
    // this that PostgreSQL would compile it first, for 50 ms and more: everything here is too short for that.
    options.map_sqlx_postgres_opts(|options| {
        options.options([("enable_seqscan", "off"), ("jit", "off"), ("plan_cache_mode", "force_generic_plan")])
    });
    options.acquire_timeout(PATIENCE);
    let pool = open(options).await?;
    Ok(Connections { writer: pool.clone(), reader: pool })
}

/// How many connections there may be.
fn most(settings: &Settings) -> u32 {
    match settings.database.connections {
        0 => std::thread::available_parallelism().map_or(8, |cores| 2 * u32::try_from(cores.get()).unwrap_or(2) + 4),
        most => most,
    }
}

async fn sqlite(path: &str, settings: &Settings) -> Result<Connections, Error> {
    if let Some(folder) = std::path::Path::new(path).parent() {
        tokio::fs::create_dir_all(folder)
            .await
            .map_err(|error| Error::Unavailable(format!("the folder {} cannot be made: {error}", folder.display())))?;
    }
    let url = format!("sqlite://{path}?mode=rwc");
    let mut write = options(&url, 1);
    write.map_sqlx_sqlite_opts(|options| {
        options
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON")
            .pragma("busy_timeout", "10000")
    });
    let writer = open(write).await?;
    let mut read = options(&format!("sqlite://{path}?mode=rw"), (most(settings) / 2).clamp(2, 8));
    read.map_sqlx_sqlite_opts(|options| {
        options.pragma("journal_mode", "WAL").pragma("query_only", "ON").pragma("busy_timeout", "10000")
    });
    let reader = open(read).await?;
    Ok(Connections { writer, reader })
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(10))
        .acquire_timeout(Duration::from_secs(30))
        .test_before_acquire(false)
        .record_stmt_in_spans(false)
        .sqlx_logging(false);
    options
}

/// Large while it is made, and made once: on the heap.
async fn open(options: ConnectOptions) -> Result<DatabaseConnection, Error> {
    let opened = Box::pin(Database::connect(options)).await;
    opened.map_err(|error| Error::Unavailable(format!("the database cannot be reached: {error}")))
}
