//! Which orders an actor sees, as conditions of statements.

use super::{Actor, Scope};
use crate::db::finders::among;
use entity::{quotation, sale_order};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
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

/// Which rows are of the reader's orders, by their column of roots; `None`: all. An order has a quotation, or a sale that was
/// made without one. Asked row by row: in a list of all their roots, one row would be looked for among all their orders.
pub fn of_own_orders<C: ColumnTrait>(actor: &Actor, root: C) -> Option<Condition> {
    let quoted = quotation::Entity::find().filter(own_quotations(actor)?);
    let quoted =
        quoted.filter(Expr::col((quotation::Entity, quotation::Column::RootId)).eq(Expr::col(root.as_column_ref())));
    let sold = sale_order::Entity::find().filter(own_sales(actor)?);
    let sold =
        sold.filter(Expr::col((sale_order::Entity, sale_order::Column::RootId)).eq(Expr::col(root.as_column_ref())));
    let quoted = quoted.select_only().expr(Expr::val(1)).into_query();
    let sold = sold.select_only().expr(Expr::val(1)).into_query();
    Some(Condition::any().add(Expr::exists(quoted)).add(Expr::exists(sold)))
}

/// The reader's sale orders by id; `None`: all.
pub fn own_sale_ids(actor: &Actor) -> Option<SelectStatement> {
    let own = own_sales(actor)?;
    Some(sale_order::Entity::find().select_only().column(sale_order::Column::Id).filter(own).into_query())
}
