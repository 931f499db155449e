//! Whether the process lives, and whether it can do its work.

use super::{Shared, problem};
use crate::app::App;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use migration::{Migrator, MigratorTrait};
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

/// The database answers and its schema is up to date.
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
    app.reader.ping().await?;
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
