//! What is read together to explain and to rehearse is of one moment, however much is written meanwhile.

use crate::{
    both,
    harness::{Backend, World, uuid},
};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, Statement};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};

const EXPLAIN: &str = "query($id: ID!) { explainTransition(subjectId: $id, event: \"SELLER_APPROVES\", \
    reasonCode: null) { allowed refusal { message } } }";

/// An offer of all the lamps that there are.
async fn offer(w: &World, lamps: i32) -> String {
    let lines = json!([{ "sku": "LAMP", "quantity": lamps }]);
    let id = w.quote(json!({ "lines": lines })).await;
    for event in ["SHARE", "BUYER_APPROVES"] {
        w.send(&w.biller, &id, event).await.ok();
    }
    id
}

/// Makes it an offer of another number of lamps, which is all that there are then.
async fn change(w: &World, txn: &DatabaseTransaction, quotation: &str, lamps: i32) {
    let id = match w.backend {
        Backend::Sqlite => format!("x'{}'", uuid(quotation).simple()),
        Backend::Postgres => format!("'{}'", uuid(quotation)),
    };
    for sql in [
        format!(
            "UPDATE quotation_line SET quantity = {lamps}, \
             total_minor = {lamps} * unit_price_minor - discount_minor + tax_minor WHERE quotation_id = {id}"
        ),
        format!(
            "UPDATE quotation SET total_minor = \
             (SELECT sum(total_minor) FROM quotation_line WHERE quotation_id = {id}) WHERE id = {id}"
        ),
        format!("UPDATE stock SET on_hand = {lamps} WHERE sku = 'LAMP'"),
    ] {
        txn.execute_unprepared(&sql).await.expect("a change");
    }
}

/// Whether the seller may approve, in the three ways in which it can be asked.
async fn answers(w: &World, id: &str, way: usize) -> (bool, Value) {
    match way % 3 {
        0 => {
            let told = w.gql(&w.biller, EXPLAIN, json!({ "id": id })).await.ok();
            (told["allowed"] == true, told)
        }
        1 => {
            let told = w.available(&w.biller, id).await["SELLER_APPROVES"].clone();
            (told["enabled"] == true, told)
        }
        _ => {
            let events = json!([{ "event": "SELLER_APPROVES" }]);
            let told = w.simulate(&w.biller, id, events, None).await.ok();
            (told["steps"][0]["refusal"].is_null(), told)
        }
    }
}

async fn somebody_waits_for_stock(w: &World) -> bool {
    let sql = "SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted AND relation = 'stock'::regclass";
    let row = w.app.reader.query_one_raw(Statement::from_string(sea_orm::DbBackend::Postgres, sql)).await;
    row.expect("a statement").expect("a row").try_get::<i64>("", "waiting").expect("a number") > 0
}

both! {
    async fn whatever_is_written_meanwhile_every_answer_is_of_one_moment(w: World) {
        let id = offer(&w, 10).await;
        let over = AtomicBool::new(false);
        let writes = async {
            let mut lamps = 9;
            while !over.load(Ordering::Relaxed) {
                let txn = w.app.begin().await.expect("a transaction");
                change(&w, &txn, &id, lamps).await;
                txn.commit().await.expect("a commit");
                lamps = if lamps == 1 { 10 } else { lamps - 1 };
            }
        };
        let reads = async {
            for way in 0..150 {
                let (allowed, told) = answers(&w, &id, way).await;
                assert!(allowed, "way {way}: {told}");
            }
            over.store(true, Ordering::Relaxed);
        };
        tokio::join!(writes, reads);
        let txn = w.app.begin().await.expect("a transaction");
        change(&w, &txn, &id, 10).await;
        txn.commit().await.expect("a commit");
    }

    async fn what_was_read_first_belongs_to_what_is_read_last(w: World) {
        if w.backend == Backend::Sqlite {
            // A reader waits for nobody there; the story above is told of it.
            return;
        }
        let id = offer(&w, 10).await;
        for way in 0..3 {
            let txn = w.app.begin().await.expect("a transaction");
            txn.execute_unprepared("LOCK TABLE stock IN ACCESS EXCLUSIVE MODE").await.expect("a lock");
            let writes = async {
                while !somebody_waits_for_stock(&w).await {
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
                change(&w, &txn, &id, 1).await;
                txn.commit().await.expect("a commit");
            };
            let ((allowed, told), ()) = tokio::join!(answers(&w, &id, way), writes);
            assert!(allowed, "way {way}: {told}");
            let txn = w.app.begin().await.expect("a transaction");
            change(&w, &txn, &id, 10).await;
            txn.commit().await.expect("a commit");
        }
    }
}
