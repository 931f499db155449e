//! A page of a list of orders: what is asked for, read, and shown, in a number of statements that does not depend on its size.

use super::super::Shared;
use super::amount::Amount;
use super::answer;
use super::model::{Buyer, Lifecycle, Listed, OrderPage, Pagination, Seller, Status, Tag};
use crate::actor::Actor;
use crate::clock;
use crate::db::page::{Asked, Page};
use crate::error::Error;
use crate::party;
use crate::sale::queries::{self, Filter, Sort};
use entity::{customer, reseller, sale_order, store};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// How many orders a page has when the client names no number.
const USUAL: u32 = 20;
/// As far as this order pages have numbers; the database walks over all before.
const FARTHEST: u64 = 10_000;

/// What a list is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    q: Option<String>,
    status: Option<Status>,
    tag: Option<Tag>,
    lifecycle: Option<Lifecycle>,
    from: Option<String>,
    to: Option<String>,
    page: Option<u32>,
    limit: Option<u32>,
    cursor: Option<String>,
    sort_by: Option<SortBy>,
    sort_order: Option<SortOrder>,
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    /// When it was made.
    #[default]
    CreatedAt,
    /// The status's name.
    Status,
    /// The sum of the items, a currency after the other.
    TotalAmount,
}

/// In which direction.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SortOrder {
    /// Smallest, or oldest, first.
    Asc,
    /// Largest, or newest, first.
    #[default]
    Desc,
}

impl Wanted {
    fn sort(&self) -> Sort {
        match (self.sort_by.unwrap_or_default(), self.sort_order.unwrap_or_default()) {
            (SortBy::CreatedAt, SortOrder::Desc) => Sort::CreatedDescending,
            (SortBy::CreatedAt, SortOrder::Asc) => Sort::CreatedAscending,
            (SortBy::TotalAmount, SortOrder::Desc) => Sort::TotalDescending,
            (SortBy::TotalAmount, SortOrder::Asc) => Sort::TotalAscending,
            (SortBy::Status, SortOrder::Desc) => Sort::StateDescending,
            (SortBy::Status, SortOrder::Asc) => Sort::StateAscending,
        }
    }

    /// Narrows a list that is of somebody already.
    fn narrow(&self, filter: Filter) -> Result<Filter, Error> {
        let instant = |field: &str, text: &Option<String>| {
            let read = |text: &String| clock::parse(text).map_err(|why| Error::invalid(field, why));
            text.as_ref().map(read).transpose()
        };
        Ok(Filter {
            states: self.status.as_ref().map(|status| vec![status.0.clone()]),
            tags: self.tag.as_ref().map(|tag| vec![tag.0.clone()]),
            lifecycles: self.lifecycle.as_ref().map(|lifecycle| vec![lifecycle.0.clone()]),
            // The filter leaves the instant itself out.
            after: instant("from", &self.from)?.map(|from| from - chrono::TimeDelta::microseconds(1)),
            before: instant("to", &self.to)?,
            search: self.q.clone(),
            ..filter
        })
    }
}

/// Reads a page.
pub async fn page(shared: &Shared, actor: &Actor, wanted: &Wanted, filter: Filter) -> Result<OrderPage, Error> {
    actor.require("order.read")?;
    let (app, sort, filter) = (&shared.app, wanted.sort(), wanted.narrow(filter)?);
    let limit = wanted.limit.unwrap_or(USUAL);
    let number = match (&wanted.cursor, wanted.page) {
        (Some(_), Some(_)) => {
            return Err(Error::Conflict("page and cursor together are ambiguous; send one of them".to_owned()));
        }
        (Some(_), None) => None,
        (None, number) => Some(number.unwrap_or(1)),
    };
    let found = if let Some(number) = number {
        if u64::from(number) * u64::from(limit) > FARTHEST {
            let message = format!("pages have numbers as far as order {FARTHEST}; go on by nextCursor, as cursor");
            return Err(Error::Conflict(message));
        }
        let place = (u64::from(number), u64::from(limit));
        queries::sales_numbered(&app.reader, &app.registry, actor, &filter, sort, place).await?
    } else {
        let (first, after) = (i32::try_from(limit).ok(), wanted.cursor.clone());
        let asked = Asked { first, after, total: true, ..Asked::default() };
        queries::sales(&app.reader, &app.registry, actor, &filter, sort, &asked).await?
    };
    let counts = status_counts(shared, actor, Filter { states: None, ..filter }).await?;
    let next_cursor = found.rows.last().filter(|_| found.has_next).map(|(cursor, _)| cursor.encode());
    let limit = u64::from(limit);
    let total_pages = u64::try_from(found.total).unwrap_or_default().div_ceil(limit);
    let pagination = Pagination { page: number.map(u64::from), limit, total: found.total, total_pages, next_cursor };
    Ok(OrderPage { orders: orders(shared, &found).await?, pagination, status_counts: counts })
}

/// How many orders there are in each status, whichever lifecycle has it.
async fn status_counts(shared: &Shared, actor: &Actor, filter: Filter) -> Result<BTreeMap<String, i64>, Error> {
    let mut counts = BTreeMap::new();
    for row in queries::state_counts(&shared.app.reader, &shared.app.registry, actor, &filter).await? {
        *counts.entry(row.workflow_state).or_insert(0) += row.orders;
    }
    Ok(counts)
}

/// Whom the orders of a page are by and to.
struct Parties {
    stores: HashMap<Uuid, Arc<store::Model>>,
    customers: HashMap<Uuid, Arc<customer::Model>>,
    resellers: HashMap<Uuid, Arc<reseller::Model>>,
}

async fn orders(shared: &Shared, page: &Page<sale_order::Model>) -> Result<Vec<Listed>, Error> {
    let db = &shared.app.reader;
    let rows: Vec<&sale_order::Model> = page.rows.iter().map(|(_, row)| row).collect();
    let ids = |of: fn(&sale_order::Model) -> Option<Uuid>| {
        let mut ids: Vec<Uuid> = rows.iter().filter_map(|row| of(row)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let parties = Parties {
        stores: party::queries::stores_by_id(db, &ids(|row| Some(row.store_id))).await?,
        customers: party::queries::customers_by_id(db, &ids(|row| row.customer_id)).await?,
        resellers: party::queries::resellers_by_id(db, &ids(|row| row.reseller_id)).await?,
    };
    rows.into_iter().map(|row| listed(shared, row, &parties)).collect()
}

fn listed(shared: &Shared, row: &sale_order::Model, parties: &Parties) -> Result<Listed, Error> {
    let store = parties.stores.get(&row.store_id).ok_or_else(|| Error::internal("an order without its store"))?;
    let reseller = row.reseller_id.and_then(|id| parties.resellers.get(&id)).map(|row| Buyer::from(&**row));
    let customer = row.customer_id.and_then(|id| parties.customers.get(&id)).map(|row| Buyer::from(&**row));
    Ok(Listed {
        id: answer::order_id(row),
        external_id: row.external_id.clone(),
        order_number: row.number.clone(),
        status: row.workflow_state.clone(),
        lifecycle: row.lifecycle.clone(),
        total_amount: Amount::of(&shared.app.currencies, row.grand_total_minor, &row.currency)?,
        currency: row.currency.clone(),
        buyer: reseller.or(customer),
        seller: Seller::from(&**store),
        created_at: answer::instant(row.created_at),
        estimated_delivery: row.estimated_delivery.map(|day| day.to_string()),
    })
}
