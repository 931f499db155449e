//! The façade in tests: requests as programs send them, and every answer held against the document.

use super::{User, World, pointer_text};
use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use tower::ServiceExt as _;

/// The committed document.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::from_str(&committed()).expect("openapi.json is JSON"))
}

/// The committed document's text.
pub fn committed() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}; make schema"))
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
    asked: String,
}

impl Reply {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}\nasked: {}", self.status, self.text, self.asked);
        self.json
    }

    /// The problem of a refusal with this status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status.as_u16(), self.json["code"].as_str().unwrap_or_default()),
            (status, code),
            "{}\nasked: {}",
            self.text,
            self.asked
        );
        assert!(!pointer_text(&self.json, "/detail").is_empty(), "a problem without words");
        self.json
    }
}

impl World {
    /// GET in somebody's name.
    pub async fn get(&self, user: &User, path: &str) -> Reply {
        self.rest(Some(user), Method::GET, path, None).await
    }

    /// A method with a JSON body in somebody's name.
    pub async fn put(&self, user: &User, method: Method, path: &str, body: &Value) -> Reply {
        self.rest(Some(user), method, path, Some(body.to_string())).await
    }

    /// PATCH of an order's status.
    pub async fn patch_status(&self, user: &User, order: &str, body: &Value) -> Reply {
        self.put(user, Method::PATCH, &format!("/api/v1/orders/{order}/status"), body).await
    }

    /// A request with a body as it is, which is said to be JSON.
    pub async fn rest(&self, user: Option<&User>, method: Method, path: &str, body: Option<String>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(user) = user {
            request = request.header(user.credential.0, user.credential.1.as_str());
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        self.exchange(request.body(Body::from(body.unwrap_or_default())).expect("a request")).await
    }

    /// Any request; its answer is held against the document.
    pub async fn exchange(&self, request: Request<Body>) -> Reply {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let asked = format!("{method} {}", request.uri());
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.expect("a whole answer").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        let json = serde_json::from_str(&text).unwrap_or_default();
        let reply = Reply { status, headers, text, json, asked };
        if let Some(wrong) = violation(&method, &path, &reply) {
            panic!("{}: {} {wrong}\n{}", reply.asked, reply.status, reply.text);
        }
        reply
    }
}

/// What of an answer is not as the document has it.
pub fn violation(method: &Method, path: &str, reply: &Reply) -> Option<String> {
    let method = method.as_str().to_lowercase();
    let (template, operation) = operation(&method, path)?;
    let status = reply.status.as_u16().to_string();
    let place = format!("/paths/{}/{method}/responses", template.replace('~', "~0").replace('/', "~1"));
    let declared = if operation["responses"].get(&status).is_some() {
        status
    } else if reply.status.is_success() {
        return Some("is not in the document".to_owned());
    } else {
        "default".to_owned()
    };
    let answer = match operation["responses"][&declared]["$ref"].as_str() {
        Some(shared) => shared.trim_start_matches('#').to_owned(),
        None => format!("{place}/{declared}"),
    };
    let content = document().pointer(&answer)?["content"].as_object()?;
    let kind = reply.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    if !content.contains_key(kind) {
        return Some(format!("has the type {kind:?}, and not {:?}", content.keys().collect::<Vec<_>>()));
    }
    if !kind.ends_with("json") {
        return None;
    }
    let schema = format!("{answer}/content/{}/schema", kind.replace('/', "~1"));
    validator(&schema)
        .iter_errors(&reply.json)
        .next()
        .map(|error| format!("is not as the document has it: at {} {error}", error.instance_path))
}

/// The operation of a path below either prefix; none where the document has no such path.
fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let rest = path.strip_prefix("/api/v1").or_else(|| path.strip_prefix("/api"))?;
    let paths = document()["paths"].as_object().expect("paths");
    let fits = |template: &str| {
        let (ours, theirs): (Vec<_>, Vec<_>) = (template.split('/').collect(), rest.split('/').collect());
        ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(our, their)| our == their || our.starts_with('{'))
    };
    // What is written out comes before what stands for anything.
    let mut found: Vec<_> = paths.iter().filter(|(template, _)| fits(template)).collect();
    found.sort_by_key(|(template, _)| template.matches('{').count());
    let (template, item) = found.first()?;
    item.get(method).map(|operation| (template.as_str(), operation))
}

fn validator(schema: &str) -> Arc<Validator> {
    static COMPILED: Mutex<Option<HashMap<String, Arc<Validator>>>> = Mutex::new(None);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = compiled.get_or_insert_default();
    Arc::clone(compiled.entry(schema.to_owned()).or_insert_with(|| {
        let of = document().pointer(schema).unwrap_or_else(|| panic!("there is no {schema}"));
        let whole = json!({ "allOf": [of], "components": document()["components"] });
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft7).should_validate_formats(true);
        Arc::new(options.build(&whole).unwrap_or_else(|error| panic!("{schema}: {error}")))
    }))
}
