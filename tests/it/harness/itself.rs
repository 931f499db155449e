//! The harness fails the tests that it promises to fail.

use super::{Backend, World, database::template, print::print, pristine::Pristine, run};
use crate::migrations::rules::spell;
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::json;

async fn alter(w: &World, sql: &str) {
    w.app.writer.execute_unprepared(sql).await.expect("an altered row");
}

#[test]
#[should_panic(expected = "the outbox was left undrained")]
fn a_test_that_leaves_work_undone_fails() {
    run(Backend::Sqlite, async |w: World| {
        w.adjust(&w.admin, &w.store, "MUG", 1).await.ok();
    });
}

#[test]
#[should_panic(expected = "altered: its fields do not give its hash")]
fn a_test_that_leaves_an_altered_log_fails() {
    run(Backend::Sqlite, async |w: World| {
        w.quote_in("IN_REVIEW").await;
        alter(&w, "UPDATE transition_log SET event = 'DECLINE' WHERE event = 'SHARE'").await;
    });
}

#[test]
#[should_panic(expected = "reserved of")]
fn a_test_that_leaves_stock_reserved_for_nobody_fails() {
    run(Backend::Sqlite, async |w: World| {
        w.mugs(2).await;
        alter(&w, "UPDATE stock SET reserved = reserved + 1 WHERE sku = 'MUG' AND reserved > 0").await;
    });
}

#[test]
#[should_panic(expected = "on hand of")]
fn a_test_that_loses_stock_fails() {
    run(Backend::Sqlite, async |w: World| {
        alter(&w, "UPDATE stock SET on_hand = on_hand - 1 WHERE sku = 'LAMP'").await;
    });
}

#[test]
#[should_panic(expected = "captured money of")]
fn a_test_whose_ledger_is_not_its_captured_money_fails() {
    run(Backend::Sqlite, async |w: World| {
        w.cleared(json!({})).await;
        alter(&w, "UPDATE payment_entry SET amount_minor = amount_minor - 1").await;
    });
}

#[test]
#[should_panic(expected = "ledger of account")]
fn a_test_whose_exposure_is_not_its_ledger_fails() {
    run(Backend::Sqlite, async |w: World| {
        w.on_credit(2).await;
        alter(&w, "UPDATE credit_account SET exposure_minor = exposure_minor + 1").await;
    });
}

#[test]
#[should_panic(expected = "sale_order changed")]
fn a_refusal_that_changed_something_is_seen() {
    run(Backend::Sqlite, async |w: World| {
        w.mugs(2).await;
        let before = w.print().await;
        alter(&w, "UPDATE sale_order SET version = version + 1").await;
        w.unchanged(&before).await;
    });
}

/// One good row of every table, a statement each; a new table without one fails the migrations' tests.
const ROWS: &str = include_str!("../migrations/rows.sql");

async fn every_table_is_seen(w: World) {
    let txn = w.app.writer.begin().await.expect("a transaction");
    let rows = spell(ROWS, 1, txn.get_database_backend());
    let mut before = print(&txn).await;
    let mut seen = Vec::new();
    for statement in rows.split(";\n").filter(|statement| statement.contains("INSERT INTO")) {
        let (_, table) = statement.split_once("INSERT INTO ").expect("an INSERT");
        let table = table.split([' ', '\n']).next().expect("a table");
        txn.execute_unprepared(statement).await.expect("a row");
        let after = print(&txn).await;
        let changed: Vec<_> = after.keys().filter(|name| after[*name] != before[*name]).collect();
        assert_eq!(changed, [table], "{statement}");
        seen.push(table);
        before = after;
    }
    seen.sort_unstable();
    assert_eq!(seen, before.keys().collect::<Vec<_>>(), "rows.sql has one of every table");
    txn.rollback().await.expect("undone");
}

#[test]
fn a_new_row_of_any_table_is_seen() {
    run(Backend::Sqlite, every_table_is_seen);
    run(Backend::Postgres, every_table_is_seen);
}

#[test]
fn a_database_is_given_to_another_test_as_it_was_or_not_at_all() {
    run(Backend::Sqlite, async |_: World| {
        let template = template(Backend::Postgres).await;
        let database = template.database().await;
        let first = World::open(&database, template.shop.clone(), |_| {}).await;
        let (before, pristine) = (first.print().await, Pristine::of(&first.app.writer).await.expect("its rows"));
        let sale = first.mugs(2).await;
        let number = first.sale_order(&sale).await["number"].clone();
        assert_ne!(first.print().await, before);

        assert!(pristine.restored(&database.url).await.expect("restored"));
        let second = World::open(&database, template.shop.clone(), |_| {}).await;
        assert_eq!(second.print().await, before);
        let sale = second.mugs(2).await;
        assert_eq!(second.sale_order(&sale).await["number"], number, "numbers begin anew");

        alter(&second, "ALTER TABLE stock ADD COLUMN colour TEXT").await;
        assert!(!pristine.restored(&database.url).await.expect("looked at"));
    });
}

async fn a_table_without_entity(w: World) {
    let txn = w.app.writer.begin().await.expect("a transaction");
    txn.execute_unprepared("CREATE TABLE unlisted (id INTEGER)").await.expect("a table");
    print(&txn).await;
}

#[test]
#[should_panic(expected = "no entity in the list of all entities reads {\"unlisted\"}")]
fn a_table_that_no_entity_reads_fails_the_test_on_sqlite() {
    run(Backend::Sqlite, a_table_without_entity);
}

#[test]
#[should_panic(expected = "no entity in the list of all entities reads {\"unlisted\"}")]
fn a_table_that_no_entity_reads_fails_the_test_on_postgres() {
    run(Backend::Postgres, a_table_without_entity);
}

#[test]
#[should_panic(expected = "refused_attempt changed")]
fn a_refusal_that_is_forgotten_is_seen() {
    run(Backend::Sqlite, async |w: World| {
        let sale = w.mugs(1).await;
        w.send(&w.operator, &sale, "CANCEL").await.refused("FORBIDDEN");
        let before = w.print().await;
        alter(&w, "DELETE FROM refused_attempt").await;
        w.unchanged(&before).await;
    });
}
