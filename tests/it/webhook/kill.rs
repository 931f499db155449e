//! The program is killed at each point between a delivery's arrival and its answer: what every kind of delivery shares, and
//! providers' own.

#![allow(clippy::disallowed_types, reason = "a client of the server, not the server's own")]

use super::speaks::{News, Post, SPEAKERS, all, secrets};
use crate::{
    both,
    chaos::process::{Server, Start, audit_is_clean},
    harness::{Backend, World},
    shows,
};
use chrono::{TimeDelta, Utc};
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    time::{sleep, timeout},
};

const PATIENCE: Duration = Duration::from_secs(60);

/// Where it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Point {
    /// Before it is verified: the body is not all there.
    Arriving,
    /// While it is stored, before that is committed.
    Storing,
    /// After it is stored, while it is applied.
    Stored,
    /// When all is written, before that is committed.
    Applying,
    /// After that is committed; nobody has read the answer.
    Answering,
}

const POINTS: [Point; 5] = [Point::Arriving, Point::Storing, Point::Stored, Point::Applying, Point::Answering];
/// Those at which the whole delivery has come.
pub const ARRIVED: [Point; 4] = [Point::Storing, Point::Stored, Point::Applying, Point::Answering];

impl Point {
    /// The write at which it stops, and when. `written`: the table that gets a row when it is applied.
    fn stop(self, written: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
        match self {
            Self::Arriving | Self::Answering => None,
            Self::Storing => Some(("webhook_delivery", "INSERT", "")),
            Self::Stored => Some((written, "INSERT", "")),
            Self::Applying => Some(("webhook_delivery", "UPDATE", "WHEN (NEW.status = 'APPLIED')")),
        }
    }
}

impl World {
    /// From now on such a write takes longer than anybody waits.
    async fn stall(&self, (table, event, when): (&str, &str, &str)) {
        match self.backend {
            Backend::Sqlite => {
                let count = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";
                self.sql(&format!("CREATE TRIGGER stall BEFORE {event} ON {table} {when} BEGIN {count}; END")).await;
            }
            Backend::Postgres => {
                let body = "BEGIN PERFORM pg_sleep(3600); RETURN NEW; END";
                let function = "CREATE OR REPLACE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql";
                self.sql(&format!("{function} AS $$ {body} $$")).await;
                let run = "EXECUTE FUNCTION stall()";
                self.sql(&format!("CREATE TRIGGER stall BEFORE {event} ON {table} FOR EACH ROW {when} {run}")).await;
            }
        }
    }

    /// Whether a write stands still.
    async fn stalls(&self) -> bool {
        use sea_orm::ConnectionTrait as _;
        match self.backend {
            // Whoever wants to write has to wait.
            Backend::Sqlite => {
                let writer = &self.app.writer;
                writer.execute_unprepared("PRAGMA busy_timeout = 0").await.expect("a setting");
                let free = writer.execute_unprepared("BEGIN IMMEDIATE").await.is_ok();
                if free {
                    writer.execute_unprepared("ROLLBACK").await.expect("the end");
                }
                writer.execute_unprepared("PRAGMA busy_timeout = 10000").await.expect("a setting");
                !free
            }
            Backend::Postgres => {
                let ask = "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
                let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, ask);
                self.app.writer.query_one_raw(statement).await.expect("an answer").is_some()
            }
        }
    }

    /// Ends it; a server that was killed on PostgreSQL leaves its transaction behind for a while.
    async fn unstall(&self, table: &str) {
        match self.backend {
            Backend::Sqlite => self.sql("DROP TRIGGER stall").await,
            Backend::Postgres => {
                let theirs = "datname = current_database() AND wait_event = 'PgSleep'";
                self.sql(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {theirs}")).await;
                self.sql(&format!("DROP TRIGGER stall ON {table}")).await;
            }
        }
    }

    /// The inbox has something of this reference.
    async fn is_stored(&self, reference: &str) -> bool {
        !self.inbox(json!({ "reference": reference })).await.is_empty()
    }

    /// The inbox says of this sale that something was applied.
    async fn is_applied(&self, sale: &str) -> bool {
        let rows = self.inbox(json!({ "saleOrderId": sale })).await;
        rows.iter().any(|row| row["status"] == "APPLIED")
    }
}

async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let waiting = async {
        while !holds().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// A delivery over which the program is killed.
pub struct Killing<'a, S> {
    /// How the program is started that has the sender's secret.
    pub start: Start<'a>,
    /// The path before `/webhooks/`.
    pub family: &'static str,
    /// The table that gets a row when it is applied.
    pub written: &'static str,
    /// What the inbox knows it by.
    pub reference: String,
    /// The order that it is about.
    pub sale: String,
    /// The request, signed at a time: seconds since 1970.
    pub says: S,
}

impl<S: Fn(i64) -> Post> Killing<'_, S> {
    fn post(&self) -> Post {
        (self.says)(Utc::now().timestamp())
    }

    /// Posts it to a program that is killed then.
    pub async fn at(&self, point: Point) {
        let (w, stop) = (self.start.world, point.stop(self.written));
        let server = self.start.serve().await;
        if let Some(stop) = stop {
            w.stall(stop).await;
        }
        let connection = self.posts_blindly(&server, usize::from(point == Point::Arriving)).await;
        match stop {
            Some(_) => {
                if point > Point::Storing {
                    until("it is stored", || w.is_stored(&self.reference)).await;
                }
                until("it stands still", || w.stalls()).await;
            }
            None if point == Point::Answering => until("it is applied", || w.is_applied(&self.sale)).await,
            None => {}
        }
        server.kill().await;
        drop(connection);
        if let Some((table, ..)) = stop {
            w.unstall(table).await;
        }
        // What was not committed is not there; what was stored waits for whoever comes.
        assert_eq!(w.is_stored(&self.reference).await, point > Point::Storing, "{point:?} {}", self.reference);
    }

    /// It had no answer, so the sender sends it again, to a program that is started again.
    pub async fn again(&self) {
        let server = self.start.serve().await;
        assert_eq!(self.posts(&server).await, 200, "{}", self.reference);
        server.kill().await;
        // What the killed one had claimed is taken over when its lease is over.
        let w = self.start.world;
        w.clock.set(Utc::now() + TimeDelta::minutes(2));
        w.work().await;
        w.clock.set(Utc::now());
    }

    /// Posts over a connection of its own, all but so many bytes, and reads no answer.
    async fn posts_blindly(&self, server: &Server, but: usize) -> TcpStream {
        let post = self.post();
        let host = server.url.split('/').nth(2).expect("a host");
        let mut request = format!("POST /{}/webhooks/{} HTTP/1.1\r\nhost: {host}\r\n", self.family, post.path);
        request.push_str(&format!("content-length: {}\r\n", post.body.len()));
        for (name, value) in &post.headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        request.push_str(&post.body[..post.body.len() - but]);
        let mut stream = TcpStream::connect(host).await.expect("a connection");
        stream.write_all(request.as_bytes()).await.expect("it is sent");
        stream
    }

    async fn posts(&self, server: &Server) -> u16 {
        let post = self.post();
        let base = server.url.strip_suffix("/graphql").expect("its address");
        let mut request = reqwest::Client::new().post(format!("{base}/{}/webhooks/{}", self.family, post.path));
        for (name, value) in &post.headers {
            request = request.header(*name, value);
        }
        request.body(post.body).send().await.expect("an answer").status().as_u16()
    }
}

/// With every provider's secret, as `speaks` has them.
fn start(w: &World) -> Start<'_> {
    secrets().into_iter().fold(Start::over(w), |start, (name, value)| start.with(name, value))
}

both! {
    async fn a_kill_at_each_point_loses_nothing_and_doubles_nothing(w: World) {
        let w = w.reopened(all).await;
        // The program's own time, so that it finds no order overdue.
        w.clock.set(Utc::now());
        for point in POINTS {
            for speaker in SPEAKERS {
                let sale = w.mugs(2).await;
                let (rows, waiting) = (w.events(&sale).await.len(), w.outbox("payment_captured").await.len());
                let payment = format!("pi_{point:?}_{speaker:?}");
                let killing = Killing {
                    start: start(&w), family: "payments", written: "payment", reference: payment.clone(), sale: sale.clone(),
                    says: |at| speaker.says(News::Captured, &payment, &sale, at).expect("all say this"),
                };
                killing.at(point).await;
                let paid = w.sale_order(&sale).await["payments"].as_array().map(Vec::len);
                assert_eq!(paid, Some(usize::from(point == Point::Answering)), "{point:?} {speaker:?}");
                killing.again().await;
                let order = w.sale_order(&sale).await;
                shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00" });
                assert_eq!(order["payments"].as_array().map(Vec::len), Some(1), "{point:?} {speaker:?}");
                assert_eq!(w.events(&sale).await.len(), rows + 1, "{point:?} {speaker:?}");
                assert_eq!(w.outbox("payment_captured").await.len(), waiting + 1, "{point:?} {speaker:?}");
            }
        }
        audit_is_clean(&w).await;
    }
}
