//! Queries and mutations of accounts, measurements, refills and proofs.

use super::keys::{AccountById, RefillById, SnapshotById};
use super::{DeliveryMetrics, MetricSnapshot, Refill, SocialAccount};
use crate::edge;
use crate::error::Error;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::money::MoneyInput;
use crate::graphql::scalars::{DateTime, Json};
use crate::graphql::{Answer, actor, app, filter_id, loaders, reader};
use crate::id::{self, Named, Prefix};
use crate::provisioning::accounts::{CreateSocialAccount, RecordMetrics, VerifySocialAccount};
use crate::provisioning::links::LinkSocialAccount;
use crate::provisioning::metrics::Metrics;
use crate::provisioning::refills::{RefillDone, RequestRefill, SettleRefill};
use crate::provisioning::{lift, queries};
use crate::sale::graphql::SaleOrderPayload;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::VerificationStatus;
use std::sync::Arc;

/// Accounts, measurements and what orders have brought.
#[derive(Default)]
pub struct ProvisioningQuery;

#[Object]
impl ProvisioningQuery {
    /// An account by its id; null when there is none that you may see.
    async fn social_account(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<SocialAccount>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(id) = id::decode(Prefix::SocialAccount, &id) else { return Ok(None) };
        Ok(queries::find(reader(ctx), actor, id).await?.map(SocialAccount::from))
    }

    /// Accounts, oldest first: staff see all, customers their own, sellers those of who bought in their stores.
    async fn social_accounts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "Of this customer alone.")] customer_id: Option<ID>,
    ) -> Answer<Connection<SocialAccount>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let customer = filter_id("customerId", Prefix::Customer, customer_id.as_ref())?;
        let asked = asked(ctx, first, after, last, before);
        let page = queries::accounts(reader(ctx), actor, customer, &asked).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }

    /// What was measured of an account, newest first.
    async fn metric_snapshots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which account.")] social_account_id: ID,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<Connection<MetricSnapshot>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let account = id::decode(Prefix::SocialAccount, &social_account_id)?;
        if queries::find(reader(ctx), actor, account).await?.is_none() {
            return Err(Error::not_found(social_account_id.as_str()).into());
        }
        let page = queries::snapshots(reader(ctx), account, &asked(ctx, first, after, last, before)).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }

    /// What orders have brought on average, by product; of these products, or of all with samples. Needs proof.read.
    async fn delivery_metrics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By id, external id or SKU; 1 to 100.")] product_ids: Option<Vec<String>>,
    ) -> Answer<Vec<DeliveryMetrics>> {
        let (app, actor) = (app(ctx), actor(ctx)?);
        actor.require("proof.read")?;
        let products = match product_ids {
            Some(names) => Some(crate::catalog::queries::named(&app.reader, &names).await?),
            None => None,
        };
        let told = lift::metrics(&app.reader, actor, products, app.clock.now()).await?;
        Ok(told.products.into_iter().map(DeliveryMetrics::from).collect())
    }
}

/// An account of a customer on a platform.
#[derive(InputObject)]
pub struct CreateSocialAccountInput {
    /// Whose it is: their id, or their external id.
    customer_id: ID,
    /// Where: 1 to 50 letters, digits or any of - _ .; kept in small letters.
    platform: String,
    /// Its name there; an @ before it is left out.
    handle: String,
    /// Whether it is theirs, as staff know; left out: UNVERIFIED.
    verification_status: Option<VerificationStatus>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// Whether an account is its customer's.
#[derive(InputObject)]
pub struct VerifySocialAccountInput {
    /// Which.
    social_account_id: ID,
    /// Whether it is.
    verification_status: VerificationStatus,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// What was measured of an account.
#[derive(InputObject)]
pub struct RecordMetricsInput {
    /// Of which.
    social_account_id: ID,
    /// Names and numbers: `{"followerCount": 1200}`; 1 to 50, of at most 15 digits with 6 decimals.
    metrics: Json,
    /// Who measured.
    source: String,
    /// When it was so; left out: now. Measurements may come in any order.
    captured_at: Option<DateTime>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// To which account a line is delivered.
#[derive(InputObject)]
pub struct LinkSocialAccountInput {
    /// The line.
    order_line_id: ID,
    /// The account, of the order's customer.
    social_account_id: ID,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// What a provider is asked to deliver again.
#[derive(InputObject)]
pub struct RequestRefillInput {
    /// Of which sale order.
    sale_order_id: ID,
    /// Of which line; left out: of the order as a whole.
    order_line_id: Option<ID>,
    /// Who is asked.
    provider: String,
    /// How much: 1 to 1,000,000,000.
    quantity: i64,
    /// What it costs.
    amount: Option<MoneyInput>,
    /// What the provider calls it.
    reference: Option<String>,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// What came of a refill.
#[derive(InputObject)]
pub struct SettleRefillInput {
    /// Which.
    refill_id: ID,
    /// Whether it was delivered; else it failed.
    completed: bool,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// The account, as it is now.
#[derive(SimpleObject)]
pub struct SocialAccountPayload {
    /// The account, as it is now.
    social_account: SocialAccount,
}

/// The measurement.
#[derive(SimpleObject)]
pub struct MetricSnapshotPayload {
    /// The measurement.
    snapshot: MetricSnapshot,
}

/// The refill, as it is now.
#[derive(SimpleObject)]
pub struct RefillPayload {
    /// The refill, as it is now.
    refill: Refill,
}

impl RefillPayload {
    async fn load(ctx: &Context<'_>, done: &RefillDone) -> Answer<Self> {
        Ok(Self { refill: loaders(ctx).required(RefillById(done.refill)).await?.into() })
    }
}

/// Mutations of accounts, measurements and refills.
#[derive(Default)]
pub struct ProvisioningMutation;

#[Object]
impl ProvisioningMutation {
    /// Makes an account. Needs order.work; customers make their own with order.create, unverified.
    async fn create_social_account(
        &self,
        ctx: &Context<'_>,
        input: CreateSocialAccountInput,
    ) -> Answer<SocialAccountPayload> {
        let actor = actor(ctx)?;
        let command = CreateSocialAccount {
            customer_id: Named::read(Prefix::Customer, &input.customer_id),
            platform: input.platform,
            handle: input.handle,
            verification_status: input.verification_status,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        Ok(SocialAccountPayload { social_account: loaders(ctx).required(AccountById(done.account)).await?.into() })
    }

    /// Says whether an account is its customer's. Needs order.work.
    async fn verify_social_account(
        &self,
        ctx: &Context<'_>,
        input: VerifySocialAccountInput,
    ) -> Answer<SocialAccountPayload> {
        let actor = actor(ctx)?;
        let command = VerifySocialAccount {
            social_account_id: id::decode(Prefix::SocialAccount, &input.social_account_id)?,
            verification_status: input.verification_status,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        Ok(SocialAccountPayload { social_account: loaders(ctx).required(AccountById(done.account)).await?.into() })
    }

    /// Keeps what was measured of an account, before an order exists or later. Needs order.work.
    async fn record_metrics(&self, ctx: &Context<'_>, input: RecordMetricsInput) -> Answer<MetricSnapshotPayload> {
        let actor = actor(ctx)?;
        let command = RecordMetrics {
            social_account_id: id::decode(Prefix::SocialAccount, &input.social_account_id)?,
            source: input.source,
            metrics: Metrics::of_json(&input.metrics.0)?,
            captured_at: input.captured_at.map(|at| at.0),
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        Ok(MetricSnapshotPayload { snapshot: loaders(ctx).required(SnapshotById(done.snapshot)).await?.into() })
    }

    /// Says to which account a line is delivered. Needs order.work.
    async fn link_social_account(&self, ctx: &Context<'_>, input: LinkSocialAccountInput) -> Answer<SaleOrderPayload> {
        let actor = actor(ctx)?;
        let command = LinkSocialAccount {
            order_line_id: id::decode(Prefix::Line, &input.order_line_id)?,
            social_account_id: id::decode(Prefix::SocialAccount, &input.social_account_id)?,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        SaleOrderPayload::load(ctx, done.sale).await
    }

    /// Asks a provider to deliver again; a completed order is active again. Needs order.work.
    async fn request_refill(&self, ctx: &Context<'_>, input: RequestRefillInput) -> Answer<RefillPayload> {
        let actor = actor(ctx)?;
        let command = RequestRefill {
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            order_line_id: input.order_line_id.map(|id| id::decode(Prefix::Line, &id)).transpose()?,
            provider: input.provider,
            quantity: input.quantity,
            amount: MoneyInput::maybe(input.amount.as_ref(), ctx, "amount")?,
            reference: input.reference,
            note: input.note,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        RefillPayload::load(ctx, &done).await
    }

    /// Says what came of a refill; once. Needs order.work.
    async fn settle_refill(&self, ctx: &Context<'_>, input: SettleRefillInput) -> Answer<RefillPayload> {
        let actor = actor(ctx)?;
        let command = SettleRefill {
            refill_id: id::decode(Prefix::Refill, &input.refill_id)?,
            completed: input.completed,
            note: input.note,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        RefillPayload::load(ctx, &done).await
    }
}
