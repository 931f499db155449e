//! Relay's connections over [`Page`]s.

use super::failure::Failure;
use crate::db::page::{Asked, Page};
use async_graphql::{Context, Object, OutputType, SimpleObject, TypeName};
use std::borrow::Cow;

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether there are rows after this page.
    has_next_page: bool,
    /// Whether there are rows before this page.
    has_previous_page: bool,
    /// Cursor of the first row; null when the page is empty.
    start_cursor: Option<String>,
    /// Cursor of the last row: pass it as `after` for the next page; null when the page is empty.
    end_cursor: Option<String>,
}

/// A row of a list with its place.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name_type)]
pub struct Edge<T: OutputType> {
    /// Its place: pass it as `after` or `before`.
    cursor: String,
    /// The row.
    node: T,
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Connection<T> {
    page: Page<T>,
}

impl<T> From<Page<T>> for Connection<T> {
    fn from(page: Page<T>) -> Self {
        Self { page }
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<T> Connection<T>
where
    T: OutputType + Clone,
    Edge<T>: OutputType,
{
    /// The rows with their places.
    async fn edges(&self) -> Vec<Edge<T>> {
        self.page.rows.iter().map(|(cursor, row)| Edge { cursor: cursor.encode(), node: row.clone() }).collect()
    }

    /// The rows.
    async fn nodes(&self) -> Vec<T> {
        self.page.rows.iter().map(|(_, row)| row.clone()).collect()
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.page.has_next,
            has_previous_page: self.page.has_previous,
            start_cursor: self.page.rows.first().map(|(cursor, _)| cursor.encode()),
            end_cursor: self.page.rows.last().map(|(cursor, _)| cursor.encode()),
        }
    }

    /// How many rows the whole list has. Counted only when it is asked for.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.page.total).unwrap_or(i32::MAX)
    }
}

/// The arguments of a list, and whether its total is selected.
pub fn asked(
    ctx: &Context<'_>,
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> Asked {
    Asked { first, after, last, before, total: ctx.look_ahead().field("totalCount").exists() }
}

/// A page of rows as a connection of objects.
pub fn connect<M, T>(
    page: Result<Page<M>, crate::error::Error>,
    object: impl Fn(M) -> T,
) -> Result<Connection<T>, Failure> {
    Ok(page?.map(object).into())
}
