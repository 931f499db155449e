//! Whether the process lives, and whether it can do its work.

use super::{Shared, problem};
use crate::app::App;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);

/// What was found out about the schema; it is not asked again once it is up to date.
#[derive(Default)]
pub struct Readiness {
    migrated: AtomicBool,
}

/// The process lives.
pub async fn alive() -> Json<serde_json::Value> {
    Json(json!({ "status": "alive" }))
}

/// The database answers, can be written, and its schema is up to date.
pub async fn ready(State(shared): State<Shared>) -> Response {
    let checked = tokio::time::timeout(PATIENCE, check(&shared.app, &shared.readiness)).await;
    match checked.unwrap_or_else(|_| Err(Error::Unavailable("the database does not answer in time".to_owned()))) {
        Ok(()) => Json(json!({ "status": "ready" })).into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            problem::of(&Error::Unavailable(match error {
                Error::Unavailable(what) => what,
                _ => "the database cannot be reached".to_owned(),
            }))
        }
    }
}

async fn check(app: &App, readiness: &Readiness) -> Result<(), Error> {
    can_write(&app.writer).await?;
    if readiness.migrated.load(Ordering::Relaxed) {
        return Ok(());
    }
    let pending = Migrator::get_pending_migrations_read_only(&app.reader).await?.len();
    if pending > 0 {
        return Err(Error::Unavailable(format!("{pending} migrations are pending; run waybill migrate up")));
    }
    readiness.migrated.store(true, Ordering::Relaxed);
    Ok(())
}

/// A PostgreSQL that is a standby, or a primary no more, answers all that is read and refuses all that is written.
async fn can_write(db: &DatabaseConnection) -> Result<(), Error> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(db.ping().await?);
    }
    let sql = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS read_only";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let row = row.ok_or_else(|| Error::internal("no answer"))?;
    if row.try_get("", "read_only")? {
        return Err(Error::Unavailable("the database is read-only; connect to the primary".to_owned()));
    }
    Ok(())
}
