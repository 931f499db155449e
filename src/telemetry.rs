//! What the program says of itself while it runs: log lines on standard error, for people or for machines.

use crate::config::{Log, LogFormat};
use std::io::{IsTerminal as _, stderr};
use tracing::Metadata;
use tracing_subscriber::{EnvFilter, filter::filter_fn, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Libraries that tell of each of their steps at `info`. `log.level` may ask them to.
const CHATTY: &str = "tokio_cron_scheduler=warn,sea_orm_migration=warn";

/// Starts the log as the settings say. Once in a process; a second call changes nothing.
pub fn start(log: &Log) {
    let quiet = |level: &str| format!("{CHATTY},{level}");
    let filter = EnvFilter::try_new(quiet(&log.level)).unwrap_or_else(|_| EnvFilter::new(quiet("info")));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let heard = filter_fn(|metadata| !is_said_by_us(metadata));
    // Fails when there is one already, which then stays.
    let _ = match log.format {
        LogFormat::Text => lines.with_ansi(stderr().is_terminal()).with_target(false).finish().with(heard).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).finish().with(heard).try_init(),
    };
}

/// Whether the log does without this line of s3s's, because we say it ourselves (`http::store`): it makes two errors of each
/// request that it does not let in, and one of each that it does not know. What fails later names its operation, and
/// says why; that stays.
fn is_said_by_us(metadata: &Metadata<'_>) -> bool {
    let of_an_operation = || metadata.fields().field("op").is_some();
    match metadata.target() {
        "s3s::ops" => metadata.is_event() && !of_an_operation(),
        "s3s::service" => metadata.is_event(),
        _ => false,
    }
}
