//! `waybill audit verify`

use super::context::{Context, block_on, close, migrated};
use super::failure::{Failure, print};
use crate::db::connect::at_one_moment;
use crate::workflow::audit;
use clap::Subcommand;

/// What to check.
#[derive(Subcommand)]
pub enum Action {
    /// Check the whole log: every row's hash, that none is missing, added or moved, and that it explains each order's state
    ///
    /// Names every row that is not as it was written. Exit code 1 when there is any.
    Verify,
}

/// Checks the configured database.
pub fn run(context: &Context, action: &Action) -> Result<(), Failure> {
    let Action::Verify = action;
    let settings = context.load()?.settings;
    block_on(async {
        let connections = migrated(&settings).await?;
        let report = at_one_moment(&connections.reader, async |moment| audit::verify(moment).await).await?;
        close(connections).await?;
        for finding in &report.findings {
            print(finding.to_string())?;
        }
        let checked = format!("{} log rows of {} orders checked", report.rows, report.orders);
        match report.findings.len() {
            0 => print(format!("{checked}: all as they were written")),
            number => Err(Failure::failed(format!("{checked}: {number} are not as they were written"))),
        }
    })
}
