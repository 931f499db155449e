//! What advertisements were credited with, added up in the database.

use crate::{actor::Actor, actor::scope::own_sales, clock::Instant, error::Error};
use entity::{attribution_credit as credit, attribution_touch as touch, sale_order};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, ExprTrait, FromQueryResult, JoinType, Order, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

/// Most rows of a report.
pub const MOST: u64 = 1_000;

/// By what a report is grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of touches")]
pub enum By {
    Campaign,
    Ad,
    Source,
}

/// What a report is about: orders that began to count from `from` on and before `to`.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The first instant.
    pub from: Instant,
    /// The first instant after.
    pub to: Instant,
    /// Only orders of this store.
    pub store: Option<Uuid>,
    /// By what.
    pub by: By,
    /// The most rows, 1 to [`MOST`].
    pub first: u64,
}

/// A row: one currency of one campaign, ad or source. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Row {
    /// The campaign, ad or source; none where touches name none.
    pub name: Option<String>,
    /// Currency code.
    pub currency: String,
    /// What was credited.
    pub credited: i64,
    /// Of that, what counts no more.
    pub reversed: i64,
    /// Orders that it was credited for.
    pub orders: i64,
}

/// The report, largest net first, in one statement.
pub async fn report(db: &DatabaseConnection, actor: &Actor, asked: &Asked) -> Result<Vec<Row>, Error> {
    if asked.from >= asked.to {
        return Err(Error::invalid("to", "it must be later than from"));
    }
    let name = match asked.by {
        By::Campaign => touch::Column::Campaign,
        By::Ad => touch::Column::Ad,
        By::Source => touch::Column::Source,
    };
    let amount = || Expr::col((credit::Entity, credit::Column::AmountMinor));
    let sum = |amount: SimpleExpr| amount.sum().cast_as("bigint");
    let split = |reversed: SimpleExpr, counting: SimpleExpr| -> SimpleExpr {
        Expr::case(credit::Column::ReversedAt.is_not_null(), reversed).finally(counting).into()
    };
    let order = || Expr::col((credit::Entity, credit::Column::SaleOrderId));
    let touched = credit::Entity::belongs_to(touch::Entity).from(credit::Column::TouchId).to(touch::Column::Id);
    let sold =
        credit::Entity::belongs_to(sale_order::Entity).from(credit::Column::SaleOrderId).to(sale_order::Column::Id);
    let mut find = credit::Entity::find()
        .select_only()
        .column_as(name, "name")
        .column_as(credit::Column::Currency, "currency")
        .column_as(sum(amount()), "credited")
        .column_as(sum(split(amount(), Expr::val(0))), "reversed")
        .column_as(order().count_distinct(), "orders")
        .join(JoinType::InnerJoin, touched.into())
        .join(JoinType::InnerJoin, sold.into())
        .filter(credit::Column::CreditedAt.gte(asked.from))
        .filter(credit::Column::CreditedAt.lt(asked.to));
    if let Some(own) = own_sales(actor) {
        find = find.filter(own);
    }
    if let Some(store) = asked.store {
        find = find.filter(sale_order::Column::StoreId.eq(store));
    }
    let rows = find
        .group_by(name)
        .group_by(credit::Column::Currency)
        .order_by(sum(split(Expr::val(0), amount())), Order::Desc)
        .order_by_asc(Expr::col((touch::Entity, name)))
        .order_by_asc(credit::Column::Currency)
        .limit(asked.first.clamp(1, MOST));
    Ok(rows.into_model().all(db).await?)
}
