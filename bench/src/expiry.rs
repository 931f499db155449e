//! The sweep over stale sales, beside the same writes as hand-written SQL in batches of the same size.

use crate::client::Client;
use crate::house::House;
use crate::shop::Until;
use crate::{Outcome, copies, pgbench, table};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use std::path::Path;
use waybill::id::{self, Prefix};

const BATCH: u32 = 1000;
const OURS: &str = "expiry";
const BY_HAND: &str = "expiry_by_hand";
const SCRIPT: &str = "expire.sql";
/// Waits until the last timer is gone, without a round trip for each look.
const WAIT: &str = "DO $$ BEGIN WHILE EXISTS (SELECT FROM timer WHERE event = 'SALE_PENDING_EXPIRY') \
    LOOP PERFORM pg_sleep(0.01); END LOOP; END $$";
const TOOK: &str = "SELECT count(*) AS expired, extract(epoch FROM clock_timestamp() - min(occurred_at))::float8 AS seconds \
    FROM transition_log WHERE event = 'SALE_PENDING_EXPIRY'";

/// Prints the table.
pub async fn run(house: &House, sales: u32) -> Outcome<()> {
    prepare(house, sales).await?;
    let (seconds, before, after) = sweep(house, sales).await?;
    let batches = sales.div_ceil(BATCH);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pgbench").join(SCRIPT);
    let by_hand = pgbench::times(house, BY_HAND, &script, batches).await?;
    let by_hand_seconds = f64::from(batches) / by_hand.rate;
    let db = house.connect(BY_HAND).await?;
    check(&db, sales).await?;
    db.close().await?;
    let rate = |seconds: f64| format!("{:.0}", f64::from(sales) / seconds);
    let row = vec![
        sales.to_string(),
        format!("{seconds:.1}"),
        rate(seconds),
        format!("{by_hand_seconds:.1}"),
        rate(by_hand_seconds),
        format!("{:.2}", seconds / by_hand_seconds),
        format!("{before:.0}"),
        format!("{after:.0}"),
    ];
    let head = ["stale sales", "Waybill s", "sales/s", "SQL s", "sales/s", "ratio", "RSS before MB", "at most MB"];
    table::print(&format!("Expiry, {BATCH} sales a transition"), &head, &[row]);
    for database in [OURS, BY_HAND] {
        house.execute("postgres", &format!("DROP DATABASE {database}")).await?;
    }
    Ok(())
}

/// Two databases with the same stale sales.
async fn prepare(house: &House, sales: u32) -> Outcome<()> {
    let site = house.site(OURS).await?;
    let mut client = Client::connect(&site.server.target).await?;
    let sale = site.shop.order(&mut client, 0, Until::Sold).await?;
    site.server.stop().await?;
    let sale = id::decode(Prefix::Sale, &sale)?;
    copies::make(&site.db, sale, sales, |_| id::new()).await?;
    copies::count_stock(&site.db).await?;
    // The original is not one of them.
    let forget = "DELETE FROM timer WHERE event = 'SALE_PENDING_EXPIRY' AND due_at > now()";
    site.db.execute_unprepared(forget).await?;
    site.db.close().await?;
    house.settle(OURS).await?;
    house.execute("postgres", &format!("CREATE DATABASE {BY_HAND} TEMPLATE {OURS}")).await?;
    house.execute(BY_HAND, "VACUUM ANALYZE").await?;
    house.execute("postgres", "CHECKPOINT").await
}

/// Seconds that the sweep took, memory before it and at most.
async fn sweep(house: &House, sales: u32) -> Outcome<(f64, f64, f64)> {
    let db = house.connect(OURS).await?;
    let batch = BATCH.to_string();
    let schedule = [("SALE_EXPIRY_CRON", "* * * * * *"), ("SALE_EXPIRY_BATCH_SIZE", batch.as_str())];
    let server = house.serve(OURS, &schedule).await?;
    let (before, _) = server.memory()?;
    db.execute_unprepared(WAIT).await?;
    let seconds = check(&db, sales).await?;
    let (_, most) = server.memory()?;
    server.stop().await?;
    db.close().await?;
    Ok((seconds, before, most))
}

/// Seconds since the first expired; fails unless all did.
async fn check(db: &DatabaseConnection, sales: u32) -> Outcome<f64> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, TOOK)).await?.ok_or("no answer")?;
    let expired: i64 = row.try_get("", "expired")?;
    if expired != i64::from(sales) {
        return Err(format!("{expired} of {sales} sales expired").into());
    }
    Ok(row.try_get("", "seconds")?)
}
