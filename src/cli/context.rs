//! What commands start from: the configuration, the database, the application, a runtime.

use super::failure::Failure;
use crate::clock::SystemClock;
use crate::config::{self, Environment, Loaded, Settings};
use crate::error::Error;
use crate::money::Currencies;
use crate::storage::Storage;
use crate::{access::Tokens, actor::Roles};
use crate::{
    app::{App, Parts},
    db::connect::Connections,
};
use migration::{Migrator, MigratorTrait};
use sea_orm::DbBackend;
use sea_orm::sqlx::{Connection as _, PgConnection};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

const PATIENCE: Duration = Duration::from_secs(5);
const FEWEST_THREADS: usize = 2;
const MOST_THREADS: usize = 8;

/// What commands start from.
pub struct Context {
    /// Of `--config`.
    pub dir: Option<PathBuf>,
}

impl Context {
    /// The configuration.
    pub fn load(&self) -> Result<Loaded, Failure> {
        Ok(config::load(self.dir.as_deref(), &Environment::of_process()?)?)
    }

    /// The application over its database, which is migrated first where that is done at start.
    pub async fn open(&self, loaded: Loaded, migrate: bool) -> Result<App, Failure> {
        let currencies = Currencies::with(&loaded.settings.currencies.extra);
        let secret = config::secret(&loaded.settings.auth)?;
        let parts = Parts {
            storage: Storage::of(&loaded.settings.storage, &secret)?,
            roles: Roles::parse(&loaded.roles, &currencies)?,
            tokens: Tokens::of(&loaded.settings.auth)?,
            machines: loaded.machines,
            clock: Arc::new(SystemClock),
            settings: loaded.settings,
        };
        let url = &parts.settings.database.url;
        match (url.starts_with("sqlite:"), migrate) {
            (true, _) => {}
            (false, true) => reach(url).await?,
            (false, false) => close(migrated(&parts.settings).await?).await?,
        }
        Ok(App::open(parts, migrate).await?)
    }
}

/// The database alone.
pub async fn connect(settings: &Settings) -> Result<Connections, Failure> {
    if !settings.database.url.starts_with("sqlite:") {
        reach(&settings.database.url).await?;
    }
    Ok(crate::db::connect::connect(settings).await?)
}

/// The database alone. One that is not migrated is a failure that says what to do.
pub async fn migrated(settings: &Settings) -> Result<Connections, Failure> {
    let connections = connect(settings).await?;
    let pending = Migrator::get_pending_migrations_read_only(&connections.writer).await.map_err(Error::from)?;
    if pending.is_empty() {
        return Ok(connections);
    }
    let number = pending.len();
    let hint = match connections.writer.get_database_backend() {
        DbBackend::Sqlite => "run `waybill migrate up`",
        _ => "run `waybill migrate up`, or start with `waybill serve --migrate`",
    };
    Err(Failure::failed(format!("the database is {number} migrations behind this version; {hint}")))
}

/// Tries a connection to PostgreSQL: a pool would go on trying for long and then not say why.
async fn reach(url: &str) -> Result<(), Failure> {
    let connected = tokio::time::timeout(PATIENCE, PgConnection::connect(url)).await;
    let why = match connected {
        Ok(Ok(connection)) => {
            return Ok(connection.close().await.map_err(|error| Error::Unavailable(error.to_string()))?);
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
    };
    Err(Error::Unavailable(format!("the database cannot be reached: {why}")).into())
}

/// Closes the connections, so that the server does not find them cut off.
pub async fn close(connections: Connections) -> Result<(), Failure> {
    connections.reader.close_by_ref().await.map_err(Error::from)?;
    Ok(connections.writer.close_by_ref().await.map_err(Error::from)?)
}

/// Runs a command that ends.
pub fn block_on<F: Future<Output = Result<(), Failure>>>(future: F) -> Result<(), Failure> {
    Builder::new_current_thread().enable_all().build()?.block_on(future)
}

/// For what goes on until it is stopped: few threads, since the work is the database's.
pub fn server_runtime() -> Result<Runtime, Failure> {
    let threads = std::thread::available_parallelism().map_or(FEWEST_THREADS, usize::from);
    let threads = threads.clamp(FEWEST_THREADS, MOST_THREADS);
    Ok(Builder::new_multi_thread().worker_threads(threads).enable_all().build()?)
}
