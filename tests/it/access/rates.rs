//! How many requests there may be of one user and of one address, and whose address it is.

use crate::{
    both,
    harness::{User, World},
};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header, request::Builder},
    response::Response,
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tower::ServiceExt as _;

const PEER: &str = "192.0.2.1:4711";

/// A request for the viewer.
fn viewer() -> Builder {
    Request::post("/graphql").header(header::CONTENT_TYPE, "application/json")
}

fn by(user: &User) -> Builder {
    viewer().header(user.credential.0, user.credential.1.as_str())
}

/// Sends it from an address.
async fn send(w: &World, peer: &str, request: Builder) -> Response {
    sent(w, peer, request, r#"{"query":"{ viewer { id } }"}"#.to_owned()).await
}

async fn sent(w: &World, peer: &str, request: Builder, body: String) -> Response {
    let mut request = request.body(Body::from(body)).expect("a request");
    request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().expect("an address")));
    w.router.clone().oneshot(request).await.expect("an answer")
}

/// Three a second of a user, two of an address; thirty and twenty at once.
async fn with_rates(w: &World) -> World {
    w.reopened(|settings| {
        settings.server.requests_per_second = 3;
        settings.server.anonymous_requests_per_second = 2;
        settings.server.trusted_proxies = vec!["192.0.2.9/32".parse().expect("a network")];
    })
    .await
}

/// How many of sixty requests are answered before the first is refused for their number.
async fn before_refusal(w: &World, peer: &str, request: impl Fn() -> Builder) -> usize {
    for number in 0..60 {
        let answer = send(w, peer, request()).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let wait = answer.headers()[header::RETRY_AFTER].to_str().expect("text").parse::<u64>().expect("seconds");
            assert!((1..=2).contains(&wait), "{wait}");
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            let body: Value = serde_json::from_slice(&body).expect("JSON");
            let extensions = &body["errors"][0]["extensions"];
            assert_eq!((&extensions["code"], &extensions["retryable"]), (&json!("LIMIT_EXCEEDED"), &json!(true)));
            return number;
        }
    }
    60
}

both! {
    async fn a_user_has_a_rate_wherever_the_requests_come_from(w: World) {
        let w = with_rates(&w).await;
        assert!((30..40).contains(&before_refusal(&w, PEER, || by(&w.admin)).await));
        let elsewhere = send(&w, "192.0.2.2:1", by(&w.admin)).await;
        assert_eq!(elsewhere.status(), StatusCode::TOO_MANY_REQUESTS);
        // Somebody else at the same address has their own.
        assert_eq!(send(&w, PEER, by(&w.biller)).await.status(), StatusCode::OK);
    }

    async fn who_names_nobody_is_counted_by_address(w: World) {
        let w = with_rates(&w).await;
        assert!((20..30).contains(&before_refusal(&w, PEER, viewer).await));
        assert_eq!(send(&w, "192.0.2.2:1", viewer()).await.status(), StatusCode::OK);
        assert_eq!(send(&w, PEER, by(&w.biller)).await.status(), StatusCode::OK);
        // Credentials that are not valid name nobody.
        let guess = || viewer().header(header::AUTHORIZATION, "Bearer guessed");
        assert_eq!(send(&w, PEER, guess()).await.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!((20..30).contains(&before_refusal(&w, "192.0.2.3:1", guess).await));
        // The health checks, and webhooks, which have a limit of their own, are not counted.
        assert_eq!(send(&w, PEER, Request::get("/healthz")).await.status(), StatusCode::OK);
        let webhook = send(&w, PEER, Request::post("/payments/webhooks/stripe")).await;
        assert_ne!(webhook.status(), StatusCode::TOO_MANY_REQUESTS);
    }

    async fn a_batch_counts_as_many(w: World) {
        let w = with_rates(&w).await;
        let batch = json!(vec![json!({ "query": "{ viewer { id } }" }); 10]).to_string();
        let mut answered = 0;
        while sent(&w, PEER, viewer(), batch.clone()).await.status() == StatusCode::OK {
            answered += 1;
        }
        assert!((2..4).contains(&answered), "{answered}");
    }

    async fn a_long_body_counts_as_many(w: World) {
        let w = with_rates(&w).await;
        let long = json!({ "query": "{ viewer { id } }", "variables": { "x": "x".repeat(80_000) } }).to_string();
        let mut answered = 0;
        while sent(&w, PEER, viewer(), long.clone()).await.status() == StatusCode::OK {
            answered += 1;
        }
        assert!((1..3).contains(&answered), "{answered}");
    }

    async fn a_proxy_speaks_for_its_clients_when_it_is_trusted(w: World) {
        let w = with_rates(&w).await;
        let for_one = |address: &'static str| move || viewer().header("x-forwarded-for", address);
        let proxy = "192.0.2.9:80";
        assert!((20..30).contains(&before_refusal(&w, proxy, for_one("203.0.113.1")).await));
        assert_eq!(send(&w, proxy, for_one("203.0.113.2")()).await.status(), StatusCode::OK);
        assert_eq!(send(&w, "203.0.113.1:1", viewer()).await.status(), StatusCode::TOO_MANY_REQUESTS);
        // Anybody else is who they are, whatever they say.
        assert!((20..30).contains(&before_refusal(&w, PEER, for_one("203.0.113.3")).await));
        assert_eq!(send(&w, PEER, for_one("203.0.113.4")()).await.status(), StatusCode::TOO_MANY_REQUESTS);
    }
}
