//! Finders of deliveries.

use crate::clock::Instant;
use crate::db::page::{self, Asked, KeyKind, Keyset, Page};
use crate::error::Error;
use crate::payment::naming;
use entity::{
    DeliveryFamily, DeliveryStatus,
    webhook_delivery::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryTrait};
use uuid::Uuid;

/// What a list of deliveries is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What became of them.
    pub statuses: Option<Vec<DeliveryStatus>>,
    /// Of payment providers, or of carriers.
    pub family: Option<DeliveryFamily>,
    /// Of this provider.
    pub provider: Option<String>,
    /// About the payment with this reference.
    pub reference: Option<String>,
    /// About this sale order.
    pub sale: Option<Uuid>,
    /// That came first after then.
    pub after: Option<Instant>,
    /// That came first before then.
    pub before: Option<Instant>,
}

/// A delivery by its id.
pub async fn find(db: &DatabaseConnection, id: Uuid) -> Result<Option<Model>, Error> {
    Ok(Entity::find_by_id(id).one(db).await?)
}

/// Deliveries, newest first.
pub async fn deliveries(db: &DatabaseConnection, filter: &Filter, asked: &Asked) -> Result<Page<Model>, Error> {
    let select = Entity::find()
        .apply_if(filter.statuses.clone(), |s, statuses| s.filter(Column::Status.is_in(statuses)))
        .apply_if(filter.family, |s, family| s.filter(Column::Family.eq(family)))
        .apply_if(filter.provider.as_deref().map(naming::provider), |s, provider| {
            s.filter(Column::Provider.eq(provider))
        })
        .apply_if(filter.reference.as_deref().map(naming::reference), |s, reference| {
            s.filter(Column::Reference.eq(reference))
        })
        .apply_if(filter.sale, |s, id| s.filter(Column::SaleOrderId.eq(id)))
        .apply_if(filter.after, |s, at| s.filter(Column::ReceivedAt.gt(at)))
        .apply_if(filter.before, |s, at| s.filter(Column::ReceivedAt.lt(at)));
    let order = Keyset {
        tag: 41,
        key: Some((Column::ReceivedAt, KeyKind::Instant)),
        id: Column::Id,
        descending: true,
        place: |row: &Model| (row.received_at.timestamp_micros(), row.id),
    };
    page::fetch(db, select, &order, asked).await
}
