//! The application: database, settings, machines and time, shared by everything that runs.

use crate::{
    access::{Hashing, Roles, Tokens, backoff, installation},
    clock::{Clock, Instant},
    config::{MachineSource, Settings},
    error::Error,
    lanes::Lanes,
    money::Currencies,
    payment::provider::http::Http,
    storage::Storage,
    workflow::{self, Registry},
};
use migration::MigratorTrait;
use sea_orm::{
    AccessMode, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::{ops::Deref, sync::Arc, time::Duration};
use tokio::sync::Notify;

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
            migration::Migrator::up(&writer, None).await?;
        }
        Self::with(parts, writer, reader).await
    }

    async fn with(parts: Parts, writer: DatabaseConnection, reader: DatabaseConnection) -> Result<Self, Error> {
        let registry = Registry::new(crate::vocabularies());
        workflow::definitions::sync(&writer, &registry, &parts.machines, parts.clock.now()).await?;
        for name in registry.unused() {
            tracing::warn!(%name, "no machine names this function");
        }
        let installation = installation::identify(&writer, parts.clock.now()).await?;
        let auth = &parts.settings.auth;
        let hashing = Hashing::new(auth.passwords_at_once, auth.passwords_waiting);
        Ok(Self(Arc::new(Inner {
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
        })))
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
    // large, and everything here is found by an index.
    options.map_sqlx_postgres_opts(|options| options.options([("enable_seqscan", "off")]));
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
