//! The world of a test: a database of its own on either backend, the application over it, a clock that stands still, and
//! GraphQL through the router as any client sends it.
//!
//! Promises that a test which ends well left no handled work undrained, a log that verifies, and ledgers that add up.
//! Knows no rule of the domain beyond those sums; the stories are told by the tests.

mod database;
mod invariants;
#[cfg(test)]
mod itself;
mod print;
mod pristine;
pub mod rest;

pub use database::Backend;

use crate::builders::Shop;
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, header},
};
use chrono::TimeDelta;
use database::Database;
use futures_util::{FutureExt as _, future::LocalBoxFuture};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::{
    net::{IpAddr, SocketAddr},
    ops::Deref,
    panic::AssertUnwindSafe,
    sync::Arc,
};
use tower::ServiceExt as _;
use waybill::{
    access::Tokens,
    actor::Roles,
    app::{App, Parts},
    clock::{HeldClock, Instant},
    config::{ProviderSettings, Settings, embedded_defaults},
    money::Currencies,
    storage::Storage,
    worker,
};

/// When every test begins: a Monday morning.
pub const BEGINNING: &str = "2026-03-02T10:00:00Z";
/// Signs what stripe posts.
pub const STRIPE: &str = "whsec_0123456789abcdef0123456789abcdef";
/// The shared secret of an integration that posts the plain payload.
pub const MYPAY: &str = "a-shared-secret-of-thirty-two-ch";
/// Signs the tokens of all tests.
pub const SECRET: &[u8] = b"a secret that only tests have, 32+";

/// Makes two tests of one story: `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($w:ident: World) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a story takes what it needs")]
            use super::*;

            fn story($w: World) -> $crate::harness::Told {
                Box::pin(async move $body)
            }

            #[test]
            fn sqlite() {
                $crate::harness::tell($crate::harness::Backend::Sqlite, Box::new(story));
            }

            #[test]
            fn postgres() {
                $crate::harness::tell($crate::harness::Backend::Postgres, Box::new(story));
            }
        }
    )+};
}

/// Expects values at dotted paths: `shows!(order, { "phase": "SALE", "payments.0.status": "FAILED" })`.
#[macro_export]
macro_rules! shows {
    ($value:expr, { $($expected:tt)* } $(,)?) => {
        $crate::harness::shows(&serde_json::json!($value), &serde_json::json!({ $($expected)* }), "")
    };
    ($value:expr, { $($expected:tt)* }, $($saying:tt)+) => {
        $crate::harness::shows(&serde_json::json!($value), &serde_json::json!({ $($expected)* }), &format!($($saying)+))
    };
}

/// What `shows!` does.
#[track_caller]
pub fn shows(value: &Value, expected: &Value, saying: &str) {
    for (path, expected) in expected.as_object().expect("paths") {
        let found = value.pointer(&format!("/{}", path.replace('.', "/")));
        let found = found.unwrap_or_else(|| panic!("there is no {path} {saying}\nin {value}"));
        assert_eq!(found, expected, "{path} {saying}\nin {value}");
    }
}

/// How much of something that takes long: so much in `make test`, and so much in `make soak`.
pub fn rounds(test: usize, soak: usize) -> usize {
    if std::env::var_os("SOAK").is_some() { soak } else { test }
}

/// All orders of some things.
pub fn permutations<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    if of.len() < 2 {
        return vec![of.to_vec()];
    }
    let with_first = |place: usize| {
        let mut rest = of.to_vec();
        let first = rest.remove(place);
        permutations(&rest).into_iter().map(move |tail| [vec![first.clone()], tail].concat())
    };
    (0..of.len()).flat_map(with_first).collect()
}

/// A story, being told. It stays on its test's thread: to work out that it could move to another takes the compiler longer
/// than all else of a story.
pub type Told = LocalBoxFuture<'static, ()>;

/// Tells a story in a world of its own and looks at what it left behind.
pub fn run<F>(backend: Backend, story: impl FnOnce(World) -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    tell(backend, Box::new(move |world| Box::pin(story(world))));
}

/// The same with one of `both!`.
pub fn tell(backend: Backend, story: Box<dyn FnOnce(World) -> Told>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (database, outcome) = runtime.block_on(async {
        let template = database::template(backend).await;
        let database = template.database().await;
        let world = World::open(&database, template.shop.clone(), |_| {}).await;
        let told = async {
            story(world.clone()).await;
            world.finish().await;
        };
        let outcome = AssertUnwindSafe(told).catch_unwind().await;
        world.close().await;
        (database, outcome)
    });
    // What the story left running has ended.
    drop(runtime);
    match outcome {
        Ok(()) => database.give_back(),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// A person, or a program in a person's name, with what they send to say so.
#[derive(Clone, Debug)]
pub struct User {
    /// `user_…`
    pub id: String,
    /// The header and its value.
    pub credential: (&'static str, String),
}

impl User {
    /// With a Bearer token.
    pub fn bearer(id: impl Into<String>, token: &str) -> Self {
        Self { id: id.into(), credential: ("authorization", format!("Bearer {token}")) }
    }

    /// With an API key.
    pub fn key(id: impl Into<String>, key: &str) -> Self {
        Self { id: id.into(), credential: ("x-api-key", key.to_owned()) }
    }
}

/// The world of a test; cheap to clone. The shop's people and things are its fields.
#[derive(Clone)]
pub struct World {
    pub app: App,
    pub clock: HeldClock,
    pub backend: Backend,
    url: String,
    pub router: Router,
    shop: Arc<Shop>,
}

impl Deref for World {
    type Target = Shop;
    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl World {
    async fn open(database: &Database, shop: Arc<Shop>, change: impl FnOnce(&mut Settings)) -> Self {
        let clock = HeldClock::at(at(BEGINNING));
        Self::over(database.backend, database.url.clone(), clock, shop, change).await
    }

    async fn over(
        backend: Backend,
        url: String,
        clock: HeldClock,
        shop: Arc<Shop>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let loaded = embedded_defaults().expect("the embedded configuration");
        let mut settings = loaded.settings;
        settings.database.url.clone_from(&url);
        settings.database.connections = 8;
        for (name, secret) in [("stripe", STRIPE), ("mypay", MYPAY)] {
            let provider: &mut ProviderSettings = settings.providers.entry(name.to_owned()).or_default();
            provider.webhook_secrets = vec![secret.to_owned()];
        }
        change(&mut settings);
        let currencies = Currencies::with(&settings.currencies.extra);
        let roles = Roles::parse(&loaded.roles, &currencies).expect("the embedded roles");
        let tokens = Tokens::with(SECRET, TimeDelta::days(3650));
        let machines = loaded.machines;
        let storage = Storage::of(&settings.storage, SECRET).expect("the store's settings");
        let parts = Parts { settings, roles, tokens, machines, clock: Arc::new(clock.clone()), storage };
        let app = App::open(parts, false).await.expect("the application opens");
        let router = waybill::http::router(app.clone());
        Self { app, clock, backend, url, router, shop }
    }

    /// Another process on the same database, with other settings.
    pub async fn reopened(&self, change: impl FnOnce(&mut Settings)) -> Self {
        Self::over(self.backend, self.url.clone(), self.clock.clone(), self.shop.clone(), change).await
    }

    async fn close(self) {
        let _ = self.app.writer.clone().close().await;
        let _ = self.app.reader.clone().close().await;
    }

    /// The database, as DATABASE_URL names it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Now.
    pub fn now(&self) -> Instant {
        self.app.now()
    }

    /// Now and `by` later, as the API writes it.
    pub fn later(&self, by: TimeDelta) -> String {
        (self.now() + by).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    }

    /// Lets time pass; nothing fires by itself.
    pub fn wait(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Carries out what the outbox holds and fires timers that are due, sale expiry aside, until nothing is left to do.
    pub async fn work(&self) {
        for _ in 0..100 {
            if worker::tick(&self.app).await.expect("a tick of the worker") == 0 {
                return;
            }
        }
        panic!("the worker finds no end");
    }

    /// The sweep that SALE_EXPIRY_CRON drives, until nothing is left to do: how many sales it looked at.
    pub async fn sweep(&self) -> u64 {
        let before = self.expiries().await;
        while worker::expire_sales(&self.app).await.expect("a sweep") > 0 {}
        self.expiries().await - before
    }

    async fn expiries(&self) -> u64 {
        use entity::transition_log::{Column, Entity};
        use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
        let rows = Entity::find().filter(Column::Event.eq("SALE_PENDING_EXPIRY"));
        rows.count(&self.app.reader).await.expect("a count")
    }

    /// Sends a document in somebody's name.
    pub async fn gql(&self, user: &User, document: &str, variables: Value) -> Answer {
        let (name, value) = &user.credential;
        self.post(Some((*name, value.as_str())), &json!({ "query": document, "variables": variables })).await
    }

    /// Sends a body as it is.
    pub async fn post(&self, credential: Option<(&str, &str)>, body: &Value) -> Answer {
        self.post_from(None, credential, body).await.1
    }

    /// Sends a body as it is from an address, else from this machine; what came back besides it: the headers.
    pub async fn post_from(
        &self,
        address: Option<IpAddr>,
        credential: Option<(&str, &str)>,
        body: &Value,
    ) -> (HeaderMap, Answer) {
        let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        if let Some((name, value)) = credential {
            request = request.header(name, value);
        }
        if let Some(address) = address {
            request = request.extension(ConnectInfo(SocketAddr::from((address, 4711))));
        }
        let request = request.body(Body::from(body.to_string())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.expect("a whole answer").to_bytes();
        let answer: Value = serde_json::from_slice(&bytes)
            .unwrap_or_else(|error| panic!("{status} {error}: {}", String::from_utf8_lossy(&bytes)));
        let errors = answer["errors"].as_array().cloned().unwrap_or_default();
        (headers, Answer { data: answer["data"].clone(), errors, asked: body.to_string() })
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub data: Value,
    pub errors: Vec<Value>,
    asked: String,
}

impl Answer {
    /// What came back another way than through [`World::post`].
    pub fn of(data: Value, errors: Vec<Value>, asked: String) -> Self {
        Self { data, errors, asked }
    }

    /// The first root field's value; fails the test on any error.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.errors.is_empty(), "{}\nasked: {}", json!(self.errors), self.asked);
        let mut fields = match self.data {
            Value::Object(fields) => fields,
            other => panic!("no data but {other}\nasked: {}", self.asked),
        };
        fields.values_mut().next().expect("a field").take()
    }

    /// The code of the first error; empty when there is none.
    pub fn code(&self) -> &str {
        self.errors.first().and_then(|error| error["extensions"]["code"].as_str()).unwrap_or_default()
    }

    /// Expects a refusal with this code; gives its extensions.
    #[track_caller]
    pub fn refused(self, code: &str) -> Value {
        assert_eq!(self.code(), code, "{} {}\nasked: {}", json!(self.errors), self.data, self.asked);
        let message = self.errors[0]["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "a refusal without words");
        self.errors[0]["extensions"].clone()
    }
}

/// The text at a JSON pointer; empty where there is none.
pub fn pointer_text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// An instant from its text.
pub fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// The UUID of any id of the API.
pub fn uuid(id: &str) -> uuid::Uuid {
    waybill::id::parse(id).unwrap_or_else(|| panic!("{id} is no id")).1
}

/// `value[key]` as text.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
