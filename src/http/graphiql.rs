//! GraphiQL, from the program itself: no other server is asked.

use super::Shared;
use crate::demo::DemoUser;
use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

macro_rules! asset {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/graphiql/", $name))
    };
}

/// Packed files: name, type, gzip'ed text.
const PACKED: &[(&str, &str, &[u8])] = &[
    ("graphiql.js", JAVASCRIPT, asset!("graphiql.js.gz")),
    ("graphiql.css", STYLE, asset!("graphiql.css.gz")),
    ("react.js", JAVASCRIPT, asset!("react.js.gz")),
    ("react-dom.js", JAVASCRIPT, asset!("react-dom.js.gz")),
];

/// `/` and what it loads.
pub fn routes(demo: &[DemoUser]) -> Router<Shared> {
    let users = users(demo);
    Router::new()
        .route("/", get(page))
        .route("/graphiql/users", get(async move || Json(users)))
        .route("/graphiql/{file}", get(file))
}

/// Whom the page offers to sign in as. Their password is in the source, and the demo refuses production.
fn users(demo: &[DemoUser]) -> Value {
    let user = |user: &DemoUser| json!({ "role": user.role, "email": user.email, "password": user.password });
    demo.iter().map(user).collect()
}

async fn page() -> Html<&'static str> {
    Html(include_str!("../../assets/graphiql/index.html"))
}

async fn file(Path(name): Path<String>) -> Response {
    if name == "start.js" {
        let script: &'static str = include_str!("../../assets/graphiql/start.js");
        return ([(header::CONTENT_TYPE, JAVASCRIPT)], script).into_response();
    }
    match PACKED.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, *kind),
                (header::CONTENT_ENCODING, "gzip"),
                (header::CACHE_CONTROL, "public, max-age=86400"),
            ];
            (headers, *bytes).into_response()
        }
        None => (StatusCode::NOT_FOUND, "there is no such file").into_response(),
    }
}
