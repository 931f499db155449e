//! Measures a Waybill server on PostgreSQL, with hand-written SQL doing the same writes beside it.
//!
//! Starts a throw-away PostgreSQL with its durable defaults and the release binary beside this one, loads them over
//! GraphQL, prints Markdown tables and cleans up. docs/benchmarks.md says how to read them.

mod against;
mod client;
mod copies;
mod cost;
mod expiry;
mod floods;
mod house;
mod intake;
mod journeys;
mod keyed;
mod load;
mod page;
mod pgbench;
mod postgres;
mod process;
mod profile;
mod receipts;
mod server;
mod shop;
mod start;
mod table;
mod transitions;

use house::House;
use std::process::ExitCode;
use std::time::Duration;

/// Whatever stops a measurement is told and ends the program.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "\
Usage: bench [all|transitions|keyed|journeys|intake|expiry|page|start|receipts|floods|profile|against COMMIT]
             [--seconds N] [--sales N] [--receipts N]

  transitions  durable transitions over GraphQL at 1, 8 and 32 clients, beside pgbench
  keyed        events with an idempotency key beside events without, on many SKUs and on one, 16 clients
  journeys     orders from quotation to completion at 1, 8 and 32 clients
  intake       webhooks taken in at 1, 8 and 32 clients, beside pgbench
  expiry       the sweep over stale sales, beside the same writes as SQL
  page         statements and time for a page of 50 orders
  start        time until ready on an existing database, memory and PostgreSQL's CPU of an idle server
  receipts     receipts of 5 MiB from 8 clients: memory
  floods       a right password beside 300 who guess, half-sent heads, transitions beside unsigned webhooks
  profile      where a transition's time goes: statements and CPU
  against      journeys and transitions beside those of another commit, which is built for it under target/against
  all          all of these but floods, profile and against (the default)

  --seconds N  how long each load runs [8]
  --sales N    how many sales expire [100000]
  --receipts N how many receipts [1000]";

/// What to measure, and how much.
struct Wanted {
    what: String,
    against: String,
    time: Duration,
    sales: u32,
    receipts: usize,
}

fn main() -> ExitCode {
    let Some(wanted) = wanted(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    // One thread, as pgbench has: clients are to leave the cores to what is measured.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("bench: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run_until_stopped(&wanted)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(mut args: impl Iterator<Item = String>) -> Option<Wanted> {
    let (time, what) = (Duration::from_secs(8), "all".to_owned());
    let mut wanted = Wanted { what, against: String::new(), time, sales: 100_000, receipts: 1_000 };
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => wanted.time = Duration::from_secs(args.next()?.parse().ok().filter(|n| *n > 0)?),
            "--sales" => wanted.sales = args.next()?.parse().ok().filter(|n| *n > 0)?,
            "--receipts" => wanted.receipts = args.next()?.parse().ok().filter(|n| *n > 0)?,
            "against" => (wanted.what, wanted.against) = (arg, args.next()?),
            "all" | "transitions" | "keyed" | "journeys" | "intake" | "expiry" | "page" | "start" | "receipts"
            | "floods" | "profile" => {
                wanted.what = arg;
            }
            _ => return None,
        }
    }
    Some(wanted)
}

/// Dropping the house stops what it started, an interruption's too.
async fn run_until_stopped(wanted: &Wanted) -> Outcome<()> {
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        done = run(wanted) => done,
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
        _ = terminated.recv() => Err("terminated".into()),
    }
}

async fn run(wanted: &Wanted) -> Outcome<()> {
    let house = House::open().await?;
    println!("{}", house.describe()?);
    let all = wanted.what == "all";
    let is = |what: &str| all || wanted.what == what;
    if is("transitions") {
        transitions::run(&house, wanted.time).await?;
    }
    if is("keyed") {
        keyed::run(&house, wanted.time).await?;
    }
    if is("journeys") {
        journeys::run(&house, wanted.time).await?;
    }
    if is("intake") {
        intake::run(&house, wanted.time).await?;
    }
    if is("expiry") {
        expiry::run(&house, wanted.sales).await?;
    }
    if is("page") {
        page::run(&house).await?;
    }
    if is("start") {
        start::run(&house).await?;
    }
    if is("receipts") {
        receipts::run(&house, wanted.receipts).await?;
    }
    if wanted.what == "floods" {
        floods::run(&house, wanted.time).await?;
    }
    if wanted.what == "against" {
        against::run(&house, &wanted.against, wanted.time).await?;
    }
    if wanted.what == "profile" {
        profile::run(&house, wanted.time).await?;
    }
    Ok(())
}
