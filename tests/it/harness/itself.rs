//! The harness fails the tests that it promises to fail.

use super::{Backend, World, run};
use sea_orm::ConnectionTrait as _;
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
