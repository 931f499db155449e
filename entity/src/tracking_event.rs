//! What a carrier said of a parcel, whether it moved the parcel or not.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a carrier said of a parcel, whether it moved the parcel or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "tracking_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// The sale order.
    pub sale_order_id: Uuid,
    /// The parcel; none where the order has none that it could be about.
    pub fulfilment_id: Option<Uuid>,
    /// The delivery that brought it.
    pub delivery_id: Uuid,
    /// Who said it, as in the path.
    pub provider: String,
    /// Who carries the parcel, where that was said.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: String,
    /// Its word for where the parcel is.
    pub status: String,
    /// Where it happened.
    pub location: Option<String>,
    /// In the carrier's words.
    pub message: Option<String>,
    /// When the parcel will arrive, as was thought then.
    pub estimated_delivery: Option<Date>,
    /// The place in the order's log of the row that it led to; none where it moved nothing of the order's.
    pub moved_sequence: Option<i64>,
    /// When it happened, by the carrier's time.
    pub occurred_at: DateTimeUtc,
    /// When it was written down here.
    pub recorded_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
