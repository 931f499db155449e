//! Gives every request whoever sends it, as far as the network knows.

use crate::access::Client;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use std::net::SocketAddr;
use std::sync::Arc;

/// Adds the [`Client`] to a request, as the proxies that are trusted say.
pub async fn known(State(trusted): State<Arc<[IpNet]>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let client = peer.map_or(Client::HERE, |peer| Client::of(peer.0.ip(), request.headers(), &trusted));
    request.extensions_mut().insert(client);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Extension, Router, body::Body, middleware::from_fn_with_state, routing::get};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    async fn asked(peer: Option<&str>) -> String {
        let trusted: Arc<[IpNet]> = ["10.0.0.1/32".parse().unwrap()].into();
        let routes = Router::new()
            .route("/", get(async |Extension(client): Extension<Client>| client.address.to_string()))
            .layer(from_fn_with_state(trusted, known));
        let mut request = Request::get("/").header("x-forwarded-for", "203.0.113.9").body(Body::empty()).unwrap();
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        }
        let answer = routes.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
        String::from_utf8(answer.to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn handlers_know_who_asks() {
        assert_eq!(asked(Some("10.0.0.1:4711")).await, "203.0.113.9");
        assert_eq!(asked(Some("192.0.2.1:4711")).await, "192.0.2.1");
        assert_eq!(asked(None).await, "127.0.0.1");
    }
}
