//! Where a transition's time goes: CPU of each process, and the statements that the server sends.

use crate::cost::Meter;
use crate::house::House;
use crate::load::MOST;
use crate::transitions::{self, Turns};
use crate::{Outcome, table};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::time::Duration;

const STATEMENTS: &str = "SELECT calls, total_exec_time AS ms, left(regexp_replace(query, '\\s+', ' ', 'g'), 110) AS query \
    FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid \
    WHERE d.datname = 'profile' AND query NOT LIKE '%pg_stat_statements%' ORDER BY total_exec_time DESC LIMIT 12";

/// Prints the tables.
pub async fn run(house: &House, time: Duration) -> Outcome<()> {
    let site = transitions::prepare(house, "profile").await?;
    let turns = Turns::default();
    for clients in [1, MOST] {
        let meter = Meter::start(Some(&site.server), &house.postgres)?;
        let measured = transitions::waybill(&site, &turns, clients, time).await?;
        let [server, database] = meter.each(measured.count())?.map(|micros| format!("{micros:.0}"));
        let row = vec![clients.to_string(), format!("{:.0}", measured.rate), server, database];
        table::print("CPU of a transition", &["clients", "Waybill/s", "server µs", "PostgreSQL µs"], &[row]);
    }
    statements(house, &site, &turns, time).await?;
    site.server.stop().await
}

async fn statements(house: &House, site: &crate::house::Site, turns: &Turns, time: Duration) -> Outcome<()> {
    house.execute("profile", "CREATE EXTENSION pg_stat_statements").await?;
    house.execute("profile", "ALTER SYSTEM SET pg_stat_statements.track = 'top'").await?;
    house.execute("profile", "SELECT pg_reload_conf()").await?;
    let measured = transitions::waybill(site, turns, MOST, time / 2).await?;
    let count = f64::from(u32::try_from(measured.count())?);
    let mut rows = Vec::new();
    for row in site.db.query_all_raw(Statement::from_string(DbBackend::Postgres, STATEMENTS)).await? {
        let (calls, ms, query): (i64, f64, String) =
            (row.try_get("", "calls")?, row.try_get("", "ms")?, row.try_get("", "query")?);
        let calls = f64::from(i32::try_from(calls)?) / count;
        rows.push(vec![query, format!("{calls:.2}"), format!("{:.0}", ms * 1000.0 / count)]);
    }
    table::print("Statements of a transition", &["statement", "calls", "µs"], &rows);
    Ok(())
}
