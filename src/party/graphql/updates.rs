//! Mutations that change stores, customers and resellers.

use super::calendar::SetStoreCalendarInput;
use super::roots::{CustomerPayload, ResellerPayload, StorePayload};
use super::{Customer, Reseller};
use crate::edge;
use crate::error::Error;
use crate::graphql::money::MoneyInput;
use crate::graphql::{Answer, actor, app, change, loaders};
use crate::id::{self, Prefix};
use crate::party::credit::{PartyDone, SetPartyCredit};
use crate::party::graphql::keys::{CustomerById, ResellerById};
use crate::party::update::{UpdateCustomer, UpdateReseller, UpdateStore};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::PartyKind;

/// What a store is to be. What is left out stays; so does what is null, where nothing else is said. Its currency stays: prices, orders and accounts are in it.
#[derive(InputObject)]
pub struct UpdateStoreInput {
    /// Which.
    store_id: ID,
    /// What people call it.
    name: Option<String>,
    /// Who sells in it, where that is somebody else than it is called; null: nobody.
    seller_name: MaybeUndefined<String>,
    /// IANA time zone: business windows are in it.
    timezone: Option<String>,
    /// The lifecycle of sale orders that begin from now on.
    default_lifecycle: Option<String>,
    /// Whether it sells what it does not have.
    backorders: Option<bool>,
    /// What another system calls it, unique; null: nothing.
    external_id: MaybeUndefined<String>,
    /// Refused with CONFLICT when the store has moved on.
    expected_version: Option<i32>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// What a customer is to be. What is left out stays; so does what is null, where nothing else is said.
#[derive(InputObject)]
pub struct UpdateCustomerInput {
    /// Which.
    customer_id: ID,
    /// The name.
    name: Option<String>,
    /// The e-mail address; null: none.
    email: MaybeUndefined<String>,
    /// What another system calls them, unique; null: nothing.
    external_id: MaybeUndefined<String>,
    /// Refused with CONFLICT when the customer has moved on.
    expected_version: Option<i32>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// What a reseller is to be. What is left out stays; so does what is null, where nothing else is said.
#[derive(InputObject)]
pub struct UpdateResellerInput {
    /// Which.
    reseller_id: ID,
    /// The name.
    name: Option<String>,
    /// The e-mail address; null: none.
    email: MaybeUndefined<String>,
    /// What another system calls them, unique; null: nothing.
    external_id: MaybeUndefined<String>,
    /// Refused with CONFLICT when the reseller has moved on.
    expected_version: Option<i32>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// Which credit a customer or a reseller is to have. What is left out stays.
#[derive(InputObject)]
pub struct SetPartyCreditInput {
    /// The customer's or the reseller's id.
    party_id: ID,
    /// NONE, BRONZE, SILVER, GOLD or PLATINUM, in all currencies; left out or null: as it is.
    credit_tier: Option<String>,
    /// The party's own limit in its currency, instead of the tier's cap; null: it has none any more.
    credit_limit: MaybeUndefined<MoneyInput>,
    /// With creditLimit: null, the currency in which the limit is taken away; left out: in all.
    currency: Option<String>,
    /// Why, by code.
    reason_code: String,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// Refused with CONFLICT when the party has moved on.
    expected_version: Option<i32>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// The party, as it is now: one of the two.
#[derive(SimpleObject)]
pub struct PartyCreditPayload {
    /// The customer.
    customer: Option<Customer>,
    /// The reseller.
    reseller: Option<Reseller>,
}

/// Mutations that change stores, customers and resellers.
#[derive(Default)]
pub struct PartyUpdates;

#[Object]
impl PartyUpdates {
    /// Changes a store. Needs store.manage.
    async fn update_store(&self, ctx: &Context<'_>, input: UpdateStoreInput) -> Answer<StorePayload> {
        let actor = actor(ctx)?;
        let command = UpdateStore {
            store_id: id::decode(Prefix::Store, &input.store_id)?,
            name: input.name,
            seller_name: change(input.seller_name, Ok)?,
            timezone: input.timezone,
            default_lifecycle: input.default_lifecycle,
            backorders: input.backorders,
            external_id: change(input.external_id, Ok)?,
            expected_version: input.expected_version,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        StorePayload::load(ctx, done.store).await
    }

    /// Gives a store another calendar, whole. Events that wait for a window keep their time, and are asked about the new calendar
    /// when it comes. Needs calendar.manage.
    async fn set_store_calendar(&self, ctx: &Context<'_>, input: SetStoreCalendarInput) -> Answer<StorePayload> {
        let (command, key) = input.parse()?;
        let done = edge::run(app(ctx), actor(ctx)?, key.as_deref(), &command).await?;
        StorePayload::load(ctx, done.store).await
    }

    /// Changes a customer. Needs party.manage.
    async fn update_customer(&self, ctx: &Context<'_>, input: UpdateCustomerInput) -> Answer<CustomerPayload> {
        let actor = actor(ctx)?;
        let command = UpdateCustomer {
            customer_id: id::decode(Prefix::Customer, &input.customer_id)?,
            name: input.name,
            email: change(input.email, Ok)?,
            external_id: change(input.external_id, Ok)?,
            expected_version: input.expected_version,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        CustomerPayload::load(ctx, done.customer).await
    }

    /// Changes a reseller. Needs party.manage.
    async fn update_reseller(&self, ctx: &Context<'_>, input: UpdateResellerInput) -> Answer<ResellerPayload> {
        let actor = actor(ctx)?;
        let command = UpdateReseller {
            reseller_id: id::decode(Prefix::Reseller, &input.reseller_id)?,
            name: input.name,
            email: change(input.email, Ok)?,
            external_id: change(input.external_id, Ok)?,
            expected_version: input.expected_version,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        ResellerPayload::load(ctx, done.reseller).await
    }

    /// Gives a customer or a reseller another tier or limit; `creditChanges` keeps who did, and why. What is under way
    /// is measured against it when it is next looked at. Needs credit.grant.
    async fn set_party_credit(&self, ctx: &Context<'_>, input: SetPartyCreditInput) -> Answer<PartyCreditPayload> {
        let actor = actor(ctx)?;
        let command = SetPartyCredit {
            party: party(&input.party_id)?,
            tier: input.credit_tier,
            limit: change(input.credit_limit, |limit| limit.read(ctx, "creditLimit"))?,
            currency: input.currency,
            reason_code: input.reason_code,
            note: input.note,
            expected_version: input.expected_version,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        Ok(match done {
            PartyDone::Customer { customer: id } => {
                let customer = loaders(ctx).required(CustomerById(id)).await?.into();
                PartyCreditPayload { customer: Some(customer), reseller: None }
            }
            PartyDone::Reseller { reseller: id } => {
                let reseller = loaders(ctx).required(ResellerById(id)).await?.into();
                PartyCreditPayload { customer: None, reseller: Some(reseller) }
            }
        })
    }
}

fn party(text: &ID) -> Result<(PartyKind, uuid::Uuid), Error> {
    match id::parse(text) {
        Some((Prefix::Customer, id)) => Ok((PartyKind::Customer, id)),
        Some((Prefix::Reseller, id)) => Ok((PartyKind::Reseller, id)),
        _ => Err(Error::not_found(text.as_str())),
    }
}
