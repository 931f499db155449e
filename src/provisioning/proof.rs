//! The proof of a delivery: what was measured of the accounts that an order's lines are delivered to, before and after.
//!
//! Told from times alone. A delivery begins when its order first became active (tag `delivered`); one that was completed without
//! is taken to have begun when the order was made. The baseline is what was measured last until then, the latest what was
//! measured last since then, until the order was completed or cancelled. Whenever a measurement comes in, it falls into its place.

use super::metrics::{Decimal, Metrics};
use super::queries;
use super::sql::Sql;
use crate::clock::Instant;
use crate::db::finders::{among, keyed};
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::order;
use chrono::SecondsFormat;
use entity::{line_account, social_account};
use sea_orm::{DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// Lines with their accounts, when their delivery began and when it ended: `WHERE` is to follow. The one place that says it in SQL.
pub(super) const LINKED: &str = "WITH linked AS (\
    SELECT a.sale_line_id AS id, l.sku AS sku, a.social_account_id AS account, s.cancelled_at AS cancelled, \
    COALESCE(s.delivered_at, CASE WHEN s.completed_at IS NULL THEN NULL ELSE s.created_at END) AS begun, \
    COALESCE(s.completed_at, s.cancelled_at) AS ended \
    FROM line_account a JOIN sale_line l ON l.id = a.sale_line_id JOIN sale_order s ON s.id = a.sale_order_id WHERE ";

/// What of a line's account belongs to its proof: the baseline, and what was measured since. Of very much the newest 500.
const SEEN: &str = "), bounded AS (\
    SELECT linked.*, (SELECT MAX(m.captured_at) FROM metric_snapshot m WHERE m.social_account_id = linked.account \
        AND (linked.begun IS NULL OR m.captured_at <= linked.begun) \
        AND (linked.ended IS NULL OR m.captured_at <= linked.ended)) AS since FROM linked\
), seen AS (\
    SELECT b.id AS line, m.captured_at, m.source, m.metrics, \
    CASE WHEN m.captured_at > b.begun THEN 1 ELSE 0 END AS later, \
    CASE WHEN m.captured_at = b.since THEN 1 ELSE 0 END AS basis, \
    ROW_NUMBER() OVER (PARTITION BY b.id ORDER BY m.captured_at DESC, m.source DESC) AS place \
    FROM bounded b JOIN metric_snapshot m ON m.social_account_id = b.account \
    AND (b.since IS NULL OR m.captured_at >= b.since) \
    AND (b.ended IS NULL OR m.captured_at <= b.ended) \
    AND (b.begun IS NOT NULL OR m.captured_at = b.since)\
) SELECT line, captured_at, source, metrics, later FROM seen WHERE place <= 500 OR basis = 1 \
ORDER BY line, captured_at, source";

/// The proof of an order's delivery.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryProof {
    /// `sale_…`
    pub order_id: String,
    /// When it was put together.
    #[schema(format = DateTime)]
    pub generated_at: String,
    /// The order's items, without charges.
    pub items: Vec<ProofItem>,
}

/// What an item has brought.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofItem {
    /// `line_…`
    pub item_id: String,
    /// What was sold.
    pub product_title: String,
    /// To which account it is delivered; null where nobody has said.
    pub account: Option<ProofAccount>,
    /// What was measured last before the delivery began.
    pub baseline: Option<Measured>,
    /// What was measured last since, until it ended.
    pub latest: Option<Measured>,
    /// The baseline, and all that was measured since, oldest first; of very much the newest 500.
    pub history: Vec<Measured>,
}

/// An account on a platform.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofAccount {
    /// Its name there.
    pub handle: String,
    /// Where.
    pub platform: String,
    /// `unverified`, `pending`, `verified` or `failed`.
    pub verification_status: String,
}

/// What was measured.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// By name.
    pub metrics: BTreeMap<String, Decimal>,
    /// Who measured.
    pub source: String,
    /// When it was so.
    #[schema(format = DateTime)]
    pub captured_at: String,
}

#[derive(FromQueryResult)]
struct Seen {
    line: Uuid,
    captured_at: Instant,
    source: String,
    metrics: Value,
    later: i32,
}

impl DeliveryProof {
    /// Of the items of an order.
    pub fn of(sale: Uuid, now: Instant, items: &[ProofItem]) -> Self {
        Self { order_id: id::encode(Prefix::Sale, sale), generated_at: written(now), items: items.to_vec() }
    }
}

impl From<&social_account::Model> for ProofAccount {
    fn from(row: &social_account::Model) -> Self {
        Self {
            handle: row.handle.clone(),
            platform: row.platform.clone(),
            verification_status: row.verification_status.as_str().to_ascii_lowercase(),
        }
    }
}

/// What the items of orders have brought, in four statements however many they are.
pub async fn items(db: &DatabaseConnection, sales: &[Uuid]) -> Result<HashMap<Uuid, Arc<Vec<ProofItem>>>, Error> {
    let lines = order::queries::sale_lines(db, sales).await?;
    let linked = line_account::Entity::find().filter(among(line_account::Column::SaleOrderId, sales));
    let linked = keyed(db, linked, |row| row.sale_line_id).await?;
    let accounts: Vec<Uuid> = linked.values().map(|link| link.social_account_id).collect();
    let accounts = queries::accounts_by_id(db, &accounts).await?;
    let mut seen = seen(db, sales).await?;
    let mut all = HashMap::new();
    for (sale, lines) in lines {
        let mut items = Vec::new();
        for line in lines.iter().filter(|line| line.kind.is_fulfilled()) {
            let account = linked.get(&line.id).and_then(|link| accounts.get(&link.social_account_id));
            let mut item = ProofItem {
                item_id: id::encode(Prefix::Line, line.id),
                product_title: line.title.clone(),
                account: account.map(|row| ProofAccount::from(&**row)),
                baseline: None,
                latest: None,
                history: Vec::new(),
            };
            for row in seen.remove(&line.id).unwrap_or_default() {
                let measured = measured(&row.metrics, row.source, row.captured_at)?;
                let newest = if row.later == 1 { &mut item.latest } else { &mut item.baseline };
                *newest = Some(measured.clone());
                item.history.push(measured);
            }
            items.push(item);
        }
        all.insert(sale, Arc::new(items));
    }
    Ok(all)
}

/// A measurement, as it is shown.
pub fn measured(stored: &Value, source: String, captured_at: Instant) -> Result<Measured, Error> {
    Ok(Measured { metrics: Metrics::shown(stored)?, source, captured_at: written(captured_at) })
}

async fn seen(db: &DatabaseConnection, sales: &[Uuid]) -> Result<HashMap<Uuid, Vec<Seen>>, Error> {
    let mut sql = Sql::new(db.get_database_backend());
    sql.push(LINKED);
    sql.among("a.sale_order_id", sales);
    sql.push(SEEN);
    let mut all: HashMap<Uuid, Vec<Seen>> = HashMap::new();
    for row in Seen::find_by_statement(sql.statement()).all(db).await? {
        all.entry(row.line).or_default().push(row);
    }
    Ok(all)
}

/// An instant, as RFC 3339.
pub(super) fn written(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
