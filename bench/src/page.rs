//! A page of orders with all that a list shows: statements and time.

use crate::client::Client;
use crate::house::{House, Site};
use crate::load::Measured;
use crate::shop::Until;
use crate::{Outcome, copies, table};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;
use std::time::Instant;
use waybill::id::{self, Prefix};

const ORDERS: u32 = 2000;
const SIZES: [u32; 3] = [10, 50, 200];
const TIMES: usize = 100;
const QUERY: &str = "query($first: Int!) { saleOrders(first: $first) { totalCount pageInfo { hasNextPage endCursor } \
    nodes { id number workflowState version createdAt grandTotal { amount currency } outstanding { amount } \
    lines { id sku title quantity total { amount } } payments { id status method amount { amount } } \
    fulfilments { id type workflowState carrier trackingNumber } \
    timeline(first: 5) { nodes { sequence event fromState toState actorLabel occurredAt } } } } }";
const CALLS: &str = "SELECT coalesce(sum(calls), 0)::bigint AS calls FROM pg_stat_statements s \
    JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = 'page' AND query ILIKE '%select%' \
    AND query NOT LIKE '%pg_stat_statements%'";

/// Prints the table.
pub async fn run(house: &House) -> Outcome<()> {
    let site = house.site("page").await?;
    let mut client = Client::connect(&site.server.target).await?;
    let sale = site.shop.order(&mut client, 0, Until::Completed).await?;
    let sale = id::decode(Prefix::Sale, &sale)?;
    copies::make(&site.db, sale, ORDERS, |_| id::new()).await?;
    house.settle(&site.database).await?;
    house.execute("page", "CREATE EXTENSION pg_stat_statements").await?;
    let mut rows = Vec::new();
    for first in SIZES {
        let mut latencies = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let began = Instant::now();
            client.ask(QUERY, json!({ "first": first })).await?;
            latencies.push(began.elapsed());
        }
        let took = latencies.iter().sum();
        let measured = Measured::new(latencies, took);
        let statements = statements(house, &site, &mut client, first).await?;
        let ms = |percent| format!("{:.1}", measured.percentile(percent));
        rows.push(vec![first.to_string(), statements.to_string(), ms(50), ms(95), ms(99)]);
    }
    let head = ["orders a page", "statements", "p50 ms", "p95 ms", "p99 ms"];
    table::print("A page of orders with lines, payments, fulfilments and last transitions", &head, &rows);
    site.server.stop().await
}

/// How many statements a page takes, counted by the database.
async fn statements(house: &House, site: &Site, client: &mut Client, first: u32) -> Outcome<i64> {
    house.execute("page", "ALTER SYSTEM SET pg_stat_statements.track = 'top'").await?;
    house.execute("page", "SELECT pg_reload_conf()").await?;
    // Reading the settings anew, the user's row and anything else that is not asked for each time.
    client.ask(QUERY, json!({ "first": first })).await?;
    let before = calls(site).await?;
    client.ask(QUERY, json!({ "first": first })).await?;
    let after = calls(site).await?;
    house.execute("page", "ALTER SYSTEM RESET pg_stat_statements.track").await?;
    house.execute("page", "SELECT pg_reload_conf()").await?;
    Ok(after - before)
}

async fn calls(site: &Site) -> Outcome<i64> {
    let row = site.db.query_one_raw(Statement::from_string(DbBackend::Postgres, CALLS)).await?;
    Ok(row.ok_or("no count")?.try_get("", "calls")?)
}
