//! What the phases share: lines, and everything that happened.

use crate::actor::{Actor, scope::of_own_orders};
use crate::db::finders::{among, grouped, keyed};
use crate::error::Error;
use crate::id::{self, Prefix};
use entity::{quotation_line, sale_line, sale_order};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

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
    let sold = sale_line::Entity::find_by_id(id)
        .apply_if(of_own_orders(actor, sale_line::Column::RootId), QueryFilter::filter);
    let quoted = quotation_line::Entity::find_by_id(id)
        .apply_if(of_own_orders(actor, quotation_line::Column::RootId), QueryFilter::filter);
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

/// The sale orders that a name can mean: an id of ours, a number, or what another system calls it. The first two are of one.
pub async fn named<C: ConnectionTrait>(db: &C, name: &str) -> Result<Vec<Uuid>, Error> {
    use sale_order::Column;
    let number = name.to_ascii_uppercase();
    let any = match id::parse(&name.to_ascii_lowercase()) {
        Some((Prefix::Sale, id)) => Condition::any().add(Column::Id.eq(id)),
        _ => Condition::any().add(Column::Number.eq(number.as_str())),
    };
    let any = any.add(Column::ExternalId.eq(name));
    let found = sale_order::Entity::find().filter(any).limit(3).all(db).await?;
    let ours = found.iter().find(|row| row.external_id.as_deref() != Some(name));
    Ok(ours.map_or_else(|| found.iter().map(|row| row.id).collect(), |row| vec![row.id]))
}
