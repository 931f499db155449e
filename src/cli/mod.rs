//! What can be typed: one file a command.
//!
//! Exit codes: 0 done, 1 it failed or found something, 2 the input is wrong (arguments, configuration, files). Results go
//! to standard output, everything else to standard error.

pub mod attribution;
mod audit;
mod context;
mod demo;
mod doctor;
mod failure;
mod machine;
mod migrate;
mod openapi;
mod proof;
mod schema;
mod serve;
mod stop;
mod token;
mod worker;

use clap::{Parser, Subcommand};
use context::Context;
use std::path::PathBuf;
use std::process::ExitCode;

/// The order backend of a business that sells to consumers, to resellers and on a marketplace.
///
/// Quotations become sales, sales become fulfilments; each is driven by a statechart, and everything that happens to an
/// order is in its log.
#[derive(Parser)]
#[command(name = "waybill", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    /// Folder with waybill.toml, roles.toml and machines/ [default: ./config, else what is built in]
    #[arg(long, global = true, value_name = "DIR")]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Configuration: the folder of --config, else ./config; what it lacks is built in. The environment wins over it, with
WAYBILL__SECTION__KEY for any key (WAYBILL__SERVER__LISTEN), and DATABASE_URL, SALE_PENDING_EXPIRY_MINUTES,
SALE_EXPIRY_CRON, SALE_EXPIRY_BATCH_SIZE, PAYMENT_RECEIPT_MAX_FILE_SIZE, AD_ATTRIBUTION_COUNTABLE_STATUSES,
AD_ATTRIBUTION_REVERSAL_STATUSES, RUST_LOG.

Examples:
  waybill serve --demo                     a server with something to look at, on SQLite under ./data
  waybill token --role ADMIN               a token for the local server
  waybill machine check config/machines/sale.json
  DATABASE_URL=postgres://waybill:secret@localhost/waybill waybill serve --migrate

Exit codes: 0 done, 1 it failed or found something, 2 the input is wrong.";

#[derive(Subcommand)]
enum Command {
    /// Run the server: GraphQL at /graphql, and the worker beside it
    Serve(serve::Args),
    /// Run the worker alone: timers, the outbox, the expiry sweep
    Worker,
    /// Bring the database to this version, or back
    #[command(subcommand)]
    Migrate(migrate::Action),
    /// Print the GraphQL schema
    Schema,
    /// Print the REST API's document, `OpenAPI` 3.1
    Openapi,
    /// Print a token for the local server
    Token(token::Args),
    /// Check what was recorded
    #[command(subcommand)]
    Audit(audit::Action),
    /// Advertisements that orders are credited to
    #[command(subcommand)]
    Attribution(attribution::Action),
    /// Check everything that is kept twice: the log, every order's money, and what advertisements are credited with
    ///
    /// Names each place where what an order says and what its rows add up to do not agree. Reads only, mends nothing.
    /// Exit code 1 when there is any.
    Doctor(doctor::Args),
    /// What orders have brought
    #[command(subcommand)]
    Proof(proof::Action),
    /// Check, run and draw machines
    #[command(subcommand)]
    Machine(machine::Action),
    /// Fill an empty database with something to look at
    Demo,
}

/// Runs what was typed.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let context = Context { dir: cli.config };
    let done = match cli.command {
        Command::Serve(args) => serve::run(&context, &args),
        Command::Worker => worker::run(&context),
        Command::Migrate(action) => migrate::run(&context, &action),
        Command::Schema => schema::run(),
        Command::Openapi => openapi::run(),
        Command::Token(args) => token::run(&context, &args),
        Command::Audit(action) => audit::run(&context, &action),
        Command::Attribution(action) => attribution::run(&context, &action),
        Command::Doctor(args) => doctor::run(&context, &args),
        Command::Proof(action) => proof::run(&context, &action),
        Command::Machine(action) => machine::run(&context, &action),
        Command::Demo => demo::run(&context),
    };
    done.map_or_else(failure::Failure::report, |()| ExitCode::SUCCESS)
}
