//! Queries and mutations of fulfilments.

use super::Fulfilment;
use crate::edge;
use crate::error::Error;
use crate::fulfilment::commands::{SplitFulfilment, SplitLine};
use crate::fulfilment::queries::{self, Filter};
use crate::graphql::connection::{Connection, asked};
use crate::graphql::filter_id;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, actor, app, reader};
use crate::id::{self, Prefix};
use crate::sale::graphql::SaleOrderPayload;
use async_graphql::{Context, ID, InputObject, Object};
use std::sync::Arc;

/// What a list of fulfilments is narrowed to; all that is given must hold.
#[derive(Default, InputObject)]
pub struct FulfilmentFilter {
    /// In one of these states.
    state_in: Option<Vec<String>>,
    /// In none of these states.
    state_not_in: Option<Vec<String>>,
    /// In a state with one of these tags.
    tag_in: Option<Vec<String>>,
    /// Of this store.
    store_id: Option<ID>,
    /// Of this sale order.
    sale_order_id: Option<ID>,
    /// Made after then.
    created_after: Option<DateTime>,
    /// Made before then.
    created_before: Option<DateTime>,
}

impl TryFrom<FulfilmentFilter> for Filter {
    type Error = Error;

    fn try_from(filter: FulfilmentFilter) -> Result<Self, Error> {
        Ok(Self {
            states: filter.state_in,
            other_than: filter.state_not_in,
            tags: filter.tag_in,
            store: filter_id("storeId", Prefix::Store, filter.store_id.as_ref())?,
            sale: filter_id("saleOrderId", Prefix::Sale, filter.sale_order_id.as_ref())?,
            after: filter.created_after.map(|at| at.0),
            before: filter.created_before.map(|at| at.0),
        })
    }
}

/// Fulfilments.
#[derive(Default)]
pub struct FulfilmentQuery;

#[Object]
impl FulfilmentQuery {
    /// A fulfilment by its id; null when there is none that you may see.
    async fn fulfilment(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<Fulfilment>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(id) = id::decode(Prefix::Fulfilment, &id) else { return Ok(None) };
        Ok(queries::find(reader(ctx), actor, id).await?.map(Fulfilment::from))
    }

    /// Fulfilments, newest first.
    async fn fulfilments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<FulfilmentFilter>,
    ) -> Answer<Connection<Fulfilment>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let filter = queries::Filter::try_from(filter.unwrap_or_default())?;
        let page = queries::fulfilments(
            reader(ctx),
            &app(ctx).registry,
            actor,
            &filter,
            &asked(ctx, first, after, last, before),
        )
        .await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }
}

/// How many of a line go into the new part.
#[derive(InputObject)]
pub struct FulfilmentLineInput {
    /// The sale order's line.
    order_line_id: ID,
    /// How many of it.
    quantity: i32,
}

/// Takes a proper part of a fulfilment's quantities into a fulfilment of its own, before shipping.
#[derive(InputObject)]
pub struct SplitFulfilmentInput {
    /// Which.
    fulfilment_id: ID,
    /// What goes into the new part.
    lines: Vec<FulfilmentLineInput>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// Mutations of fulfilments.
#[derive(Default)]
pub struct FulfilmentMutation;

#[Object]
impl FulfilmentMutation {
    /// Splits a fulfilment before shipping: the new part inherits its share of the reservation, and the holds.
    async fn split_fulfilment(&self, ctx: &Context<'_>, input: SplitFulfilmentInput) -> Answer<SaleOrderPayload> {
        let actor = actor(ctx)?;
        let mut lines = Vec::with_capacity(input.lines.len());
        for line in &input.lines {
            let order_line_id = id::decode(Prefix::Line, &line.order_line_id)?;
            lines.push(SplitLine { order_line_id, quantity: i64::from(line.quantity) });
        }
        let command = SplitFulfilment { fulfilment_id: id::decode(Prefix::Fulfilment, &input.fulfilment_id)?, lines };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        SaleOrderPayload::load(ctx, done.sale).await
    }
}
