//! `waybill migrate up|down|status`

use super::context::{Context, block_on, close, connect};
use super::failure::{Failure, print};
use crate::error::Error;
use clap::Subcommand;
use migration::{Migrator, MigratorTrait};
use sea_orm::DatabaseConnection;

/// What to do with the database's schema.
#[derive(Subcommand)]
pub enum Action {
    /// Apply what is pending
    Up {
        /// At most so many; all when left out
        #[arg(long, value_name = "N")]
        steps: Option<u32>,
    },
    /// Take back what was applied last. The data of the tables that it made is lost
    Down {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 1)]
        steps: u32,
    },
    /// List migrations, applied or pending
    Status,
}

/// Runs it on the configured database.
pub fn run(context: &Context, action: &Action) -> Result<(), Failure> {
    let settings = context.load()?.settings;
    block_on(async {
        let connections = connect(&settings).await?;
        let db = &connections.writer;
        let done = match action {
            Action::Up { steps } => migration::up(db, *steps).await.map(|names| ("applied   ", names)),
            Action::Down { steps } => migration::down(db, Some(*steps)).await.map(|names| ("taken back", names)),
            Action::Status => return status(db).await,
        };
        let (what, names) = done.map_err(Error::from)?;
        let lines: Vec<String> = names.iter().map(|name| format!("{what} {name}")).collect();
        print(if lines.is_empty() { "nothing to do".to_owned() } else { lines.join("\n") })?;
        close(connections).await
    })
}

async fn status(db: &DatabaseConnection) -> Result<(), Failure> {
    let all = Migrator::get_migration_with_status_read_only(db).await.map_err(Error::from)?;
    let lines: Vec<String> = all
        .iter()
        .map(|migration| format!("{:<8} {}", migration.status().to_string().to_lowercase(), migration.name()))
        .collect();
    print(lines.join("\n"))
}
