//! The inbox of providers' deliveries, for those who must know what came in and what became of it.

use super::commands::ReplayDelivery;
use super::queries::{self, Filter};
use crate::error::Error;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, actor, app, filter_id, reader};
use crate::id::{self, Prefix};
use crate::{edge, webhook};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{DeliveryFamily, DeliveryStatus, PartyKind, webhook_delivery};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An event that a provider posted, however often.
#[derive(Clone, Debug)]
pub struct WebhookDelivery(Arc<webhook_delivery::Model>);

impl From<webhook_delivery::Model> for WebhookDelivery {
    fn from(row: webhook_delivery::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A header that was kept.
#[derive(Clone, Debug, SimpleObject)]
pub struct WebhookHeader {
    /// In lower case.
    name: String,
    /// As it came.
    value: String,
}

/// An event that a provider posted, however often.
#[Object]
impl WebhookDelivery {
    /// Global id (whd_…).
    async fn id(&self) -> ID {
        id::encode(Prefix::Delivery, self.0.id).into()
    }

    /// Whose it is: a payment provider's or a carrier's.
    async fn family(&self) -> DeliveryFamily {
        self.0.family
    }

    /// The provider's name, as in the path.
    async fn provider(&self) -> &str {
        &self.0.provider
    }

    /// Which kind of buyer pays, where the path said so.
    async fn party(&self) -> Option<PartyKind> {
        self.0.party
    }

    /// The provider's id of the event; null for what was refused.
    async fn event_id(&self) -> Option<&str> {
        self.0.event_id.as_deref()
    }

    /// Its kind, as the provider names it.
    async fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// The provider's id of the payment that it is about, or the carrier's number of the parcel.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// What became of it.
    async fn status(&self) -> DeliveryStatus {
        self.0.status
    }

    /// Why, in words.
    async fn decision(&self) -> Option<&str> {
        self.0.decision.as_deref()
    }

    /// The sale order that it was about, when that is known.
    async fn sale_order_id(&self) -> Option<ID> {
        self.0.sale_order_id.map(|id| id::encode(Prefix::Sale, id).into())
    }

    /// The payment that it was about, when that is known.
    async fn payment_id(&self) -> Option<ID> {
        self.0.payment_id.map(|id| id::encode(Prefix::Payment, id).into())
    }

    /// The headers that were kept; secrets are not.
    async fn headers(&self) -> Answer<Vec<WebhookHeader>> {
        let kept: BTreeMap<String, String> = serde_json::from_str(&self.0.headers).map_err(Error::internal)?;
        Ok(kept.into_iter().map(|(name, value)| WebhookHeader { name, value }).collect())
    }

    /// The body as text; what is no UTF-8 in it is replaced. Of a refused delivery its beginning.
    async fn body(&self) -> String {
        String::from_utf8_lossy(&self.0.body).into_owned()
    }

    /// When it came first.
    async fn received_at(&self) -> DateTime {
        DateTime(self.0.received_at)
    }

    /// When it came last.
    async fn last_received_at(&self) -> DateTime {
        DateTime(self.0.last_received_at)
    }

    /// How often it came.
    async fn deliveries(&self) -> i64 {
        self.0.deliveries
    }

    /// How often it was tried to be applied.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// When it is tried next; null when it is not.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        (self.0.status == entity::DeliveryStatus::Received).then(|| DateTime(self.0.available_at))
    }

    /// When it was applied, ignored, given up or refused.
    async fn settled_at(&self) -> Option<DateTime> {
        self.0.settled_at.map(DateTime)
    }
}

/// Narrows a list of deliveries.
#[derive(InputObject, Default)]
pub struct WebhookDeliveryFilter {
    /// What became of them.
    status_in: Option<Vec<DeliveryStatus>>,
    /// Of payment providers, or of carriers.
    family: Option<DeliveryFamily>,
    /// Of this provider.
    provider: Option<String>,
    /// About the payment with this reference of the provider's, or the parcel with this number of the carrier's.
    reference: Option<String>,
    /// About this sale order.
    sale_order_id: Option<ID>,
    /// That came first after then.
    received_after: Option<DateTime>,
    /// That came first before then.
    received_before: Option<DateTime>,
}

impl TryFrom<WebhookDeliveryFilter> for Filter {
    type Error = Error;

    fn try_from(filter: WebhookDeliveryFilter) -> Result<Self, Error> {
        Ok(Self {
            statuses: filter.status_in.map(|statuses| statuses.into_iter().collect()),
            family: filter.family,
            provider: filter.provider,
            reference: filter.reference,
            sale: filter_id("saleOrderId", Prefix::Sale, filter.sale_order_id.as_ref())?,
            after: filter.received_after.map(|at| at.0),
            before: filter.received_before.map(|at| at.0),
        })
    }
}

/// The inbox.
#[derive(Default)]
pub struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// What providers posted, newest first. Needs webhook.read.
    async fn webhook_deliveries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<WebhookDeliveryFilter>,
    ) -> Answer<Connection<WebhookDelivery>> {
        actor(ctx)?.require("webhook.read")?;
        webhook::refused::write(ctx.data_unchecked::<webhook::Intake>()).await?;
        let filter = queries::Filter::try_from(filter.unwrap_or_default())?;
        let page = queries::deliveries(reader(ctx), &filter, &asked(ctx, first, after, last, before)).await?;
        Ok(page.map(WebhookDelivery::from).into())
    }

    /// A delivery by its id; null when there is none. Needs webhook.read.
    async fn webhook_delivery(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<WebhookDelivery>> {
        actor(ctx)?.require("webhook.read")?;
        match id::parse(&id) {
            Some((Prefix::Delivery, id)) => Ok(queries::find(reader(ctx), id).await?.map(WebhookDelivery::from)),
            _ => Ok(None),
        }
    }
}

/// Asks for a delivery once more.
#[derive(InputObject)]
pub struct ReplayWebhookDeliveryInput {
    /// Which.
    delivery_id: ID,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// The delivery, as it is now.
#[derive(SimpleObject)]
pub struct WebhookDeliveryPayload {
    /// The delivery, as it is now.
    delivery: WebhookDelivery,
}

/// Mutations about the inbox.
#[derive(Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Applies a delivery again that was ignored, parked or given up. Needs webhook.replay; `CONFLICT` when it was applied
    /// or refused.
    async fn replay_webhook_delivery(
        &self,
        ctx: &Context<'_>,
        input: ReplayWebhookDeliveryInput,
    ) -> Answer<WebhookDeliveryPayload> {
        let delivery = id::decode(Prefix::Delivery, &input.delivery_id)?;
        let command = ReplayDelivery { delivery };
        edge::run(app(ctx), actor(ctx)?, input.idempotency_key.as_deref(), &command).await?;
        let row = webhook::again(app(ctx), delivery).await?;
        Ok(WebhookDeliveryPayload { delivery: row.into() })
    }
}
