//! `GET /orders`, `GET /orders/buyer/{id}`, `GET /orders/seller/{id}`.

use super::super::Shared;
use super::caller::{Caller, Id};
use super::fault::Fault;
use super::ids;
use super::listing::{self, Wanted};
use super::model::{Lifecycle, OrderPage, Status, Tag};
use crate::sale::queries::Filter;
use axum::Json;
use axum::extract::{RawQuery, State};
use entity::PartyKind;

/// Orders that the caller may see
///
/// Staff see all, sellers those of their stores, buyers their own. A page is found by its number, as far as the 10,000th order, or by
/// the cursor of the page before, as far as there are any.
#[utoipa::path(
    get, path = "/orders", tag = "Orders",
    params(
        ("q" = Option<String>, Query, description = "Number, name of the buyer, SKU, or a note contains it.", max_length = 200, pattern = "^[^\\x00]*$"),
        ("status" = Option<Status>, Query, description = "With this status."),
        ("tag" = Option<Tag>, Query, description = "In a state with this tag."),
        ("lifecycle" = Option<Lifecycle>, Query, description = "Of this lifecycle."),
        ("from" = Option<String>, Query, description = "Made then or later.", format = DateTime),
        ("to" = Option<String>, Query, description = "Made before then.", format = DateTime),
        ("page" = Option<i32>, Query, description = "Its number; left out: 1.", minimum = 1, maximum = 10_000),
        ("limit" = Option<i32>, Query, description = "How many orders a page has; left out: 20.", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before, in the same order; instead of `page`.", pattern = "^[A-Za-z0-9_-]{34}$"),
        ("sortBy" = Option<listing::SortBy>, Query, description = "Left out: createdAt."),
        ("sortOrder" = Option<listing::SortOrder>, Query, description = "Left out: desc."),
    ),
    responses((status = 200, description = "A page of orders.", body = OrderPage))
)]
pub async fn search_orders(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<OrderPage>, Fault> {
    let wanted: Wanted = shared.contract()?.query("search_orders", query.as_deref())?;
    Ok(Json(listing::page(&shared, &actor, &wanted, Filter::default()).await?))
}

/// Orders of a buyer
#[utoipa::path(
    get, path = "/orders/buyer/{id}", tag = "Orders",
    params(
        ("id" = String, Path, description = "The buyer: `cus_…` or `res_…`.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("status" = Option<Status>, Query, description = "With this status."),
        ("page" = Option<i32>, Query, description = "Its number; left out: 1.", minimum = 1, maximum = 10_000),
        ("limit" = Option<i32>, Query, description = "How many orders a page has; left out: 20.", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before, in the same order; instead of `page`.", pattern = "^[A-Za-z0-9_-]{34}$"),
        ("sortBy" = Option<listing::SortBy>, Query, description = "Left out: createdAt."),
        ("sortOrder" = Option<listing::SortOrder>, Query, description = "Left out: desc."),
    ),
    responses((status = 200, description = "A page of orders.", body = OrderPage))
)]
pub async fn list_buyer_orders(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(id): Id,
    RawQuery(query): RawQuery,
) -> Result<Json<OrderPage>, Fault> {
    let wanted: Wanted = shared.contract()?.query("list_buyer_orders", query.as_deref())?;
    let filter = match ids::buyer(&shared.app, &actor, &id).await? {
        (PartyKind::Customer, customer) => Filter { customer: Some(customer), ..Filter::default() },
        (PartyKind::Reseller, reseller) => Filter { reseller: Some(reseller), ..Filter::default() },
    };
    Ok(Json(listing::page(&shared, &actor, &wanted, filter).await?))
}

/// Orders of a seller
#[utoipa::path(
    get, path = "/orders/seller/{id}", tag = "Orders",
    params(
        ("id" = String, Path, description = "The seller: `store_…`.", pattern = "^[A-Za-z0-9][A-Za-z0-9_.:~-]{0,254}$"),
        ("status" = Option<Status>, Query, description = "With this status."),
        ("page" = Option<i32>, Query, description = "Its number; left out: 1.", minimum = 1, maximum = 10_000),
        ("limit" = Option<i32>, Query, description = "How many orders a page has; left out: 20.", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before, in the same order; instead of `page`.", pattern = "^[A-Za-z0-9_-]{34}$"),
        ("sortBy" = Option<listing::SortBy>, Query, description = "Left out: createdAt."),
        ("sortOrder" = Option<listing::SortOrder>, Query, description = "Left out: desc."),
    ),
    responses((status = 200, description = "A page of orders.", body = OrderPage))
)]
pub async fn list_seller_orders(
    State(shared): State<Shared>,
    Caller(actor): Caller,
    Id(id): Id,
    RawQuery(query): RawQuery,
) -> Result<Json<OrderPage>, Fault> {
    let wanted: Wanted = shared.contract()?.query("list_seller_orders", query.as_deref())?;
    let store = ids::seller(&shared.app, &actor, &id).await?;
    let filter = Filter { store: Some(store), ..Filter::default() };
    Ok(Json(listing::page(&shared, &actor, &wanted, filter).await?))
}
