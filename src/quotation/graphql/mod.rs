//! Quotations in the API.

#![expect(clippy::unused_async, reason = "the library takes resolvers that are async")]

pub mod keys;
mod roots;

pub use roots::{QuotationMutation, QuotationPayload, QuotationQuery};

use crate::graphql::money::Money;
use crate::graphql::scalars::{DateTime, Json};
use crate::graphql::{Answer, Failure, app, loaders, reader};
use crate::id::{self, Prefix};
use crate::order::graphql::{Address, OrderLine};
use crate::party::graphql::{Customer, Reseller, Store};
use crate::sale::graphql::SaleOrder;
use crate::workflow::graphql::Workflow;
use crate::workflow::queries::Standing;
use crate::{
    order::graphql::QuotationLines,
    party::graphql::keys::{CustomerById, ResellerById, StoreById},
    sale::graphql::keys::SaleOfQuotation,
};
use async_graphql::{Context, Description, ID, Object};
use entity::{FulfilmentType, SaleChannel, SaleType, SubjectKind, quotation};
use std::sync::Arc;

/// An offer that buyer and seller agree on. Both approvals of one revision make it a sale order.
#[derive(Clone, Debug, Description)]
pub struct Quotation(Arc<quotation::Model>);

impl From<Arc<quotation::Model>> for Quotation {
    fn from(row: Arc<quotation::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl Quotation {
    /// `quote_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Quote, self.0.id).into()
    }

    /// As people call it.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Whom it is to.
    #[graphql(name = "type")]
    async fn sale_type(&self) -> SaleType {
        self.0.sale_type
    }

    /// Where it was made.
    async fn channel(&self) -> SaleChannel {
        self.0.channel
    }

    /// The store that sells.
    async fn store_id(&self) -> ID {
        id::encode(Prefix::Store, self.0.store_id).into()
    }

    /// The store that sells.
    async fn store(&self, ctx: &Context<'_>) -> Answer<Store> {
        Ok(loaders(ctx).required(StoreById(self.0.store_id)).await?.into())
    }

    /// The customer who buys.
    async fn customer_id(&self) -> Option<ID> {
        self.0.customer_id.map(|id| id::encode(Prefix::Customer, id).into())
    }

    /// The customer who buys.
    async fn customer(&self, ctx: &Context<'_>) -> Answer<Option<Customer>> {
        let Some(id) = self.0.customer_id else { return Ok(None) };
        Ok(loaders(ctx).one(CustomerById(id)).await?.map(Customer::from))
    }

    /// The reseller who buys.
    async fn reseller_id(&self) -> Option<ID> {
        self.0.reseller_id.map(|id| id::encode(Prefix::Reseller, id).into())
    }

    /// The reseller who buys.
    async fn reseller(&self, ctx: &Context<'_>) -> Answer<Option<Reseller>> {
        let Some(id) = self.0.reseller_id else { return Ok(None) };
        Ok(loaders(ctx).one(ResellerById(id)).await?.map(Reseller::from))
    }

    /// Grows with every accepted edit; approvals are for one revision.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// What is offered, in order.
    async fn lines(&self, ctx: &Context<'_>) -> Answer<Vec<OrderLine>> {
        let lines = loaders(ctx).or_default(QuotationLines(self.0.id)).await?;
        Ok(lines.iter().map(|line| OrderLine::new((&**line).into(), Some(&self.0.currency))).collect())
    }

    /// The sum of the lines.
    async fn total(&self) -> Money {
        Money::of(self.0.total_minor, &self.0.currency)
    }

    /// Until when it can be agreed on.
    async fn valid_until(&self) -> DateTime {
        DateTime(self.0.valid_until)
    }

    /// When the buyer approved this revision.
    async fn buyer_approved_at(&self) -> Option<DateTime> {
        self.0.buyer_approved_at.map(DateTime)
    }

    /// When the seller approved this revision.
    async fn seller_approved_at(&self) -> Option<DateTime> {
        self.0.seller_approved_at.map(DateTime)
    }

    /// Where the goods are to go.
    async fn shipping_address(&self) -> Option<Address> {
        self.0.shipping_address.clone().map(Address::from)
    }

    /// How the goods reach the buyer.
    async fn fulfilment_type(&self) -> FulfilmentType {
        self.0.fulfilment_type
    }

    /// The sale order that grew from it.
    async fn sale_order(&self, ctx: &Context<'_>) -> Answer<Option<SaleOrder>> {
        Ok(loaders(ctx).one(SaleOfQuotation(self.0.id)).await?.map(SaleOrder::from))
    }

    /// The active leaf state's name.
    pub async fn workflow_state(&self) -> String {
        self.0.workflow_state.clone()
    }

    /// What the machine remembers.
    pub async fn workflow_context(&self) -> Result<Json, Failure> {
        Ok(Json(serde_json::to_value(&self.0.workflow_context).map_err(crate::error::Error::internal)?))
    }

    /// Grows by one with every committed change; pass it as expectedVersion.
    pub async fn version(&self) -> i32 {
        self.0.version
    }

    /// The machine that drives it, and where it stands.
    pub async fn workflow(&self, ctx: &Context<'_>) -> Result<Workflow, Failure> {
        let row = &self.0;
        let standing = Standing::of(
            reader(ctx),
            &app(ctx).registry,
            &row.workflow_definition,
            row.workflow_version,
            &row.workflow_state,
            row.workflow_history.as_ref(),
        )
        .await?;
        Ok(Workflow {
            kind: SubjectKind::Quotation,
            id: row.id,
            definition: row.workflow_definition.clone(),
            version: row.workflow_version,
            standing,
            since: row.state_since.unwrap_or(row.created_at),
        })
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
