//! What providers post: verified over the raw body, stored and committed, then applied, then answered.
//!
//! What is stored is never lost: a delivery that could not be applied is tried again by the worker, and the provider has
//! its 2xx. Knows neither formats (`payment::provider`, `shipping::provider`) nor what news do (`payment::news`,
//! `shipping::news`).

pub mod arrival;
pub mod commands;
pub mod graphql;
pub mod queries;
pub mod refused;

use crate::{
    actor::Actor,
    app::App,
    edge::{self, batch::Batches},
    error::Error,
    id,
    payment::{
        naming,
        news::{self, ApplyDelivery, Due},
        provider::{self, Delivery, Provider, Refusal},
    },
    queue::inbox::{self, Envelope, Item},
    shipping::{
        self,
        news::ApplyTracking,
        provider::{Carrier, Tracking},
    },
};
use arrival::Arrival;
use axum::http::HeaderMap;
use chrono::TimeDelta;
use entity::{DeliveryFamily, DeliveryStatus, PartyKind, webhook_delivery};
use refused::Refused;
use sea_orm::EntityTrait;
use std::sync::Arc;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Deliveries that the worker takes at a time.
const BATCH: u64 = 64;
/// Headers that are kept: what tells an event from another, and what its signature was made of. No secrets.
const KEPT_HEADERS: [&str; 12] = [
    "content-type",
    "user-agent",
    "stripe-signature",
    "x-paystack-signature",
    "x-hmac-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "x-request-id",
    "x-event-id",
    "date",
    "content-length",
];

/// What is longer is not kept, in bytes: anybody may post.
const LONGEST_HEADER: usize = 2_048;

/// The largest body of a sender whose deliveries are refused again and again that is looked at, in bytes: signed events are
/// smaller.
const LARGEST_OF_THE_REFUSED: usize = 65_536;

/// How a delivery was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is kept: what the provider takes for an acknowledgement.
    Taken(&'static str),
    /// 401.
    Unauthenticated(String),
    /// 400.
    Malformed(String),
    /// 429, for so long: too many of this sender's were refused. One that is rightly signed is taken all the same.
    Limited(Duration),
}

/// Where deliveries come in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Intake {
    app: App,
    arrivals: Batches<Arrival>,
    refused: Arc<Refused>,
}

impl Intake {
    /// Of an application that stores and applies them.
    pub fn over(app: &App) -> Self {
        Self { app: app.clone(), arrivals: Batches::new(app.clone()), refused: Arc::default() }
    }
}

/// The provider or carrier behind a path.
#[derive(Clone, Copy)]
pub struct Sender<'a> {
    /// As it is configured, and as payments have it.
    pub name: &'a str,
    format: Format,
    secrets: &'a [String],
}

#[derive(Clone, Copy)]
enum Format {
    Payment(&'static dyn Provider),
    Shipping(&'static dyn Carrier),
}

/// The provider or carrier that a path names, in whatever spelling; nothing when it is not configured.
pub fn sender<'a>(app: &'a App, family: DeliveryFamily, name: &str) -> Option<Sender<'a>> {
    let name = naming::provider(name);
    let sender = match family {
        DeliveryFamily::Payment => {
            let (name, settings) = app.settings.providers.get_key_value(&name)?;
            Sender { name, format: Format::Payment(provider::of(name)), secrets: &settings.webhook_secrets }
        }
        DeliveryFamily::Shipping => {
            let (name, settings) = app.settings.carriers.get_key_value(&name)?;
            Sender { name, format: Format::Shipping(shipping::provider::of(name)), secrets: &settings.webhook_secrets }
        }
    };
    (!sender.secrets.is_empty()).then_some(sender)
}

impl Sender<'_> {
    fn family(self) -> DeliveryFamily {
        match self.format {
            Format::Payment(_) => DeliveryFamily::Payment,
            Format::Shipping(_) => DeliveryFamily::Shipping,
        }
    }

    fn verify(self, delivery: &Delivery<'_>, tolerance: TimeDelta) -> Result<(), Refusal> {
        match self.format {
            Format::Payment(provider) => provider.verify(delivery, self.secrets, tolerance),
            Format::Shipping(carrier) => carrier.verify(delivery, self.secrets, tolerance),
        }
    }

    /// What the sender takes for an acknowledgement.
    fn answer(self) -> &'static str {
        match self.format {
            Format::Payment(provider) => provider.answer(),
            Format::Shipping(_) => "{\"received\":true}",
        }
    }

    /// The events of a delivery as the inbox keeps them; those of payments as they were read, too.
    fn events(self, delivery: &Delivery<'_>) -> Result<Vec<(Item, Option<provider::News>)>, Refusal> {
        match self.format {
            Format::Payment(provider) => {
                let item = |news: &provider::News| Item {
                    said: news.said(delivery.party),
                    event_id: news.event_id.clone(),
                    kind: news.kind.clone(),
                    reference: news.of.as_ref().map(|of| of.reference.clone()),
                    carrier: None,
                    order_name: None,
                };
                Ok(provider.news(delivery)?.into_iter().map(|news| (item(&news), Some(news))).collect())
            }
            Format::Shipping(carrier) => {
                let news = carrier.news(delivery)?;
                let said = news.said();
                let (number, carrier, order_name) = match news.of {
                    Some(Tracking { number, carrier, order, .. }) => (Some(number), carrier, order),
                    None => (None, None, None),
                };
                let item =
                    Item { said, event_id: news.event_id, kind: news.kind, reference: number, carrier, order_name };
                Ok(vec![(item, None)])
            }
        }
    }
}

/// Takes a delivery in that came from an address.
pub async fn take(
    intake: &Intake,
    sender: Sender<'_>,
    from: IpAddr,
    party: Option<PartyKind>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Answer, Error> {
    let app = &intake.app;
    let now = app.now();
    let delivery = Delivery { headers, body, now, party };
    let tolerance = TimeDelta::seconds(app.settings.webhooks.tolerance_seconds.into());
    let kept = kept(headers);
    let envelope = Envelope { family: sender.family(), provider: sender.name, party, headers: &kept, body };
    if let Err(refusal) = sender.verify(&delivery, tolerance) {
        let away = away(intake, sender, from);
        refused::keep(intake, &envelope, from, &refusal.to_string()).await?;
        return Ok(away.map_or_else(|| answer(refusal), Answer::Limited));
    }
    let (items, news): (Vec<_>, Vec<_>) = match sender.events(&delivery) {
        Ok(events) => events.into_iter().unzip(),
        Err(refusal) => return refuse(app, &envelope, refusal).await,
    };
    let rows = inbox::rows(&envelope, items, now)?;
    let events = rows.into_iter().zip(news).map(|(row, event)| Due { row, event }).collect();
    arrival::take(&intake.arrivals, events).await?;
    Ok(Answer::Taken(sender.answer()))
}

/// The largest body that is read from an address, in bytes: `most`, unless too many of its deliveries were refused.
pub fn largest(intake: &Intake, sender: Sender<'_>, from: IpAddr, most: usize) -> usize {
    away(intake, sender, from).map_or(most, |_| most.min(LARGEST_OF_THE_REFUSED))
}

fn away(intake: &Intake, sender: Sender<'_>, from: IpAddr) -> Option<Duration> {
    intake.refused.away(sender.family(), sender.name, from, intake.app.settings.webhooks.refused_per_minute)
}

/// What is rightly signed and cannot be read is the provider's own, and kept as it comes.
async fn refuse(app: &App, envelope: &Envelope<'_>, refusal: Refusal) -> Result<Answer, Error> {
    tracing::warn!(provider = envelope.provider, %refusal, "a signed delivery cannot be read");
    let row = inbox::refused(envelope, &refusal.to_string(), app.now())?;
    app.write(async |txn| inbox::refuse(txn, vec![row], &[]).await).await?;
    Ok(answer(refusal))
}

fn answer(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::Unauthenticated(why) => Answer::Unauthenticated(why),
        Refusal::Malformed(why) => Answer::Malformed(why),
    }
}

/// Applies stored deliveries that the caller has claimed: payments' together where that can be, else each alone.
async fn apply_all(app: &App, due: &[Due]) -> Result<(), Error> {
    let payments: Vec<Due> = due.iter().filter(|due| due.row.family == DeliveryFamily::Payment).cloned().collect();
    let done = if payments.is_empty() { BTreeSet::new() } else { apply_together(app, &payments).await };
    for Due { row, .. } in due.iter().filter(|due| !done.contains(&due.row.id)) {
        apply(app, row).await?;
    }
    Ok(())
}

/// Applies deliveries about payments in one transaction; answers which, and none where that failed.
async fn apply_together(app: &App, due: &[Due]) -> BTreeSet<Uuid> {
    let together = app.write(async |txn| news::apply(&app.rules, txn, due, app.now()).await);
    let done = edge::caught(together).await.unwrap_or_else(|error| {
        tracing::debug!(%error, size = due.len(), "a batch of deliveries was not applied; each is applied alone");
        BTreeSet::new()
    });
    if !done.is_empty() {
        app.wake.notify_one();
    }
    done
}

/// Applies a stored delivery; what may pass is kept with the delivery, which comes again.
async fn apply(app: &App, row: &webhook_delivery::Model) -> Result<(), Error> {
    let delivery = row.id;
    let applied = match row.family {
        DeliveryFamily::Payment => {
            let actor = Actor::provider(&row.provider);
            edge::caught(edge::run(app, &actor, None, &ApplyDelivery { delivery })).await
        }
        DeliveryFamily::Shipping => {
            let actor = Actor::carrier(&row.provider);
            edge::caught(edge::run(app, &actor, None, &ApplyTracking { delivery })).await
        }
    };
    let Err(error) = applied else { return Ok(()) };
    tracing::error!(%delivery, %error, "a delivery could not be applied; it is tried again");
    app.write(async |txn| {
        let Some(row) = webhook_delivery::Entity::find_by_id(delivery).one(txn).await? else { return Ok(()) };
        inbox::fail(txn, &row, &error, app.settings.webhooks.max_attempts, app.now()).await
    })
    .await
}

/// Applies a delivery that waits, now. Answers it as it is then.
pub async fn again(app: &App, id: Uuid) -> Result<webhook_delivery::Model, Error> {
    let gone = || Error::not_found(id::encode(id::Prefix::Delivery, id));
    let row = queries::find(&app.reader, id).await?.ok_or_else(gone)?;
    if row.status == DeliveryStatus::Received {
        apply(app, &row).await?;
    }
    queries::find(&app.reader, id).await?.ok_or_else(gone)
}

/// Applies what waits: deliveries whose first try failed or was cut short, and parked ones whose turn has come.
pub async fn drain(app: &App, stop: &CancellationToken) -> Result<usize, Error> {
    let mut done = 0;
    // Once: what is parked again is not woken again in the same round.
    let mut woken = false;
    loop {
        let (now, wake) = (app.now(), !std::mem::replace(&mut woken, true));
        let claim = async |txn: &_| {
            if wake {
                inbox::wake(txn, now).await?;
            }
            inbox::claim(txn, now, BATCH).await
        };
        let claimed = app.write(claim).await?;
        if claimed.is_empty() {
            return Ok(done);
        }
        if stop.is_cancelled() {
            let ids: Vec<Uuid> = claimed.iter().map(|row| row.id).collect();
            app.write(async |txn| inbox::release(txn, &ids).await).await?;
            return Ok(done);
        }
        done += claimed.len();
        apply_all(app, &claimed.into_iter().map(|row| Due { row, event: None }).collect::<Vec<_>>()).await?;
    }
}

fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |name: &&str| {
        let value = headers.get(*name)?.to_str().ok()?;
        (value.len() <= LONGEST_HEADER).then(|| ((*name).to_owned(), value.to_owned()))
    };
    KEPT_HEADERS.iter().filter_map(text).collect()
}
