//! Sale orders in the API.

#![expect(clippy::unused_async, reason = "the library takes resolvers that are async")]

pub mod keys;
mod roots;

pub use roots::{SaleMutation, SaleOrderPayload, SaleQuery};

use crate::approval::graphql::OverrideRequest;
use crate::attribution::graphql::Attribution;
use crate::credit::graphql::{CreditCheck, CreditNote};
use crate::error::Error;
use crate::fulfilment::graphql::Fulfilment;
use crate::graphql::connection::Connection;
use crate::graphql::money::Money;
use crate::graphql::scalars::{Date, DateTime, Json};
use crate::graphql::{Answer, Failure, app, loaders, reader};
use crate::id::{self, Prefix};
use crate::order::graphql::{Address, OrderLine};
use crate::party::graphql::{Customer, Reseller, Store};
use crate::payment::graphql::Payment;
use crate::provisioning::graphql::{
    DeliveryProof, Refill,
    keys::{ProofOfSale, RefillsOfSale},
};
use crate::provisioning::proof;
use crate::quotation::graphql::Quotation;
use crate::workflow::graphql::{Transition, Workflow, log_page};
use crate::workflow::queries::{LogOf, Phase, Standing};
use crate::{
    approval::graphql::keys::OverridesOfSale,
    credit::graphql::CheckOfSale,
    fulfilment::graphql::keys::FulfilmentsOfSale,
    order::graphql::SaleLines,
    party::graphql::keys::{CustomerById, ResellerById, StoreById},
    payment::graphql::keys::{CreditNotesOfSale, PaymentsOfSale},
    quotation::graphql::keys::QuotationById,
};
use async_graphql::{Context, Description, Enum, ID, Object};
use entity::{OrderFlag, PaymentMethod, SaleChannel, SaleType, SubjectKind, sale_order};
use std::sync::Arc;

/// How far a sale order has come.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderPhase {
    /// Open: payment, credit or an override is still to come.
    Sale,
    /// Cleared: goods and services are on their way.
    Fulfilment,
    /// Final.
    Closed,
}

impl From<Phase> for OrderPhase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Sale => Self::Sale,
            Phase::Fulfilment => Self::Fulfilment,
            Phase::Closed => Self::Closed,
        }
    }
}

/// A sale, from the agreement to the last delivery.
#[derive(Clone, Debug, Description)]
pub struct SaleOrder(Arc<sale_order::Model>);

impl From<Arc<sale_order::Model>> for SaleOrder {
    fn from(row: Arc<sale_order::Model>) -> Self {
        Self(row)
    }
}

impl SaleOrder {
    fn money(&self, minor: i64) -> Money {
        Money::of(minor, &self.0.currency)
    }

    async fn standing(&self, ctx: &Context<'_>) -> Result<Standing, Error> {
        Standing::of_any_sale(reader(ctx), &app(ctx).registry, &self.0).await
    }
}

#[Object(use_type_description = true)]
impl SaleOrder {
    /// `sale_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Sale, self.0.id).into()
    }

    /// ORD-<year>-<six digits>.
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

    /// SALE while open, FULFILMENT once cleared, CLOSED when final.
    async fn phase(&self, ctx: &Context<'_>) -> Answer<OrderPhase> {
        Ok(self.standing(ctx).await?.phase().into())
    }

    /// Which lifecycle drives it: sale (the default), order-processing, marketplace, provisioning, retail, or one you
    /// add.
    async fn lifecycle(&self) -> &str {
        &self.0.lifecycle
    }

    /// The quotation that it grew from.
    async fn quotation(&self, ctx: &Context<'_>) -> Answer<Option<Quotation>> {
        let Some(id) = self.0.quotation_id else { return Ok(None) };
        Ok(loaders(ctx).one(QuotationById(id)).await?.map(Quotation::from))
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

    /// The store that sells.
    async fn store_id(&self) -> ID {
        id::encode(Prefix::Store, self.0.store_id).into()
    }

    /// The store that sells.
    async fn store(&self, ctx: &Context<'_>) -> Answer<Store> {
        Ok(loaders(ctx).required(StoreById(self.0.store_id)).await?.into())
    }

    /// What was sold, in order, as in the approved revision.
    async fn lines(&self, ctx: &Context<'_>) -> Answer<Vec<OrderLine>> {
        let lines = loaders(ctx).or_default(SaleLines(self.0.id)).await?;
        Ok(lines.iter().map(|line| OrderLine::new((&**line).into(), Some(&self.0.currency))).collect())
    }

    /// The sum of the lines.
    async fn grand_total(&self) -> Money {
        self.money(self.0.grand_total_minor)
    }

    /// Confirmed money in, less refunds and charge-backs.
    async fn captured_total(&self) -> Money {
        self.money(self.0.workflow_context.captured)
    }

    /// What is still owed. Never negative.
    async fn outstanding(&self) -> Money {
        self.money(self.0.workflow_context.outstanding)
    }

    /// Money beyond what is owed.
    async fn overpaid(&self) -> Money {
        self.money(self.0.workflow_context.overpaid)
    }

    /// Credit notes, and refunds issued after clearing.
    async fn credited(&self) -> Money {
        self.money(self.0.workflow_context.credited)
    }

    /// How the buyer wants to pay.
    async fn payment_method(&self) -> Option<PaymentMethod> {
        self.0.workflow_context.method
    }

    /// What staff should look at.
    async fn flags(&self) -> Vec<OrderFlag> {
        self.0.workflow_context.flags.clone()
    }

    /// Where the goods are to go.
    async fn shipping_address(&self) -> Option<Address> {
        self.0.shipping_address.clone().map(Address::from)
    }

    /// What the system that it comes from calls it.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Which system that is, where it was named.
    async fn external_source(&self) -> Option<&str> {
        self.0.external_source.as_deref()
    }

    /// How the buyer wants it sent, in the shop's words.
    async fn shipping_method(&self) -> Option<&str> {
        self.0.shipping_method.as_deref()
    }

    /// What the buyer asks for, in words.
    async fn special_instructions(&self) -> Option<&str> {
        self.0.special_instructions.as_deref()
    }

    /// On which day it is expected to arrive, as was said last.
    async fn estimated_delivery(&self) -> Option<Date> {
        self.0.estimated_delivery.map(Date)
    }

    /// What the shop keeps with it.
    async fn metadata(&self) -> Option<Json> {
        self.0.metadata.clone().map(Json)
    }

    /// What its buyer touched before they ordered, and what of the order each touch is credited with; null for those without
    /// attribution.read.
    async fn attribution(&self, ctx: &Context<'_>) -> Answer<Option<Attribution>> {
        Attribution::of(ctx, &self.0).await
    }

    /// Everything that happened to the order, its quotation and fulfilments included, newest first.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<Connection<Transition>> {
        log_page(ctx, LogOf::Order(self.0.root_id), first, after, last, before).await
    }

    /// Its payments, oldest first.
    async fn payments(&self, ctx: &Context<'_>) -> Answer<Vec<Payment>> {
        let payments = loaders(ctx).or_default(PaymentsOfSale(self.0.id)).await?;
        Ok(payments.into_iter().map(Payment::from).collect())
    }

    /// Its credit notes, oldest first.
    async fn credit_notes(&self, ctx: &Context<'_>) -> Answer<Vec<CreditNote>> {
        let notes = loaders(ctx).or_default(CreditNotesOfSale(self.0.id)).await?;
        Ok(notes.into_iter().map(|note| CreditNote::new(note, self.0.currency.clone())).collect())
    }

    /// Its fulfilments, oldest first; none before it is cleared.
    async fn fulfilments(&self, ctx: &Context<'_>) -> Answer<Vec<Fulfilment>> {
        let fulfilments = loaders(ctx).or_default(FulfilmentsOfSale(self.0.id)).await?;
        Ok(fulfilments.into_iter().map(Fulfilment::from).collect())
    }

    /// Its override requests, oldest first.
    async fn override_requests(&self, ctx: &Context<'_>) -> Answer<Vec<OverrideRequest>> {
        let requests = loaders(ctx).or_default(OverridesOfSale(self.0.id)).await?;
        Ok(requests.into_iter().map(OverrideRequest::from).collect())
    }

    /// What was measured of the accounts that its lines are delivered to, before and after.
    async fn delivery_proof(&self, ctx: &Context<'_>) -> Answer<DeliveryProof> {
        let items = loaders(ctx).or_default(ProofOfSale(self.0.id)).await?;
        DeliveryProof::of(proof::DeliveryProof::of(self.0.id, app(ctx).clock.now(), &items))
    }

    /// What its providers were asked to deliver again, oldest first.
    async fn refills(&self, ctx: &Context<'_>) -> Answer<Vec<Refill>> {
        let refills = loaders(ctx).or_default(RefillsOfSale(self.0.id)).await?;
        Ok(refills.into_iter().map(Refill::from).collect())
    }

    /// Whether it may go ahead by payment or on credit, computed now.
    async fn credit_check(&self, ctx: &Context<'_>) -> Answer<CreditCheck> {
        Ok(loaders(ctx).required(CheckOfSale(self.0.id)).await?.into())
    }

    /// The active leaf state's name; several, in document order, joined by `+` when regions are parallel.
    pub async fn workflow_state(&self) -> String {
        self.0.workflow_state.clone()
    }

    /// What the machine remembers. Amounts in it are integer minor units; the fields beside it are Money.
    pub async fn workflow_context(&self) -> Result<Json, Failure> {
        Ok(Json(serde_json::to_value(&self.0.workflow_context).map_err(Error::internal)?))
    }

    /// Grows by one with every committed change; pass it as expectedVersion.
    pub async fn version(&self) -> i32 {
        self.0.version
    }

    /// The machine that drives it, and where it stands.
    pub async fn workflow(&self, ctx: &Context<'_>) -> Result<Workflow, Failure> {
        Ok(Workflow {
            kind: SubjectKind::Sale,
            id: self.0.id,
            definition: self.0.workflow_definition.clone(),
            version: self.0.workflow_version,
            standing: self.standing(ctx).await?,
            since: self.0.state_since.unwrap_or(self.0.created_at),
        })
    }

    /// When both sides had agreed.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was cleared for fulfilment, the last time.
    async fn cleared_at(&self) -> Option<DateTime> {
        self.0.cleared_at.map(DateTime)
    }

    /// When it was closed: nothing more comes by itself.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }

    /// When its state first said that goods have left. A lifecycle whose fulfilments ship for themselves says it of those
    /// alone.
    async fn shipped_at(&self) -> Option<DateTime> {
        self.0.shipped_at.map(DateTime)
    }

    /// When its state first said that they have arrived.
    async fn delivered_at(&self) -> Option<DateTime> {
        self.0.delivered_at.map(DateTime)
    }

    /// When it ended well, unless it was reopened.
    async fn completed_at(&self) -> Option<DateTime> {
        self.0.completed_at.map(DateTime)
    }

    /// When it fell through and owed nothing any more, unless it was reinstated.
    async fn cancelled_at(&self) -> Option<DateTime> {
        self.0.cancelled_at.map(DateTime)
    }
}
