//! A database that answers and takes nothing: a standby, a primary that is one no more, a disk that is full.

use super::{readiness, write};
use crate::{
    harness::{self, Backend, World},
    shows,
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

async fn is_refused_for_now(w: &World) {
    let viewer = w.gql(&w.admin, "{ viewer { id } }", serde_json::json!({})).await;
    viewer.ok();
    let refused = write(w).await.refused("UNAVAILABLE");
    shows!(refused, { "retryable": true });
}

async fn demoted(w: World) {
    assert_eq!(readiness(&w).await, 200);
    let mark = if w.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{mark}options=-c%20default_transaction_read_only%3Don", w.url());
    let standby = w.reopened(|settings| settings.database.url = url).await;
    is_refused_for_now(&standby).await;
    assert_eq!(readiness(&standby).await, 503, "writes go nowhere");
    write(&w).await.ok();
}

#[test]
fn a_primary_no_more() {
    harness::run(Backend::Postgres, demoted);
}

async fn full(w: World) {
    let pragma = |sql: &'static str| w.app.writer.execute_unprepared(sql);
    let row = w.app.writer.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA page_count")).await;
    let pages: i64 = row.expect("a statement").expect("a row").try_get("", "page_count").expect("a number");
    w.app.writer.execute_unprepared(&format!("PRAGMA max_page_count = {pages}")).await.expect("a limit");
    let mut tries = 0;
    let last = loop {
        let answer = write(&w).await;
        tries += 1;
        if !answer.code().is_empty() || tries == 1000 {
            break answer;
        }
    };
    last.refused("UNAVAILABLE");
    pragma("PRAGMA max_page_count = 1000000").await.expect("room");
    write(&w).await.ok();
    pragma("PRAGMA query_only = ON").await.expect("a connection that writes nothing");
    is_refused_for_now(&w).await;
    pragma("PRAGMA query_only = OFF").await.expect("a connection that writes");
    write(&w).await.ok();
    write(&w.reopened(|_| {}).await).await.ok();
}

#[test]
fn a_file_that_is_full() {
    harness::run(Backend::Sqlite, full);
}
