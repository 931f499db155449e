//! What `setStoreCalendar` takes.

use crate::error::Error;
use crate::graphql::scalars::Json;
use crate::id::{self, Prefix};
use crate::party::calendar::SetStoreCalendar;
use async_graphql::{ID, InputObject, MaybeUndefined};

/// A store's calendar, whole.
#[derive(InputObject)]
pub struct SetStoreCalendarInput {
    /// Which store.
    store_id: ID,
    /// `{"hours": {"MON": [["09:00", "17:30"]]}, "holidays": [{"date": "2026-12-25", "name": "Christmas"}], "windows": {"shipping":
    /// {"MON": [["08:00", "16:00"]]}}}`, in the store's zone, in place of the one before. Null: none, the store is always open.
    /// Holidays may have hours, too.
    calendar: MaybeUndefined<Json>,
    /// Refused with CONFLICT when the store has moved on.
    expected_version: Option<i32>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

impl SetStoreCalendarInput {
    /// As a command, and its idempotency key.
    pub(super) fn parse(self) -> Result<(SetStoreCalendar, Option<String>), Error> {
        let calendar = match self.calendar {
            MaybeUndefined::Undefined => {
                return Err(Error::invalid("calendar", "say the calendar, or null to take it away"));
            }
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(Json(calendar)) => Some(calendar),
        };
        let store_id = id::decode(Prefix::Store, &self.store_id)?;
        Ok((SetStoreCalendar { store_id, calendar, expected_version: self.expected_version }, self.idempotency_key))
    }
}
