//! What goes wrong outside GraphQL: RFC 9457, with the same codes.

use super::rest::creation::Words;
use crate::error::{Code, Error};
use crate::graphql::failure;
use crate::id;
use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use serde_json::{Value, json};
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
    respond(status, outline(status, code, &detail.into()))
}

fn outline(status: StatusCode, code: Code, detail: &str) -> Value {
    json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail,
        "code": code.as_str(),
    })
}

fn respond(status: StatusCode, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// An error with all that is known of it: what may be done instead, what said no, and what would help. `words`: what people
/// read of it where a route has words of its own; `detail` stays ours.
pub fn told(status: StatusCode, error: &Error, words: Option<Words>) -> Response {
    let code = error.code();
    let message = failure::message(error, code);
    let mut remedy = failure::suggestion(code).map(str::to_owned);
    let mut body = outline(status, code, &message);
    body["message"] = message.into();
    body["retryable"] = error.retryable().into();
    body["canRetry"] = (error.retryable() || may_change(code)).into();
    match error {
        Error::Refused(refusal) => {
            if !refusal.current_state.is_empty() {
                body["currentStatus"] = refusal.current_state.as_str().into();
                body["allowedStatuses"] = refusal.allowed_statuses.clone().into();
                body["allowedEvents"] = refusal.allowed_events.clone().into();
            }
            if let Some(guard) = &refusal.guard {
                body["guard"] = guard.as_str().into();
            }
            if let Some(until) = refusal.until {
                body["until"] = until.to_rfc3339_opts(SecondsFormat::AutoSi, true).into();
            }
            if let Some(help) = &refusal.remedy {
                body["remedy"] = help.as_str().into();
                remedy = Some(help.clone());
            }
        }
        Error::Invalid { field, .. } => body["field"] = field.as_str().into(),
        Error::Later { seconds, .. } => remedy = Some(format!("try again in {seconds} seconds")),
        _ => {}
    }
    if let Some(remedy) = remedy {
        body["suggestedAction"] = remedy.into();
    }
    if let Some(words) = words {
        body["creationError"] = words.error.into();
        body["message"] = words.message.into();
        body["canRetry"] = words.can_retry.into();
        body["suggestedAction"] = words.suggested_action.into();
    }
    let mut response = respond(status, body);
    if let Error::Later { seconds, .. } = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// Whether what stands in the way may be gone later, without another request.
fn may_change(code: Code) -> bool {
    matches!(
        code,
        Code::Conflict
            | Code::CreditExceeded
            | Code::GuardRejected
            | Code::InsufficientStock
            | Code::OutsideWindow
            | Code::PaymentNotConfirmed
    )
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
    let fault = logged(&*panic);
    let message = format!("internal error {fault}");
    let extensions = json!({
        "code": Code::Internal.as_str(),
        "retryable": true,
        "suggestedAction": "try again; if it persists, report the id",
    });
    let body = json!({ "data": null, "errors": [{ "message": message, "extensions": extensions }] });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
}

/// The same where nobody expects GraphQL's shape.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub fn panicked_outside_graphql(panic: Box<dyn Any + Send + 'static>) -> Response {
    let fault = logged(&*panic);
    let mut body = outline(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, &format!("internal error {fault}"));
    body["message"] = body["detail"].clone();
    body["retryable"] = true.into();
    body["canRetry"] = true.into();
    body["suggestedAction"] = failure::suggestion(Code::Internal).into();
    respond(StatusCode::INTERNAL_SERVER_ERROR, body)
}

/// Writes a panic into the log; answers with its id there.
fn logged(panic: &(dyn Any + Send)) -> String {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    let fault = id::random_hex(8);
    tracing::error!(fault, what, "request panicked");
    fault
}
