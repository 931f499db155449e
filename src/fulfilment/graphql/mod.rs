//! Fulfilments in the API.

#![expect(clippy::unused_async, reason = "the library takes resolvers that are async")]

pub mod keys;
mod roots;

pub use roots::{FulfilmentMutation, FulfilmentQuery};

use crate::error::Error;
use crate::graphql::scalars::{DateTime, Json};
use crate::graphql::{Answer, Failure, app, loaders, name_of, reader, reads_words_of};
use crate::id::{self, Prefix};
use crate::order::graphql::OrderLine;
use crate::party::graphql::Store;
use crate::sale::graphql::SaleOrder;
use crate::shipping::graphql::{TrackingEvent, TrackingOfFulfilment};
use crate::workflow::graphql::Workflow;
use crate::workflow::queries::Standing;
use crate::{
    fulfilment::graphql::keys::{FulfilmentLines, Holds},
    order::graphql::SaleLineById,
    party::graphql::keys::StoreById,
    sale::graphql::keys::SaleById,
};
use async_graphql::{Context, Description, ID, Object};
use entity::{FulfilmentType, HoldCause, SubjectKind, fulfilment, fulfilment_line, hold};
use std::sync::Arc;

/// Goods or services on their way to the buyer.
#[derive(Clone, Debug, Description)]
pub struct Fulfilment(Arc<fulfilment::Model>);

impl From<Arc<fulfilment::Model>> for Fulfilment {
    fn from(row: Arc<fulfilment::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl Fulfilment {
    /// `ful_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Fulfilment, self.0.id).into()
    }

    /// The holds that are not lifted, oldest first.
    async fn holds(&self, ctx: &Context<'_>) -> Answer<Vec<Hold>> {
        Ok(loaders(ctx).or_default(Holds(self.0.id)).await?.into_iter().map(Hold).collect())
    }

    /// The sale order that it is of.
    async fn sale_order(&self, ctx: &Context<'_>) -> Answer<SaleOrder> {
        Ok(loaders(ctx).required(SaleById(self.0.sale_order_id)).await?.into())
    }

    /// The store that it leaves from.
    async fn store(&self, ctx: &Context<'_>) -> Answer<Store> {
        Ok(loaders(ctx).required(StoreById(self.0.store_id)).await?.into())
    }

    /// How it reaches the buyer.
    #[graphql(name = "type")]
    async fn fulfilment_type(&self) -> FulfilmentType {
        self.0.fulfilment_type
    }

    /// Which part of the order's lines it carries.
    async fn lines(&self, ctx: &Context<'_>) -> Answer<Vec<FulfilmentLine>> {
        Ok(loaders(ctx).or_default(FulfilmentLines(self.0.id)).await?.into_iter().map(FulfilmentLine).collect())
    }

    /// Who carries it.
    async fn carrier(&self) -> Option<&str> {
        self.0.carrier.as_deref()
    }

    /// The carrier's number.
    async fn tracking_number(&self) -> Option<&str> {
        self.0.tracking_number.as_deref()
    }

    /// What carriers said of it, oldest first, whether it moved it or not.
    async fn tracking_events(&self, ctx: &Context<'_>) -> Answer<Vec<TrackingEvent>> {
        Ok(loaders(ctx).or_default(TrackingOfFulfilment(self.0.id)).await?.into_iter().map(TrackingEvent).collect())
    }

    /// When it was first shipped, picked up or started.
    async fn shipped_at(&self) -> Option<DateTime> {
        self.0.shipped_at.map(DateTime)
    }

    /// When it arrived.
    async fn delivered_at(&self) -> Option<DateTime> {
        self.0.delivered_at.map(DateTime)
    }

    /// Who took it.
    async fn received_by(&self) -> Option<&str> {
        self.0.received_by.as_deref()
    }

    /// When the service is to be done.
    async fn scheduled_at(&self) -> Option<DateTime> {
        self.0.scheduled_at.map(DateTime)
    }

    /// The active leaf state's name.
    pub async fn workflow_state(&self) -> String {
        self.0.workflow_state.clone()
    }

    /// What the machine remembers.
    pub async fn workflow_context(&self) -> Result<Json, Failure> {
        Ok(Json(serde_json::to_value(&self.0.workflow_context).map_err(Error::internal)?))
    }

    /// Grows by one with every committed change; pass it as expectedVersion.
    pub async fn version(&self) -> i32 {
        self.0.version
    }

    /// The machine that drives it, and where it stands.
    pub async fn workflow(&self, ctx: &Context<'_>) -> Result<Workflow, Failure> {
        let row = &self.0;
        let (name, version) = (row.workflow_definition.clone(), row.workflow_version);
        let standing = Standing::of(
            reader(ctx),
            &app(ctx).registry,
            &name,
            version,
            &row.workflow_state,
            row.workflow_history.as_ref(),
        )
        .await?;
        let since = row.state_since.unwrap_or(row.created_at);
        Ok(Workflow { kind: SubjectKind::Fulfilment, id: row.id, definition: name, version, standing, since })
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// Which part of a sale order's line a fulfilment carries.
#[derive(Clone, Debug, Description)]
pub struct FulfilmentLine(Arc<fulfilment_line::Model>);

#[Object(use_type_description = true)]
impl FulfilmentLine {
    /// The sale order's line.
    async fn order_line(&self, ctx: &Context<'_>) -> Answer<OrderLine> {
        let line = loaders(ctx).required(SaleLineById(self.0.sale_line_id)).await?;
        Ok(OrderLine::new((&*line).into(), None))
    }

    /// How many of it.
    async fn quantity(&self) -> i32 {
        self.0.quantity
    }

    /// How many of them stock is reserved for.
    async fn reserved(&self) -> i32 {
        self.0.reserved
    }

    /// How many of them left the stock.
    async fn shipped(&self) -> i32 {
        self.0.shipped
    }

    /// How many of them the buyer wants to send back.
    async fn return_requested(&self) -> i32 {
        self.0.return_requested
    }

    /// How many of them came back.
    async fn returned(&self) -> i32 {
        self.0.returned
    }

    /// How many of those that came back did not go back on the shelf.
    async fn written_off(&self) -> i32 {
        self.0.written_off
    }

    /// How many of them are returned and settled: refunded, credited, or made good otherwise.
    async fn return_settled(&self) -> i32 {
        self.0.settled
    }
}

/// A reason why a fulfilment waits.
#[derive(Clone, Debug, Description)]
pub struct Hold(Arc<hold::Model>);

#[Object(use_type_description = true)]
impl Hold {
    /// `hold_…`: pass it as `hold` to RELEASE.
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Hold, self.0.id).into()
    }

    /// What put it there, and so what lifts it.
    async fn cause(&self) -> HoldCause {
        self.0.cause
    }

    /// Why, by code.
    async fn reason_code(&self) -> Option<&str> {
        self.0.reason_code.as_deref()
    }

    /// Why, in words. Null for buyers when it is by staff.
    async fn note(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.note.as_deref().filter(|_| reads_words_of(ctx, &self.0.placed_by))
    }

    /// Who, by actor id; `staff` for buyers when it is of staff.
    async fn placed_by(&self, ctx: &Context<'_>) -> &str {
        name_of(ctx, &self.0.placed_by)
    }

    /// When.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.0.placed_at)
    }
}
