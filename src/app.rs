//! The application: database, settings, machines and time, shared by everything that runs.

use crate::{
    access::{Hashing, Refusals, Tokens, installation},
    actor::Roles,
    attribution::sets,
    clock::{Clock, Instant},
    config::{MachineSource, Settings},
    db::{
        connect::{self, Connections},
        search,
    },
    error::{Code, Error},
    fulfilment,
    money::Currencies,
    payment::provider::http::Http,
    quotation, sale,
    storage::Storage,
    workflow::{self, Registry, Rules, Vocabulary},
};
use entity::SubjectKind;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend};
use std::{ops::Deref, sync::Arc};
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
    /// Settings, machines, currencies, roles.
    pub rules: Rules,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Makes and reads tokens.
    pub tokens: Tokens,
    /// The line for passwords that are to be hashed.
    pub hashing: Hashing,
    /// Who has to wait before they sign in, as far as this process knows.
    pub refusals: Refusals,
    /// Where files are kept.
    pub storage: Storage,
    /// The way to payment providers.
    pub http: Http,
    /// Rung after a commit that left work for the worker.
    pub wake: Notify,
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Deref for Inner {
    type Target = Rules;
    fn deref(&self) -> &Rules {
        &self.rules
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

impl App {
    /// Opens the database that the settings name, and applies migrations where that is done at start: on SQLite, and on
    /// PostgreSQL when `migrate` says so. Then reads and stores the machines.
    pub async fn open(parts: Parts, migrate: bool) -> Result<Self, Error> {
        let Connections { writer, reader } = connect::connect(&parts.settings).await?;
        if migrate || writer.get_database_backend() == DbBackend::Sqlite {
            migration::up(&writer, None).await?;
        }
        Self::with(parts, writer, reader).await
    }

    async fn with(parts: Parts, writer: DatabaseConnection, reader: DatabaseConnection) -> Result<Self, Error> {
        let registry = Registry::new(vocabularies());
        workflow::definitions::sync(&writer, &registry, &parts.machines, parts.clock.now()).await?;
        registry.check_heard()?;
        let lifecycle = &parts.settings.sale.lifecycle;
        if registry.newest_of(SubjectKind::Sale, lifecycle).is_none() {
            let what = format!("{lifecycle:?} is no machine of sales; name one of config/machines, such as \"sale\"");
            return Err(Error::invalid("sale.lifecycle", what));
        }
        sets::check(&parts.settings.attribution, &registry)?;
        for name in registry.unused() {
            tracing::warn!(%name, "no machine names this function");
        }
        let installation = installation::identify(&writer, parts.clock.now()).await?;
        let auth = &parts.settings.auth;
        let hashing = Hashing::new(auth.passwords_at_once, auth.passwords_waiting);
        let app = Self(Arc::new(Inner {
            writer,
            reader,
            rules: Rules {
                currencies: Currencies::with(&parts.settings.currencies.extra),
                settings: parts.settings,
                registry,
                roles: parts.roles,
            },
            clock: parts.clock,
            tokens: parts.tokens.of_installation(installation),
            hashing,
            refusals: Refusals::default(),
            storage: parts.storage,
            http: Http::default(),
            wake: Notify::new(),
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
            let fold = async |txn: &_| Ok(search::fold_some(txn).await? + workflow::log::fold_notes(txn).await?);
            let folded = self.write(fold).await?;
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

    /// Does something in one transaction: what succeeds is committed, what fails has not happened.
    pub async fn write<T>(&self, what: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, Error>) -> Result<T, Error> {
        let txn = self.begin().await?;
        let done = what(&txn).await?;
        txn.commit().await?;
        Ok(done)
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<DatabaseTransaction, Error> {
        connect::begin(&self.writer).await
    }
}

/// The words of all rooms that have machines.
pub fn vocabularies() -> Vec<Vocabulary> {
    vec![quotation::machine::vocabulary(), sale::machine::vocabulary(), fulfilment::machine::vocabulary()]
}
