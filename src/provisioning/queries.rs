//! Finders of accounts, measurements and refills, narrowed to what the reader may see.

use crate::actor::{Actor, Scope};
use crate::db::finders::{among, grouped, keyed, nothing};
use crate::db::page::{self, Asked, KeyKind, Keyset, Page};
use crate::error::Error;
use entity::{metric_snapshot, refill, sale_order, social_account};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Staff see all accounts, customers their own, sellers those of who bought in their stores.
pub fn visible(actor: &Actor) -> Select<social_account::Entity> {
    let find = social_account::Entity::find();
    match &actor.scope {
        Scope::All => find,
        Scope::Customer(own) => find.filter(social_account::Column::CustomerId.eq(*own)),
        Scope::Stores(stores) => {
            let bought = sale_order::Entity::find()
                .select_only()
                .column(sale_order::Column::CustomerId)
                .filter(sale_order::Column::CustomerId.is_not_null())
                .filter(among(sale_order::Column::StoreId, stores));
            find.filter(social_account::Column::CustomerId.in_subquery(bought.into_query()))
        }
        Scope::Reseller(_) => find.filter(nothing()),
    }
}

/// Whether a customer's accounts are for the actor to make.
pub async fn knows_customer<C: ConnectionTrait>(db: &C, actor: &Actor, customer: Uuid) -> Result<bool, Error> {
    Ok(match &actor.scope {
        Scope::All => true,
        Scope::Customer(own) => *own == customer,
        Scope::Reseller(_) => false,
        Scope::Stores(stores) => {
            let bought = sale_order::Entity::find()
                .filter(sale_order::Column::CustomerId.eq(customer))
                .filter(among(sale_order::Column::StoreId, stores));
            bought.one(db).await?.is_some()
        }
    })
}

/// An account by its id.
pub async fn find(
    db: &DatabaseConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<Arc<social_account::Model>>, Error> {
    Ok(visible(actor).filter(social_account::Column::Id.eq(id)).one(db).await?.map(Arc::new))
}

/// Accounts, oldest first; of one customer, or of all that the reader sees.
pub async fn accounts(
    db: &DatabaseConnection,
    actor: &Actor,
    customer: Option<Uuid>,
    asked: &Asked,
) -> Result<Page<social_account::Model>, Error> {
    let select = visible(actor).apply_if(customer, |s, id| s.filter(social_account::Column::CustomerId.eq(id)));
    let order = Keyset {
        tag: 70,
        key: None,
        id: social_account::Column::Id,
        descending: false,
        place: |row: &social_account::Model| (0, row.id),
    };
    page::fetch(db, select, &order, asked).await
}

/// What was measured of an account, newest first. Whoever asks has seen the account.
pub async fn snapshots(
    db: &DatabaseConnection,
    account: Uuid,
    asked: &Asked,
) -> Result<Page<metric_snapshot::Model>, Error> {
    let select = metric_snapshot::Entity::find().filter(metric_snapshot::Column::SocialAccountId.eq(account));
    let order = Keyset {
        tag: 71,
        key: Some((metric_snapshot::Column::CapturedAt, KeyKind::Instant)),
        id: metric_snapshot::Column::Id,
        descending: true,
        place: |row: &metric_snapshot::Model| (row.captured_at.timestamp_micros(), row.id),
    };
    page::fetch(db, select, &order, asked).await
}

/// Accounts by id, for whoever sees what refers to them.
pub async fn accounts_by_id(
    db: &DatabaseConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<social_account::Model>>, Error> {
    keyed(db, social_account::Entity::find().filter(among(social_account::Column::Id, ids)), |row| row.id).await
}

/// Measurements by id.
pub async fn snapshots_by_id(
    db: &DatabaseConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<metric_snapshot::Model>>, Error> {
    keyed(db, metric_snapshot::Entity::find().filter(among(metric_snapshot::Column::Id, ids)), |row| row.id).await
}

/// Refills by id.
pub async fn refills_by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<refill::Model>>, Error> {
    keyed(db, refill::Entity::find().filter(among(refill::Column::Id, ids)), |row| row.id).await
}

/// Refills of sale orders, oldest first.
pub async fn refills_of(
    db: &DatabaseConnection,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<refill::Model>>>, Error> {
    let select = refill::Entity::find().filter(among(refill::Column::SaleOrderId, sales));
    grouped(db, select.order_by_asc(refill::Column::Id), |row| row.sale_order_id).await
}
