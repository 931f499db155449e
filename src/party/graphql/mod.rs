//! Stores, customers and resellers in the API.

mod calendar;
mod credit_change;
pub mod keys;
mod roots;
mod updates;

pub use credit_change::CreditChange;
pub use roots::{PartyMutation, PartyQuery};
pub use updates::PartyUpdates;

use crate::account::graphql::ResellerAccount;
use crate::credit::graphql::CustomerCredit;
use crate::error::Error;
use crate::graphql::scalars::Json;
use crate::graphql::{Answer, actor, app, loaders};
use crate::id::{self, Prefix};
use crate::{credit::graphql::CreditOf, party::graphql::keys::CreditChangesOf};
use async_graphql::{Context, Description, ID, Object};
use entity::{PartyKind, customer, reseller, store};
use std::sync::Arc;
use uuid::Uuid;

async fn credit(ctx: &Context<'_>, kind: PartyKind, id: Uuid, currency: String) -> Answer<CustomerCredit> {
    if !actor(ctx)?.reads_credit_of(kind, id) {
        return Err(Error::Forbidden("a party's credit is for itself and for staff".to_owned()).into());
    }
    app(ctx).currencies.exponent(&currency, "currency")?;
    let credit = loaders(ctx).required(CreditOf(kind, id, currency.clone())).await?;
    Ok(CustomerCredit::new(credit, currency))
}

async fn credit_changes(ctx: &Context<'_>, kind: PartyKind, id: Uuid) -> Answer<Vec<CreditChange>> {
    if !actor(ctx)?.reads_credit_of(kind, id) {
        return Err(Error::Forbidden("a party's credit is for itself and for staff".to_owned()).into());
    }
    Ok(loaders(ctx).or_default(CreditChangesOf(id)).await?.into_iter().map(CreditChange::from).collect())
}

/// A place that sells.
#[derive(Clone, Debug, Description)]
pub struct Store(Arc<store::Model>);

impl From<Arc<store::Model>> for Store {
    fn from(row: Arc<store::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl Store {
    /// `store_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Store, self.0.id).into()
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Who sells in it, where that is somebody else than it is called.
    async fn seller_name(&self) -> Option<&str> {
        self.0.seller_name.as_deref()
    }

    /// The currency that it sells in.
    async fn currency(&self) -> &str {
        &self.0.currency
    }

    /// IANA time zone: business windows are in it.
    async fn timezone(&self) -> &str {
        &self.0.timezone
    }

    /// Opening hours, holidays and windows by name, in the zone above; null: always open. As setStoreCalendar takes it.
    async fn calendar(&self) -> Option<Json> {
        self.0.calendar.clone().map(Json)
    }

    /// The lifecycle that drives its sale orders when nothing else is said.
    async fn default_lifecycle(&self) -> &str {
        &self.0.default_lifecycle
    }

    /// Whether it sells what it does not have.
    async fn backorders(&self) -> bool {
        self.0.backorders
    }

    /// What another system calls it; where an input names a store, this does as well.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Grows by one with every change; pass it as expectedVersion.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A consumer.
#[derive(Clone, Debug, Description)]
pub struct Customer(Arc<customer::Model>);

impl From<Arc<customer::Model>> for Customer {
    fn from(row: Arc<customer::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl Customer {
    /// `cus_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Customer, self.0.id).into()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The e-mail address.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// The credit in a currency.
    async fn credit(&self, ctx: &Context<'_>, currency: String) -> Answer<CustomerCredit> {
        credit(ctx, PartyKind::Customer, self.0.id, currency).await
    }

    /// Who gave it which tier and limits, and why; newest first.
    async fn credit_changes(&self, ctx: &Context<'_>) -> Answer<Vec<CreditChange>> {
        credit_changes(ctx, PartyKind::Customer, self.0.id).await
    }

    /// What another system calls them; where an input names a buyer, this does as well.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Grows by one with every change by hand, of its credit too; pass it as expectedVersion.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Somebody who buys to sell.
#[derive(Clone, Debug, Description)]
pub struct Reseller(Arc<reseller::Model>);

impl From<Arc<reseller::Model>> for Reseller {
    fn from(row: Arc<reseller::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl Reseller {
    /// `res_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Reseller, self.0.id).into()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The e-mail address.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// The credit in a currency.
    async fn credit(&self, ctx: &Context<'_>, currency: String) -> Answer<CustomerCredit> {
        credit(ctx, PartyKind::Reseller, self.0.id, currency).await
    }

    /// Who gave it which tier and limits, and why; newest first.
    async fn credit_changes(&self, ctx: &Context<'_>) -> Answer<Vec<CreditChange>> {
        credit_changes(ctx, PartyKind::Reseller, self.0.id).await
    }

    /// What another system calls them; where an input names a buyer, this does as well.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Grows by one with every change by hand, of its credit too; pass it as expectedVersion.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What it owes and has paid ahead in a currency, over all stores: for itself and for staff.
    async fn account(&self, ctx: &Context<'_>, currency: String) -> Answer<ResellerAccount> {
        if !actor(ctx)?.reads_account_of(self.0.id) {
            return Err(Error::Forbidden("a reseller's account is for itself and for staff".to_owned()).into());
        }
        app(ctx).currencies.exponent(&currency, "currency")?;
        ResellerAccount::load(ctx, (self.0.id, currency)).await
    }
}
