//! Accounts, measurements, refills and proofs in the API.

#![expect(clippy::unused_async, reason = "the library takes resolvers that are async")]

pub mod keys;
mod roots;

pub use roots::{ProvisioningMutation, ProvisioningQuery};

use super::lift;
use super::metrics::Metrics;
use super::proof::{self, Measured};
use crate::error::Error;
use crate::graphql::money::Money;
use crate::graphql::scalars::{DateTime, Json};
use crate::graphql::{Answer, Failure, known_to_asker, loaders};
use crate::id::{self, Prefix};
use crate::party::graphql::{Customer, keys::CustomerById};
use async_graphql::{Context, Description, ID, Object, SimpleObject};
use entity::{RefillStatus, VerificationStatus, metric_snapshot, refill, social_account};
use std::sync::Arc;

/// An account of a customer on a platform, whose growth orders are about.
#[derive(Clone, Debug, Description)]
pub struct SocialAccount(Arc<social_account::Model>);

impl From<Arc<social_account::Model>> for SocialAccount {
    fn from(row: Arc<social_account::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl SocialAccount {
    /// `acc_…`
    async fn id(&self) -> ID {
        id::encode(Prefix::SocialAccount, self.0.id).into()
    }

    /// Whose it is.
    async fn customer_id(&self) -> ID {
        id::encode(Prefix::Customer, self.0.customer_id).into()
    }

    /// Whose it is.
    async fn customer(&self, ctx: &Context<'_>) -> Answer<Customer> {
        Ok(loaders(ctx).required(CustomerById(self.0.customer_id)).await?.into())
    }

    /// In small letters.
    async fn platform(&self) -> &str {
        &self.0.platform
    }

    /// Its name there, without @.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Whether it is the customer's.
    async fn verification_status(&self) -> VerificationStatus {
        self.0.verification_status
    }

    /// Since when it is verified.
    async fn verified_at(&self) -> Option<DateTime> {
        self.0.verified_at.map(DateTime)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// What was measured of an account.
#[derive(Clone, Debug, Description)]
pub struct MetricSnapshot(Arc<metric_snapshot::Model>);

impl From<Arc<metric_snapshot::Model>> for MetricSnapshot {
    fn from(row: Arc<metric_snapshot::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl MetricSnapshot {
    /// `snap_…`
    async fn id(&self) -> ID {
        id::encode(Prefix::Snapshot, self.0.id).into()
    }

    /// The account.
    async fn social_account_id(&self) -> ID {
        id::encode(Prefix::SocialAccount, self.0.social_account_id).into()
    }

    /// Names and numbers.
    async fn metrics(&self) -> Result<Json, Failure> {
        json(&Metrics::shown(&self.0.metrics)?)
    }

    /// Who measured.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// When it was so.
    async fn captured_at(&self) -> DateTime {
        DateTime(self.0.captured_at)
    }

    /// When it was said.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }
}

/// What a provider was asked to deliver again, and what came of it.
#[derive(Clone, Debug, Description)]
pub struct Refill(Arc<refill::Model>);

impl From<Arc<refill::Model>> for Refill {
    fn from(row: Arc<refill::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl Refill {
    /// `refill_…`
    async fn id(&self) -> ID {
        id::encode(Prefix::Refill, self.0.id).into()
    }

    /// The sale order.
    async fn sale_order_id(&self) -> ID {
        id::encode(Prefix::Sale, self.0.sale_order_id).into()
    }

    /// The line; null: the order as a whole.
    async fn order_line_id(&self) -> Option<ID> {
        self.0.sale_line_id.map(|line| id::encode(Prefix::Line, line).into())
    }

    /// Who was asked; null for buyers.
    async fn provider(&self, ctx: &Context<'_>) -> Option<&str> {
        is_for_staff(ctx).then_some(&self.0.provider)
    }

    /// What they call it; null for buyers.
    async fn reference(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.reference.as_deref().filter(|_| is_for_staff(ctx))
    }

    /// How much is to be delivered again.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// What it costs; null for buyers.
    async fn amount(&self, ctx: &Context<'_>) -> Option<Money> {
        let (minor, currency) = self.0.amount_minor.zip(self.0.currency.as_deref())?;
        is_for_staff(ctx).then(|| Money::of(minor, currency))
    }

    /// What came of it.
    async fn status(&self) -> RefillStatus {
        self.0.status
    }

    /// Who asked; null for buyers when it was staff.
    async fn requested_by(&self, ctx: &Context<'_>) -> Option<String> {
        known_to_asker(ctx, &self.0.requested_by).map(str::to_owned)
    }

    /// When.
    async fn requested_at(&self) -> DateTime {
        DateTime(self.0.requested_at)
    }

    /// Who said what came of it; null for buyers when it was staff.
    async fn settled_by(&self, ctx: &Context<'_>) -> Option<String> {
        known_to_asker(ctx, self.0.settled_by.as_deref()?).map(str::to_owned)
    }

    /// When; null: nothing has come of it yet.
    async fn settled_at(&self) -> Option<DateTime> {
        self.0.settled_at.map(DateTime)
    }
}

fn is_for_staff(ctx: &Context<'_>) -> bool {
    crate::graphql::actor(ctx).is_ok_and(|actor| !actor.is_buyer())
}

fn json(value: &impl serde::Serialize) -> Result<Json, Failure> {
    Ok(Json(serde_json::to_value(value).map_err(Error::internal)?))
}

/// The proof of an order's delivery: what was measured before and after.
#[derive(SimpleObject)]
pub struct DeliveryProof {
    /// The sale order.
    order_id: ID,
    /// When it was put together.
    generated_at: String,
    /// The order's items, without charges.
    items: Vec<DeliveryProofItem>,
}

/// What an item has brought.
#[derive(SimpleObject)]
pub struct DeliveryProofItem {
    /// The line.
    item_id: ID,
    /// What was sold.
    product_title: String,
    /// To which account it is delivered; null where nobody has said.
    account: Option<DeliveryProofAccount>,
    /// What was measured last before the delivery began.
    baseline: Option<DeliveryMeasurement>,
    /// What was measured last since, until it ended.
    latest: Option<DeliveryMeasurement>,
    /// The baseline, and all that was measured since, oldest first; of very much the newest 500.
    history: Vec<DeliveryMeasurement>,
}

/// An account on a platform.
#[derive(SimpleObject)]
pub struct DeliveryProofAccount {
    /// Its name there.
    handle: String,
    /// Where.
    platform: String,
    /// unverified, pending, verified or failed.
    verification_status: String,
}

/// What was measured.
#[derive(SimpleObject)]
pub struct DeliveryMeasurement {
    /// Names and numbers.
    metrics: Json,
    /// Who measured.
    source: String,
    /// When it was so.
    captured_at: String,
}

impl DeliveryProof {
    /// A proof, as the API has it.
    pub fn of(proof: proof::DeliveryProof) -> Result<Self, Failure> {
        let measured = |of: Measured| {
            Ok::<_, Failure>(DeliveryMeasurement {
                metrics: json(&of.metrics)?,
                source: of.source,
                captured_at: of.captured_at,
            })
        };
        let item = |item: proof::ProofItem| {
            Ok::<_, Failure>(DeliveryProofItem {
                item_id: item.item_id.into(),
                product_title: item.product_title,
                account: item.account.map(|account| DeliveryProofAccount {
                    handle: account.handle,
                    platform: account.platform,
                    verification_status: account.verification_status,
                }),
                baseline: item.baseline.map(measured).transpose()?,
                latest: item.latest.map(measured).transpose()?,
                history: item.history.into_iter().map(measured).collect::<Result<_, _>>()?,
            })
        };
        Ok(Self {
            order_id: proof.order_id.into(),
            generated_at: proof.generated_at,
            items: proof.items.into_iter().map(item).collect::<Result<_, _>>()?,
        })
    }
}

/// What orders of a product have brought.
#[derive(SimpleObject)]
pub struct DeliveryMetrics {
    /// The product.
    product_id: ID,
    /// What it is called.
    product_title: String,
    /// How many deliveries were measured before and after.
    sample_count: i64,
    /// When the newest of these measurements was made.
    last_captured_at: Option<String>,
    /// What was measured, by name.
    metrics: Vec<DeliveryMetric>,
}

/// What one metric has gained. Averages are decimals of at most two places, rounded once.
#[derive(SimpleObject)]
pub struct DeliveryMetric {
    /// Which.
    name: String,
    /// How many deliveries have it before and after.
    sample_count: i64,
    /// Before, on average.
    average_baseline: String,
    /// After, on average.
    average_latest: String,
    /// The difference, on average.
    average_delta: String,
    /// The difference in hundredths of what was before; null where that was nothing.
    average_delta_percent: Option<String>,
    /// The same for people: "+300 followers on average over 42 orders".
    summary: String,
}

impl From<lift::ProductMetrics> for DeliveryMetrics {
    fn from(of: lift::ProductMetrics) -> Self {
        let metric = |of: lift::MetricLift| DeliveryMetric {
            name: of.name,
            sample_count: of.sample_count,
            average_baseline: of.average_baseline.as_str().to_owned(),
            average_latest: of.average_latest.as_str().to_owned(),
            average_delta: of.average_delta.as_str().to_owned(),
            average_delta_percent: of.average_delta_percent.map(|percent| percent.as_str().to_owned()),
            summary: of.summary,
        };
        Self {
            product_id: of.product_id.into(),
            product_title: of.product_title,
            sample_count: of.sample_count,
            last_captured_at: of.last_captured_at,
            metrics: of.metrics.into_iter().map(metric).collect(),
        }
    }
}
