//! The server's connections to its database are cut, under load.

use super::{
    load::Load,
    process::{Start, audit_is_clean},
};
use crate::harness::{self, Backend, World, rounds};
use sea_orm::{ConnectionTrait as _, Statement};
use std::time::Instant;

const NAME: &str = "waybill-under-test";

/// Cuts all connections of the server: how many there were.
async fn cut(w: &World) -> i64 {
    let sql = format!(
        "SELECT count(pg_terminate_backend(pid)) AS cut FROM pg_stat_activity \
         WHERE application_name = '{NAME}' AND datname = current_database()"
    );
    let row = w.app.reader.query_one_raw(Statement::from_string(sea_orm::DbBackend::Postgres, sql)).await;
    row.expect("a statement").expect("a row").try_get("", "cut").expect("a number")
}

async fn story(w: World) {
    let mark = if w.url().contains('?') { '&' } else { '?' };
    let database = format!("{}{mark}application_name={NAME}", w.url());
    // It has much to say about what is done to it.
    let start = Start { database: Some(database), ..Start::over(&w) }.with("RUST_LOG", "off");
    let load = Load::start(&w).await;
    let server = start.serve().await;
    load.go(Some(&server.url));
    let mut connections = 0;
    let cuts = rounds(4, 10);
    for _ in 0..cuts {
        load.goes_on(30).await;
        connections += cut(&w).await;
        load.is_kept().await;
    }
    assert!(connections > i64::try_from(cuts).expect("a few"), "the server had hardly any connections: {connections}");
    // By itself, and soon.
    let last_cut = Instant::now();
    load.goes_on(64).await;
    let recovered = last_cut.elapsed();
    let known = load.finish().await;
    println!(
        "{connections} connections cut in {cuts} rounds, {} errors, {} acknowledged, the last 64 in {} ms",
        known.errors,
        known.count(),
        recovered.as_millis()
    );
    assert_eq!(known.cut_off, 0, "every request is answered, with an error at worst");
    assert!(known.errors > 0, "no request ever noticed");
    server.terminate().await;
    assert!(server.ended().await.success());
    audit_is_clean(&w).await;
    // What failed because its connection was cut waits for its next attempt.
    w.clock.set(chrono::Utc::now() + chrono::TimeDelta::minutes(2));
    w.work().await;
}

#[test]
fn what_was_acknowledged_before_a_connection_was_cut_is_there_and_the_server_recovers_by_itself() {
    harness::run(Backend::Postgres, story);
}
