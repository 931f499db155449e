//! What orders have brought on average, by product: added up by the database, in whole numbers.
//!
//! A sample is a line with a baseline and a latest measurement, of an order that was not cancelled. Averages are made of exact
//! sums and rounded once, to two decimals, halves away from zero; the percentage is that of the sums.

use super::metrics::{Decimal, ONE};
use super::proof::{LINKED, written};
use super::sql::Sql;
use crate::actor::{Actor, Scope};
use crate::clock::Instant;
use crate::error::Error;
use crate::id::{self, Prefix};
use entity::product;
use sea_orm::{ColumnTrait, DatabaseConnection, DbBackend, EntityTrait, FromQueryResult, QueryFilter};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

const PLACES: usize = 2;
const HUNDRED: i128 = 100;

/// The two measurements of each line that has both.
const SAMPLES: &str = "), paired AS (\
    SELECT linked.sku, \
    (SELECT m.id FROM metric_snapshot m WHERE m.social_account_id = linked.account AND m.captured_at <= linked.begun \
        ORDER BY m.captured_at DESC, m.source DESC LIMIT 1) AS baseline, \
    (SELECT m.id FROM metric_snapshot m WHERE m.social_account_id = linked.account AND m.captured_at > linked.begun \
        AND (linked.ended IS NULL OR m.captured_at <= linked.ended) \
        ORDER BY m.captured_at DESC, m.source DESC LIMIT 1) AS latest \
    FROM linked WHERE linked.begun IS NOT NULL AND linked.cancelled IS NULL\
), sample AS (\
    SELECT paired.sku, b.metrics AS before_it, t.metrics AS after_it, t.captured_at \
    FROM paired JOIN metric_snapshot b ON b.id = paired.baseline JOIN metric_snapshot t ON t.id = paired.latest\
) ";

/// How many there are, and until when.
const COUNTED: &str = "SELECT sku, COUNT(*) AS samples, MAX(captured_at) AS last_captured_at FROM sample GROUP BY sku";

/// Whole parts and the rest are added up apart: so large sums fit either database's whole numbers.
const ADDED: &str = "SELECT sku, x.key AS name, COUNT(*) AS samples, \
    CAST(SUM(CAST(x.value AS bigint) / 1000000) AS bigint) AS whole_before, \
    CAST(SUM(CAST(x.value AS bigint) % 1000000) AS bigint) AS rest_before, \
    CAST(SUM(CAST(y.value AS bigint) / 1000000) AS bigint) AS whole_after, \
    CAST(SUM(CAST(y.value AS bigint) % 1000000) AS bigint) AS rest_after \
    FROM sample CROSS JOIN {each}(sample.before_it) AS x CROSS JOIN {each}(sample.after_it) AS y \
    WHERE x.key = y.key GROUP BY sku, x.key ORDER BY sku, x.key";

/// What orders have brought, by product.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryMetrics {
    /// When it was added up.
    #[schema(format = DateTime)]
    pub generated_at: String,
    /// The products that were asked for, in that order; else all with samples, by SKU.
    pub products: Vec<ProductMetrics>,
}

/// What orders of a product have brought.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductMetrics {
    /// `prod_…`
    pub product_id: String,
    /// What it is called.
    pub product_title: String,
    /// How many deliveries were measured before and after.
    pub sample_count: i64,
    /// When the newest of these measurements was made.
    #[schema(format = DateTime)]
    pub last_captured_at: Option<String>,
    /// What was measured, by name.
    pub metrics: Vec<MetricLift>,
}

/// What one metric has gained.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetricLift {
    /// Which.
    pub name: String,
    /// How many deliveries have it before and after.
    pub sample_count: i64,
    /// Before, on average.
    pub average_baseline: Decimal,
    /// After, on average.
    pub average_latest: Decimal,
    /// The difference, on average.
    pub average_delta: Decimal,
    /// The difference in hundredths of what was before; null where that was nothing.
    pub average_delta_percent: Option<Decimal>,
    /// The same for people: "+300 followers on average over 42 orders".
    pub summary: String,
}

#[derive(FromQueryResult)]
struct Counted {
    sku: String,
    samples: i64,
    last_captured_at: Instant,
}

#[derive(FromQueryResult)]
struct Added {
    sku: String,
    name: String,
    samples: i64,
    whole_before: i64,
    rest_before: i64,
    whole_after: i64,
    rest_after: i64,
}

/// What orders have brought, of those that the actor sees: of these products, or of all. Needs `proof.read`; three statements.
pub async fn metrics(
    db: &DatabaseConnection,
    actor: &Actor,
    products: Option<Vec<product::Model>>,
    now: Instant,
) -> Result<DeliveryMetrics, Error> {
    actor.require("proof.read")?;
    if actor.is_buyer() {
        return Err(Error::Forbidden("it is told of the orders of others".to_owned()));
    }
    let skus: Option<Vec<String>> =
        products.as_ref().map(|products| products.iter().map(|product| product.sku.clone()).collect());
    let each = if db.get_database_backend() == DbBackend::Postgres { "jsonb_each_text" } else { "json_each" };
    let counted = statement(db, actor, skus.as_deref(), COUNTED);
    let counted = Counted::find_by_statement(counted).all(db).await?;
    let added = statement(db, actor, skus.as_deref(), &ADDED.replace("{each}", each));
    let mut by_sku: HashMap<String, Vec<MetricLift>> = HashMap::new();
    for row in Added::find_by_statement(added).all(db).await? {
        by_sku.entry(row.sku.clone()).or_default().push(row.lift()?);
    }
    let counted: BTreeMap<String, Counted> = counted.into_iter().map(|row| (row.sku.clone(), row)).collect();
    let products = match products {
        Some(products) => products,
        None => named(db, counted.keys()).await?,
    };
    let told = products.into_iter().map(|product| {
        let of = counted.get(&product.sku);
        ProductMetrics {
            product_id: id::encode(Prefix::Product, product.id),
            sample_count: of.map_or(0, |of| of.samples),
            last_captured_at: of.map(|of| written(of.last_captured_at)),
            metrics: by_sku.get(&product.sku).cloned().unwrap_or_default(),
            product_title: product.title,
        }
    });
    Ok(DeliveryMetrics { generated_at: written(now), products: told.collect() })
}

fn statement(db: &DatabaseConnection, actor: &Actor, skus: Option<&[String]>, select: &str) -> sea_orm::Statement {
    let mut sql = Sql::new(db.get_database_backend());
    sql.push(LINKED);
    match &actor.scope {
        Scope::Stores(stores) => sql.among("s.store_id", stores),
        _ => sql.push("1 = 1"),
    }
    if let Some(skus) = skus {
        sql.push(" AND ");
        sql.among("l.sku", skus);
    }
    sql.push(SAMPLES);
    sql.push(select);
    sql.statement()
}

async fn named(db: &DatabaseConnection, skus: impl Iterator<Item = &String>) -> Result<Vec<product::Model>, Error> {
    let select = product::Entity::find().filter(product::Column::Sku.is_in(skus));
    let mut products = select.all(db).await?;
    products.sort_by(|a, b| a.sku.cmp(&b.sku));
    Ok(products)
}

impl Added {
    fn lift(&self) -> Result<MetricLift, Error> {
        let sum = |whole: i64, rest: i64| i128::from(whole) * i128::from(ONE) + i128::from(rest);
        let (before, after) = (sum(self.whole_before, self.rest_before), sum(self.whole_after, self.rest_after));
        let delta = after - before;
        let average = |sum: i128| rounded(sum * HUNDRED, i128::from(self.samples) * i128::from(ONE));
        let gained = Decimal::of(average(delta), PLACES)?;
        let percent = (before > 0).then(|| Decimal::of(rounded(delta * HUNDRED * HUNDRED, before), PLACES));
        Ok(MetricLift {
            name: self.name.clone(),
            sample_count: self.samples,
            average_baseline: Decimal::of(average(before), PLACES)?,
            average_latest: Decimal::of(average(after), PLACES)?,
            average_delta_percent: percent.transpose()?,
            summary: summary(&self.name, gained.as_str(), self.samples),
            average_delta: gained,
        })
    }
}

/// A quotient, halves away from zero. The divisor is positive.
fn rounded(dividend: i128, divisor: i128) -> i128 {
    let half = divisor / 2 + divisor % 2;
    let up = i128::from(dividend.abs() % divisor >= half);
    dividend.signum() * (dividend.abs() / divisor + up)
}

fn summary(name: &str, gained: &str, samples: i64) -> String {
    let sign = if gained.starts_with('-') { "" } else { "+" };
    let orders = if samples == 1 { "order" } else { "orders" };
    format!("{sign}{gained} {} on average over {samples} {orders}", thing(name))
}

/// What a name counts: `followerCount` counts followers.
fn thing(name: &str) -> String {
    let (stem, counted) = name.strip_suffix("Count").map_or((name, false), |stem| (stem, true));
    let mut words = String::new();
    for letter in stem.chars() {
        match letter {
            '_' | '-' | '.' => words.push(' '),
            letter if letter.is_ascii_uppercase() => words.extend([' ', letter.to_ascii_lowercase()]),
            letter => words.push(letter),
        }
    }
    let words = words.trim();
    if counted { format!("{words}s") } else { words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_away_from_zero() {
        for (dividend, divisor, is) in [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (5, 3, 2), (-4, 3, -1), (0, 7, 0), (7, 1, 7)]
        {
            assert_eq!(rounded(dividend, divisor), is, "{dividend}/{divisor}");
        }
    }

    #[test]
    fn what_was_gained_is_said_for_people() {
        assert_eq!(summary("followerCount", "300", 42), "+300 followers on average over 42 orders");
        assert_eq!(summary("engagementRate", "-0.5", 1), "-0.5 engagement rate on average over 1 order");
    }
}
