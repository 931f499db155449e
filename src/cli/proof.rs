//! `waybill proof export`

use super::context::{Context, block_on, close, migrated};
use super::failure::{Failure, print};
use crate::actor::Actor;
use crate::clock::{self, Clock as _, SystemClock};
use crate::provisioning::proof::{self, DeliveryProof};
use crate::sale::queries;
use clap::{Subcommand, ValueEnum};
use sea_orm::DatabaseConnection;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use uuid::Uuid;

/// What to do with proofs.
#[derive(Subcommand)]
pub enum Action {
    /// Write down what was measured of orders' accounts, before and after
    ///
    /// Of the orders that are named, or of all with a product, or since a day; in the shape of GET /orders/{id}/delivery-proof.
    Export(Args),
}

/// Which orders, and how they are written.
#[derive(clap::Args)]
pub struct Args {
    /// Orders by id, number or external id
    #[arg(value_name = "ORDER")]
    orders: Vec<String>,

    /// All orders with a line of this SKU
    #[arg(long, value_name = "SKU", conflicts_with = "orders")]
    product: Option<String>,

    /// All orders that were made on this day (UTC) or later
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "orders")]
    since: Option<String>,

    /// json: one order as an object, several as a list; ndjson: an order a line
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,

    /// Into this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Ndjson,
}

/// How many orders are read at once.
const PAGE: usize = 200;

/// Writes proofs.
pub fn run(context: &Context, action: &Action) -> Result<(), Failure> {
    let Action::Export(args) = action;
    if args.orders.is_empty() && args.product.is_none() && args.since.is_none() {
        return Err(Failure::input("name orders, or say --product or --since"));
    }
    let since = args.since.as_deref().map(|day| clock::parse_date(day).map_err(Failure::input)).transpose()?;
    let settings = context.load()?.settings;
    block_on(async {
        let connections = migrated(&settings).await?;
        let written = export(&connections.reader, args, since).await;
        close(connections).await?;
        written
    })
}

async fn export(db: &DatabaseConnection, args: &Args, since: Option<chrono::NaiveDate>) -> Result<(), Failure> {
    let alone = args.format == Format::Json && args.orders.len() == 1;
    let sales = if args.orders.is_empty() {
        let since = since.and_then(|day| day.and_hms_opt(0, 0, 0)).map(|at| at.and_utc());
        queries::ids_with(db, args.product.as_deref(), since).await?
    } else {
        named(db, &args.orders).await?
    };
    let mut out = Out::of(args.out.as_ref())?;
    let lines = args.format == Format::Ndjson;
    if !lines && !alone {
        out.write("[")?;
    }
    let mut first = true;
    for page in sales.chunks(PAGE) {
        let found = proof::items(db, page).await?;
        for sale in page {
            let items = found.get(sale).cloned().unwrap_or_default();
            let told = DeliveryProof::of(*sale, SystemClock.now(), &items);
            let told = serde_json::to_string(&told).map_err(|error| Failure::failed(error.to_string()))?;
            let comma = if first || lines { "" } else { "," };
            let end = if lines || alone { "\n" } else { "" };
            out.write(&format!("{comma}{told}{end}"))?;
            first = false;
        }
    }
    if !lines && !alone {
        out.write("]\n")?;
    }
    out.end()
}

/// The orders that are named, in that order.
async fn named(db: &DatabaseConnection, names: &[String]) -> Result<Vec<Uuid>, Failure> {
    let mut sales = Vec::new();
    for name in names {
        let found = queries::find_named(db, &Actor::system(), name).await?;
        sales.push(found.id);
    }
    Ok(sales)
}

/// Where it goes.
enum Out {
    Standard(String),
    File(BufWriter<File>),
}

impl Out {
    fn of(path: Option<&PathBuf>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::Standard(String::new())) };
        let file = File::create(path).map_err(|error| Failure::input(format!("{}: {error}", path.display())))?;
        Ok(Self::File(BufWriter::new(file)))
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        match self {
            Self::Standard(line) => {
                line.push_str(text);
                if line.ends_with('\n') {
                    return print(std::mem::take(line));
                }
                Ok(())
            }
            Self::File(file) => Ok(file.write_all(text.as_bytes())?),
        }
    }

    fn end(self) -> Result<(), Failure> {
        match self {
            Self::Standard(_) => Ok(()),
            Self::File(mut file) => Ok(file.flush()?),
        }
    }
}
