//! Writes many rows of many tables at once: one statement a table, its rows as one JSON parameter.
//!
//! The text of a statement does not depend on how many rows it writes, so it is prepared once; on PostgreSQL all tables
//! of a commit go in one statement, a round trip in all. Column names and types come from the entities.
//! Knows SQL and no meaning.

mod reads;

pub use reads::{Found, Reads};

use crate::error::Error;
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IdenStatic, Iterable,
    ModelTrait, PrimaryKeyToColumn, Statement, Value,
};
use serde::Serialize;
use serde_json::Value as Json;

/// What is to be written, table by table.
#[derive(Default)]
pub struct Writes(Vec<Write>);

struct Write {
    table: &'static str,
    kind: Kind,
    columns: Vec<Column>,
    keys: Vec<&'static str>,
    rows: String,
    count: u64,
}

/// A row as the database has it, and as it is to be.
pub struct Changed<'a, E: EntityTrait> {
    /// As it is.
    pub from: &'a E::Model,
    /// As it is to be.
    pub to: &'a E::Model,
}

/// So many rows are written whole.
const FEW: usize = 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Insert,
    /// Insert, or overwrite the row with the same unique columns (`keys`).
    Upsert,
    Update {
        versioned: bool,
    },
    Delete,
}

struct Column {
    name: &'static str,
    kind: ColumnType,
}

impl Writes {
    /// Nothing to write.
    pub fn new() -> Self {
        Self::default()
    }

    /// New rows.
    pub fn insert<E: EntityTrait>(&mut self, rows: &[&E::Model]) -> Result<(), Error>
    where
        E::Model: Serialize,
    {
        self.add::<E, _>(Kind::Insert, rows, columns::<E>, primary_key::<E>)
    }

    /// New rows, or rows that replace those with the same `keys`.
    pub fn upsert<E: EntityTrait>(&mut self, rows: &[&E::Model], keys: &[E::Column]) -> Result<(), Error>
    where
        E::Model: Serialize,
    {
        self.add::<E, _>(Kind::Upsert, rows, columns::<E>, || names(keys.iter().copied()))
    }

    /// Rows that exist, found by primary key. A row that is not there fails the write.
    pub fn update<E: EntityTrait>(&mut self, rows: &[Changed<'_, E>]) -> Result<(), Error>
    where
        E::Model: Serialize,
    {
        self.change(Kind::Update { versioned: false }, rows)
    }

    /// Rows that exist with the version before theirs. A row that has moved on fails the write.
    pub fn update_versioned<E: EntityTrait>(&mut self, rows: &[Changed<'_, E>]) -> Result<(), Error>
    where
        E::Model: Serialize,
    {
        self.change(Kind::Update { versioned: true }, rows)
    }

    /// Some columns of rows that exist: `rows` are objects with these `columns`, the primary key among them.
    pub fn set<E: EntityTrait, R: Serialize>(&mut self, rows: &[R], columns: &[E::Column]) -> Result<(), Error> {
        let columns = || columns.iter().copied().map(Column::of).collect();
        self.add::<E, _>(Kind::Update { versioned: false }, rows, columns, primary_key::<E>)
    }

    /// Few rows are written whole, by the same statement whatever changed in them. Of many, only the columns that changed
    /// in any of them are sent.
    fn change<E: EntityTrait>(&mut self, kind: Kind, rows: &[Changed<'_, E>]) -> Result<(), Error>
    where
        E::Model: Serialize,
    {
        if rows.len() <= FEW {
            let rows: Vec<_> = rows.iter().map(|changed| changed.to).collect();
            return self.add::<E, _>(kind, &rows, columns::<E>, primary_key::<E>);
        }
        let keys = primary_key::<E>();
        let sent: Vec<_> = E::Column::iter()
            .filter(|column| {
                keys.contains(&column.as_str())
                    || rows.iter().any(|changed| changed.from.get(*column) != changed.to.get(*column))
            })
            .collect();
        let rows = rows.iter().map(|changed| only::<E>(changed.to, &sent)).collect::<Result<Vec<_>, _>>()?;
        self.add::<E, _>(kind, &rows, || sent.into_iter().map(Column::of).collect(), || keys)
    }

    /// Rows to take away: `rows` are objects with the `keys`. One that is not there is no error.
    pub fn delete<E: EntityTrait, R: Serialize>(&mut self, rows: &[R], keys: &[E::Column]) -> Result<(), Error> {
        let columns = || {
            E::Column::iter()
                .filter(|column| keys.iter().any(|key| key.as_str() == column.as_str()))
                .map(Column::of)
                .collect()
        };
        self.add::<E, _>(Kind::Delete, rows, columns, || names(keys.iter().copied()))
    }

    fn add<E: EntityTrait, R: Serialize>(
        &mut self,
        kind: Kind,
        rows: &[R],
        columns: impl FnOnce() -> Vec<Column>,
        keys: impl FnOnce() -> Vec<&'static str>,
    ) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let (table, columns, keys) = (E::default().as_str(), columns(), keys());
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let rows = serde_json::to_string(rows).map_err(Error::internal)?;
        self.0.push(Write { table, kind, columns, keys, rows, count });
        Ok(())
    }

    /// Writes it all.
    pub async fn run(self, txn: &DatabaseTransaction) -> Result<(), Error> {
        match txn.get_database_backend() {
            DbBackend::Postgres => self.run_at_once(txn).await,
            _ => self.run_one_by_one(txn).await,
        }
    }

    async fn run_at_once(self, txn: &DatabaseTransaction) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut with = Vec::new();
        let mut counts = Vec::new();
        for (index, write) in self.0.iter().enumerate() {
            with.push(format!("w{index} AS ({} RETURNING 1)", write.postgres(index + 1)));
            counts.push(format!("(SELECT count(*) FROM w{index}) AS n{index}"));
        }
        let sql = format!("WITH {} SELECT {}", with.join(", "), counts.join(", "));
        let values: Vec<Value> = self.0.iter().map(|write| write.rows.clone().into()).collect();
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let answer = txn.query_one_raw(statement).await?.ok_or_else(|| Error::internal("a write without an answer"))?;
        for (index, write) in self.0.iter().enumerate() {
            let written: i64 = answer.try_get("", &format!("n{index}"))?;
            write.expect(u64::try_from(written).unwrap_or(0))?;
        }
        Ok(())
    }

    async fn run_one_by_one(self, txn: &DatabaseTransaction) -> Result<(), Error> {
        for write in self.0 {
            let statement =
                Statement::from_sql_and_values(DbBackend::Sqlite, write.sqlite(), [write.rows.clone().into()]);
            let written = txn.execute_raw(statement).await?.rows_affected();
            write.expect(written)?;
        }
        Ok(())
    }
}

impl Write {
    fn expect(&self, written: u64) -> Result<(), Error> {
        if self.kind == Kind::Delete || written == self.count {
            return Ok(());
        }
        Err(Error::Conflict(format!(
            "{} of {} rows of {} had moved on",
            self.count - written.min(self.count),
            self.count,
            self.table
        )))
    }

    /// A bound on the rows that the planner can see: it takes a JSON parameter for a hundred rows, and would rather read
    /// all of a small table than look that many up. Few different bounds, so that statements stay prepared.
    fn at_most(&self) -> Option<u64> {
        [1, 10].into_iter().find(|most| self.count <= *most)
    }

    fn postgres(&self, parameter: usize) -> String {
        let table = &self.table;
        let typed: Vec<_> = self.columns.iter().map(|c| format!("{} {}", c.name, c.postgres_type())).collect();
        let rows = format!("json_to_recordset(${parameter}::json) AS r({})", typed.join(", "));
        let source = match (self.kind, self.at_most()) {
            (Kind::Update { .. } | Kind::Delete, Some(most)) => format!("(SELECT * FROM {rows} LIMIT {most}) AS r"),
            _ => rows,
        };
        let columns = self.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
        let from_row = |name: &str| format!("r.{name}");
        match self.kind {
            Kind::Insert => format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM {source}"),
            Kind::Upsert => {
                format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM {source} {}", self.on_conflict())
            }
            Kind::Update { versioned } => format!(
                "UPDATE {table} SET {} FROM {source} WHERE {}",
                self.assignments(&from_row),
                self.matching(table, &from_row, versioned)
            ),
            Kind::Delete => {
                format!("DELETE FROM {table} USING {source} WHERE {}", self.matching(table, &from_row, false))
            }
        }
    }

    fn sqlite(&self) -> String {
        let table = &self.table;
        let columns = self.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
        let values = self.columns.iter().map(Column::sqlite_value).collect::<Vec<_>>().join(", ");
        let from_row = |name: &str| {
            self.columns.iter().find(|c| c.name == name).map_or_else(|| name.to_owned(), Column::sqlite_value)
        };
        match self.kind {
            Kind::Insert => format!("INSERT INTO {table} ({columns}) SELECT {values} FROM json_each(?1) AS j"),
            // `WHERE true`: without it SQLite reads ON CONFLICT as a join's ON.
            Kind::Upsert => format!(
                "INSERT INTO {table} ({columns}) SELECT {values} FROM json_each(?1) AS j WHERE true {}",
                self.on_conflict()
            ),
            Kind::Update { versioned } => format!(
                "UPDATE {table} SET {} FROM json_each(?1) AS j WHERE {}",
                self.assignments(&from_row),
                self.matching(table, &from_row, versioned)
            ),
            Kind::Delete => {
                let keys = self.keys.join(", ");
                let picked = self.keys.iter().map(|key| from_row(key)).collect::<Vec<_>>().join(", ");
                format!("DELETE FROM {table} WHERE ({keys}) IN (SELECT {picked} FROM json_each(?1) AS j)")
            }
        }
    }

    fn on_conflict(&self) -> String {
        let set: Vec<_> = self
            .columns
            .iter()
            .filter(|c| c.name != "id" && !self.keys.contains(&c.name))
            .map(|c| format!("{0} = excluded.{0}", c.name))
            .collect();
        format!("ON CONFLICT ({}) DO UPDATE SET {}", self.keys.join(", "), set.join(", "))
    }

    fn assignments(&self, value: &dyn Fn(&str) -> String) -> String {
        let changed = self.columns.iter().filter(|c| !self.keys.contains(&c.name));
        changed.map(|c| format!("{} = {}", c.name, value(c.name))).collect::<Vec<_>>().join(", ")
    }

    fn matching(&self, table: &str, value: &dyn Fn(&str) -> String, versioned: bool) -> String {
        let mut terms: Vec<_> = self.keys.iter().map(|key| format!("{table}.{key} = {}", value(key))).collect();
        if versioned {
            terms.push(format!("{table}.version = {} - 1", value("version")));
        }
        terms.join(" AND ")
    }
}

impl Column {
    fn of<C: ColumnTrait + IdenStatic>(column: C) -> Self {
        Self { name: column.as_str(), kind: column.def().get_column_type().clone() }
    }

    fn postgres_type(&self) -> &'static str {
        match self.kind {
            ColumnType::Uuid => "uuid",
            ColumnType::Integer => "integer",
            ColumnType::BigInteger => "bigint",
            ColumnType::Boolean => "boolean",
            ColumnType::TimestampWithTimeZone => "timestamptz",
            ColumnType::Date => "date",
            ColumnType::JsonBinary => "jsonb",
            _ => "text",
        }
    }

    /// The value as the driver would have bound it: ids as 16 bytes, times with a numeric offset, JSON as text.
    fn sqlite_value(&self) -> String {
        let name = &self.name;
        match self.kind {
            ColumnType::Uuid => format!("unhex(j.value ->> '{name}', '-')"),
            ColumnType::TimestampWithTimeZone => format!("replace(j.value ->> '{name}', 'Z', '+00:00')"),
            ColumnType::JsonBinary => format!("nullif(j.value -> '{name}', 'null')"),
            _ => format!("j.value ->> '{name}'"),
        }
    }
}

fn columns<E: EntityTrait>() -> Vec<Column> {
    E::Column::iter().map(Column::of).collect()
}

/// A row's values of some columns.
fn only<E: EntityTrait>(row: &E::Model, columns: &[E::Column]) -> Result<serde_json::Map<String, Json>, Error>
where
    E::Model: Serialize,
{
    let Json::Object(mut fields) = serde_json::to_value(row).map_err(Error::internal)? else {
        return Err(Error::internal("a row that is no object"));
    };
    fields.retain(|name, _| columns.iter().any(|column| column.as_str() == name));
    Ok(fields)
}

fn primary_key<E: EntityTrait>() -> Vec<&'static str> {
    names(E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column))
}

fn names<C: IdenStatic>(columns: impl Iterator<Item = C>) -> Vec<&'static str> {
    columns.map(|column| column.as_str()).collect()
}
