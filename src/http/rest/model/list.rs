//! Lists of orders.

use super::super::amount::Amount;
use super::order::{Buyer, Seller};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderPage {
    /// In the order that was asked for.
    pub orders: Vec<Listed>,
    /// Which page it is, and of how many.
    pub pagination: Pagination,
    /// How many orders there are in each status, of those that the list would have without `status`.
    pub status_counts: BTreeMap<String, i64>,
}

/// An order, as lists show it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// `sale_…`
    pub id: String,
    /// What the system that it comes from calls it.
    pub external_id: Option<String>,
    /// ORD-<year>-<six digits>.
    pub order_number: String,
    /// Where it stands.
    pub status: String,
    /// What drives it.
    pub lifecycle: String,
    /// The sum of its items.
    pub total_amount: Amount,
    /// The currency.
    pub currency: String,
    /// Who buys; null when nobody is named.
    pub buyer: Option<Buyer>,
    /// Who sells.
    pub seller: Seller,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it should arrive.
    #[schema(format = Date)]
    pub estimated_delivery: Option<String>,
}

/// Which part of a list a page is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// Its number, from 1; null where it was found by a cursor.
    pub page: Option<u64>,
    /// How many orders a page has at most.
    pub limit: u64,
    /// How many orders there are.
    pub total: i64,
    /// How many pages there are.
    pub total_pages: u64,
    /// Where the next page begins, whatever comes or goes meanwhile; null on the last.
    pub next_cursor: Option<String>,
}
