//! How commands about a sale's money and overrides open its order: locked, whole, and only if the caller may see it.

use crate::{
    actor::Actor,
    error::Error,
    money::Money,
    workflow::{Cx, Mode, Needs, Order, Roots, SubjectRef, Unit},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A sale order was changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SaleDone {
    /// Which.
    pub sale: Uuid,
}

/// Locks and reads everything of a sale's order.
pub async fn open(cx: &Cx<'_>, sale: Uuid) -> Result<Unit, Error> {
    let subject = SubjectRef::sale(sale);
    open_of(cx, Roots::of_subjects(&[subject]), &subject.type_id()).await
}

/// The same of the order that `roots` finds by the id of something in it. Unknown and foreign ids look the same.
pub async fn open_of(cx: &Cx<'_>, roots: Roots, id: &str) -> Result<Unit, Error> {
    let mut unit = Unit::open(cx.txn, roots, Mode::Write, cx.now).await?;
    if unit.orders.is_empty() {
        return Err(Error::not_found(id));
    }
    unit.load(cx.rules, cx.txn, Needs::ALL, Mode::Write).await?;
    if !visible(cx.actor, unit.only()?)? {
        return Err(Error::not_found(id));
    }
    Ok(unit)
}

/// Whether the actor may see an order that has a sale.
pub fn visible(actor: &Actor, order: &Order) -> Result<bool, Error> {
    let sale = order.sale()?;
    Ok(actor.sees(sale.store_id, sale.customer_id, sale.reseller_id))
}

/// A positive amount in the order's currency, in minor units.
pub fn amount(order: &Order, field: &str, money: &Money) -> Result<i64, Error> {
    let currency = &order.sale()?.currency;
    if money.currency != *currency {
        return Err(Error::invalid(field, format!("it is in {}, but the order is in {currency}", money.currency)));
    }
    if money.minor <= 0 {
        return Err(Error::invalid(field, "it must be more than zero"));
    }
    Ok(money.minor)
}
