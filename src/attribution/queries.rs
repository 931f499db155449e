//! Finders of touches and credits.

use crate::db::finders::{among, grouped};
use crate::error::Error;
use entity::{attribution_credit as credit, attribution_touch as touch};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

type OfSales<M> = HashMap<Uuid, Vec<Arc<M>>>;

/// What the buyers of sale orders touched, earliest first.
pub async fn touches(db: &impl ConnectionTrait, sales: &[Uuid]) -> Result<OfSales<touch::Model>, Error> {
    let of = touch::Entity::find().filter(among(touch::Column::SaleOrderId, sales));
    let by_time = of.order_by_asc(touch::Column::TouchedAt).order_by_asc(touch::Column::Id);
    grouped(db, by_time, |row| row.sale_order_id).await
}

/// The credits of sale orders.
pub async fn credits(db: &impl ConnectionTrait, sales: &[Uuid]) -> Result<OfSales<credit::Model>, Error> {
    let of = credit::Entity::find().filter(among(credit::Column::SaleOrderId, sales));
    grouped(db, of.order_by_asc(credit::Column::Id), |row| row.sale_order_id).await
}
