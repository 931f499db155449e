//! `POST /payments/receipts`: a payment's receipt as a form sends it.

use super::multipart::{self, Form, Limits};
use super::{Shared, actor, problem};
use crate::access::Client;
use crate::actor::Actor;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::receipt;
use axum::body::Body;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The room for texts and for what stands between parts, in bytes.
const TEXTS: usize = 16 * 1024;

/// The route.
pub fn routes() -> Router<Shared> {
    Router::new().route("/payments/receipts", post(attach))
}

/// What may stand in the address.
#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "paymentId")]
    payment_id: Option<String>,
}

async fn attach(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let asked = match asked {
        Ok(Query(asked)) => asked.payment_id,
        Err(error) => return problem::of(&Error::invalid("query", error.to_string())),
    };
    match take(&shared, client, asked, &headers, body).await {
        Ok(answer) => (StatusCode::CREATED, Json(answer)).into_response(),
        Err(error) => problem::of(&error),
    }
}

/// Nothing of the body is read before it is known who sends it, and, where the address names the payment, that they
/// may, or did with the same key. Only headers that no form of another site can set carry credentials, so that no
/// further one is asked for.
async fn take(
    shared: &Shared,
    client: Client,
    asked: Option<String>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Value, Error> {
    let app = &shared.app;
    let actor = actor(shared, client, headers).await?;
    let actor = actor.ok_or_else(|| Error::Unauthenticated("sign in before you upload files".to_owned()))?;
    let key = headers.get(IDEMPOTENCY_KEY).map(|value| value.to_str());
    let key = key.transpose().map_err(|_| Error::invalid("Idempotency-Key", "it is not plain text"))?;
    if let Some(payment) = &asked {
        receipt::expected(app, &actor, key, id::decode(Prefix::Payment, payment)?).await?;
    }
    let limits = Limits { text: TEXTS, file: app.settings.payment.receipt_max_file_size };
    let mut form = multipart::read(headers, body, limits).await?;
    let payment = payment(asked, &mut form)?;
    let Some((part, file)) = form.file else {
        return Err(Error::invalid("file", "the part \"file\" is missing, or has no file name"));
    };
    if part != "file" {
        return Err(Error::invalid("file", format!("the file came as {part:?}; send it as \"file\"")));
    }
    receipt::attach(app, &actor, key, payment, &file).await?;
    answer(shared, &actor, payment).await
}

fn payment(asked: Option<String>, form: &mut Form) -> Result<Uuid, Error> {
    match (asked, form.texts.remove("paymentId")) {
        (Some(asked), Some(sent)) if asked != sent => {
            Err(Error::invalid("paymentId", "the form names another payment than the address"))
        }
        (Some(named), _) | (None, Some(named)) => id::decode(Prefix::Payment, &named),
        (None, None) => Err(Error::invalid("paymentId", "send it as a part of the form, or in the address")),
    }
}

/// The payment's receipt as it is now.
async fn answer(shared: &Shared, actor: &Actor, payment: Uuid) -> Result<Value, Error> {
    let row = crate::payment::queries::find(&shared.app.reader, actor, payment).await?;
    let row = row.ok_or_else(|| Error::not_found(id::encode(Prefix::Payment, payment)))?;
    Ok(json!({
        "paymentId": id::encode(Prefix::Payment, payment),
        "receiptBucket": row.receipt_bucket,
        "receiptKey": row.receipt_key,
        "receiptUrl": receipt::link(&shared.app, &row).await?,
        "fileName": row.receipt_file_name,
        "contentType": row.receipt_content_type,
        "size": row.receipt_size,
        "sha256": row.receipt_sha256,
    }))
}
