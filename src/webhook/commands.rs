//! Asking for a delivery once more.

use crate::{
    error::Error,
    id,
    queue::inbox,
    workflow::{Command, Cx},
};
use entity::{DeliveryStatus, webhook_delivery};
use sea_orm::{EntityTrait, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A delivery was applied again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeliveryDone {
    /// Which.
    pub delivery: Uuid,
}

/// Lets a delivery be applied again that did nothing so far.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayDelivery {
    /// Which.
    pub delivery: Uuid,
}

impl Command for ReplayDelivery {
    type Output = DeliveryDone;

    const NAME: &'static str = "replayWebhookDelivery";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<DeliveryDone, Error> {
        cx.actor.require("webhook.replay")?;
        let row = webhook_delivery::Entity::find_by_id(self.delivery).lock_exclusive().one(cx.txn).await?;
        let row = row.ok_or_else(|| Error::not_found(id::encode(id::Prefix::Delivery, self.delivery)))?;
        match row.status {
            DeliveryStatus::Applied => {
                return Err(Error::Conflict("it was applied already; an event acts once".to_owned()));
            }
            DeliveryStatus::Refused => {
                return Err(Error::Conflict(
                    "it was not let in; the provider must send it again, rightly signed".to_owned(),
                ));
            }
            DeliveryStatus::Received | DeliveryStatus::Ignored | DeliveryStatus::Parked | DeliveryStatus::Failed => {}
        }
        inbox::replay(cx.txn, row.id, cx.now).await?;
        Ok(DeliveryDone { delivery: row.id })
    }
}
