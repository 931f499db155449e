//! The time of an approval is over.

use super::commands::{find, finish, open_request, report, told};
use super::requests;
use crate::{
    approval::commands::OverrideDone,
    error::Error,
    workflow::{Command, Cx, Env, Event, OVERRIDE_LAPSED, Unit},
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
        let (mut unit, root, request) = open_request(cx, self.override_request_id).await?;
        lapse(&mut unit, cx.env(), root, request.id)?;
        finish(cx, unit, request.id).await
    }
}

/// Lets an approval of a loaded order lapse, if its time is over, and forgets its timer.
pub fn lapse(unit: &mut Unit, env: Env<'_>, root: Uuid, request: Uuid) -> Result<(), Error> {
    let request = find(unit.order_mut(root)?.overrides.all_mut()?, request)?;
    let sale = requests::sale(request);
    let id = request.id;
    let over = request.expires_at.is_some_and(|at| at <= env.now) && request.status == OverrideStatus::Approved;
    if over {
        request.status = OverrideStatus::Expired;
    }
    unit.shared.lapse_at(root, sale, id, None);
    if over {
        report(unit, env, root, sale, &Event::named(OVERRIDE_LAPSED).with(told(id)))?;
    }
    Ok(())
}
