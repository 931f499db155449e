//! Reads rows of many tables that belong to some orders: on PostgreSQL one statement, each table as one JSON value.
//!
//! Columns are read by name the way that `Writes` writes them. Knows SQL and no meaning.

use crate::error::Error;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IdenStatic, QueryFilter, QueryOrder,
    QueryResult, QueryTrait, Statement,
};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use uuid::Uuid;

/// What is to be read, table by table.
pub struct Reads<'a> {
    backend: DbBackend,
    roots: &'a [Uuid],
    tables: Vec<(&'static str, Read)>,
}

enum Read {
    /// A column of the one statement.
    Column(String),
    /// A statement of its own.
    Own(Statement),
}

/// What was found, table by table.
pub struct Found(HashMap<&'static str, Rows>);

enum Rows {
    Json(Option<String>),
    Own(Vec<QueryResult>),
}

impl<'a> Reads<'a> {
    /// Rows of the orders with these roots.
    pub fn of(backend: DbBackend, roots: &'a [Uuid]) -> Self {
        Self { backend, roots, tables: Vec::new() }
    }

    /// All rows of a table, in the order of these columns; `root` names the order. With `unset`, only those where that
    /// column is null.
    pub fn add<E: EntityTrait>(&mut self, root: E::Column, order: &[E::Column], unset: Option<E::Column>) {
        let table = E::default().as_str();
        if self.backend != DbBackend::Postgres {
            let select = E::find().filter(root.is_in(self.roots.iter().copied()));
            let select = unset.into_iter().fold(select, |select, column| select.filter(column.is_null()));
            let select = order.iter().fold(select, |select, column| select.order_by_asc(*column));
            self.tables.push((table, Read::Own(select.build(self.backend))));
            return;
        }
        let root = root.as_str();
        let of = if self.roots.len() == 1 { "= $1::uuid" } else { "= ANY ($1::uuid[])" };
        let unset = unset.map_or_else(String::new, |column| format!(" AND {} IS NULL", column.as_str()));
        let order = order.iter().map(IdenStatic::as_str).collect::<Vec<_>>().join(", ");
        let rows = format!("SELECT * FROM {table} WHERE {root} {of}{unset} ORDER BY {order}");
        self.tables.push((table, Read::Column(format!("(SELECT json_agg(t)::text FROM ({rows}) t) AS {table}"))));
    }

    /// Reads it all.
    pub async fn run<C: ConnectionTrait>(self, db: &C) -> Result<Found, Error> {
        let mut found = HashMap::with_capacity(self.tables.len());
        let (mut names, mut columns) = (Vec::new(), Vec::new());
        for (table, read) in self.tables {
            match read {
                Read::Own(statement) => {
                    found.insert(table, Rows::Own(db.query_all_raw(statement).await?));
                }
                Read::Column(sql) => {
                    names.push(table);
                    columns.push(sql);
                }
            }
        }
        if !columns.is_empty() {
            let ids = self.roots.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
            let ids = if self.roots.len() == 1 { ids } else { format!("{{{ids}}}") };
            let sql = format!("SELECT {}", columns.join(", "));
            let statement = Statement::from_sql_and_values(self.backend, sql, [ids.into()]);
            let row = db.query_one_raw(statement).await?.ok_or_else(|| Error::internal("a read without an answer"))?;
            for name in names {
                found.insert(name, Rows::Json(row.try_get("", name)?));
            }
        }
        Ok(Found(found))
    }
}

impl Found {
    /// The rows of a table; none when it was not asked for.
    pub fn take<E: EntityTrait>(&mut self) -> Result<Option<Vec<E::Model>>, Error>
    where
        E::Model: DeserializeOwned,
    {
        Ok(match self.0.remove(E::default().as_str()) {
            None => None,
            Some(Rows::Json(None)) => Some(Vec::new()),
            Some(Rows::Json(Some(text))) => Some(serde_json::from_str(&text).map_err(Error::internal)?),
            Some(Rows::Own(rows)) => {
                let models = rows.iter().map(|row| E::Model::from_query_result(row, ""));
                Some(models.collect::<Result<_, _>>()?)
            }
        })
    }
}
