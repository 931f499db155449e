//! `waybill attribution recompute`

use super::context::{Context, block_on};
use super::failure::{Failure, print};
use crate::app::App;
use crate::attribution::recompute::{Moved, Which, next, recompute};
use crate::clock;
use crate::error::Error;
use crate::id::{self, Prefix};
use chrono::NaiveTime;
use clap::Subcommand;

/// What to do about attribution.
#[derive(Subcommand)]
pub enum Action {
    /// Make old orders agree with the sets of states and the model that are configured now
    ///
    /// Whether an order counts is told anew from the states that its log has, and its credits are split anew where they differ;
    /// what was reported late counts too. What agrees is left alone: a run that was stopped is taken up by the next one. Servers and
    /// workers may run meanwhile.
    Recompute(Args),
}

/// `waybill attribution recompute`
#[derive(clap::Args)]
pub struct Args {
    /// Only orders that were made on this day (UTC) or later
    #[arg(long, value_name = "DATE", value_parser = clock::parse_date)]
    since: Option<chrono::NaiveDate>,
    /// Only this order: sale_…
    #[arg(long, value_name = "ID")]
    order: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Recomputes in the configured database.
pub fn run(context: &Context, action: &Action) -> Result<(), Failure> {
    let Action::Recompute(args) = action;
    let only = args.order.as_deref().map(|order| id::decode(Prefix::Sale, order)).transpose()?;
    let since = args.since.map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let loaded = context.load()?;
    block_on(async {
        let app = context.open(loaded, false).await?;
        let (looked_at, moved) = all(&app, Which { since, only }, args.dry_run, |moved| print(line(moved))).await?;
        if looked_at == 0 && only.is_some() {
            let what = "there is no such order of a lifecycle with states tagged countable or reversal";
            return Err(Failure::failed(what.to_owned()));
        }
        let did = if args.dry_run { "would be changed" } else { "were changed" };
        print(format!("{looked_at} orders looked at: {moved} {did}"))
    })
}

/// A batch a transaction, in the order of ids. Answers how many orders it has looked at, and how many did not agree.
pub async fn all<E: From<Error>>(
    app: &App,
    which: Which,
    dry_run: bool,
    tell: impl Fn(&Moved) -> Result<(), E>,
) -> Result<(usize, usize), E> {
    let (mut looked_at, mut changed, mut last) = (0, 0, None);
    loop {
        let batch = next(&app.reader, &app.rules, which, last).await?;
        let Some(newest) = batch.last() else { return Ok((looked_at, changed)) };
        last = Some(*newest);
        looked_at += batch.len();
        let txn = app.begin().await?;
        let moved = recompute(&txn, &app.rules, &batch, app.now()).await?;
        let ended = if dry_run { txn.rollback().await } else { txn.commit().await };
        ended.map_err(Error::from)?;
        changed += moved.len();
        moved.iter().try_for_each(&tell)?;
    }
}

fn line(moved: &Moved) -> String {
    let word = |state: Option<entity::AttributionState>| state.map_or("nothing", entity::AttributionState::as_str);
    let (had, has) = moved.credits;
    format!("{}: {} to {}, {had} credits to {has}", moved.number, word(moved.was), word(moved.is))
}
