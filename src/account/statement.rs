//! A reseller's statement: every movement of its balance in time order, each with the balance after it.
//!
//! Made of the rows that are the record already: orders that were charged, credit notes, the payment ledger, and
//! receipts on account. A receipt is one line whatever it was spread over; the payments that it became are not lines again.
//! An order is charged when it is cleared; one that fell through afterwards is taken back on a line of its own. What
//! was credited while an order was charged counts from its charge on, and not after it fell through.

use super::queries::Key;
use crate::clock::{self, Instant};
use crate::db::page::{self, Asked, Cursor, Page};
use crate::error::Error;
use crate::workflow::Registry;
use crate::workflow::queries::fell_through;
use entity::{SaleType, sale_order};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, QueryTrait, Statement, Value,
};
use uuid::Uuid;

/// Told apart in cursors.
const TAG: u8 = 44;
/// Lines of one instant are in the order of their kinds; this many fit.
const KINDS: i64 = 8;

/// What moved the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An order was cleared, and its total charged.
    Order,
    /// A credit note lowered what is owed.
    CreditNote,
    /// Money on account came in.
    Settlement,
    /// A payment of one order was captured.
    Payment,
    /// A refund was issued.
    Refund,
    /// A dispute was lost.
    Chargeback,
    /// An order fell through after it was charged.
    Cancellation,
}

impl Kind {
    fn of(rank: i32) -> Result<Self, Error> {
        Ok(match rank {
            1 => Self::Order,
            2 => Self::CreditNote,
            3 => Self::Settlement,
            4 => Self::Payment,
            5 => Self::Refund,
            6 => Self::Chargeback,
            7 => Self::Cancellation,
            other => return Err(Error::internal(format!("a line of kind {other}"))),
        })
    }
}

/// Which part of time; both ends may be open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period {
    /// From then on.
    pub from: Option<Instant>,
    /// Until before then.
    pub to: Option<Instant>,
}

/// Balances at the ends of a period, minor units; positive is owed.
#[derive(Clone, Copy, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "they are what they are called")]
pub struct Ends {
    pub opening: i64,
    pub closing: i64,
    pub lines: i64,
}

/// A movement. Amounts are minor units.
#[derive(Clone, Debug)]
pub struct Line {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: Kind,
    /// The order, credit note, receipt, payment or refund that it is.
    pub source: Uuid,
    /// The order that it is about; none for receipts on account.
    pub sale: Option<Uuid>,
    /// The order's number, or the money's reference.
    pub reference: Option<String>,
    /// What it adds to what is owed.
    pub debit: i64,
    /// What it takes from it.
    pub credit: i64,
    /// What is owed after it.
    pub balance: i64,
}

#[derive(FromQueryResult)]
struct Read {
    at: Instant,
    rank: i32,
    id: Uuid,
    source: Uuid,
    sale: Option<Uuid>,
    reference: Option<String>,
    debit: i64,
    credit: i64,
    balance: i64,
}

/// All lines of an account; `o` are its orders, `{reseller}` and `{currency}` whose and in what.
const LINES: &str = "
charged AS (
    SELECT * FROM o WHERE cleared_at IS NOT NULL
), credits AS (
    SELECT n.id, o.id AS sale, o.number, n.amount_minor AS amount, o.fell,
        CASE WHEN n.created_at > o.cleared_at THEN n.created_at ELSE o.cleared_at END AS at, o.fell_at
    FROM charged o JOIN credit_note n ON n.root_id = o.root_id
), refunds AS (
    SELECT e.id, e.refund_id AS source, o.id AS sale, e.occurred_at AS at, -e.amount_minor AS amount,
        COALESCE(p.reference, o.number) AS reference,
        CASE WHEN o.cleared_at IS NULL OR (o.fell = 1 AND e.occurred_at >= o.fell_at) THEN 0
            WHEN e.amount_minor < 0 THEN r.credited_minor ELSE -r.credited_minor END AS credited
    FROM o JOIN payment_entry e ON e.root_id = o.root_id AND e.kind = 'REFUND'
    JOIN refund r ON r.id = e.refund_id JOIN payment p ON p.id = e.payment_id
), lines AS (
    SELECT cleared_at AS at, 1 AS rank, id, id AS source, id AS sale, number AS reference, total AS debit, 0 AS credit
    FROM charged
    UNION ALL
    SELECT at, 2, id, id, sale, number, 0, amount FROM credits WHERE fell = 0 OR at < fell_at
    UNION ALL
    SELECT s.created_at, 3, s.id, s.id, CAST(NULL AS {uuid}), s.reference, 0, s.amount_minor
    FROM reseller_settlement s WHERE s.reseller_id = {reseller} AND s.currency = {currency}
    UNION ALL
    SELECT e.occurred_at, 4, e.id, p.id, o.id, COALESCE(p.reference, o.number), 0, e.amount_minor
    FROM o JOIN payment_entry e ON e.root_id = o.root_id AND e.kind = 'CAPTURE' JOIN payment p ON p.id = e.payment_id
    WHERE p.settlement_id IS NULL
    UNION ALL
    SELECT at, 5, id, source, sale, reference, amount, credited FROM refunds
    UNION ALL
    SELECT e.occurred_at, 6, e.id, p.id, o.id, COALESCE(p.reference, o.number), -e.amount_minor, 0
    FROM o JOIN payment_entry e ON e.root_id = o.root_id AND e.kind = 'CHARGEBACK' JOIN payment p ON p.id = e.payment_id
    UNION ALL
    SELECT o.fell_at, 7, o.id, o.id, o.id, o.number, 0, CAST(o.total
        - COALESCE((SELECT SUM(c.amount) FROM credits c WHERE c.sale = o.id AND c.at < o.fell_at), 0)
        - COALESCE((SELECT SUM(r.credited) FROM refunds r WHERE r.sale = o.id), 0) AS bigint)
    FROM charged o WHERE o.fell = 1
)";

/// A statement over the lines of an account, with its parameters in order.
struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    fn over(db: &DatabaseConnection, registry: &Registry, key: &Key) -> Self {
        use sale_order::Column as Sale;
        let backend = db.get_database_backend();
        let fell = Expr::case(fell_through(registry), Expr::cust("1")).finally(Expr::cust("0"));
        let orders = sale_order::Entity::find()
            .select_only()
            .columns([Sale::Id, Sale::RootId, Sale::Number, Sale::ClearedAt])
            // A server of the version before says of one that fell through when it was closed, and no more.
            .expr_as(Func::coalesce([Expr::col(Sale::CancelledAt), Expr::col(Sale::ClosedAt)]), "fell_at")
            .column_as(Sale::GrandTotalMinor, "total")
            .expr_as(fell, "fell")
            .filter(Sale::ResellerId.eq(key.0))
            .filter(Sale::SaleType.eq(SaleType::Reseller))
            .filter(Sale::Currency.eq(&key.1))
            .build(backend);
        let values = orders.values.map(|values| values.0).unwrap_or_default();
        let mut sql = Self { backend, text: format!("WITH o AS ({}),", orders.sql), values };
        let (reseller, currency) = (sql.bind(key.0), sql.bind(key.1.clone()));
        let uuid = if backend == DbBackend::Postgres { "uuid" } else { "BLOB" };
        let lines = LINES.replace("{reseller}", &reseller).replace("{currency}", &currency).replace("{uuid}", uuid);
        sql.text.push_str(&lines);
        sql
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A parameter: how it is written in the text.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        match self.backend {
            DbBackend::Postgres => format!("${}", self.values.len()),
            _ => "?".to_owned(),
        }
    }

    /// `column < at`; true when the end is open.
    fn before(&mut self, at: Option<Instant>) -> String {
        at.map_or_else(|| "1 = 1".to_owned(), |at| format!("at < {}", self.bind(at)))
    }

    fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}

/// Refuses a period that ends before it begins.
pub fn check(period: &Period) -> Result<(), Error> {
    match (period.from, period.to) {
        (Some(from), Some(to)) if to < from => Err(Error::invalid("to", "the period ends before it begins")),
        _ => Ok(()),
    }
}

/// The balances at both ends.
pub async fn ends(db: &DatabaseConnection, registry: &Registry, key: &Key, period: &Period) -> Result<Ends, Error> {
    let mut sql = Sql::over(db, registry, key);
    let opening = match period.from {
        Some(_) => sql.before(period.from),
        None => "1 = 0".to_owned(),
    };
    let counted = match period.from {
        Some(_) => format!("NOT ({})", sql.before(period.from)),
        None => "1 = 1".to_owned(),
    };
    let all = sql.before(period.to);
    sql.push(&format!(
        " SELECT CAST(COALESCE(SUM(CASE WHEN {opening} THEN debit - credit ELSE 0 END), 0) AS bigint) AS opening,
        CAST(COALESCE(SUM(debit - credit), 0) AS bigint) AS closing,
        CAST(COALESCE(SUM(CASE WHEN {counted} THEN 1 ELSE 0 END), 0) AS bigint) AS lines FROM lines WHERE {all}"
    ));
    let row = db.query_one_raw(sql.statement()).await?.ok_or_else(|| Error::internal("a sum without a row"))?;
    Ok(Ends::from_query_result(&row, "")?)
}

/// A page of the lines of a period, oldest first. `total`: how many there are.
pub async fn lines(
    db: &DatabaseConnection,
    registry: &Registry,
    key: &Key,
    period: &Period,
    asked: &Asked,
    total: i64,
) -> Result<Page<Line>, Error> {
    let range = asked.range(TAG)?;
    let mut sql = Sql::over(db, registry, key);
    let until = sql.before(period.to);
    sql.push(&format!(
        ", standing AS (SELECT *, CAST(SUM(debit - credit) OVER (ORDER BY at, rank, id) AS bigint) AS balance
        FROM lines WHERE {until}) SELECT * FROM standing WHERE 1 = 1"
    ));
    if let Some(from) = period.from {
        let from = sql.bind(from);
        sql.push(&format!(" AND at >= {from}"));
    }
    for (cursor, than, field) in [(range.after, '>', "after"), (range.before, '<', "before")] {
        if let Some(cursor) = cursor {
            let at = clock::from_micros(cursor.key.div_euclid(KINDS)).ok_or_else(|| page::not_ours(field))?;
            let (at, rank) = (sql.bind(at), cursor.key.rem_euclid(KINDS));
            let id = sql.bind(cursor.id);
            sql.push(&format!(" AND (at, rank, id) {than} ({at}, {rank}, {id})"));
        }
    }
    let way = if range.backward { "DESC" } else { "ASC" };
    sql.push(&format!(" ORDER BY at {way}, rank {way}, id {way} LIMIT {}", range.size + 1));
    let rows = db.query_all_raw(sql.statement()).await?;
    let rows = rows.iter().map(|row| placed(Read::from_query_result(row, "")?)).collect::<Result<Vec<_>, Error>>()?;
    Ok(Page::cut(rows, &range, total))
}

fn placed(read: Read) -> Result<(Cursor, Line), Error> {
    let key = read.at.timestamp_micros() * KINDS + i64::from(read.rank);
    let line = Line {
        at: read.at,
        kind: Kind::of(read.rank)?,
        source: read.source,
        sale: read.sale,
        reference: read.reference,
        debit: read.debit,
        credit: read.credit,
        balance: read.balance,
    };
    Ok((Cursor { tag: TAG, key, id: read.id }, line))
}
