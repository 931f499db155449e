//! Which orders an actor sees, as conditions of statements.

use super::{Actor, Scope};
use crate::db::finders::among;
use entity::{quotation, sale_order};
use sea_orm::sea_query::{ExprTrait, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

/// Which quotations are the reader's; `None`: all.
pub fn own_quotations(actor: &Actor) -> Option<Condition> {
    let own = match &actor.scope {
        Scope::All => return None,
        Scope::Customer(id) => quotation::Column::CustomerId.eq(*id).and(quotation::Column::ResellerId.is_null()),
        Scope::Reseller(id) => quotation::Column::ResellerId.eq(*id),
        Scope::Stores(stores) => among(quotation::Column::StoreId, stores),
    };
    Some(Condition::all().add(own))
}

/// Which sale orders are the reader's; `None`: all.
pub fn own_sales(actor: &Actor) -> Option<Condition> {
    let own = match &actor.scope {
        Scope::All => return None,
        Scope::Customer(id) => sale_order::Column::CustomerId.eq(*id).and(sale_order::Column::ResellerId.is_null()),
        Scope::Reseller(id) => sale_order::Column::ResellerId.eq(*id),
        Scope::Stores(stores) => among(sale_order::Column::StoreId, stores),
    };
    Some(Condition::all().add(own))
}

/// The roots of the reader's orders; `None`: all. An order has a quotation, or a sale that was made without one.
pub fn own_roots(actor: &Actor) -> Option<SelectStatement> {
    let (quoted, sold) = (own_quotations(actor)?, own_sales(actor)?);
    let sold = sale_order::Entity::find().select_only().column(sale_order::Column::RootId).filter(sold);
    let sold = sold.filter(sale_order::Column::QuotationId.is_null()).into_query();
    let quoted = quotation::Entity::find().select_only().column(quotation::Column::RootId).filter(quoted);
    Some(quoted.into_query().union(UnionType::All, sold).to_owned())
}

/// The reader's sale orders by id; `None`: all.
pub fn own_sale_ids(actor: &Actor) -> Option<SelectStatement> {
    let own = own_sales(actor)?;
    Some(sale_order::Entity::find().select_only().column(sale_order::Column::Id).filter(own).into_query())
}
