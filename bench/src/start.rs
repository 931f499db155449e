//! How soon a server on an existing database is ready, and what it takes to wait.

use crate::cost::Meter;
use crate::house::House;
use crate::{Outcome, table};
use std::time::Duration;

const TIMES: usize = 10;
const IDLE: Duration = Duration::from_secs(3);
/// Long enough to be counted in ticks of ten milliseconds.
const WATCHED: u32 = 30;

/// Prints the table.
pub async fn run(house: &House) -> Outcome<()> {
    house.site("start").await?.server.stop().await?;
    let mut ready = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let server = house.serve("start", &[]).await?;
        ready.push(server.ready_after);
        server.stop().await?;
    }
    ready.sort_unstable();
    let server = house.serve("start", &[]).await?;
    tokio::time::sleep(IDLE).await;
    let (idle, _) = server.memory()?;
    let meter = Meter::start(Some(&server), &house.postgres)?;
    tokio::time::sleep(Duration::from_secs(WATCHED.into())).await;
    let a_second = meter.each(usize::try_from(WATCHED)?)?.map(|micros| format!("{:.1}", micros / 1000.0));
    server.stop().await?;
    let ms = |duration: Duration| format!("{:.0}", duration.as_secs_f64() * 1000.0);
    let row = vec![TIMES.to_string(), ms(ready[TIMES / 2]), ms(ready[TIMES - 1]), format!("{idle:.0}")];
    let head = ["starts", "median ms", "slowest ms", "idle RSS MB", "idle server ms/s", "its PostgreSQL ms/s"];
    table::print("Start on an existing database", &head, &[[row, a_second.to_vec()].concat()]);
    Ok(())
}
