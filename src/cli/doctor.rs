//! `waybill doctor`

use super::context::{Context, block_on, close, migrated};
use super::failure::{Failure, print};
use chrono::TimeDelta;
use waybill::app::one_moment;
use waybill::clock::{Clock as _, SystemClock};
use waybill::error::Error;
use waybill::money::Currencies;
use waybill::payment::{asked, reconcile::reconcile};
use waybill::workflow::{Registry, audit};

/// What a provider was asked waits no longer than this without being told of; so long is told what was refused.
const TROUBLE: TimeDelta = TimeDelta::hours(4);

/// Checks the configured database.
pub fn run(context: &Context) -> Result<(), Failure> {
    let settings = context.load()?.settings;
    block_on(async {
        let connections = migrated(&settings).await?;
        let moment = one_moment(&connections.reader).await?;
        let log = audit::verify(&moment).await?;
        let money = reconcile(&Registry::new(waybill::vocabularies()), &moment, None).await?;
        let trouble = asked::in_trouble(&moment, SystemClock.now() - TROUBLE).await?;
        moment.rollback().await.map_err(Error::from)?;
        close(connections).await?;
        for finding in &log.findings {
            print(finding.to_string())?;
        }
        let currencies = Currencies::with(&settings.currencies.extra);
        for finding in &money.findings {
            print(finding.describe(&currencies))?;
        }
        for line in &trouble {
            print(line)?;
        }
        let checked = format!("{} log rows and the money of {} sale orders checked", log.rows, money.orders);
        match log.findings.len() + money.findings.len() + trouble.len() {
            0 => print(format!("{checked}: everything agrees")),
            number => Err(Failure::failed(format!("{checked}: {number} places do not agree or wait"))),
        }
    })
}
