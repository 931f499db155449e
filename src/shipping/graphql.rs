//! What carriers said, in the API.

use super::queries::{self, Tracked};
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, actor, reader};
use crate::id::{self, Prefix};
use crate::sale;
use async_graphql::{Context, ID, Object};
use entity::tracking_event;
use std::sync::Arc;

crate::graphql::batch::by_id! {
    /// What carriers said of a fulfilment.
    TrackingOfFulfilment => Vec<Arc<tracking_event::Model>>, crate::shipping::queries::of_parcels;
}

/// What a carrier said of a parcel, whether it moved the parcel or not.
#[derive(Clone, Debug)]
pub struct TrackingEvent(pub Arc<tracking_event::Model>);

/// What a carrier said of a parcel, whether it moved the parcel or not.
#[Object]
impl TrackingEvent {
    /// Who said it, as in the path of the webhook.
    async fn provider(&self) -> &str {
        &self.0.provider
    }

    /// Who carries the parcel, where that was said.
    async fn carrier(&self) -> Option<&str> {
        self.0.carrier.as_deref()
    }

    /// The carrier's number.
    async fn tracking_number(&self) -> &str {
        &self.0.tracking_number
    }

    /// Its word for where the parcel is.
    async fn status(&self) -> &str {
        &self.0.status
    }

    /// Where it happened.
    async fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// In the carrier's words.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The day on which it will arrive, as was thought then: `2026-03-05`.
    async fn estimated_delivery(&self) -> Option<String> {
        self.0.estimated_delivery.map(|day| day.to_string())
    }

    /// When it happened, by the carrier's time.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }

    /// When it came here.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }
}

/// How a parcel stands with its carrier.
#[derive(Clone, Debug)]
pub struct ShipmentTracking(Tracked);

/// How a parcel stands with its carrier.
#[Object]
impl ShipmentTracking {
    /// Who carries it.
    async fn carrier(&self) -> Option<&str> {
        self.0.carrier.as_deref()
    }

    /// The carrier's number.
    async fn tracking_number(&self) -> &str {
        &self.0.number
    }

    /// The carrier's last word for where it is; null while it has said nothing.
    async fn status(&self) -> Option<&str> {
        self.0.last.as_ref().map(|event| event.status.as_str())
    }

    /// Where it was last.
    async fn location(&self) -> Option<&str> {
        self.0.events.iter().rev().find_map(|event| event.location.as_deref())
    }

    /// The day on which it will arrive, as the carrier said last: `2026-03-05`.
    async fn estimated_delivery(&self) -> Option<String> {
        self.0.events.iter().rev().find_map(|event| event.estimated_delivery).map(|day| day.to_string())
    }

    /// Everything that was said, oldest first; of very many the newest 500.
    async fn events(&self) -> Vec<TrackingEvent> {
        self.0.events.iter().cloned().map(TrackingEvent).collect()
    }
}

/// Where parcels are.
#[derive(Default)]
pub struct ShippingQuery;

#[Object]
impl ShippingQuery {
    /// How a parcel of an order stands with its carrier; null when the order has none with this number, or is not yours to
    /// see.
    async fn track_shipment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sale order.")] order_id: ID,
        #[graphql(desc = "The carrier's number, in whatever case.")] tracking_number: String,
    ) -> Answer<Option<ShipmentTracking>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(id) = id::decode(Prefix::Sale, &order_id) else { return Ok(None) };
        let Some(sale) = sale::queries::find(reader(ctx), actor, id).await? else { return Ok(None) };
        let tracked = queries::tracked(reader(ctx), sale.id, &tracking_number).await?;
        Ok(tracked.map(ShipmentTracking))
    }
}
