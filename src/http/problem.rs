//! What goes wrong outside GraphQL: RFC 9457, with the same codes.

use crate::error::{Code, Error};
use crate::id;
use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::any::Any;

/// The status that goes with an error.
pub fn status_of(error: &Error) -> StatusCode {
    match error.code() {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::BadInput => StatusCode::BAD_REQUEST,
        Code::LimitExceeded if error.retryable() => StatusCode::TOO_MANY_REQUESTS,
        Code::LimitExceeded => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::CONFLICT,
    }
}

fn problem(status: StatusCode, code: Code, detail: impl Into<String>) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail.into(),
        "code": code.as_str(),
    });
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// An error of ours.
pub fn of(error: &Error) -> Response {
    let mut response = problem(status_of(error), error.code(), error.to_string());
    if let Error::Later { seconds, .. } = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// A path that is none of ours.
pub async fn no_such_route(uri: Uri) -> Response {
    problem(
        StatusCode::NOT_FOUND,
        Code::NotFound,
        format!("there is nothing at {}; the API is at /graphql", uri.path()),
    )
}

/// A method that the path does not know.
pub async fn no_such_method(method: Method, uri: Uri) -> Response {
    let detail = format!("{} cannot be used with {method}", uri.path());
    problem(StatusCode::METHOD_NOT_ALLOWED, Code::BadInput, detail)
}

/// A panic: logged whole with an id, which is all that the client sees of it. It has the shape of a GraphQL answer
/// besides, since nearly all requests are.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    let fault = id::random_hex(8);
    tracing::error!(fault, what, "request panicked");
    let message = format!("internal error {fault}");
    let extensions = json!({
        "code": Code::Internal.as_str(),
        "retryable": true,
        "suggestedAction": "try again; if it persists, report the id",
    });
    let body = json!({ "data": null, "errors": [{ "message": message, "extensions": extensions }] });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
}
