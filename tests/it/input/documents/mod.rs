//! Documents that are made to hurt, drawn by a seed: each is answered, with a code where it is refused, and takes little.
//!
//! The suite draws some hundreds and counts steps. A million, by the processor's time:
//!
//! ```sh
//! DOCUMENTS=1000000 cargo test --release --test it documents::a_million -- --ignored --nocapture
//! ```

mod draw;

use crate::{both, harness::World};
use async_graphql::{BatchRequest, Variables, parser::parse_query};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use draw::Drawn;
use http_body_util::BodyExt as _;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use tower::ServiceExt as _;
use waybill::{
    api::schema_sdl,
    graphql::{
        limits::{Asked, MAX_STEPS, MAX_VALUES, Spent, check},
        shape::Shapes,
        text,
    },
};

const INTROSPECTION: &str = include_str!("../introspection.graphql");
/// How much of the processor's time a request may take before it is refused.
const MOST: Duration = Duration::from_millis(250);
/// Where the suite begins to draw, and how many it draws.
const SEED: u64 = 20_260_302;
const NUMBER: u64 = 400;

/// Nobody is refused for the number of requests here.
async fn unlimited(w: &World) -> World {
    w.reopened(|settings| {
        settings.server.requests_per_second = 0;
        settings.server.anonymous_requests_per_second = 0;
    })
    .await
}

/// What came back.
struct Answered {
    status: StatusCode,
    errors: Vec<Value>,
    /// Whether anything was run.
    ran: bool,
}

/// What nobody in particular is answered, or, for every other seed, a customer, who gets further.
async fn answered(w: &World, drawn: &Drawn) -> Answered {
    let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    if drawn.seed.is_multiple_of(2) {
        request = request.header(w.bob.credential.0, w.bob.credential.1.as_str());
    }
    let request = request.body(Body::from(drawn.body.clone())).expect("a request");
    let answer = w.router.clone().oneshot(request).await.expect("an answer");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("a whole answer").to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{drawn:?}: {error}"));
    let answers = if let Value::Array(answers) = body { answers } else { vec![body] };
    let errors = answers.iter().flat_map(|answer| answer["errors"].as_array().cloned().unwrap_or_default());
    let errors: Vec<Value> = errors.collect();
    // Data that could not be null may be null as a whole; then errors say where.
    let ran = answers.iter().any(|answer| !answer["data"].is_null());
    let ran = ran || errors.iter().any(|error| error["path"].is_array());
    Answered { status, errors, ran }
}

/// Every error has a code of those that say what to do, and no answer repeats what it was sent at length.
fn is_told(drawn: &Drawn, answered: &Answered) {
    assert!(answered.status != StatusCode::INTERNAL_SERVER_ERROR, "{drawn:?}");
    assert!(answered.ran || answered.errors.len() <= 210, "{} errors for {drawn:?}", answered.errors.len());
    for error in &answered.errors {
        let code = error["extensions"]["code"].as_str();
        assert!(code.is_some_and(|code| code != "INTERNAL"), "{error} for {drawn:?}");
        let message = error["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty() && message.len() < 20_000, "{message} for {drawn:?}");
    }
}

both! {
    async fn whatever_is_sent_is_answered_with_a_code(w: World) {
        let w = unlimited(&w).await;
        for seed in SEED..SEED + NUMBER {
            let drawn = Drawn::of(seed, 100_000);
            is_told(&drawn, &answered(&w, &drawn).await);
        }
    }

    async fn what_clients_ask_for_goes_through(w: World) {
        let schema = w.post(None, &json!({ "query": INTROSPECTION, "operationName": "IntrospectionQuery" })).await;
        assert!(schema.ok()["types"].as_array().is_some_and(|types| types.len() > 100));
        // A document with everything that somebody tried today: what is run counts, and nothing else.
        let own = "id number workflowState lines { id sku quantity total { amount currency } } payments { id status }";
        let mut tried: String = (0..40).map(|at| format!("query Q{at} {{ ...Page{at} }} ")).collect();
        for at in 0..40 {
            tried += &format!(
                "fragment Page{at} on Query {{ a: saleOrders(first: 10) {{ nodes {{ ...O }} }} \
                 b: saleOrders(first: 20) {{ nodes {{ ...O }} }} }} "
            );
        }
        tried += &format!("fragment O on SaleOrder {{ {own} }}");
        let one = json!({ "query": tried, "operationName": "Q7" });
        let (name, value) = &w.admin.credential;
        w.post(Some((*name, value.as_str())), &one).await.ok();
        w.post(None, &one).await.refused("UNAUTHENTICATED");
        // A page with every field, and a long input in one variable.
        w.gql(&w.admin, crate::performance::PAGE, json!({ "first": 50 })).await.ok();
        let lines = vec![json!({ "sku": "MUG", "quantity": 1, "note": "x".repeat(500) }); 500];
        let found = w.create_quotation(&w.admin, w.draft(json!({ "lines": lines }))).await;
        assert_ne!(found.code(), "LIMIT_EXCEEDED");
    }
}

/// What validation would have to do is bounded before it begins, whatever the document.
#[test]
fn what_is_let_through_takes_a_bounded_number_of_steps() {
    let limits = waybill::config::embedded_defaults().expect("the embedded configuration").settings.graphql;
    let shapes = Shapes::of(&schema_sdl());
    let (mut refused, mut passed) = (0, 0);
    for seed in SEED..SEED + 3 * NUMBER {
        let drawn = Drawn::of(seed, 100_000);
        let Ok(BatchRequest::Single(request)) = serde_json::from_str(&drawn.body) else { continue };
        let mut spent = Spent::default();
        let tokens = text::tokens(&request.query).and_then(|tokens| spent.read(tokens, &limits));
        let Ok(document) = tokens.and_then(|()| parse_query(&request.query).map_err(waybill::error::Error::internal))
        else {
            continue;
        };
        let variables: &Variables = &request.variables;
        let asked = Asked { document: &document, variables, operation: request.operation_name.as_deref() };
        match check(&asked, &shapes, &limits, &mut spent) {
            Err(_) => refused += 1,
            Ok(_) => {
                passed += 1;
                assert!(spent.tokens <= limits.max_tokens, "{drawn:?}");
                assert!(spent.steps <= MAX_STEPS && spent.values <= MAX_VALUES, "{drawn:?}");
            }
        }
    }
    assert!(refused > 100 && passed > 100, "{refused} refused, {passed} passed");
}

fn processor() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().expect("seconds"), now.tv_nsec.try_into().expect("nanoseconds"))
}

fn of_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// All on one thread, whose time is that of the request.
#[test]
#[ignore = "a million documents take long; see above"]
fn a_million_documents_take_little() {
    let (number, first) = (of_environment("DOCUMENTS", 1_000_000), of_environment("DOCUMENTS_SEED", SEED));
    crate::harness::run(crate::harness::Backend::Sqlite, move |w| async move {
        let w = unlimited(&w).await;
        let told = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let mut longest: BTreeMap<&str, (Duration, u64, u64)> = BTreeMap::new();
                let mut all = Duration::ZERO;
                for seed in first..first + number {
                    let drawn = Drawn::of(seed, 1_000_000);
                    let before = processor();
                    let answered = answered(&w, &drawn).await;
                    let taken = processor().saturating_sub(before);
                    is_told(&drawn, &answered);
                    all += taken;
                    // What is run may take what it asks for; what is refused may not.
                    let kind = if answered.ran { "(was run)" } else { drawn.kind };
                    let own = longest.entry(kind).or_default();
                    own.2 += 1;
                    if taken > own.0 {
                        (own.0, own.1) = (taken, seed);
                    }
                    if taken > MOST && !answered.ran {
                        println!("{taken:?} for seed {seed}: {drawn:?}");
                    }
                }
                for (kind, (taken, seed, number)) in &longest {
                    println!("{kind:24} {number:8} at most {taken:?} (seed {seed})");
                }
                println!("{number} documents, {all:?} in all");
                longest.remove("(was run)");
                longest.into_values().map(|(taken, ..)| taken).max().unwrap_or_default()
            })
        });
        let most = told.await.expect("it ends well");
        assert!(most <= MOST, "{most:?}");
    });
}
