//! Whole orders, from quotation to completion.

use crate::cost::Meter;
use crate::house::{House, Site};
use crate::load::{self, CLIENTS, Measured};
use crate::shop::Until;
use crate::{Outcome, table};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// Journeys a second of systems that do the same, measured on two cores with the same PostgreSQL.
const NESTJS: (&str, f64) = ("NestJS", 21.0);
const VENDURE: (&str, f64) = ("Vendure", 7.0);

/// Prints the table.
pub async fn run(house: &House, time: Duration) -> Outcome<()> {
    let site = house.site("journeys").await?;
    house.settle(&site.database).await?;
    let begun = Rc::new(Cell::new(0));
    let mut rows = Vec::new();
    for clients in CLIENTS {
        let meter = Meter::start(Some(&site.server), &house.postgres)?;
        let measured = complete(&site, &begun, clients, time).await?;
        let cost = meter.each(measured.count())?.map(|micros| format!("{:.1}", micros / 1000.0));
        let ratio = |(_, rate): (&str, f64)| format!("{:.1}", measured.rate / rate);
        let ratios = vec![ratio(NESTJS), ratio(VENDURE)];
        rows.push([vec![clients.to_string()], measured.cells().to_vec(), cost.to_vec(), ratios].concat());
    }
    let [nestjs, vendure] = [NESTJS, VENDURE].map(|(name, rate)| format!("x {name} ({rate:.0}/s)"));
    let head = ["clients", "journeys/s", "p50 ms", "p95 ms", "p99 ms", "server ms", "PostgreSQL ms", &nestjs, &vendure];
    table::print("Journeys: nine mutations from quotation to completion", &head, &rows);
    site.server.stop().await
}

/// Takes orders as far as they go, so many clients at once; `begun` counts on from load to load.
pub async fn complete(site: &Site, begun: &Rc<Cell<usize>>, clients: usize, time: Duration) -> Outcome<Measured> {
    load::run(&site.server.target, clients, time, |_, mut client, deadline| {
        let (shop, begun) = (site.shop.clone(), Rc::clone(begun));
        async move {
            load::repeat(deadline, async |_| {
                begun.set(begun.get() + 1);
                shop.order(&mut client, begun.get(), Until::Completed).await.map(drop)
            })
            .await
        }
    })
    .await
}
