//! `POST /payments/webhooks/{provider}`, and `/consumer` and `/reseller` below it; `POST /shipping/webhooks/{provider}`.

use super::{Shared, problem};
use crate::access::Client;
use crate::error::Error;
use crate::webhook::{self, Answer, Sender};
use axum::body::Body;
use axum::extract::{Path, State, rejection::PathRejection};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use axum::{Extension, Router};
use entity::{DeliveryFamily, PartyKind};

/// The largest body that a provider may post, in bytes.
const LARGEST: usize = 1_048_576;

/// The routes.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/payments/webhooks/{provider}", of(DeliveryFamily::Payment, None))
        .route("/payments/webhooks/{provider}/consumer", of(DeliveryFamily::Payment, Some(PartyKind::Customer)))
        .route("/payments/webhooks/{provider}/reseller", of(DeliveryFamily::Payment, Some(PartyKind::Reseller)))
        .route("/shipping/webhooks/{provider}", of(DeliveryFamily::Shipping, None))
}

/// Where deliveries about one kind of buyer, or of any, are posted.
fn of(family: DeliveryFamily, party: Option<PartyKind>) -> MethodRouter<Shared> {
    type Name = Result<Path<String>, PathRejection>;
    let handler = move |State(shared): State<Shared>,
                        Extension(client): Extension<Client>,
                        provider: Name,
                        headers: HeaderMap,
                        body: Body| async move {
        match provider {
            Ok(Path(provider)) => match webhook::sender(&shared.app, family, &provider) {
                Some(sender) => take(&shared, client, sender, party, &headers, body).await,
                None => problem::of(&Error::not_found(provider)),
            },
            Err(error) => problem::of(&Error::not_found(error.body_text())),
        }
    };
    post(handler)
}

async fn take(
    shared: &Shared,
    client: Client,
    sender: Sender<'_>,
    party: Option<PartyKind>,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let from = client.network();
    let body = match super::body::bytes(body, webhook::largest(&shared.intake, sender, from, LARGEST)).await {
        Ok(body) => body,
        Err(error) => return problem::of(&error),
    };
    match webhook::take(&shared.intake, sender, from, party, headers, &body).await {
        Ok(Answer::Taken(answer)) => {
            let kind = if answer.starts_with('{') { "application/json" } else { "text/plain" };
            (StatusCode::OK, [(header::CONTENT_TYPE, kind)], answer).into_response()
        }
        Ok(Answer::Unauthenticated(why)) => problem::of(&Error::Unauthenticated(why)),
        Ok(Answer::Malformed(why)) => problem::of(&Error::invalid("body", why)),
        Ok(Answer::Limited(pause)) => limited(pause.as_secs() + 1),
        Err(error) => problem::of(&error),
    }
}

fn limited(seconds: u64) -> Response {
    let message = format!("too many deliveries from here were not rightly signed; come again in {seconds} s");
    let mut response = problem::of(&Error::Limit(message));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}
