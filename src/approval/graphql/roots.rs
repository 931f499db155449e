//! Queries and mutations of override requests.

use super::OverrideRequest;
use crate::approval::commands::{DecideOverride, GrantOverride, OverrideDone, RequestOverride, RevokeOverride};
use crate::approval::queries::{self, Filter};
use crate::edge;
use crate::error::Error;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::filter_id;
use crate::graphql::money::MoneyInput;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, actor, app, loaders, reader};
use crate::id::{self, Prefix};
use crate::sale::graphql::SaleOrder;
use crate::workflow::Command;
use crate::{approval::graphql::keys::OverrideById, sale::graphql::keys::SaleById};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{OverrideKind, OverrideStatus};
use std::sync::Arc;

/// What a list of override requests is narrowed to; all that is given must hold.
#[derive(Default, InputObject)]
pub struct OverrideRequestFilter {
    /// In one of these states.
    status_in: Option<Vec<OverrideStatus>>,
    /// Of this kind.
    kind: Option<OverrideKind>,
    /// For this sale order.
    sale_order_id: Option<ID>,
}

impl TryFrom<OverrideRequestFilter> for Filter {
    type Error = Error;

    fn try_from(filter: OverrideRequestFilter) -> Result<Self, Error> {
        Ok(Self {
            statuses: filter.status_in.map(|statuses| statuses.into_iter().collect()),
            kind: filter.kind,
            sale: filter_id("saleOrderId", Prefix::Sale, filter.sale_order_id.as_ref())?,
        })
    }
}

/// Override requests.
#[derive(Default)]
pub struct OverrideQuery;

#[Object]
impl OverrideQuery {
    /// An override request by its id; null when there is none that you may see.
    async fn override_request(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<OverrideRequest>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(id) = id::decode(Prefix::Override, &id) else { return Ok(None) };
        Ok(queries::find(reader(ctx), actor, id).await?.map(OverrideRequest::from))
    }

    /// Override requests, newest first.
    async fn override_requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<OverrideRequestFilter>,
    ) -> Answer<Connection<OverrideRequest>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let filter = queries::Filter::try_from(filter.unwrap_or_default())?;
        let page = queries::overrides(reader(ctx), actor, &filter, &asked(ctx, first, after, last, before)).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }
}

/// Asks for an override.
#[derive(InputObject)]
pub struct RequestOverrideInput {
    /// For which sale order.
    sale_order_id: ID,
    /// What it stands in for.
    kind: OverrideKind,
    /// Why, by code.
    reason_code: String,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// Up to what; left out: what is needed.
    amount: Option<MoneyInput>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// Decides a request. Whoever asked may not decide.
#[derive(InputObject)]
pub struct DecideOverrideInput {
    /// Which request.
    override_request_id: ID,
    /// True: granted. False: denied.
    approve: bool,
    /// Up to what; left out: what was asked for.
    approved_amount: Option<MoneyInput>,
    /// When the approval lapses; left out: not by itself.
    expires_at: Option<DateTime>,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// Request and approval in one, for those who may do both.
#[derive(InputObject)]
pub struct GrantAdminOverrideInput {
    /// For which sale order.
    sale_order_id: ID,
    /// Why, by code.
    reason_code: String,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// When the approval lapses; left out: not by itself.
    expires_at: Option<DateTime>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// Request and approval in one, for those who may do both.
#[derive(InputObject)]
pub struct GrantCreditOverrideInput {
    /// For which sale order.
    sale_order_id: ID,
    /// Up to which overage.
    approved_amount: MoneyInput,
    /// Why, by code.
    reason_code: String,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// When the approval lapses; left out: not by itself.
    expires_at: Option<DateTime>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// The request and its sale order, as they are now.
#[derive(SimpleObject)]
pub struct OverridePayload {
    /// The request, as it is now.
    override_request: OverrideRequest,
    /// Its sale order, as it is now.
    sale_order: SaleOrder,
}

async fn ask<C: Command<Output = OverrideDone>>(
    ctx: &Context<'_>,
    key: Option<String>,
    command: C,
) -> Answer<OverridePayload> {
    let done = edge::run(app(ctx), actor(ctx)?, key.as_deref(), &command).await?;
    let id = done.override_request;
    let request = loaders(ctx).required(OverrideById(id)).await?;
    let sale_order = loaders(ctx).required(SaleById(request.sale_order_id)).await?.into();
    Ok(OverridePayload { override_request: request.into(), sale_order })
}

/// Mutations of override requests. Each authorises itself.
#[derive(Default)]
pub struct OverrideMutation;

#[Object]
impl OverrideMutation {
    /// Asks for an override. Needs override.request.
    async fn request_override(&self, ctx: &Context<'_>, input: RequestOverrideInput) -> Answer<OverridePayload> {
        let command = RequestOverride {
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            kind: input.kind,
            reason_code: input.reason_code,
            note: input.note,
            amount: MoneyInput::maybe(input.amount.as_ref(), ctx, "amount")?,
        };
        ask(ctx, input.idempotency_key, command).await
    }

    /// Grants or denies a PENDING request; a decided one is CONFLICT. Needs override.decide.
    async fn decide_override(&self, ctx: &Context<'_>, input: DecideOverrideInput) -> Answer<OverridePayload> {
        let command = DecideOverride {
            override_request_id: id::decode(Prefix::Override, &input.override_request_id)?,
            approve: input.approve,
            approved_amount: MoneyInput::maybe(input.approved_amount.as_ref(), ctx, "approvedAmount")?,
            expires_at: input.expires_at.map(|at| at.0),
            note: input.note,
        };
        ask(ctx, input.idempotency_key, command).await
    }

    /// Takes a request or an approval back; after clearing only while nothing has shipped. Needs override.revoke, or to
    /// have asked for it.
    async fn revoke_override(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request.")] override_request_id: ID,
        #[graphql(desc = "Why, by code.")] reason_code: String,
        #[graphql(desc = "Why, in words; at most 10,000 characters.")] note: Option<String>,
        idempotency_key: Option<String>,
    ) -> Answer<OverridePayload> {
        let override_request_id = id::decode(Prefix::Override, &override_request_id)?;
        ask(ctx, idempotency_key, RevokeOverride { override_request_id, reason_code, note }).await
    }

    /// Request and approval in one, for those who may do both. Needs override.grant.
    async fn grant_admin_override(&self, ctx: &Context<'_>, input: GrantAdminOverrideInput) -> Answer<OverridePayload> {
        let command = GrantOverride {
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            kind: entity::OverrideKind::Admin,
            approved_amount: None,
            reason_code: input.reason_code,
            note: input.note,
            expires_at: input.expires_at.map(|at| at.0),
        };
        ask(ctx, input.idempotency_key, command).await
    }

    /// Request and approval in one, for those who may do both. Needs override.grant.
    async fn grant_credit_override(
        &self,
        ctx: &Context<'_>,
        input: GrantCreditOverrideInput,
    ) -> Answer<OverridePayload> {
        let command = GrantOverride {
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            kind: entity::OverrideKind::Credit,
            approved_amount: Some(input.approved_amount.read(ctx, "approvedAmount")?),
            reason_code: input.reason_code,
            note: input.note,
            expires_at: input.expires_at.map(|at| at.0),
        };
        ask(ctx, input.idempotency_key, command).await
    }
}
