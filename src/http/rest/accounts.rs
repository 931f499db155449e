//! `POST /social-accounts`, `PATCH /social-accounts/{id}` and `POST /social-accounts/{id}/snapshots`: accounts are validated and
//! measured before an order exists, and after.

use super::super::Shared;
use super::caller::{Caller, Id, key};
use super::fault::Fault;
use super::model::{
    CreateSocialAccount as Create, RecordSnapshot as Record, Snapshot, SnapshotAnswer, SocialAccount,
    SocialAccountAnswer, VerifySocialAccount as Verify,
};
use super::{answer, ids, sent};
use crate::clock;
use crate::edge;
use crate::error::Error;
use crate::id::{self, Named, Prefix};
use crate::provisioning::accounts::{CreateSocialAccount, RecordMetrics, VerifySocialAccount};
use crate::provisioning::metrics::Metrics;
use crate::provisioning::{proof, queries};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use uuid::Uuid;

/// Makes an account of a customer
///
/// Needs `order.work`; customers make their own with `order.create`, unverified.
#[utoipa::path(
    post, path = "/social-accounts", tag = "Delivery proof",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request answers with the first result.", pattern = "^[!-~]{1,255}$"),
    ),
    request_body = Create,
    responses(
        (status = 201, description = "It was made.", body = SocialAccountAnswer),
    )
)]
pub async fn create_social_account(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Fault> {
    let key = key(&headers)?;
    let told = sent::read::<Create>(&shared, &actor, "create_social_account", &headers, body).await?.told;
    let command = CreateSocialAccount {
        customer_id: Named::read(Prefix::Customer, &told.customer_id),
        platform: told.platform,
        handle: told.handle,
        verification_status: told.verification_status.map(Into::into),
    };
    let done = edge::run(&shared.app, &actor, key, &command).await?;
    Ok((StatusCode::CREATED, Json(account(&shared, done.account).await?)))
}

/// Says whether an account is its customer's
///
/// Needs `order.work`.
#[utoipa::path(
    patch, path = "/social-accounts/{id}", tag = "Delivery proof",
    params(
        ("id" = String, Path, description = "The account: `acc_…`.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request answers with the first result.", pattern = "^[!-~]{1,255}$"),
    ),
    request_body = Verify,
    responses((status = 200, description = "The account, as it is now.", body = SocialAccountAnswer))
)]
pub async fn update_social_account(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(name): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SocialAccountAnswer>, Fault> {
    let key = key(&headers)?;
    let told = sent::read::<Verify>(&shared, &actor, "update_social_account", &headers, body).await?.told;
    let command = VerifySocialAccount {
        social_account_id: ids::own(Prefix::SocialAccount, &name)?,
        verification_status: told.verification_status.into(),
    };
    let done = edge::run(&shared.app, &actor, key, &command).await?;
    Ok(Json(account(&shared, done.account).await?))
}

/// Keeps what was measured of an account
///
/// The same measurement again is the one that is there; another one of the same source and time is refused. Needs `order.work`.
#[utoipa::path(
    post, path = "/social-accounts/{id}/snapshots", tag = "Delivery proof",
    params(
        ("id" = String, Path, description = "The account: `acc_…`.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request answers with the first result.", pattern = "^[!-~]{1,255}$"),
    ),
    request_body = Record,
    responses((status = 201, description = "It is kept.", body = SnapshotAnswer))
)]
pub async fn create_snapshot(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(name): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Fault> {
    let key = key(&headers)?;
    let told = sent::read::<Record>(&shared, &actor, "create_snapshot", &headers, body).await?.told;
    // What has no end is no number that is kept: an empty text says so below.
    let digits = told.metrics.into_iter().map(|(name, given)| (name, given.plain().unwrap_or_default()));
    let at = told.captured_at.map(|at| clock::parse(&at).map_err(|why| Error::invalid("capturedAt", why)));
    let command = RecordMetrics {
        social_account_id: ids::own(Prefix::SocialAccount, &name)?,
        source: told.source,
        metrics: Metrics::read(digits)?,
        captured_at: at.transpose()?,
    };
    let done = edge::run(&shared.app, &actor, key, &command).await?;
    let found = queries::snapshots_by_id(&shared.app.reader, &[done.snapshot]).await?;
    let row = found.get(&done.snapshot).ok_or_else(|| Error::internal("a measurement was kept and is not there"))?;
    let snapshot = Snapshot {
        id: id::encode(Prefix::Snapshot, row.id),
        account_id: id::encode(Prefix::SocialAccount, row.social_account_id),
        measured: proof::measured(&row.metrics, row.source.clone(), row.captured_at)?,
    };
    Ok((StatusCode::CREATED, Json(SnapshotAnswer { success: true, snapshot })))
}

async fn account(shared: &Shared, account: Uuid) -> Result<SocialAccountAnswer, Error> {
    let found = queries::accounts_by_id(&shared.app.reader, &[account]).await?;
    let row = found.get(&account).ok_or_else(|| Error::internal("an account was made and is not there"))?;
    let account = SocialAccount {
        id: id::encode(Prefix::SocialAccount, row.id),
        customer_id: id::encode(Prefix::Customer, row.customer_id),
        platform: row.platform.clone(),
        handle: row.handle.clone(),
        verification_status: answer::word(&row.verification_status),
        verified_at: row.verified_at.map(answer::instant),
    };
    Ok(SocialAccountAnswer { success: true, account })
}
