//! Parked deliveries whose turn has come.

use crate::{clock::Instant, error::Error};
use entity::{
    DeliveryFamily, DeliveryStatus, PaymentStatus, fulfilment, payment, sale_order,
    webhook_delivery::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, Func, SimpleExpr},
};

/// Lets parked deliveries be tried again whose turn has come. About a payment: the one that they did not find is there, or
/// the one that they found has its money. About a parcel: it, or the order that they name, is there, or the order that they
/// found has changed.
pub async fn wake(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    let payments = Column::Family.eq(DeliveryFamily::Payment).and(payment_is_there());
    let parcels = Column::Family.eq(DeliveryFamily::Shipping).and(parcel_is_there());
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(DeliveryStatus::Received))
        .col_expr(Column::AvailableAt, Expr::value(now))
        .filter(Column::Status.eq(DeliveryStatus::Parked))
        .filter(Condition::any().add(payments).add(parcels))
        .exec(txn)
        .await?;
    Ok(())
}

fn ours(column: Column) -> SimpleExpr {
    Expr::col((Entity, column))
}

fn payment_is_there() -> SimpleExpr {
    let payments = || {
        let same = |theirs: payment::Column, own: Column| Expr::col((payment::Entity, theirs)).eq(ours(own));
        payment::Entity::find()
            .select_only()
            .expr(Expr::val(1))
            .filter(same(payment::Column::Provider, Column::Provider))
            .filter(same(payment::Column::Reference, Column::Reference))
            .filter(Expr::col((payment::Entity, payment::Column::Duplicate)).not())
    };
    let found = Column::PaymentId.is_null().and(Expr::exists(payments().into_query()));
    let paid = Expr::exists(payments().filter(payment::Column::Status.is_in(PaymentStatus::CAPTURED)).into_query());
    found.or(paid)
}

fn parcel_is_there() -> SimpleExpr {
    let part = |column: fulfilment::Column| Expr::col((fulfilment::Entity, column));
    let sale = |column: sale_order::Column| Expr::col((sale_order::Entity, column));
    let any_carrier = ours(Column::Carrier).is_null().or(part(fulfilment::Column::Carrier).is_null());
    let same_carrier = Func::lower(part(fulfilment::Column::Carrier)).eq(Func::lower(ours(Column::Carrier)));
    let parcel = fulfilment::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(part(fulfilment::Column::TrackingNumber).is_not_null())
        .filter(Func::lower(part(fulfilment::Column::TrackingNumber)).eq(Func::lower(ours(Column::Reference))))
        .filter(any_carrier.or(same_carrier))
        .filter(ours(Column::SaleOrderId).is_null());
    let changed = sale_order::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(sale(sale_order::Column::Id).eq(ours(Column::SaleOrderId)))
        .filter(sale(sale_order::Column::Version).ne(ours(Column::OrderVersion)));
    let is_called = sale(sale_order::Column::Number)
        .eq(Func::upper(ours(Column::OrderName)))
        .or(sale(sale_order::Column::ExternalId).eq(ours(Column::OrderName)));
    let named = sale_order::Entity::find().select_only().expr(Expr::val(1)).filter(is_called);
    let named = ours(Column::SaleOrderId).is_null().and(Expr::exists(named.into_query()));
    Expr::exists(parcel.into_query()).or(Expr::exists(changed.into_query())).or(named)
}
