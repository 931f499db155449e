//! `setStoreCalendar`.

use super::commands::StoreDone;
use super::update::store_to_change;
use crate::calendar::Calendar;
use crate::error::Error;
use crate::workflow::{Command, Cx};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Gives a store another calendar in place of the one that it has, or takes it away: then the store is always open.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct SetStoreCalendar {
    pub store_id: Uuid,
    /// As `calendar::Calendar` reads it; none: no calendar.
    pub calendar: Option<Value>,
    pub expected_version: Option<i32>,
}

impl Command for SetStoreCalendar {
    type Output = StoreDone;

    const NAME: &'static str = "setStoreCalendar";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<StoreDone, Error> {
        cx.actor.require("calendar.manage")?;
        let was = store_to_change(cx, self.store_id, self.expected_version).await?;
        let written = self.calendar.as_ref().map(|written| Calendar::read("calendar", written)).transpose()?;
        let mut row = was.clone();
        row.calendar = written.map(|calendar| calendar.written());
        if row != was {
            row.version += 1;
            row.into_active_model().reset_all().update(cx.txn).await?;
        }
        Ok(StoreDone { store: was.id })
    }
}
