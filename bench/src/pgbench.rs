//! pgbench: hand-written SQL under the same load on the same server.

use crate::Outcome;
use crate::house::House;
use crate::load::Measured;
use crate::postgres::said;
use std::path::Path;
use std::time::Duration;

const LOG: &str = "pgbench_log";

/// Runs a script over and over with so many clients for a while.
pub async fn run(house: &House, database: &str, script: &Path, clients: usize, time: Duration) -> Outcome<Measured> {
    let limit = ["-T".to_owned(), time.as_secs().to_string()];
    start(house, database, script, clients, limit).await
}

/// Runs a script so many times, by one client.
pub async fn times(house: &House, database: &str, script: &Path, times: u32) -> Outcome<Measured> {
    start(house, database, script, 1, ["-t".to_owned(), times.to_string()]).await
}

async fn start(house: &House, database: &str, script: &Path, clients: usize, limit: [String; 2]) -> Outcome<Measured> {
    // Each transaction and what it took, in a file.
    let prefix = format!("--log-prefix={LOG}");
    let mut command = house.postgres.pgbench(database);
    command.args(limit).args(["-c", &clients.to_string(), "-M", "prepared", "-D", "turn=-1", "--log", &prefix]);
    command.arg("-f").arg(script);
    let report = tokio::task::spawn_blocking(move || said(&mut command)).await??;
    let rate = report.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    let latencies = latencies(house.postgres.folder())?;
    Ok(Measured::with_rate(latencies, rate.ok_or(report)?))
}

/// Takes what was logged: microseconds are the third word of each line.
fn latencies(folder: &Path) -> Outcome<Vec<Duration>> {
    let mut latencies = Vec::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(LOG) {
            let text = std::fs::read_to_string(entry.path())?;
            let micros = text.lines().filter_map(|line| line.split(' ').nth(2)?.parse().ok());
            latencies.extend(micros.map(Duration::from_micros));
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(latencies)
}
