//! `waybill doctor`

use super::context::{Context, block_on, close, migrated};
use super::failure::{Failure, print};
use crate::attribution;
use crate::clock::{Clock as _, SystemClock};
use crate::db::connect::at_one_moment;
use crate::money::Currencies;
use crate::payment::{
    asked,
    compare::{Ways, compare},
    provider::http::Http,
    reconcile::reconcile,
};
use crate::queue::inbox;
use crate::workflow::{Registry, audit};
use chrono::TimeDelta;

/// What a provider was asked, and what it posted, waits no longer than this without being told of; so long is told what
/// was refused and what failed.
const TROUBLE: TimeDelta = TimeDelta::hours(4);

/// `waybill doctor`
#[derive(clap::Args)]
pub struct Args {
    /// Ask payment providers as well how each payment stands, where they have an API and a key
    #[arg(long)]
    providers: bool,
}

/// Checks the configured database.
pub fn run(context: &Context, args: &Args) -> Result<(), Failure> {
    let settings = context.load()?.settings;
    block_on(async {
        let connections = migrated(&settings).await?;
        let since = SystemClock.now() - TROUBLE;
        let (log, mut money, trouble) = at_one_moment(&connections.reader, async |moment| {
            let log = audit::verify(moment).await?;
            let money = reconcile(&Registry::new(crate::app::vocabularies()), moment, None).await?;
            let mut trouble = asked::in_trouble(moment, since).await?;
            trouble.extend(inbox::in_trouble(moment, since).await?);
            trouble.extend(attribution::reconcile::disagreements(moment).await?);
            Ok((log, money, trouble))
        })
        .await?;
        let currencies = Currencies::with(&settings.currencies.extra);
        if args.providers {
            let http = Http::default();
            let ways = Ways { providers: &settings.providers, http: &http, currencies: &currencies };
            compare(&connections.reader, ways, None, &mut money).await?;
        }
        close(connections).await?;
        for finding in &log.findings {
            print(finding.to_string())?;
        }
        for finding in &money.findings {
            print(finding.describe(&currencies))?;
        }
        for line in money.unanswered.iter().chain(&trouble) {
            print(line)?;
        }
        let checked = format!("{} log rows and the money of {} sale orders checked", log.rows, money.orders);
        match log.findings.len() + money.findings.len() + money.unanswered.len() + trouble.len() {
            0 => print(format!("{checked}: everything agrees")),
            number => Err(Failure::failed(format!("{checked}: {number} places do not agree or wait"))),
        }
    })
}
