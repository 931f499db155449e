//! A database per test, like a template that is migrated and stocked once per run.
//!
//! PostgreSQL lives on the server of TEST_DATABASE_URL; without it its tests fail, they are never skipped. What a run
//! leaves there is dropped when the run is over, however it ends: a second process of this program waits for that.

use super::{BEGINNING, World, at, pristine::Pristine};
use crate::builders::Shop;
use sea_orm::{ConnectionTrait, Database as Connector, DatabaseConnection, FromQueryResult, Statement};
use std::{
    io::Read as _,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use waybill::clock::HeldClock;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database that goes away with the test.
pub struct Database {
    pub backend: Backend,
    pub url: String,
    name: String,
    _folder: Option<TempDir>,
}

/// What every test's database is a copy of.
pub struct Template {
    pub shop: Arc<Shop>,
    of: Of,
}

enum Of {
    Sqlite(Vec<u8>),
    Postgres(String, Pristine),
}

static SQLITE: OnceCell<Result<Template, String>> = OnceCell::const_new();
static POSTGRES: OnceCell<Result<Template, String>> = OnceCell::const_new();
static SWEEPER: OnceLock<Child> = OnceLock::new();
static COUNTER: AtomicU32 = AtomicU32::new(0);
/// Databases on PostgreSQL whose tests ended well.
static USED: Mutex<Vec<String>> = Mutex::new(Vec::new());

const SWEEP: &str = "WAYBILL_TEST_SWEEP";
const MISSING: &str = "TEST_DATABASE_URL is not set: PostgreSQL tests need a server (make test starts one). \
    Example: TEST_DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres";

/// The template, made by whoever needs it first.
pub async fn template(backend: Backend) -> &'static Template {
    let cell = if backend == Backend::Sqlite { &SQLITE } else { &POSTGRES };
    let make = || async move {
        let made = tokio::spawn(async move {
            match backend {
                Backend::Sqlite => sqlite().await,
                Backend::Postgres => postgres().await,
            }
        });
        made.await.map_err(|error| {
            let panic = error.into_panic();
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
        })
    };
    match cell.get_or_init(make).await {
        Ok(template) => template,
        Err(error) => panic!("the template cannot be made: {error}"),
    }
}

/// Migrates (PostgreSQL by hand, as in production) and stocks the shop.
async fn stocked(backend: Backend, url: &str) -> Arc<Shop> {
    let clock = HeldClock::at(at(BEGINNING));
    let bare = World::over(backend, url.to_owned(), clock, Arc::new(Shop::default()), |_| {}).await;
    let shop = Arc::new(Shop::stock(&bare).await);
    bare.work().await;
    if backend == Backend::Sqlite {
        bare.app.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("a checkpoint");
    }
    bare.close().await;
    shop
}

async fn sqlite() -> Template {
    let folder = folder();
    let file = folder.path().join("template.db");
    let shop = stocked(Backend::Sqlite, &format!("sqlite://{}", file.display())).await;
    Template { shop, of: Of::Sqlite(std::fs::read(&file).expect("the template")) }
}

async fn postgres() -> Template {
    let name = format!("{}template", prefix());
    administer(&format!("CREATE DATABASE {name}")).await;
    start_sweeper();
    let url = url_of(&name);
    let fresh = Connector::connect(&url).await.expect("the template's database");
    <migration::Migrator as migration::MigratorTrait>::up(&fresh, None).await.expect("migrations");
    fresh.close().await.expect("closed");
    let shop = stocked(Backend::Postgres, &url).await;
    let stocked = Connector::connect(&url).await.expect("the template's database");
    let pristine = Pristine::of(&stocked).await.expect("the template's rows");
    stocked.close().await.expect("closed");
    Template { shop, of: Of::Postgres(name, pristine) }
}

impl Template {
    /// A database of the test's own.
    pub async fn database(&self) -> Database {
        match &self.of {
            Of::Sqlite(bytes) => {
                let folder = folder();
                let file = folder.path().join("test.db");
                std::fs::write(&file, bytes).expect("a copy of the template");
                let url = format!("sqlite://{}", file.display());
                Database { backend: Backend::Sqlite, url, name: String::new(), _folder: Some(folder) }
            }
            Of::Postgres(template, pristine) => {
                let name = match used(pristine).await {
                    Some(name) => name,
                    None => copied(template).await,
                };
                Database { backend: Backend::Postgres, url: url_of(&name), name, _folder: None }
            }
        }
    }
}

/// One that was used, as it was before.
async fn used(pristine: &Pristine) -> Option<String> {
    let name = USED.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
    if pristine.restored(&url_of(&name)).await.expect("a used database") {
        return Some(name);
    }
    administer(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    None
}

async fn copied(template: &str) -> String {
    let name = format!("{}{}", prefix(), COUNTER.fetch_add(1, Ordering::Relaxed));
    administer(&format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")).await;
    name
}

async fn administer(sql: &str) {
    let admin = admin().await;
    admin.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    admin.close().await.expect("closed");
}

impl Database {
    /// Leaves it to another test, when nothing runs on it any more.
    pub fn give_back(self) {
        if self.backend == Backend::Postgres {
            USED.lock().unwrap_or_else(PoisonError::into_inner).push(self.name);
        }
    }
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("waybill-test-").tempdir().expect("a temporary folder")
}

fn prefix() -> String {
    format!("waybill_it_{}_", std::process::id())
}

fn server() -> String {
    std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| panic!("{MISSING}"))
}

fn url_of(name: &str) -> String {
    let url = server();
    let (server, query) = url.split_once('?').map_or((url.as_str(), ""), |(server, query)| (server, query));
    let (server, _) = server.rsplit_once('/').expect("TEST_DATABASE_URL names a database");
    if query.is_empty() { format!("{server}/{name}") } else { format!("{server}/{name}?{query}") }
}

async fn admin() -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(server());
    options.max_connections(1).sqlx_logging(false);
    Connector::connect(options).await.unwrap_or_else(|error| panic!("the server of TEST_DATABASE_URL: {error}"))
}

/// Starts this program again, to wait for the end of the run at the other end of a pipe.
fn start_sweeper() {
    SWEEPER.get_or_init(|| {
        let program = std::env::current_exe().expect("this program");
        Command::new(program)
            .args(["--ignored", "--exact", "harness::database::what_a_run_leaves_behind_is_dropped"])
            .env(SWEEP, prefix())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a second process")
    });
}

#[derive(FromQueryResult)]
struct Name {
    datname: String,
}

#[test]
#[ignore = "started by the harness, which it outlives"]
fn what_a_run_leaves_behind_is_dropped() {
    let Ok(prefix) = std::env::var(SWEEP) else { return };
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing).expect("the end of the run");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let admin = admin().await;
        let sql = format!("SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}')");
        let left = Name::find_by_statement(Statement::from_string(sea_orm::DbBackend::Postgres, sql));
        for Name { datname } in left.all(&admin).await.expect("a list of databases") {
            admin.execute_unprepared(&format!("DROP DATABASE {datname} WITH (FORCE)")).await.expect("dropped");
        }
    });
}
