//! Clients that want each of their requests done exactly once, whatever happens to the server: every request has a key,
//! and is sent again with it until it is acknowledged.

#![allow(clippy::disallowed_types, reason = "a client of the server, not the server's own")]

use crate::{
    builders::merged,
    harness::{World, text, uuid},
};
use reqwest::Client;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const CLIENTS: usize = 32;
const PATIENCE: Duration = Duration::from_secs(20);
const TILL: &str =
    "mutation($input: CreateTillSaleInput!) { createTillSale(input: $input) { saleOrder { id payments { id } } } }";
const EDIT: &str =
    "mutation($input: SendWorkflowEventInput!) { sendWorkflowEvent(input: $input) { transition { id } } }";
const ADJUST: &str = "mutation($input: AdjustStockInput!) { adjustStock(input: $input) { stock { id } } }";

/// What the server said it had done.
#[derive(Clone, Debug, Default)]
pub struct Acknowledged {
    pub sales: Vec<Uuid>,
    pub payments: Vec<Uuid>,
    /// Log rows, with their quotation.
    pub edits: Vec<(Uuid, Uuid)>,
    pub adjustments: usize,
    /// Answers that were errors, and requests without an answer.
    pub errors: usize,
    pub cut_off: usize,
}

impl Acknowledged {
    /// Of all kinds.
    pub fn count(&self) -> usize {
        self.sales.len() + self.edits.len() + self.adjustments
    }
}

/// 32 clients at work.
pub struct Load {
    world: World,
    quotations: Vec<String>,
    servers: watch::Sender<Option<String>>,
    acknowledged: Arc<Mutex<Acknowledged>>,
    stop: CancellationToken,
    clients: JoinSet<()>,
}

impl Load {
    /// They wait for a server.
    pub async fn start(w: &World) -> Self {
        // The server has the system's clock: nothing is to be due for it.
        w.clock.set(chrono::Utc::now());
        w.adjust(&w.operator, &w.store, "CABLE", 900_000).await.ok();
        w.work().await;
        let mut quotations = Vec::new();
        for _ in 0..8 {
            quotations.push(w.quote(json!({})).await);
        }
        let (servers, server) = watch::channel(None);
        let mut load = Self {
            world: w.clone(),
            quotations,
            servers,
            acknowledged: Arc::default(),
            stop: CancellationToken::new(),
            clients: JoinSet::new(),
        };
        for number in 0..CLIENTS {
            let client = OneClient {
                number,
                world: w.clone(),
                quotation: load.quotations[number % load.quotations.len()].clone(),
                http: Client::builder().timeout(PATIENCE).build().expect("a client"),
                server: server.clone(),
                acknowledged: Arc::clone(&load.acknowledged),
            };
            load.clients.spawn(client.work(load.stop.clone()));
        }
        load
    }

    /// A server is there; or none, and the clients wait.
    pub fn go(&self, server: Option<&str>) {
        self.servers.send_replace(server.map(str::to_owned));
    }

    /// Waits until as many more requests are acknowledged.
    pub async fn goes_on(&self, more: usize) {
        let before = self.so_far().count();
        let began = Instant::now();
        while self.so_far().count() < before + more {
            assert!(began.elapsed() < PATIENCE, "it does not go on");
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    pub fn so_far(&self) -> Acknowledged {
        self.acknowledged.lock().expect("nobody panicked").clone()
    }

    /// Everything acknowledged is there, with its log rows.
    pub async fn is_kept(&self) {
        let (db, known) = (&self.world.app.reader, self.so_far());
        let edits: Vec<Uuid> = known.edits.iter().map(|(row, _)| *row).collect();
        assert_eq!(rows::<entity::transition_log::Entity>(db, &edits).await, edits.len());
        assert_eq!(rows::<entity::sale_order::Entity>(db, &known.sales).await, known.sales.len());
        assert_eq!(rows::<entity::payment::Entity>(db, &known.payments).await, known.payments.len());
        let mut cleared = 0;
        for part in known.sales.chunks(500) {
            let rows = entity::transition_log::Entity::find()
                .filter(entity::transition_log::Column::SubjectId.is_in(part.iter().copied()))
                .filter(entity::transition_log::Column::ToState.eq("CLEARED_FOR_FULFILMENT"));
            cleared += usize::try_from(rows.count(db).await.expect("a count")).expect("a few");
        }
        assert_eq!(cleared, known.sales.len(), "each sale has the log row of its clearing");
        assert!(self.adjustments().await >= known.adjustments);
    }

    /// Lets every client finish what it has begun: all that was asked for is done, once.
    pub async fn finish(mut self) -> Acknowledged {
        self.stop.cancel();
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("a client ends well");
        }
        self.is_kept().await;
        let (db, known) = (&self.world.app.reader, self.so_far());
        assert_eq!(self.adjustments().await, known.adjustments, "corrections of stock");
        let sales = entity::sale_order::Entity::find().count(db).await.expect("a count");
        assert_eq!(usize::try_from(sales).expect("a few"), known.sales.len(), "sales");
        for quotation in &self.quotations {
            let edits = known.edits.iter().filter(|(_, of)| *of == uuid(quotation)).count();
            let row = self.world.quotation(quotation).await;
            assert_eq!(row["revision"], json!(1 + edits), "edits of a quotation");
            assert_eq!(row["version"], json!(1 + edits));
        }
        known
    }

    async fn adjustments(&self) -> usize {
        let rows = entity::stock_adjustment::Entity::find().filter(entity::stock_adjustment::Column::Delta.eq(7));
        usize::try_from(rows.count(&self.world.app.reader).await.expect("a count")).expect("a few")
    }
}

async fn rows<E>(db: &sea_orm::DatabaseConnection, ids: &[Uuid]) -> usize
where
    E: sea_orm::EntityTrait,
    E::Model: Sync,
    <E::PrimaryKey as sea_orm::PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    use sea_orm::{Iterable as _, PrimaryKeyToColumn as _};
    let id = E::PrimaryKey::iter().next().expect("a key").into_column();
    let mut found = 0;
    for part in ids.chunks(500) {
        let rows = E::find().filter(id.is_in(part.iter().copied()));
        found += usize::try_from(rows.count(db).await.expect("a count")).expect("a few");
    }
    found
}

struct OneClient {
    number: usize,
    world: World,
    quotation: String,
    http: Client,
    server: watch::Receiver<Option<String>>,
    acknowledged: Arc<Mutex<Acknowledged>>,
}

impl OneClient {
    async fn work(mut self, stop: CancellationToken) {
        let mut round = 0;
        while !stop.is_cancelled() {
            let key = format!("{}-{round}", self.number);
            let (document, input) = self.request(round);
            let input = merged(input, json!({ "idempotencyKey": key }));
            let answer = self.insist(document, &input).await;
            self.note(&answer);
            round += 1;
        }
    }

    fn request(&self, round: usize) -> (&'static str, Value) {
        let store = &self.world.store;
        match (self.number + round) % 3 {
            0 => (TILL, json!({ "storeId": store, "lines": [{ "sku": "CABLE", "quantity": 1 }], "method": "CASH" })),
            1 => (EDIT, json!({ "subjectId": self.quotation, "event": "EDIT" })),
            _ => (ADJUST, json!({ "storeId": store, "sku": "GIFT", "delta": 7, "reasonCode": "CORRECTION" })),
        }
    }

    /// Sends until there is an answer that is none of the troubles that are to be expected.
    async fn insist(&mut self, document: &str, input: &Value) -> Value {
        loop {
            let server = self.server.wait_for(Option::is_some).await.expect("the test goes on").clone();
            let body = json!({ "query": document, "variables": { "input": input } });
            let (name, value) = &self.world.admin.credential;
            let request = self.http.post(server.expect("a server")).header(*name, value).json(&body);
            let answer = match request.send().await {
                Ok(answer) => answer.json::<Value>().await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(answer) if answer["errors"].is_null() => return answer["data"].clone(),
                Ok(answer) => {
                    let code = text(&answer["errors"][0]["extensions"]["code"]);
                    assert!(matches!(code.as_str(), "UNAVAILABLE" | "INTERNAL"), "{answer}");
                    self.acknowledged.lock().expect("nobody panicked").errors += 1;
                }
                Err(_) => self.acknowledged.lock().expect("nobody panicked").cut_off += 1,
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn note(&self, answer: &Value) {
        let mut known = self.acknowledged.lock().expect("nobody panicked");
        let id = |value: &Value| uuid(&text(value));
        if let Some(sale) = answer["createTillSale"]["saleOrder"].as_object() {
            known.sales.push(id(&sale["id"]));
            known.payments.push(id(&sale["payments"][0]["id"]));
        } else if answer["sendWorkflowEvent"].is_object() {
            known.edits.push((id(&answer["sendWorkflowEvent"]["transition"]["id"]), uuid(&self.quotation)));
        } else {
            known.adjustments += 1;
        }
    }
}
