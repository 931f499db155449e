//! Queries and mutations of stores, customers and resellers.

use super::{Customer, Reseller, Store};
use crate::edge;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::money::MoneyInput;
use crate::graphql::{Answer, actor, app, loaders, reader};
use crate::id::{self, Prefix};
use crate::party::commands::{CreateCustomer, CreateReseller, CreateStore};
use crate::party::graphql::keys::{CustomerById, ResellerById, StoreById};
use crate::party::queries;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use std::sync::Arc;
use uuid::Uuid;

/// Stores, customers and resellers.
#[derive(Default)]
pub struct PartyQuery;

#[Object]
impl PartyQuery {
    /// A store by its id; null when there is none.
    async fn store(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<Store>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(id) = id::decode(Prefix::Store, &id) else { return Ok(None) };
        Ok(queries::find_store(reader(ctx), actor, id).await?.map(Store::from))
    }

    /// A customer by its id; null when there is none that you may see.
    async fn customer(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<Customer>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(id) = id::decode(Prefix::Customer, &id) else { return Ok(None) };
        Ok(queries::find_customer(reader(ctx), actor, id).await?.map(Customer::from))
    }

    /// A reseller by its id; null when there is none that you may see.
    async fn reseller(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<Reseller>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(id) = id::decode(Prefix::Reseller, &id) else { return Ok(None) };
        Ok(queries::find_reseller(reader(ctx), actor, id).await?.map(Reseller::from))
    }

    /// Stores, by when they were made.
    async fn stores(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<Connection<Store>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let page = queries::stores(reader(ctx), actor, &asked(ctx, first, after, last, before)).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }

    /// Customers, by when they were made.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "Name or e-mail address contains it.")] search: Option<String>,
    ) -> Answer<Connection<Customer>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let asked = asked(ctx, first, after, last, before);
        let page = queries::customers(reader(ctx), actor, search.as_deref(), &asked).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }

    /// Resellers, by when they were made.
    async fn resellers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "Name or e-mail address contains it.")] search: Option<String>,
    ) -> Answer<Connection<Reseller>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let asked = asked(ctx, first, after, last, before);
        let page = queries::resellers(reader(ctx), actor, search.as_deref(), &asked).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }
}

/// A new store.
#[derive(InputObject)]
pub struct CreateStoreInput {
    /// What people call it.
    name: String,
    /// Who sells in it, where that is somebody else than it is called; null: nobody.
    seller_name: Option<String>,
    /// The currency that it sells in.
    currency: String,
    /// IANA time zone; left out: UTC.
    timezone: Option<String>,
    /// The lifecycle of its sale orders; left out: `sale.lifecycle` of the settings.
    default_lifecycle: Option<String>,
    /// Whether it sells what it does not have.
    #[graphql(default_with = "Some(false)")]
    backorders: Option<bool>,
    /// What another system calls it; unique.
    external_id: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// A new customer.
#[derive(InputObject)]
pub struct CreateCustomerInput {
    /// The name.
    name: String,
    /// The e-mail address.
    email: Option<String>,
    /// BRONZE, SILVER, GOLD or PLATINUM; left out: none, and no credit but the limit.
    credit_tier: Option<String>,
    /// An agreed limit in its currency, instead of the tier's cap; in other currencies the party then has no credit.
    credit_limit: Option<MoneyInput>,
    /// What another system calls them; unique.
    external_id: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// A new reseller.
#[derive(InputObject)]
pub struct CreateResellerInput {
    /// The name.
    name: String,
    /// The e-mail address.
    email: Option<String>,
    /// BRONZE, SILVER, GOLD or PLATINUM; left out: none, and no credit but the limit.
    credit_tier: Option<String>,
    /// An agreed limit in its currency, instead of the tier's cap; in other currencies the party then has no credit.
    credit_limit: Option<MoneyInput>,
    /// What another system calls them; unique.
    external_id: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// The store.
#[derive(SimpleObject)]
pub struct StorePayload {
    /// The store.
    store: Store,
}

impl StorePayload {
    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Answer<Self> {
        Ok(Self { store: loaders(ctx).required(StoreById(id)).await?.into() })
    }
}

/// The customer.
#[derive(SimpleObject)]
pub struct CustomerPayload {
    /// The customer.
    customer: Customer,
}

impl CustomerPayload {
    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Answer<Self> {
        Ok(Self { customer: loaders(ctx).required(CustomerById(id)).await?.into() })
    }
}

/// The reseller.
#[derive(SimpleObject)]
pub struct ResellerPayload {
    /// The reseller.
    reseller: Reseller,
}

impl ResellerPayload {
    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Answer<Self> {
        Ok(Self { reseller: loaders(ctx).required(ResellerById(id)).await?.into() })
    }
}

/// Mutations of stores, customers and resellers.
#[derive(Default)]
pub struct PartyMutation;

#[Object]
impl PartyMutation {
    /// Makes a store. Needs store.manage.
    async fn create_store(&self, ctx: &Context<'_>, input: CreateStoreInput) -> Answer<StorePayload> {
        let actor = actor(ctx)?;
        let command = CreateStore {
            name: input.name,
            seller_name: input.seller_name,
            currency: input.currency,
            timezone: input.timezone,
            default_lifecycle: input.default_lifecycle,
            backorders: input.backorders.unwrap_or(false),
            external_id: input.external_id,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        StorePayload::load(ctx, done.store).await
    }

    /// Makes a customer. Needs party.manage.
    async fn create_customer(&self, ctx: &Context<'_>, input: CreateCustomerInput) -> Answer<CustomerPayload> {
        let actor = actor(ctx)?;
        let command = CreateCustomer {
            name: input.name,
            email: input.email,
            credit_tier: input.credit_tier,
            credit_limit: MoneyInput::maybe(input.credit_limit.as_ref(), ctx, "creditLimit")?,
            external_id: input.external_id,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        CustomerPayload::load(ctx, done.customer).await
    }

    /// Makes a reseller. Needs party.manage.
    async fn create_reseller(&self, ctx: &Context<'_>, input: CreateResellerInput) -> Answer<ResellerPayload> {
        let actor = actor(ctx)?;
        let command = CreateReseller {
            name: input.name,
            email: input.email,
            credit_tier: input.credit_tier,
            credit_limit: MoneyInput::maybe(input.credit_limit.as_ref(), ctx, "creditLimit")?,
            external_id: input.external_id,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        ResellerPayload::load(ctx, done.reseller).await
    }
}
