//! What goes wrong in the façade: an error and the status that it is answered with.
//!
//! What the document's schemas allow is never the client's mistake: a value that only a rule of the domain refuses is 409, as
//! other refusals are. 400 and 422 are for what no schema allows.

use super::super::problem;
use super::creation;
use crate::error::{Code, Error};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

/// What a handler fails with.
#[derive(Debug)]
pub struct Fault {
    status: StatusCode,
    error: Error,
    creates: bool,
}

impl Fault {
    /// Something that no request may hold: 400, or a status that says it more closely.
    pub fn of_form(status: StatusCode, error: Error) -> Self {
        Self { status, error, creates: false }
    }

    /// The same, told in the words for orders that were not made.
    #[must_use]
    pub fn of_creation(self) -> Self {
        Self { creates: true, ..self }
    }

    /// 400, and which part of the request is wrong.
    pub fn bad(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of_form(StatusCode::BAD_REQUEST, Error::invalid(field, message))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let status = match &error {
            error if error.code() == Code::BadInput => StatusCode::CONFLICT,
            error => problem::status_of(error),
        };
        Self::of_form(status, error)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let words = creation::words(self.error.code()).filter(|_| self.creates);
        problem::told(self.status, &self.error, words)
    }
}

/// A path that is none of the façade's.
pub async fn no_such_route(uri: Uri) -> Fault {
    Fault::of_form(StatusCode::NOT_FOUND, Error::not_found(uri.path()))
}

/// A method that a path does not know.
pub async fn no_such_method(method: Method, uri: Uri) -> Fault {
    let told = Error::invalid("method", format!("{} cannot be used with {method}", uri.path()));
    Fault::of_form(StatusCode::METHOD_NOT_ALLOWED, told)
}
