//! What the phases share: whose orders a reader sees, lines, and everything that happened.

use crate::actor::{Actor, Scope};
use crate::db::finders::{among, grouped, keyed};
use crate::error::Error;
use entity::{quotation, quotation_line, sale_line, sale_order};
use sea_orm::sea_query::{ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

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

/// The roots of the reader's orders; `None`: all. Every order has a quotation.
pub fn own_roots(actor: &Actor) -> Option<SelectStatement> {
    let own = own_quotations(actor)?;
    Some(quotation::Entity::find().select_only().column(quotation::Column::RootId).filter(own).into_query())
}

/// The reader's sale orders by id; `None`: all.
pub fn own_sale_ids(actor: &Actor) -> Option<SelectStatement> {
    let own = own_sales(actor)?;
    Some(sale_order::Entity::find().select_only().column(sale_order::Column::Id).filter(own).into_query())
}

/// A line of a quotation or of a sale order; the second has the first's id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns that both tables have")]
pub struct Line {
    pub id: Uuid,
    pub sku: String,
    pub kind: entity::ProductKind,
    pub title: String,
    pub quantity: i32,
    pub unit_price_minor: i64,
    pub discount_minor: i64,
    pub tax_minor: i64,
    pub total_minor: i64,
    /// What it is a line of.
    pub of: LineOf,
}

/// What a line is of; its currency is told from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOf {
    /// A quotation.
    Quotation(Uuid),
    /// A sale order.
    Sale(Uuid),
}

impl From<&quotation_line::Model> for Line {
    fn from(row: &quotation_line::Model) -> Self {
        Self {
            id: row.id,
            sku: row.sku.clone(),
            kind: row.kind,
            title: row.title.clone(),
            quantity: row.quantity,
            unit_price_minor: row.unit_price_minor,
            discount_minor: row.discount_minor,
            tax_minor: row.tax_minor,
            total_minor: row.total_minor,
            of: LineOf::Quotation(row.quotation_id),
        }
    }
}

impl From<&sale_line::Model> for Line {
    fn from(row: &sale_line::Model) -> Self {
        Self {
            id: row.id,
            sku: row.sku.clone(),
            kind: row.kind,
            title: row.title.clone(),
            quantity: row.quantity,
            unit_price_minor: row.unit_price_minor,
            discount_minor: row.discount_minor,
            tax_minor: row.tax_minor,
            total_minor: row.total_minor,
            of: LineOf::Sale(row.sale_order_id),
        }
    }
}

/// A line by its id: as it was sold, or else as it is quoted.
pub async fn find_line(db: &DatabaseConnection, actor: &Actor, id: Uuid) -> Result<Option<Line>, Error> {
    let mut sold = sale_line::Entity::find_by_id(id);
    let mut quoted = quotation_line::Entity::find_by_id(id);
    if let Some(roots) = own_roots(actor) {
        sold = sold.filter(sale_line::Column::RootId.in_subquery(roots.clone()));
        quoted = quoted.filter(quotation_line::Column::RootId.in_subquery(roots));
    }
    if let Some(row) = sold.one(db).await? {
        return Ok(Some(Line::from(&row)));
    }
    Ok(quoted.one(db).await?.as_ref().map(Line::from))
}

/// Lines of quotations, in order.
pub async fn quotation_lines(
    db: &DatabaseConnection,
    quotations: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<quotation_line::Model>>>, Error> {
    let select = quotation_line::Entity::find()
        .filter(among(quotation_line::Column::QuotationId, quotations))
        .order_by_asc(quotation_line::Column::Position);
    grouped(db, select, |row| row.quotation_id).await
}

/// Lines of sale orders, in order.
pub async fn sale_lines(
    db: &DatabaseConnection,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<sale_line::Model>>>, Error> {
    let select = sale_line::Entity::find()
        .filter(among(sale_line::Column::SaleOrderId, sales))
        .order_by_asc(sale_line::Column::Position);
    grouped(db, select, |row| row.sale_order_id).await
}

/// Sale lines by id.
pub async fn sale_lines_by_id(
    db: &DatabaseConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<sale_line::Model>>, Error> {
    keyed(db, sale_line::Entity::find().filter(among(sale_line::Column::Id, ids)), |row| row.id).await
}
