//! How connections to PostgreSQL are set.

use crate::harness::{self, Backend, World};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

async fn setting(w: &World, name: &str) -> String {
    let sql = format!("SELECT current_setting('{name}') AS is");
    let row = w.app.reader.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    row.expect("a statement").expect("a row").try_get("", "is").expect("text")
}

async fn story(w: World) {
    assert_eq!(setting(&w, "jit").await, "off", "a scan is dear to the planner here, and would be compiled each time");
    assert_eq!(setting(&w, "enable_seqscan").await, "off");
    // What the URL says besides is kept.
    let mark = if w.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{mark}options=-c%20work_mem%3D7MB", w.url());
    let other = w.reopened(|settings| settings.database.url = url).await;
    assert_eq!(setting(&other, "work_mem").await, "7MB");
    assert_eq!(setting(&other, "jit").await, "off");
}

#[test]
fn nothing_is_compiled() {
    harness::run(Backend::Postgres, story);
}
