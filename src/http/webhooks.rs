//! `POST /payments/webhooks/{provider}`, and `/consumer` and `/reseller` below it.

use super::{Shared, problem};
use crate::error::Error;
use crate::webhook::{self, Answer};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State, rejection::PathRejection};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use entity::PartyKind;

/// The largest body that a provider may post, in bytes.
const LARGEST: usize = 1_048_576;

/// The routes.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/payments/webhooks/{provider}", of(None))
        .route("/payments/webhooks/{provider}/consumer", of(Some(PartyKind::Customer)))
        .route("/payments/webhooks/{provider}/reseller", of(Some(PartyKind::Reseller)))
}

/// Where deliveries about one kind of buyer, or of any, are posted.
fn of(party: Option<PartyKind>) -> MethodRouter<Shared> {
    type Name = Result<Path<String>, PathRejection>;
    post(move |State(shared): State<Shared>, provider: Name, headers: HeaderMap, body: Body| async move {
        match provider {
            Ok(Path(provider)) => take(&shared, &provider, party, &headers, body).await,
            Err(error) => problem::of(&Error::not_found(error.body_text())),
        }
    })
}

async fn take(shared: &Shared, provider: &str, party: Option<PartyKind>, headers: &HeaderMap, body: Body) -> Response {
    if webhook::provider(&shared.app, provider).is_none() {
        return problem::of(&Error::not_found(provider));
    }
    let body = match super::body::bytes(body, LARGEST).await {
        Ok(body) => body,
        Err(error) => return problem::of(&error),
    };
    match webhook::take(&shared.app, provider, party, headers, &body).await {
        Ok(Answer::Taken(answer)) => {
            let kind = if answer.starts_with('{') { "application/json" } else { "text/plain" };
            (StatusCode::OK, [(header::CONTENT_TYPE, kind)], answer).into_response()
        }
        Ok(Answer::Unauthenticated(why)) => problem::of(&Error::Unauthenticated(why)),
        Ok(Answer::Malformed(why)) => problem::of(&Error::invalid("body", why)),
        Err(error) => problem::of(&error),
    }
}
