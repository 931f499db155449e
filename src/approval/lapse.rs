//! The time of an approval is over.

use super::commands::{find, finish, open_request, told};
use crate::{
    approval::commands::OverrideDone,
    error::Error,
    workflow::{Command, Cx, Event, OVERRIDE_LAPSED, Opened},
};
use entity::OverrideStatus;
use serde::Serialize;
use uuid::Uuid;

/// Lets an approval lapse. By timer only.
#[derive(Clone, Debug, Serialize)]
pub struct LapseOverride {
    /// Which.
    pub override_request_id: Uuid,
}

impl Command for LapseOverride {
    type Output = OverrideDone;

    const NAME: &'static str = "lapseOverride";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<OverrideDone, Error> {
        let (mut unit, request) = open_request(cx, self.override_request_id).await?;
        lapse(&mut Opened::sale(&mut unit, cx.env())?, request.id)?;
        finish(cx, unit, request.id).await
    }
}

/// Lets an approval of a sale lapse, if its time is over, and forgets its timer.
pub fn lapse(opened: &mut Opened<'_>, id: Uuid) -> Result<(), Error> {
    let now = opened.env.now;
    let request = find(opened.order_mut()?.overrides.all_mut()?, id)?;
    let over = request.expires_at.is_some_and(|at| at <= now) && request.status == OverrideStatus::Approved;
    if over {
        request.status = OverrideStatus::Expired;
    }
    opened.lapse_at(id, None);
    if over {
        opened.report(&Event::named(OVERRIDE_LAPSED).with(told(id)))?;
    }
    Ok(())
}
