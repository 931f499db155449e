//! SIGTERM: what is in flight is finished, what was claimed is given back.

#![allow(clippy::disallowed_types, reason = "a client of the server, not the server's own")]

use super::process::{Server, Start, audit_is_clean};
use crate::{
    both,
    harness::{Backend, World, uuid},
};
use entity::{order_root, outbox, quotation, timer};
use reqwest::Client;
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
};
use serde_json::{Value, json};
use std::time::Duration;

const LINES: usize = 500;

/// Holds the order against everybody else (on SQLite, the whole database).
async fn hold(w: &World, quotation: &str) -> DatabaseTransaction {
    let txn = w.app.begin().await.expect("a transaction");
    let row = quotation::Entity::find_by_id(uuid(quotation)).one(&txn).await.expect("a read").expect("the quotation");
    order_root::Entity::find_by_id(row.root_id).lock_exclusive().one(&txn).await.expect("a lock");
    txn
}

fn post(w: &World, server: &Server, document: &str, input: Value) -> tokio::task::JoinHandle<reqwest::Result<Value>> {
    let (name, value) = w.admin.credential.clone();
    let body = json!({ "query": document, "variables": { "input": input } });
    let request = Client::new().post(&server.url).header(name, value).json(&body);
    tokio::spawn(async move { request.send().await?.json().await })
}

async fn moment() {
    tokio::time::sleep(Duration::from_millis(700)).await;
}

both! {
    async fn requests_in_flight_are_finished_slow_and_large_ones_too(w: World) {
        w.clock.set(chrono::Utc::now());
        let id = w.quote(json!({})).await;
        let server = Start::over(&w).serve().await;
        let held = hold(&w, &id).await;
        let send = "mutation($input: SendWorkflowEventInput!) { sendWorkflowEvent(input: $input) { transition { id } } }";
        let slow: Vec<_> = (0..4).map(|_| post(&w, &server, send, json!({ "subjectId": id, "event": "EDIT" }))).collect();
        let create = "mutation($input: CreateQuotationInput!) { createQuotation(input: $input) { quotation { lines { id total { amount } } } } }";
        let lines: Vec<_> = (0..LINES).map(|number| json!({ "sku": "CABLE", "quantity": 1 + number })).collect();
        let large: Vec<_> = (0..4).map(|_| post(&w, &server, create, w.draft(json!({ "lines": lines })))).collect();
        moment().await;
        server.terminate().await;
        moment().await;
        // Nobody new is let in, while those who are in wait for the lock.
        assert!(Client::new().get(server.url.replace("/graphql", "/healthz")).send().await.is_err());
        assert!(!slow[0].is_finished());
        held.rollback().await.expect("the lock is given back");
        for request in slow {
            let answer = request.await.expect("no panic").expect("an answer");
            assert!(answer["errors"].is_null(), "{answer}");
        }
        for request in large {
            let answer = request.await.expect("no panic").expect("an answer");
            assert_eq!(answer["data"]["createQuotation"]["quotation"]["lines"].as_array().map(Vec::len), Some(LINES), "{}", answer["errors"]);
        }
        assert_eq!(server.ended().await.code(), Some(0));
        assert_eq!(w.quotation(&id).await["revision"], 5);
        audit_is_clean(&w).await;
    }

    async fn a_server_without_anything_to_do_ends_at_once(w: World) {
        let server = Start::over(&w).serve().await;
        let began = std::time::Instant::now();
        server.terminate().await;
        assert_eq!(server.ended().await.code(), Some(0));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }

    async fn claims_are_given_back(w: World) {
        // By the system's clock all of these are due long since. The tick claims them together and begins with quotations.
        let mut quotations = Vec::new();
        for _ in 0..3 {
            quotations.push(w.quote(json!({})).await);
        }
        let mut delivered = Vec::new();
        for _ in 0..3 {
            delivered.push(w.fulfilment_in("DELIVERY", "DELIVERED").await.2);
        }
        let held = if w.backend == Backend::Postgres { Some(hold(&w, &quotations[1]).await) } else { None };
        let server = Start::over(&w).with("WAYBILL__WORKER__TICK_MS", "60000").serve().await;
        moment().await;
        server.terminate().await;
        moment().await;
        if let Some(held) = held {
            assert_eq!(w.state(&quotations[0]).await, "DRAFT");
            held.rollback().await.expect("the lock is given back");
        }
        assert_eq!(server.ended().await.code(), Some(0));
        let db = &w.app.reader;
        let claimed = timer::Entity::find().filter(timer::Column::LeaseUntil.is_not_null()).count(db).await.expect("a count");
        let taken = outbox::Entity::find().filter(outbox::Column::LeaseUntil.is_not_null()).count(db).await.expect("a count");
        assert_eq!((claimed, taken), (0, 0));
        for id in &quotations {
            assert_eq!(w.state(id).await, "EXPIRED", "the batch in hand was finished");
        }
        if w.backend == Backend::Postgres {
            for id in &delivered {
                assert_eq!(w.state(id).await, "DELIVERED", "the next batch was not begun");
            }
            let waiting = timer::Entity::find().filter(timer::Column::Attempts.gt(0)).count(db).await.expect("a count");
            assert_eq!(waiting, 0, "what was given back was not tried");
        }
        audit_is_clean(&w).await;
        w.work().await;
    }
}
