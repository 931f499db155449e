//! Receipts, from the request to the object: over the embedded store and over moto, by real HTTP.

mod attach;
mod collect;
mod down;
mod form;
mod location;
mod other;
mod program;
mod upload;

use crate::harness::{Answer, User, World, text};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::ops::Deref;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt as _;
use waybill::{config::Settings, http::store, receipt};

const ATTACH: &str = "mutation($p: ID!, $f: Upload!, $k: String) { attachPaymentReceipt(paymentId: $p, file: $f, \
    idempotencyKey: $k) { payment { id status receiptBucket receiptKey receiptUrl receiptFileName receiptContentType \
    receiptSize receiptSha256 receiptUploadedAt } saleOrder { id version workflowState } } }";
const BOUNDARY: &str = "a-line-between-parts";

/// A PDF of so many bytes.
pub fn pdf(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.resize(size, b'x');
    bytes
}

/// A PNG.
pub fn png() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n and so on".to_vec()
}

/// A world with an embedded store that runs until it is dropped.
pub struct Stored {
    pub w: World,
    folder: TempDir,
    stop: Option<DropGuard>,
}

impl Deref for Stored {
    type Target = World;
    fn deref(&self) -> &World {
        &self.w
    }
}

/// The world, with a store of its own.
pub async fn stored(w: &World) -> Stored {
    stored_with(w, |_| {}).await
}

/// The same with other settings.
pub async fn stored_with(w: &World, change: impl FnOnce(&mut Settings)) -> Stored {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let w = w
        .reopened(|settings| {
            settings.storage.listen = address.to_string();
            settings.storage.folder = folder.path().display().to_string();
            change(settings);
        })
        .await;
    let stop = CancellationToken::new();
    let (app, token) = (w.app.clone(), stop.clone());
    tokio::spawn(async move { store::serve(&app.storage, listener, token).await.expect("it serves") });
    Stored { w, folder, stop: Some(stop.drop_guard()) }
}

impl Stored {
    /// The keys that the store holds, told from its folder.
    pub fn keys(&self) -> Vec<String> {
        let bucket = self.folder.path().join("waybill");
        let mut found = Vec::new();
        let mut folders = vec![bucket.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&bucket).expect("below the bucket").display().to_string());
                }
            }
        }
        found.sort();
        found
    }

    /// Takes the store away: its port refuses.
    pub async fn goes_down(&mut self) {
        drop(self.stop.take());
        let address = self.app.settings.storage.listen.clone();
        for _ in 0..1_000 {
            if tokio::net::TcpStream::connect(&address).await.is_err() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the store does not stop");
    }
}

/// What a path outside GraphQL answered.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
}

impl Reply {
    #[track_caller]
    pub fn created(self) -> Value {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> String {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        text(&self.body["detail"])
    }
}

/// A form's part: its name, its file's name, its content.
pub type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// A form as a browser sends it.
pub fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n").bytes());
        body.extend(b"Content-Type: application/octet-stream\r\n\r\n");
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

impl World {
    /// Sends a form in somebody's name.
    pub async fn sends(&self, user: Option<&User>, path: &str, more: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let mut request = Request::post(path).header(header::CONTENT_TYPE, kind);
        if let Some(user) = user {
            request = request.header(user.credential.0, &user.credential.1);
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = response.into_body().collect().await.expect("a whole answer").to_bytes();
        Reply { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// Attaches over GraphQL.
    pub async fn attach(&self, user: &User, payment: &str, name: &str, content: &[u8], key: Option<&str>) -> Answer {
        let variables = json!({ "p": payment, "f": null, "k": key });
        let operations = json!({ "query": ATTACH, "variables": variables }).to_string();
        let parts: [Part<'_>; 3] = [
            ("operations", None, operations.as_bytes()),
            ("map", None, br#"{"0":["variables.f"]}"#),
            ("0", Some(name), content),
        ];
        let reply = self.sends(Some(user), "/graphql", &[], form(&parts)).await;
        let errors = reply.body["errors"].as_array().cloned().unwrap_or_default();
        Answer::of(reply.body["data"].clone(), errors, operations)
    }

    /// Posts a form as today's admin screens do.
    pub async fn post_receipt(&self, user: &User, payment: &str, name: &str, content: &[u8]) -> Reply {
        let parts: [Part<'_>; 2] = [("paymentId", None, payment.as_bytes()), ("file", Some(name), content)];
        self.sends(Some(user), "/payments/receipts", &[], form(&parts)).await
    }

    /// A payment of a fresh sale that nobody has confirmed.
    pub async fn pending(&self) -> String {
        let sale = self.mugs(2).await;
        text(&self.register(&self.biller, &sale, "20.00", json!({ "method": "TRANSFER" })).await.ok()["payment"]["id"])
    }

    /// A payment's row.
    pub async fn payment_row(&self, payment: &str) -> entity::payment::Model {
        use sea_orm::EntityTrait as _;
        let found = entity::payment::Entity::find_by_id(crate::harness::uuid(payment)).one(&self.app.reader).await;
        found.expect("a read").expect("the payment")
    }

    /// Objects that are nobody's receipt, by key.
    pub async fn strays(&self) -> Vec<entity::stray_object::Model> {
        use sea_orm::{EntityTrait as _, QueryOrder as _};
        let rows = entity::stray_object::Entity::find().order_by_asc(entity::stray_object::Column::ObjectKey);
        rows.all(&self.app.reader).await.expect("a read")
    }

    /// Collects what is due: how many objects.
    pub async fn collect(&self) -> usize {
        receipt::collect::collect(&self.app).await.expect("a round of the collector")
    }
}
