//! A lost race is told by the database's code, never by its words.

use crate::{
    both,
    harness::{Backend, World},
};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseTransaction, DbErr, IsolationLevel, TransactionTrait as _,
};
use waybill::error::Error;

async fn run(txn: &DatabaseTransaction, sql: &str) -> Result<(), DbErr> {
    txn.execute_unprepared(sql).await.map(drop)
}

/// What comes of two transactions that each want what the other has.
async fn deadlock(w: &World) -> Error {
    let (one, other) = (w.app.writer.begin().await.expect("one"), w.app.writer.begin().await.expect("another"));
    let lock = |sku: &str| format!("UPDATE stock SET on_hand = on_hand WHERE sku = '{sku}'");
    run(&one, &lock("LAMP")).await.expect("the first lock");
    run(&other, &lock("CABLE")).await.expect("the second lock");
    let (cable, lamp) = (lock("CABLE"), lock("LAMP"));
    let (one, other) = tokio::join!(
        async {
            let done = run(&one, &cable).await;
            drop(one);
            done
        },
        async {
            let done = run(&other, &lamp).await;
            drop(other);
            done
        },
    );
    one.and(other).expect_err("a deadlock").into()
}

/// What comes of writing what another has written since the transaction began.
async fn serialisation_failure(w: &World) -> Error {
    let one = w.app.writer.begin_with_config(Some(IsolationLevel::RepeatableRead), None).await.expect("a transaction");
    run(&one, "SELECT 1 FROM stock").await.expect("a moment");
    w.sql("UPDATE stock SET on_hand = on_hand WHERE sku = 'LAMP'").await;
    let writes = run(&one, "SELECT 1 FROM stock WHERE sku = 'LAMP' FOR SHARE").await;
    writes.expect_err("it has changed since").into()
}

/// What comes of a second writer.
async fn busy(w: &World) -> Error {
    let holder = w.app.begin().await.expect("the one writer");
    let path = w.url().split('?').next().unwrap_or_default().to_owned();
    let mut options = ConnectOptions::new(format!("{path}?mode=rw"));
    options.max_connections(1);
    let second = Database::connect(options).await.expect("another connection");
    second.execute_unprepared("PRAGMA busy_timeout = 0").await.expect("no patience");
    let error = second.execute_unprepared("UPDATE stock SET on_hand = on_hand").await.expect_err("it is busy");
    holder.rollback().await.expect("done");
    second.close().await.expect("closed");
    error.into()
}

both! {
    async fn a_lost_race_is_known_by_its_code(w: World) {
        if w.backend == Backend::Sqlite {
            let error = busy(&w).await;
            assert!(error.is_contention(), "{error}");
            return;
        }
        for error in [deadlock(&w).await, serialisation_failure(&w).await] {
            assert!(error.is_contention(), "{error}");
        }
    }

    async fn an_error_that_only_speaks_of_one_is_none(w: World) {
        for words in ["deadlock detected", "could not serialize access", "database is locked", "SQLITE_BUSY 40001 40P01"] {
            let error = match w.backend {
                Backend::Sqlite => {
                    let raise = format!("BEGIN SELECT RAISE(ABORT, '{words}'); END");
                    w.sql(&format!("CREATE TRIGGER liar BEFORE UPDATE ON stock {raise}")).await;
                    let error = w.app.writer.execute_unprepared("UPDATE stock SET on_hand = on_hand").await;
                    w.sql("DROP TRIGGER liar").await;
                    error
                }
                Backend::Postgres => {
                    let raise = format!("DO $$ BEGIN RAISE EXCEPTION '{words}'; END $$");
                    w.app.writer.execute_unprepared(&raise).await
                }
            };
            let error = Error::from(error.expect_err("a refusal"));
            assert!(error.to_string().contains(words) && !error.is_contention(), "{error}");
        }
    }
}
