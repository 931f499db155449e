//! Queries and mutations of quotations.

use super::Quotation;
use crate::edge;
use crate::error::Error;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::filter_id;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, actor, app, change, loaders, reader};
use crate::id::{self, Prefix};
use crate::order::graphql::{AddressInput, OrderLineInput};
use crate::quotation::commands::CreateQuotation;
use crate::quotation::graphql::keys::QuotationById;
use crate::quotation::queries::{self, Filter};
use crate::quotation::revise::ReviseQuotation;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{FulfilmentType, SaleChannel, SaleType};
use std::sync::Arc;
use uuid::Uuid;

/// What a list of quotations is narrowed to; all that is given must hold.
#[derive(Default, InputObject)]
pub struct QuotationFilter {
    /// In one of these states.
    state_in: Option<Vec<String>>,
    /// In none of these states.
    state_not_in: Option<Vec<String>>,
    /// Of this store.
    store_id: Option<ID>,
    /// To this customer.
    customer_id: Option<ID>,
    /// To this reseller.
    reseller_id: Option<ID>,
    /// Made after then.
    created_after: Option<DateTime>,
    /// Made before then.
    created_before: Option<DateTime>,
    /// Number, customer or reseller name, or SKU contains it.
    search: Option<String>,
}

impl TryFrom<QuotationFilter> for Filter {
    type Error = Error;

    fn try_from(filter: QuotationFilter) -> Result<Self, Error> {
        Ok(Self {
            states: filter.state_in,
            other_than: filter.state_not_in,
            store: filter_id("storeId", Prefix::Store, filter.store_id.as_ref())?,
            customer: filter_id("customerId", Prefix::Customer, filter.customer_id.as_ref())?,
            reseller: filter_id("resellerId", Prefix::Reseller, filter.reseller_id.as_ref())?,
            after: filter.created_after.map(|at| at.0),
            before: filter.created_before.map(|at| at.0),
            search: filter.search,
        })
    }
}

/// Quotations.
#[derive(Default)]
pub struct QuotationQuery;

#[Object]
impl QuotationQuery {
    /// A quotation by its id; null when there is none that you may see.
    async fn quotation(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<Quotation>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(id) = id::decode(Prefix::Quote, &id) else { return Ok(None) };
        Ok(queries::find(reader(ctx), actor, id).await?.map(Quotation::from))
    }

    /// Quotations, newest first.
    async fn quotations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<QuotationFilter>,
    ) -> Answer<Connection<Quotation>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let filter = queries::Filter::try_from(filter.unwrap_or_default())?;
        let page = queries::quotations(
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

/// A new quotation.
#[derive(InputObject)]
pub struct CreateQuotationInput {
    /// Whom it is to: RESELLER needs resellerId.
    #[graphql(name = "type")]
    sale_type: SaleType,
    /// Where it is made.
    channel: SaleChannel,
    /// The store that sells.
    store_id: ID,
    /// The customer who buys.
    customer_id: Option<ID>,
    /// The reseller who buys.
    reseller_id: Option<ID>,
    /// What is offered: 1 to 500 lines.
    lines: Vec<OrderLineInput>,
    /// Until when it can be agreed on; left out: as configured.
    valid_until: Option<DateTime>,
    /// Where the goods are to go.
    shipping_address: Option<AddressInput>,
    /// `IN_STORE`: PICKUP by default; otherwise DELIVERY; lines of SERVICE products get a fulfilment of their own.
    fulfilment_type: Option<FulfilmentType>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// What a quotation is to be, while it is open. What is left out stays.
#[derive(InputObject)]
pub struct ReviseQuotationInput {
    /// Which.
    quotation_id: ID,
    /// All lines as they are to be; left out: as they are.
    lines: Option<Vec<OrderLineInput>>,
    /// The customer who buys; null: nobody who is known. The shipping address stays, unless it is named too.
    customer_id: MaybeUndefined<ID>,
    /// The reseller who buys; a RESELLER sale needs one.
    reseller_id: MaybeUndefined<ID>,
    /// Where the goods are to go; null: nothing is said.
    shipping_address: MaybeUndefined<AddressInput>,
    /// Until when it can be agreed on; left out: as it is.
    valid_until: Option<DateTime>,
    /// Refused with CONFLICT when the quotation has moved on.
    expected_version: Option<i32>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// The quotation, as it is now.
#[derive(SimpleObject)]
pub struct QuotationPayload {
    /// The quotation, as it is now.
    quotation: Quotation,
}

impl QuotationPayload {
    async fn load(ctx: &Context<'_>, id: Uuid) -> Answer<Self> {
        Ok(Self { quotation: loaders(ctx).required(QuotationById(id)).await?.into() })
    }
}

/// Mutations of quotations.
#[derive(Default)]
pub struct QuotationMutation;

#[Object]
impl QuotationMutation {
    /// Makes a quotation in DRAFT.
    async fn create_quotation(&self, ctx: &Context<'_>, input: CreateQuotationInput) -> Answer<QuotationPayload> {
        let actor = actor(ctx)?;
        let command = CreateQuotation {
            sale_type: input.sale_type,
            channel: input.channel,
            store_id: id::decode(Prefix::Store, &input.store_id)?,
            customer_id: input.customer_id.map(|id| id::decode(Prefix::Customer, &id)).transpose()?,
            reseller_id: input.reseller_id.map(|id| id::decode(Prefix::Reseller, &id)).transpose()?,
            lines: OrderLineInput::read_all(ctx, &input.lines)?,
            valid_until: input.valid_until.map(|at| at.0),
            shipping_address: input.shipping_address.map(AddressInput::read).transpose()?,
            fulfilment_type: input.fulfilment_type,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        QuotationPayload::load(ctx, done.quotation).await
    }

    /// Changes lines, buyer or shipping address by EDIT: a new revision, approvals void. Where nothing differs from what
    /// is there, nothing happens.
    async fn revise_quotation(&self, ctx: &Context<'_>, input: ReviseQuotationInput) -> Answer<QuotationPayload> {
        let actor = actor(ctx)?;
        let command = ReviseQuotation {
            quotation_id: id::decode(Prefix::Quote, &input.quotation_id)?,
            lines: input.lines.map(|lines| OrderLineInput::read_all(ctx, &lines)).transpose()?,
            customer: change(input.customer_id, |id| id::decode(Prefix::Customer, &id))?,
            reseller: change(input.reseller_id, |id| id::decode(Prefix::Reseller, &id))?,
            shipping_address: change(input.shipping_address, AddressInput::read)?,
            valid_until: input.valid_until.map(|at| at.0),
            expected_version: input.expected_version,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        QuotationPayload::load(ctx, done.quotation).await
    }
}
