//! `waybill worker`

use super::context::{Context, server_runtime};
use super::failure::{Failure, say};
use super::stop;
use crate::{telemetry, worker};

/// Runs the worker until it is stopped.
pub fn run(context: &Context) -> Result<(), Failure> {
    let loaded = context.load()?;
    telemetry::start(&loaded.settings.log);
    server_runtime()?.block_on(async {
        let app = context.open(loaded, false).await?;
        let stop = stop::on_signal()?;
        say("The worker runs. Ctrl-C stops it.");
        tokio::spawn(worker::learn_machines(app.clone(), stop.clone()));
        Ok(worker::run(app, stop).await?)
    })
}
