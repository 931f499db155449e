//! Pages of lists: Relay's `first/after` and `last/before` over a keyset.
//!
//! Promises that a page costs one statement (two with a total), that its cursors stay good while rows come and go, and
//! that a cursor of another list, or none of ours, is refused. Knows nothing of who may see what: it narrows the
//! [`Select`] that it is given.

use crate::clock;
use crate::error::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, IdenStatic, Iterable, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

/// Rows of a page when the client names no number.
pub const DEFAULT: u64 = 50;
/// The most rows of a page.
pub const MAX: u64 = 200;

/// A place in a list: the sort key and the id of the row beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Which order it is a place in.
    pub tag: u8,
    /// The sort key; 0 in lists that are ordered by id alone.
    pub key: i64,
    /// The row.
    pub id: Uuid,
}

impl Cursor {
    /// As clients hand it back; opaque to them.
    pub fn encode(self) -> String {
        let mut bytes = [0_u8; 25];
        bytes[0] = self.tag;
        bytes[1..9].copy_from_slice(&self.key.to_be_bytes());
        bytes[9..].copy_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(text: &str, tag: u8, field: &str) -> Result<Self, Error> {
        let bad = || not_ours(field);
        let bytes: [u8; 25] = URL_SAFE_NO_PAD.decode(text).ok().and_then(|b| b.try_into().ok()).ok_or_else(bad)?;
        let mut key = [0_u8; 8];
        key.copy_from_slice(&bytes[1..9]);
        let mut id = [0_u8; 16];
        id.copy_from_slice(&bytes[9..]);
        if bytes[0] != tag {
            return Err(bad());
        }
        Ok(Self { tag, key: i64::from_be_bytes(key), id: Uuid::from_bytes(id) })
    }
}

/// What is said of a cursor that nobody gave out.
pub fn not_ours(field: &str) -> Error {
    Error::invalid(field, "this is no cursor of this list in this order; take one from its pageInfo")
}

/// What a client asked for, before the list's order is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The first so many.
    pub first: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// The last so many.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
    /// Whether the number of all rows is wanted.
    pub total: bool,
}

/// The part of a list that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// How many rows.
    pub size: u64,
    /// Counted from the end.
    pub backward: bool,
    /// Rows after this one.
    pub after: Option<Cursor>,
    /// Rows before this one.
    pub before: Option<Cursor>,
}

impl Asked {
    /// Checks the numbers and reads the cursors of the order `tag`.
    pub fn range(&self, tag: u8) -> Result<Range, Error> {
        if self.first.is_some() && self.last.is_some() {
            return Err(Error::invalid("last", "first and last together are ambiguous; give one of them"));
        }
        let (field, number) = match (self.first, self.last) {
            (_, Some(last)) => ("last", Some(last)),
            (first, None) => ("first", first),
        };
        let size = match number {
            None => DEFAULT,
            Some(number) => u64::try_from(number).ok().filter(|number| *number <= MAX).ok_or_else(|| {
                Error::invalid(field, format!("{number} is out of range; ask for 0 to {MAX} at a time"))
            })?,
        };
        let cursor =
            |text: &Option<String>, field| text.as_deref().map(|text| Cursor::decode(text, tag, field)).transpose();
        Ok(Range {
            size,
            backward: self.last.is_some(),
            after: cursor(&self.after, "after")?,
            before: cursor(&self.before, "before")?,
        })
    }
}

/// Some rows of a list, in the list's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows with their places.
    pub rows: Vec<(Cursor, T)>,
    /// Whether there are rows after them.
    pub has_next: bool,
    /// Whether there are rows before them.
    pub has_previous: bool,
    /// How many rows the whole list has; 0 unless asked for.
    pub total: i64,
}

impl<T> Page<T> {
    /// Cuts the extra row off that says whether there are more, and brings rows read from the end into order.
    pub fn cut(mut rows: Vec<(Cursor, T)>, range: &Range, total: i64) -> Self {
        let size = usize::try_from(range.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        if range.backward {
            rows.reverse();
        }
        // A cursor stands for a row beyond its side of the page.
        let (more_before, more_after) = if range.backward { (more, false) } else { (false, more) };
        let has_previous = more_before || range.after.is_some();
        Self { rows, has_next: more_after || range.before.is_some(), has_previous, total }
    }

    /// The same page of something else, where each row makes one.
    pub fn try_map<U, E>(self, f: impl Fn(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let rows = self.rows.into_iter().map(|(cursor, row)| Ok((cursor, f(row)?))).collect::<Result<_, E>>()?;
        Ok(Page { rows, has_next: self.has_next, has_previous: self.has_previous, total: self.total })
    }

    /// The same page of something else.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(|(cursor, row)| (cursor, f(row))).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
            total: self.total,
        }
    }
}

/// How a sort key is kept in its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// An instant; in the cursor, microseconds.
    Instant,
    /// A whole number.
    Integer,
    /// Minor units of the row's `currency`, which comes before them: amounts of two currencies are not compared.
    Amount,
    /// A text. Cursors have no room for it and name the row, which may have moved since: from wherever it is now, the list
    /// goes on.
    Text,
}

/// The order of a list: by a column and the id, or by the id alone (ids are ordered by time).
#[derive(Debug)]
pub struct Keyset<E: EntityTrait> {
    /// Told apart in cursors.
    pub tag: u8,
    /// The column that comes before the id.
    pub key: Option<(E::Column, KeyKind)>,
    /// The id's column.
    pub id: E::Column,
    /// Largest first.
    pub descending: bool,
    /// Key and id of a row.
    pub place: fn(&E::Model) -> (i64, Uuid),
}

impl<E: EntityTrait> Keyset<E> {
    /// The column that comes before a key that is an amount.
    fn currency(&self) -> Result<Option<E::Column>, Error> {
        if !matches!(self.key, Some((_, KeyKind::Amount))) {
            return Ok(None);
        }
        let found = E::Column::iter().find(|column| column.as_str() == "currency");
        found.map(Some).ok_or_else(|| Error::internal("amounts are sorted of rows without a currency"))
    }

    fn beyond(&self, cursor: Cursor, later: bool) -> Result<sea_orm::sea_query::SimpleExpr, Error> {
        let field = if later { "after" } else { "before" };
        let greater = later != self.descending;
        let id = Expr::val(cursor.id);
        let Some((column, kind)) = &self.key else {
            let own = self.id.into_expr();
            return Ok(if greater { own.gt(id) } else { own.lt(id) });
        };
        let key = match kind {
            KeyKind::Instant => Expr::val(clock::from_micros(cursor.key).ok_or_else(|| not_ours(field))?),
            KeyKind::Integer | KeyKind::Amount => Expr::val(cursor.key),
            KeyKind::Text => self.of_row(*column, cursor),
        };
        let (mut own, mut other) = (vec![column.into_expr(), self.id.into_expr()], vec![key, id]);
        if let Some(currency) = self.currency()? {
            // The currency of a row stays, so that its place is told by its id.
            own.insert(0, currency.into_expr());
            other.insert(0, self.of_row(currency, cursor));
        }
        let (own, other) = (Expr::tuple(own), Expr::tuple(other));
        Ok(if greater { own.gt(other) } else { own.lt(other) })
    }
}

impl<E: EntityTrait> Keyset<E> {
    /// What a column holds of the row that a cursor names.
    fn of_row(&self, column: E::Column, cursor: Cursor) -> sea_orm::sea_query::SimpleExpr {
        let there = E::find().select_only().column(column).filter(self.id.eq(cursor.id));
        Expr::SubQuery(None, Box::new(there.into_query().into()))
    }

    /// The list in its order, or in the opposite one.
    fn ordered(&self, select: Select<E>, backward: bool) -> Result<Select<E>, Error> {
        let order = if self.descending == backward { Order::Asc } else { Order::Desc };
        let mut select = select;
        if let Some(currency) = self.currency()? {
            select = select.order_by(currency, order.clone());
        }
        if let Some((column, _)) = self.key {
            select = select.order_by(column, order.clone());
        }
        Ok(select.order_by(self.id, order))
    }

    fn placed(&self, rows: Vec<E::Model>) -> Vec<(Cursor, E::Model)> {
        let place = |row: E::Model| {
            let (key, id) = (self.place)(&row);
            (Cursor { tag: self.tag, key, id }, row)
        };
        rows.into_iter().map(place).collect()
    }
}

/// Reads the page of a number, from 1, of so many rows, and how many rows the whole list has. The database walks over the pages
/// before it: callers bound the number, and offer cursors beyond.
pub async fn fetch_numbered<E>(
    db: &DatabaseConnection,
    select: Select<E>,
    keyset: &Keyset<E>,
    number: u64,
    size: u64,
) -> Result<Page<E::Model>, Error>
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    let total = i64::try_from(select.clone().count(db).await?).unwrap_or(i64::MAX);
    let before = number.saturating_sub(1).saturating_mul(size);
    let rows = keyset.ordered(select, false)?.offset(before).limit(size + 1).all(db).await?;
    let range = Range { size, backward: false, after: None, before: None };
    let page = Page::cut(keyset.placed(rows), &range, total);
    Ok(Page { has_previous: before > 0, ..page })
}

/// Reads one page of `select`, which is already narrowed to what the reader may see and asked for.
pub async fn fetch<E>(
    db: &DatabaseConnection,
    select: Select<E>,
    keyset: &Keyset<E>,
    asked: &Asked,
) -> Result<Page<E::Model>, Error>
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    let range = asked.range(keyset.tag)?;
    let total = if asked.total { i64::try_from(select.clone().count(db).await?).unwrap_or(i64::MAX) } else { 0 };
    let mut select = select;
    if let Some(after) = range.after {
        select = select.filter(keyset.beyond(after, true)?);
    }
    if let Some(before) = range.before {
        select = select.filter(keyset.beyond(before, false)?);
    }
    let rows = keyset.ordered(select, range.backward)?.limit(range.size + 1).all(db).await?;
    Ok(Page::cut(keyset.placed(rows), &range, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was_and_others_are_refused() -> Result<(), Error> {
        let cursor = Cursor { tag: 3, key: -17, id: Uuid::from_u128(42) };
        assert_eq!(Cursor::decode(&cursor.encode(), 3, "after")?, cursor);
        assert!(Cursor::decode(&cursor.encode(), 4, "after").is_err());
        for text in ["", "nonsense", "AAAA", "\u{e9}"] {
            assert!(Cursor::decode(text, 3, "after").is_err(), "{text:?}");
        }
        Ok(())
    }

    #[test]
    fn numbers_out_of_range_and_first_with_last_are_refused() {
        let asked = |first, last| Asked { first, last, ..Asked::default() }.range(0).map(|range| range.size);
        assert_eq!(asked(None, None).ok(), Some(50));
        assert_eq!(asked(Some(200), None).ok(), Some(200));
        assert_eq!(asked(None, Some(0)).ok(), Some(0));
        for (first, last) in [(Some(201), None), (Some(-1), None), (None, Some(201)), (Some(1), Some(1))] {
            assert!(asked(first, last).is_err(), "{first:?} {last:?}");
        }
    }
}
