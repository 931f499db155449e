//! Accounts of customers on platforms, and what is measured of them.

use super::{metrics::Metrics, queries};
use crate::{
    clock::Instant,
    error::Error,
    id::{self, Named, Prefix},
    order::parties,
    texts,
    workflow::{Command, Cx},
};
use chrono::TimeDelta;
use entity::folding::fold;
use entity::{VerificationStatus, customer, metric_snapshot, social_account};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const LONGEST_HANDLE: usize = 100;
const LONGEST_SOURCE: usize = 100;
const LONGEST_PLATFORM: usize = 50;
/// How far a measurement may lie ahead: clocks differ.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// An account was made or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountDone {
    /// Which.
    pub account: Uuid,
}

/// A measurement was kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SnapshotDone {
    /// Which.
    pub snapshot: Uuid,
}

/// Makes an account: staff for anybody, customers for themselves, unverified.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names")]
pub struct CreateSocialAccount {
    pub customer_id: Named,
    pub platform: String,
    pub handle: String,
    pub verification_status: Option<VerificationStatus>,
}

impl Command for CreateSocialAccount {
    type Output = AccountDone;

    const NAME: &'static str = "createSocialAccount";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<AccountDone, Error> {
        cx.actor.require(if cx.actor.is_buyer() { "order.create" } else { "order.work" })?;
        let status = self.verification_status.unwrap_or(VerificationStatus::Unverified);
        if cx.actor.is_buyer() && status != VerificationStatus::Unverified {
            return Err(Error::Forbidden("whether an account is verified is for staff to say".to_owned()));
        }
        let (platform, handle) = (platform(&self.platform)?, handle(&self.handle)?);
        let customer = parties::customer(cx, &self.customer_id).await?;
        let known = customer::Entity::find_by_id(customer).one(cx.txn).await?.is_some();
        if !known || !queries::knows_customer(cx.txn, cx.actor, customer).await? {
            return Err(Error::not_found(id::encode(Prefix::Customer, customer)));
        }
        let folded = fold(&handle);
        let alike = social_account::Entity::find()
            .filter(social_account::Column::CustomerId.eq(customer))
            .filter(social_account::Column::Platform.eq(&platform))
            .filter(social_account::Column::HandleFolded.eq(&folded));
        if let Some(there) = alike.one(cx.txn).await? {
            let there = id::encode(Prefix::SocialAccount, there.id);
            return Err(Error::Conflict(format!("the customer has {handle:?} on {platform} already: {there}")));
        }
        let mut row = social_account::Model {
            id: id::new(),
            customer_id: customer,
            platform,
            handle,
            handle_folded: folded,
            verification_status: VerificationStatus::Unverified,
            verified_at: None,
            verified_by: None,
            created_by: cx.actor.id.clone(),
            created_at: cx.now,
        };
        if status != VerificationStatus::Unverified {
            verify(&mut row, status, cx);
        }
        let account = row.id;
        row.into_active_model().insert(cx.txn).await?;
        Ok(AccountDone { account })
    }
}

/// Says whether an account is its customer's.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names")]
pub struct VerifySocialAccount {
    pub social_account_id: Uuid,
    pub verification_status: VerificationStatus,
}

impl Command for VerifySocialAccount {
    type Output = AccountDone;

    const NAME: &'static str = "verifySocialAccount";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<AccountDone, Error> {
        cx.actor.require("order.work")?;
        let was = locked(cx, self.social_account_id).await?;
        if was.verification_status != self.verification_status {
            let mut row = was;
            verify(&mut row, self.verification_status, cx);
            row.into_active_model().reset_all().update(cx.txn).await?;
        }
        Ok(AccountDone { account: self.social_account_id })
    }
}

/// Keeps what was measured of an account. The same measurement again is the one that is there.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names")]
pub struct RecordMetrics {
    pub social_account_id: Uuid,
    pub source: String,
    pub metrics: Metrics,
    /// Left out: now.
    pub captured_at: Option<Instant>,
}

impl Command for RecordMetrics {
    type Output = SnapshotDone;

    const NAME: &'static str = "recordMetrics";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SnapshotDone, Error> {
        cx.actor.require("order.work")?;
        let source = texts::line("source", &self.source, LONGEST_SOURCE)?;
        let captured_at = self.captured_at.unwrap_or(cx.now);
        if captured_at > cx.now + AHEAD {
            return Err(Error::invalid("capturedAt", "it is in the future; say when it was measured"));
        }
        // Measurements of one account come one after the other: two of the same are one.
        let account = locked(cx, self.social_account_id).await?;
        let metrics = self.metrics.stored()?;
        let alike = metric_snapshot::Entity::find()
            .filter(metric_snapshot::Column::SocialAccountId.eq(account.id))
            .filter(metric_snapshot::Column::CapturedAt.eq(captured_at))
            .filter(metric_snapshot::Column::Source.eq(&source));
        if let Some(there) = alike.one(cx.txn).await? {
            if there.metrics == metrics {
                return Ok(SnapshotDone { snapshot: there.id });
            }
            return Err(Error::Conflict(format!("{source} has measured something else at that time already")));
        }
        let row = metric_snapshot::Model {
            id: id::new(),
            social_account_id: account.id,
            source,
            metrics,
            captured_at,
            recorded_by: cx.actor.id.clone(),
            recorded_at: cx.now,
        };
        let snapshot = row.id;
        row.into_active_model().insert(cx.txn).await?;
        Ok(SnapshotDone { snapshot })
    }
}

/// An account that the caller may see, locked.
async fn locked(cx: &Cx<'_>, id: Uuid) -> Result<social_account::Model, Error> {
    let found = queries::visible(cx.actor).filter(social_account::Column::Id.eq(id)).lock(LockType::NoKeyUpdate);
    found.one(cx.txn).await?.ok_or_else(|| Error::not_found(id::encode(Prefix::SocialAccount, id)))
}

fn verify(row: &mut social_account::Model, status: VerificationStatus, cx: &Cx<'_>) {
    row.verification_status = status;
    row.verified_at = (status == VerificationStatus::Verified).then_some(cx.now);
    row.verified_by = Some(cx.actor.id.clone());
}

/// A platform's name, in small letters.
fn platform(text: &str) -> Result<String, Error> {
    let name = text.trim().to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > LONGEST_PLATFORM || !name.chars().all(plain) {
        let what = format!("write 1 to {LONGEST_PLATFORM} letters, digits or any of - _ . such as \"instagram\"");
        return Err(Error::invalid("platform", what));
    }
    Ok(name)
}

/// A handle without the @ before it.
fn handle(text: &str) -> Result<String, Error> {
    let text = text.trim();
    texts::line("handle", text.strip_prefix('@').unwrap_or(text), LONGEST_HANDLE)
}
