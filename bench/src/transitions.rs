//! Durable transitions over GraphQL, beside pgbench doing the same writes, a statement a round trip.

use crate::client::Client;
use crate::cost::Meter;
use crate::house::{House, Site};
use crate::load::{self, CLIENTS, MOST, Measured};
use crate::shop::Until;
use crate::{Outcome, copies, pgbench, table};
use serde_json::Value;
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use uuid::Uuid;
use waybill::id::{self, Prefix};

/// Fulfilments that each client holds and releases in turn.
pub const EACH: usize = 64;
const SCRIPT: &str = "transition.sql";

/// How many steps each client has done.
pub type Turns = [Rc<Cell<usize>>; MOST];

/// Prints the table.
pub async fn run(house: &House, time: Duration) -> Outcome<()> {
    let site = prepare(house, "transitions").await?;
    let (turns, mut rows) = (Turns::default(), Vec::new());
    for clients in CLIENTS {
        let meter = Meter::start(Some(&site.server), &house.postgres)?;
        let ours = waybill(&site, &turns, clients, time).await?;
        let [server, database] = meter.each(ours.count())?.map(|micros| format!("{micros:.0}"));
        let meter = Meter::start(None, &house.postgres)?;
        let theirs = pgbench::run(house, &site.database, &script(), clients, time).await?;
        let [_, its] = meter.each(theirs.count())?.map(|micros| format!("{micros:.0}"));
        let ratio = format!("{:.2}", ours.rate / theirs.rate);
        let (ours, theirs) = (ours.cells().to_vec(), theirs.cells().to_vec());
        rows.push([vec![clients.to_string()], ours, vec![server, database], theirs, vec![its, ratio]].concat());
    }
    let head = [
        "clients",
        "Waybill/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "server µs",
        "PostgreSQL µs",
        "pgbench/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "PostgreSQL µs",
        "ratio",
    ];
    table::print("Durable transitions", &head, &rows);
    site.server.stop().await
}

/// A site with fulfilments for every client, and as many again for pgbench.
pub async fn prepare(house: &House, database: &str) -> Outcome<Site> {
    let site = house.site(database).await?;
    let mut client = Client::connect(&site.server.target).await?;
    let sale = site.shop.order(&mut client, 0, Until::Paid).await?;
    let sale = id::decode(Prefix::Sale, &sale)?;
    copies::make(&site.db, sale, 2 * u32::try_from(MOST * EACH)?, fulfilment).await?;
    copies::count_stock(&site.db).await?;
    house.settle(database).await?;
    Ok(site)
}

/// The even ones are Waybill's, the odd ones pgbench's: transition.sql makes the same id.
pub fn fulfilment(number: u32) -> Uuid {
    let owner = if number.is_multiple_of(2) { "a" } else { "b" };
    let text = format!("{owner}0000000-0000-7000-8000-{:012}", number / 2);
    Uuid::parse_str(&text).unwrap_or_default()
}

/// Each client holds all of its fulfilments, then releases them, and so on; `turns` counts on from load to load.
pub async fn waybill(site: &Site, turns: &Turns, clients: usize, time: Duration) -> Outcome<Measured> {
    load::run(&site.server.target, clients, time, |number, mut client, deadline| {
        let turn = Rc::clone(&turns[number]);
        let own: Vec<String> = (number * EACH..(number + 1) * EACH)
            .map(|index| id::encode(Prefix::Fulfilment, fulfilment(u32::try_from(index * 2).unwrap_or_default())))
            .collect();
        async move {
            load::repeat(deadline, async |_| {
                step(&mut client, &own, turn.get()).await?;
                turn.set(turn.get() + 1);
                Ok(())
            })
            .await
        }
    })
    .await
}

/// Holds one of a client's own fulfilments or releases it: each `turn` the next, and the other when all have had theirs.
pub async fn step(client: &mut Client, own: &[String], turn: usize) -> Outcome<()> {
    let event = if (turn / own.len()).is_multiple_of(2) { "HOLD" } else { "RELEASE" };
    client.send(&own[turn % own.len()], event, Value::Null).await?;
    Ok(())
}

/// What pgbench runs.
pub fn script() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pgbench").join(SCRIPT)
}
