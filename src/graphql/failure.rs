//! What resolvers fail with: the domain's error as clients read it, in `errors[].extensions`.
//!
//! Resolvers return [`Answer`], so that no error leaves without its code. Faults of ours and of the database are logged
//! here, once and whole, with an id; the id is all that the client sees of them.

use crate::error::{Code, Error};
use crate::id;
use async_graphql::ErrorExtensionValues;
use chrono::SecondsFormat;

/// Where an error says in how many seconds the same request is taken; over HTTP a header says it too.
pub const RETRY_AFTER: &str = "retryAfter";

/// What a resolver returns.
pub type Answer<T> = Result<T, Failure>;

/// An error that is ready to leave. Not `Display`, or the library would take it without its extensions.
#[derive(Clone, Debug)]
pub struct Failure(async_graphql::Error);

impl From<Failure> for async_graphql::Error {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(outward(&error))
    }
}

/// The domain's error as the library's.
pub fn outward(error: &Error) -> async_graphql::Error {
    let mut extensions = ErrorExtensionValues::default();
    let code = error.code();
    extensions.set("code", code.as_str());
    extensions.set("retryable", error.retryable());
    let mut remedy = suggestion(code).map(str::to_owned);
    match error {
        Error::Refused(refusal) => {
            if !refusal.current_state.is_empty() {
                extensions.set("currentState", refusal.current_state.as_str());
                extensions.set("allowedEvents", refusal.allowed_events.clone());
            }
            if let Some(guard) = &refusal.guard {
                extensions.set("guard", guard.as_str());
            }
            if let Some(until) = refusal.until {
                extensions.set("until", until.to_rfc3339_opts(SecondsFormat::AutoSi, true));
            }
            if code == Code::TransitionNotAllowed && refusal.allowed_events.is_empty() {
                remedy = Some("there is nothing that you may send here; availableEvents says why".to_owned());
            }
            remedy = refusal.remedy.clone().or(remedy);
        }
        Error::Invalid { field, .. } => extensions.set("field", field.as_str()),
        Error::Later { seconds, .. } => {
            extensions.set(RETRY_AFTER, *seconds);
            remedy = Some(format!("try again in {seconds} seconds"));
        }
        _ => {}
    }
    if let Some(remedy) = remedy {
        extensions.set("suggestedAction", remedy);
    }
    async_graphql::Error { message: message(error, code), source: None, extensions: Some(extensions) }
}

/// What clients read of an error; faults of ours are logged here, whole.
pub fn message(error: &Error, code: Code) -> String {
    if !matches!(error, Error::Db(_) | Error::Internal(_)) {
        return error.to_string();
    }
    let fault = id::random_hex(8);
    tracing::error!(fault, error = ?error, "request failed");
    match code {
        Code::Unavailable => format!("the database is not available at the moment ({fault})"),
        _ => format!("internal error {fault}"),
    }
}

/// What helps when the error itself does not say.
pub fn suggestion(code: Code) -> Option<&'static str> {
    match code {
        Code::Unauthenticated => {
            Some("sign in with login and send its token as Authorization: Bearer, or send X-API-Key")
        }
        Code::Forbidden => Some("ask somebody whose role has the permission"),
        Code::NotFound => Some("check the id"),
        Code::BadInput => Some("correct the input"),
        Code::TransitionNotAllowed => Some("send one of allowedEvents"),
        Code::ReasonRequired => Some("send it again with a reasonCode"),
        Code::NoteRequired => Some("send it again with a note that says why"),
        Code::Conflict => Some("read it again and decide anew"),
        Code::IdempotencyMismatch => Some("use a new idempotencyKey for a new request"),
        Code::LimitExceeded => Some("ask for less at once"),
        Code::Unavailable => Some("try again in a moment"),
        Code::Internal => Some("try again; if it persists, report the id"),
        _ => None,
    }
}
