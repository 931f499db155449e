//! The application: database, settings, machines and time, shared by everything that runs.

use crate::{
    access::{Hashing, Roles, Tokens, backoff, installation},
    clock::{Clock, Instant},
    config::{MachineSource, Settings},
    error::{Code, Error},
    lanes::Lanes,
    money::Currencies,
    payment::provider::http::Http,
    search,
    storage::Storage,
    workflow::{self, Registry},
};
use sea_orm::{
    AccessMode, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::{ops::Deref, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// How long a request waits for a connection to PostgreSQL, which may be gone or have none left, before it is told so.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything that is shared; cheap to clone.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

/// What is shared.
#[derive(Debug)]
pub struct Inner {
    /// Where transactions begin. One connection on SQLite, which has one writer at a time.
    pub writer: DatabaseConnection,
    /// Where is only read. The writer's pool on PostgreSQL; read-only connections on SQLite.
    pub reader: DatabaseConnection,
    /// The configuration.
    pub settings: Settings,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Currency codes and their decimals.
    pub currencies: Currencies,
    /// Machines and what their names mean.
    pub registry: Registry,
    /// Roles and their permissions.
    pub roles: Roles,
    /// Makes and reads tokens.
    pub tokens: Tokens,
    /// The line for passwords that are to be hashed.
    pub hashing: Hashing,
    /// Who has to wait before they sign in, as far as this process knows.
    pub refusals: backoff::Refusals,
    /// Where files are kept.
    pub storage: Storage,
    /// The way to payment providers.
    pub http: Http,
    /// Rung after a commit that left work for the worker.
    pub wake: Notify,
    /// Events that wait for a common commit.
    pub gather: Lanes<crate::gather::Waiting>,
    /// Deliveries that wait to be stored and applied together.
    pub arrivals: Lanes<crate::webhook::arrival::Arrival>,
    /// Deliveries that were not let in and are not written down yet.
    pub refused: crate::webhook::refused::Refused,
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What an application is made of besides its database.
pub struct Parts {
    /// The configuration.
    pub settings: Settings,
    /// Roles and their permissions.
    pub roles: Roles,
    /// Makes and reads tokens.
    pub tokens: Tokens,
    /// Machine documents.
    pub machines: Vec<MachineSource>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where files are kept.
    pub storage: Storage,
}

/// Connections to one database.
pub struct Connections {
    /// For transactions.
    pub writer: DatabaseConnection,
    /// For reading.
    pub reader: DatabaseConnection,
}

impl App {
    /// Opens the database that the settings name, and applies migrations where that is done at start: on SQLite, and on
    /// PostgreSQL when `migrate` says so. Then reads and stores the machines.
    pub async fn open(parts: Parts, migrate: bool) -> Result<Self, Error> {
        let Connections { writer, reader } = connect(&parts.settings).await?;
        if migrate || writer.get_database_backend() == DbBackend::Sqlite {
            migration::up(&writer, None).await?;
        }
        Self::with(parts, writer, reader).await
    }

    async fn with(parts: Parts, writer: DatabaseConnection, reader: DatabaseConnection) -> Result<Self, Error> {
        let registry = Registry::new(crate::vocabularies());
        workflow::definitions::sync(&writer, &registry, &parts.machines, parts.clock.now()).await?;
        registry.check_heard()?;
        for name in registry.unused() {
            tracing::warn!(%name, "no machine names this function");
        }
        let installation = installation::identify(&writer, parts.clock.now()).await?;
        let auth = &parts.settings.auth;
        let hashing = Hashing::new(auth.passwords_at_once, auth.passwords_waiting);
        let app = Self(Arc::new(Inner {
            writer,
            reader,
            currencies: Currencies::with(&parts.settings.currencies.extra),
            settings: parts.settings,
            clock: parts.clock,
            registry,
            roles: parts.roles,
            tokens: parts.tokens.of_installation(installation),
            hashing,
            refusals: backoff::Refusals::default(),
            storage: parts.storage,
            http: Http::default(),
            wake: Notify::new(),
            gather: Lanes::default(),
            arrivals: Lanes::default(),
            refused: crate::webhook::refused::Refused::default(),
        }));
        match app.fold_words().await {
            // A standby: whoever may write folds them.
            Err(error) if error.code() == Code::Unavailable => tracing::warn!(%error, "words could not be folded"),
            folded => folded?,
        }
        Ok(app)
    }

    /// Folds the words of rows that were written before there were folded columns, or are being written by a version
    /// that does not know of them, so that they are found. A batch a transaction; nothing to do is a few look-ups.
    pub async fn fold_words(&self) -> Result<(), Error> {
        let mut all = 0;
        loop {
            let txn = self.begin().await?;
            let folded = search::fold_some(&txn).await? + workflow::log::fold_notes(&txn).await?;
            txn.commit().await?;
            if folded == 0 {
                break;
            }
            all += folded;
        }
        if all > 0 {
            tracing::info!(rows = all, "words were folded for searching");
        }
        Ok(())
    }

    /// Now.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<DatabaseTransaction, Error> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            access_mode: None::<AccessMode>,
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }
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

/// Begins to read one moment of a database that may be at work.
pub async fn one_moment(db: &DatabaseConnection) -> Result<DatabaseTransaction, Error> {
    let postgres = db.get_database_backend() == DbBackend::Postgres;
    let options = TransactionOptions {
        isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
        access_mode: postgres.then_some(AccessMode::ReadOnly),
        ..TransactionOptions::default()
    };
    Ok(db.begin_with_options(options).await?)
}

/// Connects as the settings say. A SQLite file and its folder are made.
pub async fn connect(settings: &Settings) -> Result<Connections, Error> {
    let url = settings.database.url.as_str();
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.trim_start_matches("//");
        return sqlite(path.split('?').next().unwrap_or(path), settings).await;
    }
    let mut options = options(url, settings.database.connections);
    // Connections keep the plans of their statements. A plan that was made when a table was small scans it when it is
    // large, and everything here is found by an index. A scan that cannot be done without is made to look so dear by
    // this that PostgreSQL would compile it first, for 50 ms and more: everything here is too short for that.
    options.map_sqlx_postgres_opts(|options| options.options([("enable_seqscan", "off"), ("jit", "off")]));
    options.acquire_timeout(PATIENCE);
    let pool = Database::connect(options).await.map_err(unreachable_database)?;
    Ok(Connections { writer: pool.clone(), reader: pool })
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
    let writer = Database::connect(write).await.map_err(unreachable_database)?;
    let mut read = options(&format!("sqlite://{path}?mode=rw"), settings.database.connections.clamp(2, 8));
    read.map_sqlx_sqlite_opts(|options| {
        options.pragma("journal_mode", "WAL").pragma("query_only", "ON").pragma("busy_timeout", "10000")
    });
    let reader = Database::connect(read).await.map_err(unreachable_database)?;
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

#[expect(clippy::needless_pass_by_value, reason = "as map_err passes it")]
fn unreachable_database(error: DbErr) -> Error {
    Error::Unavailable(format!("the database cannot be reached: {error}"))
}
