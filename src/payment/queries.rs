//! Finders of payments, refunds, disputes and credit notes, narrowed to what the reader may see.

use crate::actor::Actor;
use crate::actor::scope::own_sale_ids;
use crate::clock::Instant;
use crate::db::finders::{among, grouped, keyed};
use crate::db::page::{self, Asked, KeyKind, Keyset, Page};
use crate::error::Error;
use crate::payment::naming;
use entity::{
    PaymentMethod, PaymentStatus, credit_note, dispute, payment, payment_detail, receipt_upload, refund, sale_order,
};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QueryTrait, Select};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Of payments that were registered in two spellings, the one that news are about. As the unique index has it, which finds
/// payments by provider and reference.
pub fn no_duplicate() -> SimpleExpr {
    Expr::col((payment::Entity, payment::Column::Duplicate)).not()
}

/// Those of the sale orders that the reader sees.
pub fn visible(actor: &Actor) -> Select<payment::Entity> {
    let find = payment::Entity::find();
    match own_sale_ids(actor) {
        Some(sales) => find.filter(payment::Column::SaleOrderId.in_subquery(sales)),
        None => find,
    }
}

/// Those of the sale orders that the reader sees.
pub fn visible_refunds(actor: &Actor) -> Select<refund::Entity> {
    let find = refund::Entity::find();
    match own_sale_ids(actor) {
        Some(sales) => find.filter(refund::Column::SaleOrderId.in_subquery(sales)),
        None => find,
    }
}

/// Those of the sale orders that the reader sees.
pub fn visible_credit_notes(actor: &Actor) -> Select<credit_note::Entity> {
    let find = credit_note::Entity::find();
    match own_sale_ids(actor) {
        Some(sales) => find.filter(credit_note::Column::SaleOrderId.in_subquery(sales)),
        None => find,
    }
}

/// What a list of payments is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In one of these states.
    pub statuses: Option<Vec<PaymentStatus>>,
    /// Paid this way.
    pub method: Option<PaymentMethod>,
    /// Through this provider.
    pub provider: Option<String>,
    /// For this sale order.
    pub sale: Option<Uuid>,
    /// Registered after then.
    pub after: Option<Instant>,
    /// Registered before then.
    pub before: Option<Instant>,
}

/// What some of these payments have beside their money, by payment.
pub async fn details(
    db: &DatabaseConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<payment_detail::Model>>, Error> {
    keyed(db, payment_detail::Entity::find().filter(among(payment_detail::Column::Id, ids)), |row| row.id).await
}

/// A payment by its id.
pub async fn find(db: &DatabaseConnection, actor: &Actor, id: Uuid) -> Result<Option<Arc<payment::Model>>, Error> {
    Ok(visible(actor).filter(payment::Column::Id.eq(id)).one(db).await?.map(Arc::new))
}

/// A refund by its id, with its currency.
pub async fn find_refund(
    db: &DatabaseConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<(Arc<refund::Model>, String)>, Error> {
    let Some(found) = visible_refunds(actor).filter(refund::Column::Id.eq(id)).one(db).await? else {
        return Ok(None);
    };
    let payment = payment::Entity::find_by_id(found.payment_id).one(db).await?;
    let payment = payment.ok_or_else(|| Error::internal("a refund without payment"))?;
    Ok(Some((Arc::new(found), payment.currency)))
}

/// A credit note by its id, with its currency.
pub async fn find_credit_note(
    db: &DatabaseConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<(Arc<credit_note::Model>, String)>, Error> {
    let Some(found) = visible_credit_notes(actor).filter(credit_note::Column::Id.eq(id)).one(db).await? else {
        return Ok(None);
    };
    let sale = sale_order::Entity::find_by_id(found.sale_order_id).one(db).await?;
    let sale = sale.ok_or_else(|| Error::internal("a credit note without sale order"))?;
    Ok(Some((Arc::new(found), sale.currency)))
}

/// Payments, newest first.
pub async fn payments(
    db: &DatabaseConnection,
    actor: &Actor,
    filter: &Filter,
    asked: &Asked,
) -> Result<Page<payment::Model>, Error> {
    let select = visible(actor)
        .apply_if(filter.statuses.clone(), |s, statuses| s.filter(payment::Column::Status.is_in(statuses)))
        .apply_if(filter.method, |s, method| s.filter(payment::Column::Method.eq(method)))
        .apply_if(filter.provider.as_deref().map(naming::provider), |s, provider| {
            s.filter(payment::Column::Provider.eq(provider))
        })
        .apply_if(filter.sale, |s, id| s.filter(payment::Column::SaleOrderId.eq(id)))
        .apply_if(filter.after, |s, at| s.filter(payment::Column::CreatedAt.gt(at)))
        .apply_if(filter.before, |s, at| s.filter(payment::Column::CreatedAt.lt(at)));
    let order = Keyset {
        tag: 40,
        key: Some((payment::Column::CreatedAt, KeyKind::Instant)),
        id: payment::Column::Id,
        descending: true,
        place: |row: &payment::Model| (row.created_at.timestamp_micros(), row.id),
    };
    page::fetch(db, select, &order, asked).await
}

/// Payments by id, for whoever sees what refers to them.
pub async fn by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<payment::Model>>, Error> {
    keyed(db, payment::Entity::find().filter(among(payment::Column::Id, ids)), |row| row.id).await
}

/// Payments of sale orders, oldest first.
pub async fn by_sale(
    db: &DatabaseConnection,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<payment::Model>>>, Error> {
    let select = payment::Entity::find()
        .filter(among(payment::Column::SaleOrderId, sales))
        .order_by_asc(payment::Column::CreatedAt)
        .order_by_asc(payment::Column::Id);
    grouped(db, select, |row| row.sale_order_id).await
}

/// Refunds of payments, oldest first.
pub async fn refunds(
    db: &DatabaseConnection,
    payments: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<refund::Model>>>, Error> {
    let select = refund::Entity::find()
        .filter(among(refund::Column::PaymentId, payments))
        .order_by_asc(refund::Column::CreatedAt)
        .order_by_asc(refund::Column::Id);
    grouped(db, select, |row| row.payment_id).await
}

/// Disputes of payments, oldest first.
pub async fn disputes(
    db: &DatabaseConnection,
    payments: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<dispute::Model>>>, Error> {
    let select = dispute::Entity::find()
        .filter(among(dispute::Column::PaymentId, payments))
        .order_by_asc(dispute::Column::OpenedAt)
        .order_by_asc(dispute::Column::Id);
    grouped(db, select, |row| row.payment_id).await
}

/// Credit notes of sale orders, oldest first.
pub async fn credit_notes(
    db: &DatabaseConnection,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<credit_note::Model>>>, Error> {
    let select = credit_note::Entity::find()
        .filter(among(credit_note::Column::SaleOrderId, sales))
        .order_by_asc(credit_note::Column::CreatedAt)
        .order_by_asc(credit_note::Column::Id);
    grouped(db, select, |row| row.sale_order_id).await
}

/// An upload and its payment, if the actor was invited to it.
pub async fn find_upload(
    db: &DatabaseConnection,
    actor: &Actor,
    upload: Uuid,
) -> Result<Option<(receipt_upload::Model, Arc<payment::Model>)>, Error> {
    let Some(row) = receipt_upload::Entity::find_by_id(upload).one(db).await? else { return Ok(None) };
    if row.created_by != actor.id {
        return Ok(None);
    }
    let payment = find(db, actor, row.payment_id).await?;
    Ok(payment.map(|payment| (row, payment)))
}
