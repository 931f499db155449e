//! What was said is kept, whether it moved anything or not, and which of it is the newest.

use super::provider::Tracking;
use crate::{clock::Instant, error::Error, id};
use entity::{
    tracking_event::{Column, Entity, Model},
    webhook_delivery,
};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict};
use uuid::Uuid;

/// Where what was said belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The order's root.
    pub root: Uuid,
    /// The sale order.
    pub sale: Uuid,
    /// The parcel, where there is one that it can be about.
    pub parcel: Option<Uuid>,
    /// The order's log row that it led to.
    pub moved: Option<i64>,
}

/// When it happened; where that is not said, when it came.
pub fn happened(delivery: &webhook_delivery::Model, of: &Tracking) -> Instant {
    of.at.unwrap_or(delivery.received_at)
}

/// Keeps it, once a delivery: one that is tried again may have found its parcel.
pub async fn keep(
    txn: &DatabaseTransaction,
    delivery: &webhook_delivery::Model,
    of: &Tracking,
    place: Place,
    now: Instant,
) -> Result<(), Error> {
    let row = Model {
        id: id::new(),
        root_id: place.root,
        sale_order_id: place.sale,
        fulfilment_id: place.parcel,
        delivery_id: delivery.id,
        provider: delivery.provider.clone(),
        carrier: of.carrier.clone(),
        tracking_number: of.number.clone(),
        status: of.status.clone(),
        location: of.location.clone(),
        message: of.message.clone(),
        estimated_delivery: of.estimated,
        moved_sequence: place.moved,
        occurred_at: happened(delivery, of),
        recorded_at: now,
    };
    let again = OnConflict::column(Column::DeliveryId)
        .update_columns([Column::RootId, Column::SaleOrderId, Column::FulfilmentId, Column::MovedSequence])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(txn).await?;
    Ok(())
}

/// Whether something that happened later than `at` is known of a parcel already.
pub async fn is_stale(txn: &DatabaseTransaction, parcel: Uuid, at: Instant) -> Result<bool, Error> {
    let later = Entity::find().filter(Column::FulfilmentId.eq(parcel)).filter(Column::OccurredAt.gt(at));
    Ok(later.one(txn).await?.is_some())
}

/// Whether a later event than one of `at` says when an order will arrive.
pub async fn is_estimated_later(txn: &DatabaseTransaction, sale: Uuid, at: Instant) -> Result<bool, Error> {
    let later = Entity::find()
        .filter(Column::SaleOrderId.eq(sale))
        .filter(Column::EstimatedDelivery.is_not_null())
        .filter(Column::OccurredAt.gt(at));
    Ok(later.one(txn).await?.is_some())
}
